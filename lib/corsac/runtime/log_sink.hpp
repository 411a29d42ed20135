#pragma once

#include <functional>
#include <string_view>

namespace corsac {

enum class LogLevel : unsigned char { Info, Warning, Error };

// One thing that the operator should know of. The views are borrowed for the call.
struct LogRecord {
  LogLevel level = LogLevel::Info;
  // "load": a document was judged; "store": the state of a store changed; "log": anything else.
  std::string_view type = "log";
  // In words: one line, without a line break and escaped; no secrets.
  std::string_view line = {};
  // The same as a JSON object on one line, with `type` and `time` (policy document, 5); empty for
  // "log". `section` is "store", or "records" for the store of GateOptions::records:
  //   {"type":"load","time":"...","section":"store","source":"toml: policy.toml","revision":"7f",
  //    "outcome":"refused","errors":2,"warnings":0}                                        or
  //    "outcome":"taken"                   for changes without a document (corsac_store_changes.h):
  //    "outcome":"taken","changes":{"added":1,"removed":0},"errors":0,"warnings":0}
  //   {"type":"store","time":"...","section":"store","source":"toml:
  //   policy.toml","from":"fresh","to":"degraded",
  //    "last_error":"policy.toml:7:21: error[...]: ..."}
  std::string_view json = {};
};

// Called from any thread, also several at once. Should not throw: what it throws is swallowed.
using LogSink = std::function<void(const LogRecord&)>;

}  // namespace corsac
