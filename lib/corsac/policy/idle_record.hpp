#pragma once

#include <string>

#include "corsac/origin/pattern.hpp"

namespace corsac {

// A record of [[trusted_origins]] that lets no page in, though it names an origin: kept to tell the
// people who look for it.
struct IdleRecord {
  enum class Cause : unsigned char { OtherScope, Inactive, Over };
  OriginPattern pattern = {};
  std::string name = {};   // as written, may be empty
  std::string place = {};  // "policy.toml:12:1"; empty when not known
  Cause cause = Cause::OtherScope;
};

}  // namespace corsac
