#pragma once

// What an application holds: the current policy, and everything that belongs to one place where
// requests are decided. Made by make_gate or open_gate; shared by the hooks of any number of
// servers.

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/clock.hpp"
#include "corsac/base/result.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/record_withdrawal.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/event_log.hpp"
#include "corsac/runtime/kept_policy.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/metrics.hpp"
#include "corsac/runtime/shadow_status.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_status.hpp"
#include "corsac/stage/cross_domain_cookie.hpp"
#include "corsac/stage/csrf_check.hpp"
#include "corsac/stage/decision.hpp"
#include "corsac/stage/trusted_cross_site.hpp"

namespace corsac {

class Snapshot;  // policy/snapshot.hpp, not public: the compiled policy
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// What a predicate of the application says about one request.
struct PredicateAnswer {
  bool yes = false;
  // The request headers that it looked at, besides Origin, as a comma list ("X-Tenant"): they go
  // into Vary. Must outlive the response: a literal.
  std::string_view looked_at = {};
};

// Called on the request's thread before deciding; must be safe from any thread and should not
// throw: one that does counts as the answer that grants less, and in
// Counters::predicate_failures. (For applies_to that is both: nothing is granted as if it had said
// no, and what the policy refuses is refused as if it had said yes.) Read headers through
// RequestView::headers. It may ask this gate, but neither about the GateDecision that is being
// filled nor through the hooks that called it: both hold the decision under way.
using Predicate = std::function<PredicateAnswer(const RequestView&)>;

struct GateOptions {
  // How browsers reach us: same-origin requests are never refused. Serialised origins.
  std::vector<std::string> public_origins = {};
  // Peers that may set X-Forwarded-*: addresses and blocks.
  std::vector<std::string> trusted_proxies = {};
  // `no` = this request is as one on an excluded path; but a WebSocket upgrade passes, which is
  // refused there when it comes from another origin. Whoever says `no` to one checks its Origin
  // himself: browsers send cookies with it.
  Predicate applies_to = {};
  // `yes` = the request's origin counts as listed (never `null`, never a malformed one). Asked only
  // of requests with an Origin.
  Predicate allow_request = {};
  // One JSON line for each event that passes the limits of the event log; empty = none. One line at
  // a time, on the thread of the request, which waits for it, or on one of the gate's own (counts
  // of what was suppressed; the last one on the thread that ends the gate). Should not throw: an
  // exception is swallowed and counted (EventLog::sink_failures). The line is borrowed for the
  // call. May ask the gate (status, events, counters, request_reload), but must neither decide with
  // it, nor wait for it (reload_and_wait). A sink that lets go of the last reference to the gate
  // ends it, but on another thread and a moment later.
  std::function<void(std::string_view json_line)> event_sink = {};
  // The same holds for it, but that several threads may call it at once. Empty = silent.
  LogSink log = {};
  std::shared_ptr<const Clock> clock = {};  // empty = the system's
  std::size_t event_capacity = 10'000;
  // Only with open_gate: a second store, which delivers trusted origins and nothing else (kind
  // "okta" of the plugin remote), merged into the document of the first. README, "Trusted origins
  // from a second store".
  std::optional<StoreConfig> records = {};
};

// A decision together with what it points into. May be copied and moved.
struct GateDecision {
  Decision decision = {};
  SnapshotPtr snapshot = {};  // never null after decide; keeps the decision's views alive
  // What the predicates looked at, for Vary: each of the two may be empty.
  std::array<std::string_view, 2> extra_vary = {};
  // `debug_headers`: an answer that refuses says its reason in X-Corsac-Reason.
  bool shows_reason = false;
};

// Neither copied nor moved. All calls are safe from any thread.
class Gate {
 public:
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Decides one request by the policy in force. Counts it, and records an event when there is one.
  // `request.own` is set by the gate. Allocates nothing unless a predicate or an event does.
  void decide(RequestView& request, GateDecision& result) noexcept;

  // For a request that decide has let pass as an upgrade and that did not become one: decided as a
  // plain one, and neither counted nor recorded a second time.
  void decide_again(RequestView& request, GateDecision& result) noexcept;

  // For an answer to a request of which nothing was parsed. Who asked is not known and not what for,
  // so there is a grant only where it is the same for every request (a policy of "*" without rules,
  // paths, hosts, enforce_methods and applies_to); Vary stands in it. Counts nothing.
  void decide_unparsed(GateDecision& result) noexcept;

  // Whether the policy in force lets a browser be sent to `url`: relative ones, public_origins,
  // what redirects.allowed_origins and the records with scope REDIRECT name, whether or not
  // [redirects] is on. For redirects that are no `Location` (Refresh, <meta>, script), and for
  // applications that would rather go elsewhere than answer 403. `url` is what the browser gets,
  // decoded and read as browsers do; what does not parse, or is no http or https, may not. `//host`
  // may only where it may under each scheme that public_origins have (without any, under both).
  // Counts nothing, allocates nothing.
  [[nodiscard]] bool may_redirect(std::string_view url) const noexcept;

  // Whether a page may open a WebSocket, or anything else that goes on behind the answer with the
  // user's cookies and without CORS, for upgrades that the hooks do not see: cpp-httplib before
  // 0.53 has none, other libraries and ports do theirs themselves. The policy decides as for an
  // upgrade on this path (policy document, 4): own origins may, listed ones with a grant with
  // credentials, others only without Cookie and Authorization where `*` or the like covers them;
  // without Origin it is no browser and may. Where the policy has no CORS only own origins may.
  // False = refuse it, with 403 and without a body. Counted, and an event when refused.
  // `request.own` and `is_websocket_upgrade` are set here. Not for what the hooks decide anyway.
  [[nodiscard]] bool may_upgrade(RequestView request) noexcept;

  // Open edX's question: whether the request comes by TLS from a page that the policy trusts, as
  // its Referer tells, and if not why. Who is trusted is what the guard [csrf] trusts on this path:
  // csrf.trusted_origins, or else whom [cors] grants with credentials (never through
  // `allow_request`, and nobody where `applies_to` says no). Behind a trusted proxy TLS is what its
  // X-Forwarded-Proto says. For applications that relax a check of their own; the token is never
  // what may be relaxed. `request.own` is set here. Counts nothing but predicates that threw.
  [[nodiscard]] CrossSiteTrust trusted_cross_site(RequestView request) noexcept;

  // Django's CSRF check, for handlers that write: see check_csrf (stage/csrf_check.hpp). Whoever is
  // not Passed gets 403 from the application; nothing is counted or recorded here. It is asked
  // whether or not [csrf] is on, and does not know csrf.exempt_paths.
  [[nodiscard]] CsrfVerdict check_csrf(RequestView request,
                                       CsrfSubmission submission = {}) noexcept;

  // The cookie of [csrf.cookie] for this request and the answer that is made: see
  // stage/cross_domain_cookie.hpp. The caller adds `set_cookie` to the answer when it is Set.
  [[nodiscard]] CrossDomainCookie cross_domain_cookie(RequestView request,
                                                      const CrossDomainCookieFacts& facts);

  // For adapters: the directive frame-ancestors that the answer gets, whole; empty = none. Lives as
  // long as the decision's snapshot.
  struct FrameDirective {
    std::string_view text = {};
    bool is_report_only = false;
  };
  [[nodiscard]] static FrameDirective frame_directive(const GateDecision& decided) noexcept;

  // For adapters, behind the handler, when `decided.decision.judges_location`: whether the answer's
  // `Location` may stay, by the policy that decided the request.
  [[nodiscard]] bool allows_location(const GateDecision& decided,
                                     std::string_view location) const noexcept;
  // It may not: the decision becomes Refuse 403 redirect_not_allowed. Counts the reason (the
  // decision itself was counted before the handler) and records an event when there is one.
  void refuse_location(RequestView& request, std::string_view location,
                       GateDecision& decided) noexcept;

  // For adapters, behind the handler: what is worth knowing about its answer, which stays as it is.
  // Each counts its reason always, and records an event when there is one; `status` is the
  // answer's.
  //
  // A granted request is sent on by a 3xx answer with this `Location`: redirect_to_other_origin
  // when it leaves our origins (stage/redirect_taint.hpp). Of targets only what shown_target leaves
  // is told.
  void note_redirect(RequestView& request, std::string_view location, int status,
                     const GateDecision& decided) noexcept;
  // The handler set Access-Control-* itself and they were replaced: handler_headers_replaced. The
  // event comes once for each route under one revision of the policy, as far as kPlaces of
  // runtime/reported_once.hpp go. `route` is the pattern that the host's router matched; empty = it
  // does not say: then the rule that decided is the route when it selects by path, and else the
  // path. `status` = 0: the host has not said yet.
  void note_handler_headers(RequestView& request, std::string_view route, int status,
                            const GateDecision& decided) noexcept;

  // For the forwarder: the request is proved to come from a page of our own, or from the user's own
  // hand: `Sec-Fetch-Site: same-origin`, `none` without an Origin (as the GET of an
  // extension with permission for this host has it), or an Origin among public_origins. That the
  // Origin equals Host counts only under a Host guard: without one, DNS rebinding makes them equal.
  // That it equals X-Forwarded-Host never counts, trusted proxy or not: no guard looks at that.
  [[nodiscard]] bool is_proved_own(const RequestView& request) const noexcept;
  // It may not be forwarded: the decision becomes Refuse 403 forward_not_allowed. Counts the reason
  // (the request itself was counted before routing) and records an event when there is one.
  void refuse_forward(RequestView& request, GateDecision& decided) noexcept;

  // The policy in force. A thread that asks again without a change in between pays one atomic load.
  [[nodiscard]] SnapshotPtr snapshot() const noexcept;

  [[nodiscard]] const OwnOrigin& own_origin() const noexcept;
  [[nodiscard]] Counters& counters() noexcept;
  [[nodiscard]] const Counters& counters() const noexcept;
  [[nodiscard]] const EventLog& events() const noexcept;

  // Of the store; state Fresh and source "code" for a gate made by make_gate.
  [[nodiscard]] StoreStatus status() const;
  // Of the store of GateOptions::records; nothing without one.
  [[nodiscard]] std::optional<StoreStatus> records_status() const;
  // The last ten documents of the store, or of its cache, that came into force, newest first,
  // without the records of GateOptions::records; long ones are told of and not kept
  // (PolicyHistory). Nothing for a gate made by make_gate.
  [[nodiscard]] std::vector<KeptPolicy> last_policies() const;
  // Of the candidate of [shadow]; nothing without one.
  [[nodiscard]] std::optional<ShadowStatus> shadow_status() const;
  // Reads the stores again, that of a candidate too; see Supervisor. For a gate made by make_gate:
  // an empty report.
  void request_reload();
  [[nodiscard]] Report reload_and_wait(std::chrono::milliseconds deadline);
  // Reads the candidate of [shadow] again, and returns when it has been judged or `deadline` is
  // over; at once without a candidate, and for one that could not be opened yet, which is tried
  // again. shadow_status() says what became of it.
  void reload_shadow_and_wait(std::chrono::milliseconds deadline);
  // Takes trust away from the policy in force at once, whatever becomes of the document that the
  // store has: for records that were removed there while it cannot be used. The next document that
  // is taken speaks for itself. In force when it returns. Nothing for a gate made by make_gate.
  void withdraw(std::vector<RecordWithdrawal> withdrawn);
  // What becomes of `policy` if the store delivers it now, its [[test]] cases and the records of
  // the second store included; nothing changes. `reader_problems` are told and count with the rest.
  // As long as judging takes; not from inside of a sink.
  [[nodiscard]] Report try_policy(Policy policy, std::vector<Problem> reader_problems = {}) const;
  // Replaces the policy of a gate made by make_gate; errors leave the old one in force (besides
  // those of the policy gate-failed: there was no memory, or no thread to end grants). For a gate
  // with a store: the error gate-has-store.
  [[nodiscard]] Result<Report, Report> replace_policy(const Policy& policy);

  // Warnings of the plugin and the policy, at the time the gate was made; of a gate that started
  // closed, also the errors that it started closed for.
  [[nodiscard]] const Report& warnings() const noexcept;

 private:
  struct State;
  friend Result<std::shared_ptr<Gate>, Report> make_gate(Policy, const GateOptions&);
  friend Result<std::shared_ptr<Gate>, Report> open_gate(StoreConfig, const GateOptions&);
  explicit Gate(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with calls under way that a sink may outlive the gate in
};

// A gate for a policy made in code. The error side holds every error of the policy and of the
// options (option-public-origin, option-trusted-proxy, option-records) at once.
[[nodiscard]] Result<std::shared_ptr<Gate>, Report> make_gate(Policy policy,
                                                              const GateOptions& options = {});

// A gate whose policy comes from a store, or from one and the records of a second one, and follows
// them.
[[nodiscard]] Result<std::shared_ptr<Gate>, Report> open_gate(StoreConfig config,
                                                              const GateOptions& options = {});

// The TOML store with this file.
[[nodiscard]] Result<std::shared_ptr<Gate>, Report> open_gate(const std::filesystem::path& file,
                                                              const GateOptions& options = {});

}  // namespace corsac
