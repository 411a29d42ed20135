// The admin listener's routes, its Host guard, its tokens. Entry: AdminApi::handle. Spec: README,
// "Operating". Test: tests/adapter/admin_api_test.cpp.

#include "corsac/adapter/admin_api.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "corsac/adapter/admin_explain.hpp"
#include "corsac/adapter/admin_metrics.hpp"
#include "corsac/adapter/admin_refusal.hpp"
#include "corsac/adapter/event_parameters.hpp"
#include "corsac/adapter/event_summary.hpp"
#include "corsac/adapter/policy_list.hpp"
#include "corsac/authority/token_holders.hpp"
#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/base/rate_limit.hpp"
#include "corsac/base/rfc3339.hpp"
#include "corsac/http/ip_range.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/explain_gate.hpp"
#include "corsac/stage/host_guard.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

// Keeps the order in which the fields are written.
using Json = nlohmann::ordered_json;

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

// A candidate that hangs must not hold the answer up for long.
constexpr std::chrono::milliseconds kShadowDeadline{2'000};

Json time_or_null(std::chrono::system_clock::time_point time) {
  return time == std::chrono::system_clock::time_point() ? Json(nullptr) : Json(time_text(time));
}

// An address cannot be rebound to another, so it needs no list; a name can.
bool is_never_rebound(std::string_view host) {
  if (equals_ignoring_case(host, "localhost")) return true;
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host.find('/') == std::string_view::npos && IpRange::parse(host).has_value();
}

Json counters_json(const Counters::Totals& totals) {
  Json json;
  json["passed"] = totals.passed;
  json["granted"] = totals.granted;
  json["preflights"] = totals.preflights;
  json["refused"] = totals.refused;
  json["marked"] = totals.marked;
  json["reasons"] = Json::object();
  for (std::size_t i = 1; i < kReasonCount; ++i) {
    if (totals.reasons[i] == 0) continue;
    json["reasons"][std::string(reason_info(static_cast<Reason>(i)).code)] = totals.reasons[i];
  }
  json["predicate_failures"] = totals.predicate_failures;
  json["handler_headers_replaced"] = totals.handler_headers_replaced;
  json["responses_without_decision"] = totals.responses_without_decision;
  json["event_failures"] = totals.event_failures;
  return json;
}

Json problems_json(const Report& report) { return Json::parse(report.json()); }

Json load_json(const LoadNote& load) {
  Json json;
  json["time"] = time_text(load.time);
  json["revision"] = load.revision;
  json["outcome"] = load.is_taken ? "taken" : "refused";
  json["errors"] = load.errors;
  json["warnings"] = load.warnings;
  json["times"] = load.times;
  json["problems"] = load.problems;
  return json;
}

Json store_json(const StoreStatus& store) {
  Json json;
  json["state"] = to_text(store.state);
  json["source"] = store.source;
  json["revision"] = store.revision;
  json["loaded_at"] = time_or_null(store.loaded_at);
  json["last_answer_at"] = time_or_null(store.last_answer_at);
  json["failing_since"] = time_or_null(store.failing_since);
  json["last_error"] = store.last_error.empty() ? Json(nullptr) : Json(store.last_error);
  json["is_cached"] = store.is_cached;
  json["cache_error"] = store.cache_error.empty() ? Json(nullptr) : Json(store.cache_error);
  json["loads"] = store.loads;
  json["failures"] = store.failures;
  json["next_try_in_ms"] = store.next_try_in.count();
  json["problems"] = problems_json(store.last_report);
  json["last_loads"] = Json::array();
  for (const LoadNote& load : store.last_loads) json["last_loads"].push_back(load_json(load));
  return json;
}

Json shadow_json(const ShadowStatus& shadow) {
  Json json;
  json["file"] = shadow.file;
  json["store"] = store_json(shadow.store);
  json["compared"] = shadow.counts.compared;
  json["differences"] = Json::array();
  for (const ShadowDifference& difference : shadow.counts.differences) {
    Json row;
    row["change"] = to_text(difference.change);
    row["rule"] = difference.rule;
    row["reason"] = reason_info(difference.reason).code;
    row["count"] = difference.count;
    json["differences"].push_back(std::move(row));
  }
  return json;
}

// The candidate decides nothing, so that no reload fails by it; that its file is wrong would go
// unseen while the last good one is compared.
Json reloaded_shadow_json(const ShadowStatus& shadow) {
  const StoreStatus& store = shadow.store;
  Json json;
  json["file"] = shadow.file;
  json["state"] = to_text(store.state);
  json["failing_since"] = time_or_null(store.failing_since);
  json["last_error"] = store.last_error.empty() ? Json(nullptr) : Json(store.last_error);
  return json;
}

// Of a route that has none: one that is not heeded would look as if it were.
std::optional<AdminAnswer> refuse_parameters(const AdminRequest& request) {
  if (request.query.empty()) return std::nullopt;
  return refusal(400, "parameter", "there are no parameters here");
}

StoreState worse_of(StoreState a, StoreState b) noexcept { return std::max(a, b); }

}  // namespace

struct AdminApi::State {
  using Answer = AdminAnswer (State::*)(const AdminRequest&);
  struct Route {
    std::string_view path;
    std::string_view method;
    std::optional<AdminScope> scope;  // nothing = nobody is asked
    Answer answer;
  };
  static const Route kRoutes[];

  State(std::shared_ptr<Gate> gate_of_api, AdminOptions admin_options)
      : gate(std::move(gate_of_api)),
        options(std::move(admin_options)),
        list(gate),
        holders(options.tokens, options.requests_per_minute) {
    if (!options.clock) options.clock = std::make_shared<SystemClock>();
  }

  std::optional<AdminAnswer> refuse_host(const AdminRequest& request) const;
  AdminAnswer healthz(const AdminRequest& request);
  AdminAnswer metrics(const AdminRequest& request);
  AdminAnswer status(const AdminRequest& request);
  AdminAnswer events(const AdminRequest& request);
  AdminAnswer explain(const AdminRequest& request);
  AdminAnswer most_refused(const AdminRequest& request);
  AdminAnswer history(const AdminRequest& request);
  AdminAnswer policies(const AdminRequest& request) { return list.answer(request); }
  AdminAnswer reload(const AdminRequest& request);

  const std::shared_ptr<Gate> gate;
  AdminOptions options;
  PolicyList list;
  std::vector<HostPattern> hosts = {};
  TokenHolders holders;  // of options.tokens
};

const AdminApi::State::Route AdminApi::State::kRoutes[] = {
    {"/healthz", "GET", std::nullopt, &State::healthz},
    {"/metrics", "GET", AdminScope::Read, &State::metrics},
    {"/api/status", "GET", AdminScope::Read, &State::status},
    {"/api/events", "GET", AdminScope::Read, &State::events},
    {"/api/explain", "GET", AdminScope::Read, &State::explain},
    {"/api/events/top", "GET", AdminScope::Read, &State::most_refused},
    {"/api/events/history", "GET", AdminScope::Read, &State::history},
    {"/api/policies", "GET", AdminScope::Read, &State::policies},
    {"/api/reload", "POST", AdminScope::Manage, &State::reload},
};

Result<std::shared_ptr<AdminApi>, Report> AdminApi::make(std::shared_ptr<Gate> gate,
                                                         AdminOptions options) {
  auto state = std::make_unique<State>(std::move(gate), std::move(options));
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < state->options.allowed_hosts.size(); ++i) {
    const std::string& text = state->options.allowed_hosts[i];
    auto pattern = parse_host_pattern(text);
    if (pattern) {
      state->hosts.push_back(std::move(*pattern));
      continue;
    }
    problems.push_back({.code = pattern.error().code,
                        .path = "allowed_hosts[" + std::to_string(i) + "]",
                        .value = pattern.error().may_show_value ? text : "",
                        .what = pattern.error().what,
                        .fix = pattern.error().fix});
  }
  if (!problems.empty()) return fail(Report(std::move(problems)));
  return std::shared_ptr<AdminApi>(new AdminApi(std::move(state)));
}

AdminApi::AdminApi(std::unique_ptr<State> state) : state_(std::move(state)) {}
AdminApi::~AdminApi() = default;

std::optional<AdminAnswer> AdminApi::handle(const AdminRequest& request) {
  if (auto refused = state_->refuse_host(request)) return refused;
  for (const State::Route& route : State::kRoutes) {
    if (route.path != request.path) continue;
    if (route.scope) {
      if (auto refused = refuse_unless(request, *route.scope)) return refused;
    }
    if (request.method != route.method && !(request.method == "HEAD" && route.method == "GET")) {
      AdminAnswer answer = refusal(405, "method", "another method is needed here");
      answer.headers.emplace_back("Allow", route.method == "GET" ? "GET, HEAD" : "POST");
      return answer;
    }
    return (state_.get()->*route.answer)(request);
  }
  return std::nullopt;
}

std::optional<AdminAnswer> AdminApi::refuse_unless(const AdminRequest& request, AdminScope scope) {
  const auto [has_presented, token, limit] =
      state_->holders.find(request.authorization, {"Bearer"});
  if (!limit->take(state_->options.clock->steady_now())) {
    AdminAnswer answer = refusal(429, "too_many_requests", "the allowance of a minute is used up");
    answer.headers.emplace_back("Retry-After", std::to_string(limit->seconds_until_next()));
    return answer;
  }
  if (token == nullptr) {
    AdminAnswer answer = has_presented ? refusal(401, "token_unknown", "this token is not known")
                                       : refusal(401, "token_missing",
                                                 "send the token as `Authorization: Bearer TOKEN`");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"corsac\"");
    return answer;
  }
  if (scope == AdminScope::Manage && token->scope != AdminScope::Manage) {
    return refusal(403, "scope", "this token may look, and not change");
  }
  return std::nullopt;
}

bool AdminApi::is_still_allowed(const HeaderField& authorization, AdminScope scope) const {
  const auto token = state_->holders.find(authorization, {"Bearer"}).token;
  return token != nullptr && (scope == AdminScope::Read || token->scope == AdminScope::Manage);
}

std::optional<AdminAnswer> AdminApi::State::refuse_host(const AdminRequest& request) const {
  ParsedHost host;
  if (!request.host.is_present() && request.is_http_1_0) {
    return refusal(421, "host_not_allowed", "a Host header is needed");
  }
  if (request.host.lines != 1 || !parse_host(request.host.value, request.is_tls, host)) {
    return refusal(400, "host_not_allowed", "one well-formed Host header is needed");
  }
  if (is_never_rebound(host.host)) return std::nullopt;
  for (const HostPattern& pattern : hosts) {
    if (matches_host(pattern, host, HostForMatching::PortIfWritten)) return std::nullopt;
  }
  return refusal(421, "host_not_allowed", "this Host is not one of the listener's");
}

AdminAnswer AdminApi::State::healthz(const AdminRequest&) {
  const StoreState store = gate->status().state;
  const auto records = gate->records_status();
  const StoreState state = records ? worse_of(store, records->state) : store;
  const bool is_well = state == StoreState::Fresh;
  const bool serves = is_well || state == StoreState::Degraded;
  std::string body = std::string(is_well ? "ok" : to_text(state)) + "\n";
  if (records) {
    body.append("store: ").append(to_text(store)).append("\n");
    body.append("records: ").append(to_text(records->state)).append("\n");
  }
  return {.status = serves ? 200 : 503, .content_type = "text/plain", .body = std::move(body)};
}

AdminAnswer AdminApi::State::metrics(const AdminRequest&) {
  const EventLog::Counts events = gate->events().counts();
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = metrics_text({.totals = gate->counters().totals(),
                                .rules = gate->counters().by_rule(),
                                .times = gate->counters().decision_times(),
                                .status = gate->status(),
                                .records = gate->records_status(),
                                .shadow = gate->shadow_status(),
                                .events = events.recorded,
                                .events_dropped = events.dropped,
                                .lost_log_lines = options.lost_log_lines
                                                      ? std::optional(options.lost_log_lines())
                                                      : std::nullopt,
                                .now = options.clock->wall_now()})};
}

AdminAnswer AdminApi::State::status(const AdminRequest&) {
  const SnapshotPtr snapshot = gate->snapshot();
  Json json = store_json(gate->status());
  json["is_closed"] = snapshot->is_closed();
  json["debug"] = snapshot->has_debug();
  json["report_only"] = snapshot->has_report_only();
  const auto records = gate->records_status();
  json["records"] = records ? store_json(*records) : Json(nullptr);
  const auto shadow = gate->shadow_status();
  json["shadow"] = shadow ? shadow_json(*shadow) : Json(nullptr);
  json["requests"] = counters_json(gate->counters().totals());
  return {.body = to_text(json)};
}

AdminAnswer AdminApi::State::events(const AdminRequest& request) {
  const auto query = read_event_query(request.query);
  if (!query) return refusal(400, "parameter", query.error());
  const EventLog::Page page = gate->events().find(*query);
  std::string body = "{\"events\":[";
  for (const Event& event : page.events) {
    if (body.back() != '[') body += ",";
    body += to_json(event);
  }
  body += "],\"total\":" + std::to_string(page.total) +
          ",\"dropped\":" + std::to_string(page.dropped) + "}\n";
  return {.body = std::move(body)};
}

AdminAnswer AdminApi::State::explain(const AdminRequest& request) {
  const auto told = question_of_query(request.query).and_then([&](const ExplainQuestion& question) {
    return corsac::explain(*gate, question);
  });
  if (told) return {.body = told->json() + "\n"};
  Json json;
  json["error"] = "parameter";
  json["message"] = "no browser sends this; problems says why";
  json["problems"] = problems_json(told.error());
  return {.status = 400, .body = to_text(json)};
}

AdminAnswer AdminApi::State::most_refused(const AdminRequest& request) {
  if (auto refused = refuse_parameters(request)) return *std::move(refused);
  return {.body = most_refused_json(gate->events())};
}

AdminAnswer AdminApi::State::history(const AdminRequest& request) {
  if (auto refused = refuse_parameters(request)) return *std::move(refused);
  return {.body = history_json(gate->events())};
}

AdminAnswer AdminApi::State::reload(const AdminRequest&) {
  // First: a token that was withdrawn ends, whatever the store does.
  const auto tokens = options.reload_tokens ? std::optional(options.reload_tokens()) : std::nullopt;
  const Report report = gate->reload_and_wait(options.reload_deadline);
  const StoreStatus store = gate->status();
  const bool is_taken = !report.has_errors();
  const auto records = gate->records_status();
  const StoreState worse = records ? worse_of(store.state, records->state) : store.state;
  const bool is_invalid = worse == StoreState::Degraded;
  Json json;
  json["taken"] = is_taken;
  json["state"] = to_text(store.state);
  json["revision"] = store.revision;
  if (records) {
    json["records"]["state"] = to_text(records->state);
    json["records"]["revision"] = records->revision;
  }
  gate->reload_shadow_and_wait(std::min(options.reload_deadline, kShadowDeadline));
  if (const auto shadow = gate->shadow_status()) json["shadow"] = reloaded_shadow_json(*shadow);
  json["problems"] = problems_json(report);
  const bool has_tokens = !tokens || !tokens->has_errors();
  if (tokens) json["tokens"] = {{"taken", has_tokens}, {"problems", problems_json(*tokens)}};
  const bool is_refused = is_taken ? !has_tokens : is_invalid;
  return {.status = is_refused ? 422 : is_taken ? 200 : 503, .body = to_text(json)};
}

AdminAnswer describe_status(int status) {
  struct Words {
    int status;
    std::string_view code;
    std::string_view message;
  };
  constexpr Words kWords[] = {
      {400, "request_malformed", "the request is not understood, or its end is not known"},
      {404, "path", "there is no such path"},
      {411, "length_missing", "the body has no Content-Length"},
      {413, "body_too_large", "the body is too large"},
      {415, "media_type", "the body is compressed"},
      {500, "internal", "the server could not do it"},
  };
  for (const Words& words : kWords) {
    if (words.status == status) return refusal(status, words.code, words.message);
  }
  return refusal(status, "status", "the server answers this request with its status alone");
}

}  // namespace corsac
