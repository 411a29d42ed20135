#pragma once

#include <optional>
#include <string>

#include <corsac/base/place.hpp>

namespace corsac::server {

// Where an Access application is: "api.example.com/v1/*".
struct CloudflareDomain {
  std::string host = {};
  std::string path = "/";
  Place place = {};
};

// Nothing when the text is no host with a path behind it, as policies have them.
[[nodiscard]] std::optional<CloudflareDomain> parse_cloudflare_domain(const std::string& text,
                                                                      Place place);

}  // namespace corsac::server
