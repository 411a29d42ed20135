#pragma once

// The admin listener without a listener: plain request to plain answer. adapter/admin_routes.hpp
// puts it on a cpp-httplib server. JSON is made in the .cpp.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/authority/admin_tokens.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

struct AdminOptions {
  // Without one, everything but /healthz is 401.
  AdminTokenSet tokens = {};
  // Values of Host that are taken besides localhost and IP addresses, in the form of the policy's
  // `hosts.allowed`: "admin.example.com", "*.internal:8081". A page that rebinds its own name to
  // our address gives itself away by Host; an address cannot be rebound.
  std::vector<std::string> allowed_hosts = {};
  // Of each token; requests without a right one share one allowance of this size, so that nobody
  // can use up an operator's. 0 lets nobody in.
  unsigned requests_per_minute = 600;
  // How long POST /api/reload waits for the store.
  std::chrono::milliseconds reload_deadline{10'000};
  // For POST /api/reload, besides the store: reads where `tokens` come from again and replaces
  // them; what is wrong there, and then they stay as they are. On the thread of the request. Empty
  // = there is no such place.
  std::function<Report()> reload_tokens = {};
  // How many lines the program's log has lost so far, for /metrics; any thread. Empty = the series
  // is left out.
  std::function<std::uint64_t()> lost_log_lines = {};
  std::shared_ptr<const Clock> clock = {};  // empty = the system's
};

struct AdminRequest {
  std::string_view method = {};
  std::string_view path = {};  // decoded, without the query
  std::vector<std::pair<std::string_view, std::string_view>> query = {};  // decoded
  HeaderField host = {};
  HeaderField authorization = {};
  bool is_tls = false;
  bool is_http_1_0 = false;
};

struct AdminAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  // Besides Content-Type; every answer has Cache-Control: no-store and nosniff. Never CORS.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Errors are {"error": CODE, "message": TEXT}: host_not_allowed (400, 421), token_missing and
// token_unknown (401), scope (403), method (405 with Allow), parameter (400), too_many_requests
// (429 with Retry-After), too_many_streams (503 with Retry-After).
//
//   GET  /healthz     nobody is asked for a token: "ok", "degraded"; 503 "stale", "closed"
//   GET  /metrics     read: Prometheus' text format
//   GET  /api/status  read: the store, the policy in force, the newest document's problems, the
//                     counters, "last_loads", newest first
//                     ({"time", "revision", "outcome": taken|refused, "errors": N, "warnings": N,
//                     "times": N, "problems": [TEXT]}), and "shadow": null without [shadow], else
//                     {"file": TEXT, "store": {as the store's own fields}, "compared": N,
//                     "differences": [{"change": would_allow|would_refuse|other_reason|other_grant,
//                     "rule": TEXT, "reason": CODE or "none", "count": N}]}
//   GET  /api/events  read: {"events": [...], "total": N, "dropped": N}; reason=CODE,
//                     message=TEXT (a part of any text, `*` stands for any bytes),
//                     type=event|shadow, start=TIME, end=TIME (RFC 3339, or milliseconds since
//                     1970), startRow=N, numberOfResults=N (25, at most 1000),
//                     orderBy=insertInstant ASC|DESC (newest first), after=SEQ
//   GET  /api/events/top      read: {"total": N, "most_error": N, "origins": [{"origin": TEXT or
//                     null, "count": N, "error": N, "last": TIME, "reasons": {CODE: N},
//                     "near_miss": TEXT or null}]}, at most 50, the most refused first:
//                     runtime/refusal_summary.hpp
//   GET  /api/events/history  read: {"bucket_seconds": 60, "buckets": [{"start": TIME, "total": N,
//                     "reasons": {CODE: N}}]}, 60 minutes, oldest first
//   GET  /api/events/live     read: live_events.hpp
//   GET  /api/explain read: what the policy in force does with one fetch() of a page, as
//                     ExplainedExchange::json says it; origin, method, path, header (as often as
//                     needed), host, mode, credentials; a 400 has `problems`
//   GET  /api/policies  read: {"policies": [{"number": N, "revision": TEXT, "taken_at": TIME,
//                     "is_kept": BOOL}]}, the last ten that came into force, newest first; with
//                     number=N one that is kept: these fields, "before": N or null, "changes": what
//                     it changed (PolicyDiff::json; null = it cannot be told), "document", and
//                     "has_beside": the store keeps more beside it. 404 policy_not_kept, 503 busy
//   POST /api/reload  manage: reads the store now, and the tokens; 200 taken, 422 refused (one of
//                     the two), 503 not to be had; with [shadow], "shadow" says what became of
//                     the candidate, which is read as well, and waited for at most 2 s
//
// Safe from any thread.
class AdminApi {
 public:
  // `gate` is never null. The error side: what is wrong with `allowed_hosts` (the codes of
  // parse_host_pattern).
  [[nodiscard]] static Result<std::shared_ptr<AdminApi>, Report> make(std::shared_ptr<Gate> gate,
                                                                      AdminOptions options);
  ~AdminApi();
  AdminApi(const AdminApi&) = delete;
  AdminApi& operator=(const AdminApi&) = delete;

  // The answer, or nothing for a path that is not of this API: the listener's own routes follow,
  // and the Host is right. HEAD is answered as GET; the caller leaves the body out. Blocks only for
  // /api/reload.
  [[nodiscard]] std::optional<AdminAnswer> handle(const AdminRequest& request);

  // For routes beside these: nothing when the request has a token with this scope and its allowance
  // is not used up; else the refusal. Counts as one request.
  [[nodiscard]] std::optional<AdminAnswer> refuse_unless(const AdminRequest& request,
                                                         AdminScope scope);
  // Whether the token still has the scope, by the tokens that there are now. Takes nothing from its
  // allowance: for answers that go on.
  [[nodiscard]] bool is_still_allowed(const HeaderField& authorization, AdminScope scope) const;

 private:
  struct State;
  explicit AdminApi(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The error object of a status that the host answers without one: request_malformed (400), path
// (404), length_missing (411), body_too_large (413), media_type (415), internal (500), and `status`
// for every other.
[[nodiscard]] AdminAnswer describe_status(int status);

}  // namespace corsac
