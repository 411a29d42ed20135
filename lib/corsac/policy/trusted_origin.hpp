#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "corsac/base/place.hpp"

namespace corsac {

// Okta's Trusted Origin record: policy document, 1. Kept verbatim; a record that cannot be granted
// never breaks the document.
struct TrustedOrigin {
  enum class ScopeType : unsigned char { Cors, Redirect, IframeEmbed };
  enum class Status : unsigned char { Active, Inactive };
  struct Scope {
    ScopeType type = ScopeType::Cors;
    std::optional<std::vector<std::string>> allowed_okta_apps = {};  // absent is not empty
  };

  std::string name = {};
  std::string origin = {};
  std::vector<Scope> scopes = {};
  Status status = Status::Active;
  // No grant at and after this moment; absent = for ever.
  std::optional<std::chrono::system_clock::time_point> valid_until = {};
  std::string id = {};       // the rest: empty = absent
  std::string created = {};  // RFC 3339, as given
  std::string created_by = {};
  std::string last_updated = {};
  std::string last_updated_by = {};
  Place place = {};  // of the origin
};

}  // namespace corsac
