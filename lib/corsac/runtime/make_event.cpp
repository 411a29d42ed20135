// What an event tells about one refused request. Entry: make_event. Spec: policy document, 5;
// CVE-2024-1681 (a log that prints a request's bytes as they are) is the mistake it avoids. Test:
// tests/runtime/event_log_test.cpp.
//
// Header values besides four named ones never stand in an event: they hold cookies and tokens.

#include <algorithm>

#include "corsac/base/printable.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/policy/fusionauth_category.hpp"
#include "corsac/policy/near_miss.hpp"
#include "corsac/runtime/event_log.hpp"

namespace corsac {
namespace {

EventOutcome outcome_of(const Decision& decision) noexcept {
  switch (decision.reason) {
    case Reason::RedirectToOtherOrigin:
    case Reason::HandlerHeadersReplaced:
      return EventOutcome::Diagnostic;
    default:
      return decision.outcome == Outcome::Pass ? EventOutcome::Marked : EventOutcome::Blocked;
  }
}

bool is_report_only(const Snapshot& snapshot, const Decision& decision) {
  if (decision.rule >= snapshot.rule_count()) return false;
  const auto& cors = snapshot.rule(decision.rule).cors;
  return cors && cors->is_report_only;
}

std::optional<std::string> printable_value(const HeaderField& field) {
  if (!field.is_present()) return std::nullopt;
  return to_printable(field.value);
}

// A query or a fragment may hold a token, and userinfo a password; the path is told. Any number of
// slashes and backslashes leads to the host, as browsers read it; without `//` nothing tells where
// the host is.
std::string url_without_secrets(std::string_view url) {
  const std::string_view page = url.substr(0, url.find_first_of("?#"));
  const std::size_t slashes = page.find("//");
  if (slashes == std::string_view::npos) return to_printable(without_userinfo(page));
  const std::size_t authority = page.find_first_not_of("/\\", slashes);
  const std::size_t path = std::min(page.find('/', authority), page.size());
  return to_printable(without_userinfo(page.substr(0, path)) + std::string(page.substr(path)));
}

std::optional<std::string> referer_without_secrets(const HeaderField& field) {
  if (!field.is_present()) return std::nullopt;
  return url_without_secrets(field.value);
}

// The first `end` bytes of a path or target. In the form that begins with `/` an `@` is no
// userinfo, and belongs to what was sent. In every other one a password may hold what ends a host
// or a page, plain or encoded, so that all before the last `@` may be one.
std::string page_without_userinfo(std::string_view text, std::size_t end) {
  const std::string_view page = text.substr(0, end);
  if (text.starts_with('/')) return std::string(page);
  const std::size_t at = text.rfind('@');
  const bool is_behind = at != std::string_view::npos && at >= page.size();
  const bool is_encoded = text.find("%40", at + 1) != std::string_view::npos;
  return is_behind || is_encoded ? "***" : without_userinfo(page);
}

std::string path_without_secrets(std::string_view path) {
  return to_printable(page_without_userinfo(path, path.find('?')));
}

// What an encoded `?` begins is left out as well: decoded it looks like a query, and is cut from
// the path. `%3F...` says so.
std::string target_without_secrets(std::string_view target) {
  const std::string_view sent =
      target.substr(0, target.find_first_of(target.starts_with('/') ? "?" : "?#"));
  const std::size_t mark = std::min(sent.find("%3F"), sent.find("%3f"));
  const std::string page = page_without_userinfo(sent, mark);
  return to_printable(mark == std::string_view::npos ? page : page + "%3F...", kEventTargetBytes);
}

void add_header_name(void* context, std::string_view name, std::string_view) {
  auto& names = *static_cast<std::vector<std::string>*>(context);
  if (names.size() < kEventHeaderNames) {
    names.push_back(to_printable(name, kEventHeaderNameBytes));
  }
}

}  // namespace

Event make_event(const Snapshot& snapshot, const RequestView& seen, const Decision& decided) {
  // No browser puts userinfo into an Origin, so nothing of it is told, in hints neither.
  const std::string origin = without_userinfo(seen.origin.value);
  RequestView request = seen;
  Decision decision = decided;
  request.origin.value = origin;
  if (decision.offending == seen.origin.value) decision.offending = origin;
  Event event;
  event.revision = to_printable(snapshot.revision());
  event.outcome = outcome_of(decision);
  event.reason = reason_info(decision.reason).code;
  event.value = to_printable(decision.offending);
  if (decision.rule < snapshot.rule_count()) {
    event.rule = to_printable(snapshot.rule(decision.rule).name);
    event.place = place_of_refusal(snapshot, decision);
  }
  event.is_report_only =
      event.outcome == EventOutcome::Marked && is_report_only(snapshot, decision);
  const bool has_status =
      decision.outcome != Outcome::Pass || event.outcome == EventOutcome::Diagnostic;
  event.status = has_status ? decision.status : 0;
  event.method = to_printable(request.method);
  event.path = path_without_secrets(request.path);
  if (decision.reason == Reason::PathAmbiguous) {
    event.target = target_without_secrets(request.target);
  }
  event.content_type = printable_value(request.content_type);
  event.host = printable_value(request.host);
  event.origin = printable_value(request.origin);
  event.referer = referer_without_secrets(request.referer);
  const OwnOrigin* own = request.own;
  event.own_origin = own == nullptr ? std::string() : to_printable(own->describe(request));
  event.client = to_printable(own == nullptr ? request.peer_address : own->client_address(request));
  constexpr std::size_t kOfABrowser = 16;
  event.header_names.reserve(kOfABrowser);
  if (request.headers != nullptr) request.headers->visit(add_header_name, &event.header_names);
  event.hint = hint(snapshot, request, decision);
  event.near_miss = near_miss(snapshot, request, decision);
  if (snapshot.profile() == ProfileName::FusionAuth) {
    event.category = fusionauth_category(decision);
  }
  return event;
}

}  // namespace corsac
