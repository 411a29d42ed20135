#pragma once

// The Fetch standard's CORS check and preflight check, as a browser makes them, and the line that
// Chromium writes to its console. Pure: it knows no policy and no server, only what was sent and
// what came back.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace corsac {

// Messages show texts of any request and answer: longer ones are cut.
inline constexpr std::size_t kBrowserTextLimitBytes = 500;

// Fetch, 2.2.5 "request mode".
enum class RequestMode : unsigned char {
  Cors,       // fetch(), XMLHttpRequest, fonts, module scripts, crossorigin
  NoCors,     // <img>, <script>, mode: "no-cors": sent, and never readable
  Navigate,   // a link or a form
  WebSocket,  // new WebSocket(): no CORS check, and cookies always go along
};
// Fetch, 2.2.5 "credentials mode"; what fetch() says with `credentials`.
enum class CredentialsMode : unsigned char { Omit, SameOrigin, Include };

// "cors", "no-cors", "navigate", "websocket"; "omit", "same-origin", "include".
[[nodiscard]] std::string_view to_text(RequestMode mode) noexcept;
[[nodiscard]] std::string_view to_text(CredentialsMode mode) noexcept;
[[nodiscard]] std::optional<RequestMode> parse_request_mode(std::string_view text) noexcept;
[[nodiscard]] std::optional<CredentialsMode> parse_credentials_mode(std::string_view text) noexcept;

// What a page asks for. Texts from the wire may be anything: what is made of them is escaped.
struct BrowserRequest {
  std::string origin = {};  // of the page, as in the Origin header
  std::string url = {};     // as messages show it
  std::string method = "GET";
  std::string requested_headers = {};  // unsafe names as to_requested_headers makes them
  RequestMode mode = RequestMode::Cors;
  CredentialsMode credentials = CredentialsMode::SameOrigin;
  bool is_own = false;  // the page is of the server's own origin: no check is made
};

struct BrowserAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};  // a pair for each line
  // The application writes headers of its own that are not known here.
  bool is_of_application = false;
};

enum class BrowserFault : unsigned char {
  None,
  Redirect,  // of a preflight
  AllowOriginMissing,
  AllowOriginSeveral,
  AllowOriginInvalid,
  AllowOriginOther,
  AnyOriginWithCredentials,
  CredentialsMissing,
  Status,  // of a preflight
  MethodsMalformed,
  HeadersMalformed,
  Method,
  Header,
};
// "allow_origin_missing" and so on; "none".
[[nodiscard]] std::string_view to_text(BrowserFault fault) noexcept;

struct BrowserVerdict {
  BrowserFault fault = BrowserFault::None;
  std::string why = {};      // what is wrong with the answer, a sentence; empty = nothing
  std::string console = {};  // Chromium's line; empty = none
  [[nodiscard]] bool passes() const noexcept { return fault == BrowserFault::None; }
};

// Fetch, 4.9 "CORS check", for the answer to the request itself.
[[nodiscard]] BrowserVerdict check_answer(const BrowserRequest& request,
                                          const BrowserAnswer& answer);
// Fetch, 4.8 "CORS-preflight fetch", for the answer to the preflight. Of "*" beside Authorization
// it is the standard that speaks: Chromium still lets it pass.
[[nodiscard]] BrowserVerdict check_preflight(const BrowserRequest& request,
                                             const BrowserAnswer& answer);

// Why a preflight goes first ("the method PUT is not safelisted"), or nothing when none does.
[[nodiscard]] std::optional<std::string> preflight_cause(const BrowserRequest& request);

}  // namespace corsac
