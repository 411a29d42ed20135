#pragma once

// What every list of trusted origins asks of an origin, whatever the list is for.

#include <string>
#include <string_view>

#include "corsac/base/result.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {

// Readable to an attacker on the network: https is not, loopback is not, and an app's own scheme
// never goes there.
[[nodiscard]] bool is_insecure(const OriginPattern& pattern) noexcept;

// The public suffix under which anyone can get a name that a wildcard `pattern` covers; empty when
// there is none, and for exact hosts.
[[nodiscard]] std::string_view open_suffix(const OriginPattern& pattern);

// Why a record gives no grant.
struct RecordFault {
  std::string what = {};
  std::string fix = {};
  bool may_show_value = true;
};

struct RecordDemands {
  bool is_secure = false;  // cookies go along, so that plain http will not do
  bool is_no_public_suffix = true;
  bool is_web = false;  // http and https only
};

// A record's origin in its normal form: one exact origin that browsers have pages of. Policy
// document, 1 "A record never breaks the document".
[[nodiscard]] Result<OriginPattern, RecordFault> read_record(std::string_view origin,
                                                             RecordDemands demands);

}  // namespace corsac
