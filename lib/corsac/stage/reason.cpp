// The stable reason codes with their sentences: policy document, 5.
// Entry: reason_info, parse_reason. Each code has a page: lib/docs/reasons/<code>.md.
// Test: tests/stage/reason_test.cpp.

#include "corsac/stage/reason.hpp"

#include <array>

namespace corsac {
namespace {

// In the order of the enum; the static_assert below holds it.
constexpr std::array<ReasonInfo, kReasonCount> kReasons = {{
    {Reason::None, "none", "Nothing was refused.", "There is nothing to do."},
    {Reason::OriginNotAllowed, "origin_not_allowed",
     "The page's origin is not in allowed_origins of the rule that applies.",
     "Add exactly this origin, scheme, host and port, to allowed_origins if its pages may call "
     "this "
     "server."},
    {Reason::OriginMalformed, "origin_malformed",
     "The Origin header is not an origin as browsers write it.",
     "Browsers send scheme://host[:port] in lower case, without a default port, path or trailing "
     "slash; look for a proxy or a client that rewrites the header."},
    {Reason::OriginNull, "origin_null",
     "The page has an opaque origin, which browsers send as null.",
     "Files, sandboxed frames, data: URLs and cross-origin redirects send null, and so can anyone; "
     "serve the page from a real origin, or set allow_null_origin on a rule without credentials."},
    {Reason::OriginRepeated, "origin_repeated", "The request has more than one Origin line.",
     "No browser sends two; look for a proxy or a client that adds a second one."},
    {Reason::MethodNotAllowed, "method_not_allowed",
     "The request's method is not in allowed_methods of the rule that applies.",
     "Add the method to allowed_methods, or set enforce_methods to false."},
    {Reason::RequestedMethodNotAllowed, "requested_method_not_allowed",
     "The preflight asks for a method that is not in allowed_methods.",
     "Add the method to allowed_methods; methods are compared with case, so that a page that says "
     "patch must say PATCH."},
    {Reason::RequestedMethodMalformed, "requested_method_malformed",
     "Access-Control-Request-Method is empty, repeated or not a method name.",
     "Browsers send one token of at most 32 bytes; look for a proxy or a client that writes the "
     "header itself."},
    {Reason::RequestedHeaderNotAllowed, "requested_header_not_allowed",
     "The preflight asks for a request header that is not in allowed_headers.",
     "Add the header to allowed_headers; \"*\" does not cover Authorization, which must be named."},
    {Reason::RequestedHeadersMalformed, "requested_headers_malformed",
     "Access-Control-Request-Headers holds something that is not a header name.",
     "Browsers send header names joined by commas; look for a proxy or a client that writes the "
     "header itself."},
    {Reason::RequestedHeadersOverBudget, "requested_headers_over_budget",
     "Access-Control-Request-Headers is longer than any real list.",
     "At most 4096 bytes, 64 names and 16 empty elements are read; send fewer custom headers, or "
     "put the data into the body."},
    {Reason::PreflightOnExcludedPath, "preflight_on_excluded_path",
     "The preflight is for a path on which CORS is off.",
     "Take the path out of excluded_paths (or into included_paths) if pages of other origins may "
     "call it."},
    {Reason::PreflightRejected, "preflight_rejected",
     "The rule that applies rejects every preflight.",
     "Set preflight to \"answer\", or to \"pass_through\" if the application answers preflights "
     "itself."},
    {Reason::ContentTypeMissing, "content_type_missing",
     "A cross-origin POST came without Content-Type, which the policy refuses.",
     "Send a Content-Type, or set post_without_content_type to \"pass\"."},
    {Reason::MethodUnknown, "method_unknown",
     "The request's method is none that this server knows.", "Use a registered method."},
    {Reason::PathAmbiguous, "path_ambiguous",
     "The path can be read in two ways, so no rule for paths can be trusted with it.",
     "Send the path without encoded slashes, dots or control bytes, backslashes, empty segments, "
     "\".\" and \"..\"."},
    {Reason::CrossSiteWrite, "cross_site_write",
     "A page of another site tried to change something.",
     "Add the page's origin to csrf.trusted_origins, or the path to csrf.exempt_paths if it takes "
     "calls from anywhere by design."},
    {Reason::RedirectNotAllowed, "redirect_not_allowed",
     "The answer would have sent the browser to an origin outside the lists.",
     "Add the target's origin to redirects.allowed_origins, or as a trusted origin with the scope "
     "REDIRECT."},
    {Reason::HostNotAllowed, "host_not_allowed",
     "The Host header is missing, malformed or not in hosts.allowed.",
     "Add the host under which browsers reach this server to hosts.allowed; anything else may be "
     "DNS rebinding."},
    {Reason::UpgradeNotAllowed, "upgrade_not_allowed",
     "A WebSocket upgrade carries credentials, and its origin is allowed only without them.",
     "WebSockets always send cookies: list the origin in a rule with allow_credentials = true."},
    {Reason::PolicyUnavailable, "policy_unavailable",
     "There is no policy, or it is too old, so every other origin is refused.",
     "Look at the store: /api/status and the log say since when it could not be read, and why."},
    {Reason::RedirectToOtherOrigin, "redirect_to_other_origin",
     "A cross-origin answer redirects to another origin, where the grant does not reach.",
     "Call the final address from the page, or answer without a redirect: browsers follow this one "
     "with Origin: null, so that it fails unless the other server grants null."},
    {Reason::HandlerHeadersReplaced, "handler_headers_replaced",
     "The handler set Access-Control-* headers itself, and they were replaced.",
     "Take the handler's own CORS headers out, or set handler_headers to \"keep\"."},
    {Reason::ForwardNotAllowed, "forward_not_allowed",
     "The request is not proved to come from an own page, so it was not forwarded.",
     "Call the forward from a page of this server's own origin, or give the application's "
     "authorize "
     "predicate a way to know the caller."},
}};

constexpr bool is_in_enum_order() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<std::size_t>(kReasons[i].reason) != i) return false;
  }
  return true;
}
static_assert(is_in_enum_order(), "kReasons has one row for each Reason, in the enum's order");
static_assert(static_cast<std::size_t>(Reason::ForwardNotAllowed) + 1 == kReasonCount);

}  // namespace

const ReasonInfo& reason_info(Reason reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  return kReasons[index < kReasons.size() ? index : 0];
}

std::optional<Reason> parse_reason(std::string_view code) noexcept {
  for (const ReasonInfo& info : kReasons) {
    if (info.code == code) return info.reason;
  }
  return std::nullopt;
}

}  // namespace corsac
