#pragma once

#include <functional>
#include <string_view>

namespace corsac {

enum class LogLevel : unsigned char { Info, Warning, Error };

// Gets one line for the operator, without a line break and escaped; no secrets. Called from any
// thread, also several at once. Should not throw: what it throws is swallowed.
using LogSink = std::function<void(LogLevel, std::string_view line)>;

}  // namespace corsac
