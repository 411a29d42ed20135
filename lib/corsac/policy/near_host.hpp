#pragma once

// How a host misses one that is written in a policy: for origins, and for [hosts].

#include <string>
#include <string_view>

#include "corsac/policy/snapshot.hpp"

namespace corsac {

// In the order of nearness: a smaller one is the better hint.
enum class HostDifference : unsigned char {
  Apex,         // example.com, and *.example.com is written
  GlobTooDeep,  // a dot where `*` stands inside one label
  GlobEmpty,    // nothing where `*` stands
  Subdomain,    // www.example.com, and example.com is written
  WithoutWww,   // the other way round
  None,
};

// `written` as in OriginPattern::host and HostPattern::host, `host` in lower case.
[[nodiscard]] HostDifference host_difference(HostForm form, std::string_view written,
                                             std::string_view host);

// `", which covers no subdomain such as \"www.a.example\""`: what follows the written text; `shown`
// is the other one, quoted. Empty for WithoutWww and None.
[[nodiscard]] std::string host_difference_text(HostDifference difference, std::string_view shown);

// What the Host of a request that [hosts] refused would have needed; empty when nothing is near.
[[nodiscard]] std::string near_host(const Snapshot& snapshot, const RequestView& request);

}  // namespace corsac
