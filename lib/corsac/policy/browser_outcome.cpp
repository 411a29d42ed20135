// From the checks to what a page sees. Entry: browser_outcome. Spec: Fetch, 4.8 and 4.9. Tests:
// tests/policy/browser_outcome_test.cpp, tests/browser/console_test.js.

#include "corsac/policy/browser_outcome.hpp"

#include <array>
#include <cstddef>
#include <optional>

#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

std::string shown(std::string_view text) { return to_one_line(text, kBrowserTextLimitBytes); }

std::string no_preflight(const BrowserRequest& request) {
  if (request.is_own) return "none: the page is of this server's own origin";
  if (request.mode != RequestMode::Cors) {
    return "none: mode " + std::string(to_text(request.mode)) + " has no preflight";
  }
  return "none: " + shown(request.method) + " and every header are safelisted";
}

void tell_cookies(const BrowserRequest& request, BrowserOutcome& outcome) {
  if (request.mode == RequestMode::WebSocket) {
    outcome.sends_cookies = true;
    outcome.cookies = "sent: a WebSocket always brings those with SameSite=None; Secure";
  } else if (request.mode == RequestMode::Navigate) {
    outcome.sends_cookies = true;
    outcome.cookies =
        "sent: those with SameSite=None; Secure, and with GET those with SameSite=Lax";
  } else if (request.credentials == CredentialsMode::Omit) {
    outcome.cookies = "not sent: credentials \"omit\"";
  } else if (request.is_own) {
    outcome.sends_cookies = true;
    outcome.cookies = "sent: the page is of this server's own origin";
  } else if (request.credentials == CredentialsMode::SameOrigin) {
    outcome.cookies =
        "not sent, and not taken: credentials \"same-origin\", and this is another origin";
  } else {
    outcome.sends_cookies = true;
    outcome.cookies =
        "sent: those of the same site, and those with SameSite=None; Secure where the browser "
        "blocks no third-party cookies";
  }
  if (!outcome.sends_request) {
    outcome.sends_cookies = false;
    outcome.cookies = "not sent: a preflight has none, and it failed";
  }
}

std::string reading(const BrowserVerdict& verdict, const BrowserAnswer& answer) {
  if (!verdict.passes()) return "not readable: " + verdict.why;
  return "readable, whatever its status (" + std::to_string(answer.status) + ")";
}

void tell_other_mode(const BrowserRequest& request, const BrowserAnswer& answer,
                     BrowserOutcome& outcome) {
  using Readable = BrowserOutcome::Readable;
  const bool is_refused = answer.status >= 400;
  const std::string status = std::to_string(answer.status);
  if (request.mode == RequestMode::WebSocket) {
    outcome.is_readable = is_refused ? Readable::No : Readable::Yes;
    outcome.answer = is_refused ? "the connection fails with " + status : "the connection opens";
    if (!is_refused) return;
    std::string url = shown(request.url);
    if (url.starts_with("http")) url.replace(0, 4, "ws");
    outcome.console =
        "WebSocket connection to '" + url +
        "' failed: Error during WebSocket handshake: Unexpected response code: " + status;
  } else if (request.mode == RequestMode::NoCors) {
    outcome.is_readable = Readable::No;
    outcome.answer = is_refused ? "opaque, and refused with " + status
                                : "opaque: it is used (an image, a script), and never read";
  } else {
    outcome.is_readable = is_refused ? Readable::No : Readable::Yes;
    outcome.answer = is_refused ? "the user sees the empty page of a " + status
                                : "the user sees it; a page reads nothing of a navigation";
  }
}

void tell_answer(const BrowserRequest& request, const BrowserAnswer& answer,
                 BrowserOutcome& outcome) {
  using Readable = BrowserOutcome::Readable;
  if (!request.is_own && request.mode != RequestMode::Cors) {
    return tell_other_mode(request, answer, outcome);
  }
  const BrowserVerdict verdict = check_answer(request, answer);
  if (request.is_own) {
    outcome.answer = "readable: the page is of this server's own origin";
  } else if (!verdict.passes() && answer.is_of_application) {
    outcome.is_readable = Readable::Application;
    outcome.answer =
        "up to the application: Corsac adds no grant here, and without one that the "
        "application writes itself the answer is not readable";
    outcome.console = verdict.console;
  } else {
    outcome.is_readable = verdict.passes() ? Readable::Yes : Readable::No;
    outcome.answer = reading(verdict, answer);
    outcome.console = verdict.console;
  }
}

// False: the request is not sent.
bool tell_preflight(const BrowserRequest& request, const BrowserAnswer& answer,
                    BrowserOutcome& outcome) {
  const BrowserVerdict verdict = check_preflight(request, answer);
  outcome.sends_preflight = true;
  outcome.preflight = "sent: " + preflight_cause(request).value_or("it was asked for");
  if (verdict.passes()) {
    outcome.preflight += "; it passes";
    return true;
  }
  outcome.console = verdict.console;
  if (answer.is_of_application) {
    outcome.preflight += "; the application answers it";
    outcome.is_readable = BrowserOutcome::Readable::Application;
    outcome.answer = "up to the application, which answers the preflight";
    return true;
  }
  outcome.preflight += "; it fails: " + verdict.why;
  outcome.sends_request = false;
  outcome.is_readable = BrowserOutcome::Readable::No;
  outcome.answer = "none: the request is never sent";
  return false;
}

}  // namespace

std::string_view to_text(BrowserOutcome::Readable readable) noexcept {
  constexpr std::array<std::string_view, 3> kReadable = {"yes", "no", "application"};
  return kReadable[static_cast<std::size_t>(readable)];
}

BrowserOutcome browser_outcome(const BrowserRequest& request, const BrowserAnswer* preflight,
                               const BrowserAnswer* answer) {
  BrowserOutcome outcome;
  outcome.preflight = no_preflight(request);
  const bool is_sent = preflight == nullptr || tell_preflight(request, *preflight, outcome);
  tell_cookies(request, outcome);
  if (!is_sent || answer == nullptr) {
    if (is_sent && outcome.answer.empty()) outcome.answer = "not asked here";
    return outcome;
  }
  const bool is_left = outcome.is_readable == BrowserOutcome::Readable::Application;
  if (is_left && check_answer(request, *answer).passes()) return outcome;
  tell_answer(request, *answer, outcome);
  return outcome;
}

}  // namespace corsac
