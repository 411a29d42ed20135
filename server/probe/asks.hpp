#pragma once

// What `corsac probe` asks a server, and the answers.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/policy/browser_outcome.hpp>

#include "http_client.hpp"

namespace corsac::server {

// An origin and a host that nobody has (RFC 6761, 6.4).
inline constexpr std::string_view kForeignOrigin = "https://corsac-probe.invalid";
inline constexpr std::string_view kForeignHost = "corsac-probe.invalid";

struct ProbeQuestion {
  ProbeServer server = {};
  std::string url = {};        // as given
  std::string authority = {};  // for Host
  std::string target = {};     // path and query
  std::string origin = {};     // of a page that should be allowed
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers = {};  // of the page; may be secret
  std::string requested_headers = {};
  CredentialsMode credentials = CredentialsMode::SameOrigin;

  [[nodiscard]] BrowserRequest as_browser() const;
  // The page is the server's own.
  [[nodiscard]] bool is_same_origin() const;
};

// One request in words, and its answer.
struct Asked {
  std::string name = {};
  ProbeAnswer answer = {};
};

struct ProbeAnswers {
  Asked preflight = {};
  Asked actual = {};   // a page that should be allowed; never a method that writes
  Asked none = {};     // without Origin
  Asked foreign = {};  // an origin that nobody has
  Asked null = {};
  Asked other_host = {};  // Host that nobody has
  Asked missing = {};     // a path that is not there
  // Each on an address of its own, the second after the first: what a cache makes of them.
  Asked allowed_after_foreign = {};
  Asked allowed_after_none = {};
  Asked foreign_after_allowed = {};

  [[nodiscard]] std::vector<const Asked*> all() const;
};

// The header's lines, joined with ", "; nothing when there is none.
[[nodiscard]] std::optional<std::string> header_of(const ProbeAnswer& answer,
                                                   std::string_view name);

// Asks all. What only a stranger would ask, and what goes through a cache twice, has a query of its
// own behind the path (corsac-probe=RANDOM), so that no cache keeps a wrong answer for anybody
// else. Ends with the first request that has no answer.
[[nodiscard]] ProbeAnswers ask_all(const ProbeQuestion& question);

}  // namespace corsac::server
