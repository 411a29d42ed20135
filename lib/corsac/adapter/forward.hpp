#pragma once

// A forwarder that adds credentials: requests of own pages under a path go to an upstream that
// wants a token, and the page never sees the token. Header-only, like adapter/httplib.hpp.
//
// What it proves and what not: README, "Forwarding with credentials". It knows pages, not users:
// put your own authentication before it, or `authorize`.

#include <cassert>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "corsac/adapter/forward_exchange.hpp"
#include "corsac/adapter/forward_headers.hpp"
#include "corsac/adapter/forward_options.hpp"
#include "corsac/adapter/forward_upstream.hpp"
#include "corsac/adapter/httplib_body.hpp"
#include "corsac/adapter/httplib_host.hpp"
#include "corsac/adapter/request_scan.hpp"
#include "corsac/adapter/response_pass.hpp"
#include "corsac/base/result.hpp"
#include "corsac/runtime/gate.hpp"
#include "corsac/runtime/log_sink.hpp"

namespace corsac {

namespace adapter {

// One exchange with the thread of its upstream, which ends with it.
class ForwardCall {
 public:
  // Throws std::system_error without a thread.
  ForwardCall(std::shared_ptr<const Forward> forward, UpstreamRequest request)
      : forward_(std::move(forward)),
        exchange_(*forward_),
        upstream_(*forward_, std::move(request), exchange_),
        thread_([this] { upstream_.run(); }) {}
  ~ForwardCall() {
    exchange_.cut_and_wait();
    thread_.join();
  }
  ForwardCall(const ForwardCall&) = delete;
  ForwardCall& operator=(const ForwardCall&) = delete;

  [[nodiscard]] ForwardExchange& exchange() noexcept { return exchange_; }

 private:
  const std::shared_ptr<const Forward> forward_;
  ForwardExchange exchange_;
  UpstreamCall upstream_;
  std::thread thread_;
};

// How long anybody waits before it looks whether the client, or the server, is still there.
inline constexpr std::chrono::milliseconds kForwardPatience{200};

// The host's content provider: what the upstream sends. Whoever drops it drops the exchange.
struct ForwardBody {
  std::shared_ptr<ForwardCall> call;
  bool has_length;
  std::function<void(ForwardFailure)> log;  // never throws

  bool operator()(std::size_t, std::size_t, httplib::DataSink& sink) const {
    std::string bytes;
    switch (call->exchange().take(bytes, kForwardPatience)) {
      case ForwardExchange::Taken::Bytes:
        return sink.write(bytes.data(), bytes.size());
      case ForwardExchange::Taken::NothingYet:
        return sink.is_writable();  // the host looks whether it stops, and asks again
      case ForwardExchange::Taken::Whole:
        if (has_length) {  // less than was announced
          log(ForwardFailure::Broken);
          return false;
        }
        sink.done();
        return true;
      case ForwardExchange::Taken::Failed:
        log(call->exchange().failure());
        break;
    }
    return false;
  }
};

// A client that has gone needs no answer. 0.11.4 cannot tell before something is written.
template <class Request>
[[nodiscard]] bool is_client_gone(const Request& request) {
  if constexpr (requires { request.is_connection_closed(); }) {
    return request.is_connection_closed();
  } else {
    return false;
  }
}

// {"error": "..."}, as Cloudflare's Worker answers. `text` is a literal without quotation marks.
inline void answer_forward_error(httplib::Response& response, int status, std::string_view text) {
  response.status = status;
  response.headers.emplace("Cache-Control", "no-store");
  response.set_content("{\"error\": \"" + std::string(text) + "\"}\n", "application/json");
}

struct ForwardError {
  int status = 0;
  std::string_view text = {};
};
// What is wrong with a body: that its end is not known, that the host does not hand it out (of GET,
// HEAD and OPTIONS), its length.
[[nodiscard]] inline std::optional<ForwardError> judge_body(const Forward& forward,
                                                            const RequestFraming& framing,
                                                            bool is_offered) {
  if (framing.is_ambiguous || (framing.has_body && !is_offered)) {
    return ForwardError{400, "a request body is not expected here"};
  }
  if (framing.has_content_length && framing.content_length > forward.body_limit_bytes) {
    return ForwardError{413, describe(ForwardFailure::BodyTooLarge)};
  }
  return std::nullopt;
}

// A name that no other instance has.
[[nodiscard]] inline std::string make_pseudonym() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string name = "corsac-";
  for (int i = 0; i < 16; ++i) name += kDigits[random() % kDigits.size()];
  return name;
}

// As Fetch defines it, 2.2.2. It carries no credentials, so that the application's login lets it
// pass (Before::PreflightDoNotChallenge): it must not get ours.
[[nodiscard]] inline bool is_preflight(const RequestView& request) noexcept {
  return request.method == "OPTIONS" && request.origin.is_present() &&
         request.requested_method.is_present();
}

[[nodiscard]] inline ForwardHeaders lines_of(const HttplibHeaders& headers) {
  ForwardHeaders lines;
  headers.visit(
      [](void* context, std::string_view name, std::string_view value) {
        static_cast<ForwardHeaders*>(context)->emplace_back(name, value);
      },
      &lines);
  return lines;
}

// What the proof of an own page looks at.
inline constexpr std::string_view kForwardVary = "Sec-Fetch-Site, Origin";

// The head of the upstream's answer in the host's response. No shared cache keeps it for everybody
// unless the upstream says so.
inline void write_forward_head(const ForwardHead& head, httplib::Response& response) {
  response.status = head.status;
  ForwardHeaders lines = head.headers;
  if (!says_who_may_keep(lines)) lines.emplace_back("Cache-Control", "private");
  for (const auto& [name, value] : lines) erase_named(response.headers, name);
  for (const auto& [name, value] : lines) response.headers.emplace(name, value);
  add_vary(response.headers, kForwardVary);
}

// 0.53 asks no regular expression about a path of more than 256 bytes; these are for longer ones.
inline constexpr int kLongPathSegments = 32;

// cpp-httplib's patterns for the prefix and what lies below it. The handler judges the target
// again.
[[nodiscard]] inline std::vector<std::string> forward_patterns(const std::string& prefix) {
  std::string expression;
  for (const char c : prefix) {
    if (!is_ascii_alpha(c) && !is_ascii_digit(c) && c != '/' && c != '-') expression += '\\';
    expression += c;
  }
  std::vector<std::string> patterns = {expression + "(?:/.*)?"};
  std::string segments = prefix;
  for (int i = 0; kHostReadsBodies && i < kLongPathSegments; ++i) {
    segments += "/:s" + std::to_string(i);
    patterns.push_back(segments);
  }
  return patterns;
}

}  // namespace adapter

// Neither copied nor moved. Holds secrets, and shows none.
class Forwarder : public std::enable_shared_from_this<Forwarder> {
 public:
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // Adds a route for each forward and each of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS,
  // which share the ownership of this object. Before `listen`. Routes that the server has already
  // go first, and so do mount points. The hooks of the same gate (install, Hooks) must stand on the
  // server: they end the connection where a body was left unread, and they judge what Corsac judges
  // of every request.
  void mount(httplib::Server& server);

 private:
  friend Result<std::shared_ptr<Forwarder>, Report> make_forwarder(
      std::shared_ptr<Gate> gate, const std::vector<ForwardOptions>& options, LogSink log);
  Forwarder(std::shared_ptr<Gate> gate, std::vector<Forward> forwards, LogSink log)
      : gate_(std::move(gate)), log_(std::move(log)) {
    for (Forward& forward : forwards) {
      forwards_.push_back(std::make_shared<const Forward>(std::move(forward)));
    }
  }

  using ForwardPtr = std::shared_ptr<const Forward>;

  // `body` is null where the host offers none.
  void answer(const ForwardPtr& forward, const httplib::Request& request,
              httplib::Response& response, const httplib::ContentReader* body) const noexcept;
  void forward_or_refuse(const ForwardPtr& forward, const httplib::Request& request,
                         httplib::Response& response, const httplib::ContentReader* body) const;
  [[nodiscard]] bool may_forward(const Forward& forward, const RequestView& request) const;
  void refuse(RequestView& request, httplib::Response& response) const;
  void exchange(const ForwardPtr& forward, adapter::UpstreamRequest upstream,
                const httplib::Request& request, httplib::Response& response) const;
  void fail(const Forward& forward, ForwardFailure failure, httplib::Response& response) const;
  void log(const Forward& forward, ForwardFailure failure) const noexcept;

  const std::shared_ptr<Gate> gate_;
  const LogSink log_;
  const std::string pseudonym_ = adapter::make_pseudonym();
  std::vector<ForwardPtr> forwards_ = {};
};

// `gate` is never null: it knows own pages, counts what is refused, and has the events of it. `log`
// hears of each exchange that failed, in one line without a secret. The error side is that of
// compile_forwards: every error at once.
[[nodiscard]] inline Result<std::shared_ptr<Forwarder>, Report> make_forwarder(
    std::shared_ptr<Gate> gate, const std::vector<ForwardOptions>& options, LogSink log = {}) {
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
  constexpr bool kHasTls = true;
#else
  constexpr bool kHasTls = false;
#endif
  assert(gate != nullptr && "a forwarder needs a gate");
  auto forwards = compile_forwards(options, {.has_tls = kHasTls});
  if (!forwards) return corsac::fail(std::move(forwards.error()));
  return std::shared_ptr<Forwarder>(
      new Forwarder(std::move(gate), std::move(*forwards), std::move(log)));
}

inline void Forwarder::mount(httplib::Server& server) {
  for (const ForwardPtr& forward : forwards_) {
    const httplib::Server::Handler plain = [self = shared_from_this(), forward](
                                               const httplib::Request& request,
                                               httplib::Response& response) {
      self->answer(forward, request, response, nullptr);
    };
    const httplib::Server::HandlerWithContentReader reading =
        [self = shared_from_this(), forward](const httplib::Request& request,
                                             httplib::Response& response,
                                             const httplib::ContentReader& body) {
          self->answer(forward, request, response, &body);
        };
    for (const std::string& pattern : adapter::forward_patterns(forward->path_prefix)) {
      server.Get(pattern, plain).Options(pattern, plain);
      server.Post(pattern, reading).Put(pattern, reading).Patch(pattern, reading);
      // Both: which of the two a host asks depends on what a DELETE says of its body.
      server.Delete(pattern, reading).Delete(pattern, plain);
    }
  }
}

inline void Forwarder::answer(const ForwardPtr& forward, const httplib::Request& request,
                              httplib::Response& response,
                              const httplib::ContentReader* body) const noexcept {
  try {
    return forward_or_refuse(forward, request, response, body);
  } catch (...) {  // no memory, no thread
  }
  try {
    fail(*forward, ForwardFailure::NoResources, response);
  } catch (...) {
    response.status = 500;
  }
}

inline void Forwarder::forward_or_refuse(const ForwardPtr& forward, const httplib::Request& request,
                                         httplib::Response& response,
                                         const httplib::ContentReader* body) const {
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, scan);
  const RequestFraming& framing = scan.framing();
  if (!may_forward(*forward, scan.view())) return refuse(scan.view(), response);
  auto target = forward_target(*forward, request.target);
  if (!target) {
    return adapter::answer_forward_error(response, 400, "the path may be read in two ways");
  }
  if (const auto error = adapter::judge_body(*forward, framing, body != nullptr)) {
    return adapter::answer_forward_error(response, error->status, error->text);
  }
  const ForwardHeaders lines = adapter::lines_of(headers);
  if (has_passed(lines, pseudonym_)) {
    return adapter::answer_forward_error(response, 508, "the forward leads back to this server");
  }
  ForwardedFrom from = forwarded_from(gate_->own_origin(), scan.view());
  from.pseudonym = pseudonym_;
  auto sent = forward_request_headers(*forward, lines, from);
  if (!sent) {
    return adapter::answer_forward_error(response, 400, "a header cannot be sent as it is");
  }
  adapter::UpstreamRequest upstream{
      .method = request.method, .target = std::move(*target), .headers = std::move(*sent)};
  if (framing.has_body) upstream.body = body;
  if (framing.has_content_length) upstream.length = framing.content_length;
  exchange(forward, std::move(upstream), request, response);
}

inline bool Forwarder::may_forward(const Forward& forward, const RequestView& request) const {
  if (adapter::is_preflight(request)) return false;
  if (forward.dangerously_open || gate_->is_proved_own(request)) return true;
  if (!forward.authorize) return false;
  try {
    return forward.authorize(request);
  } catch (...) {
    gate_->counters().count_predicate_failure();
    return false;
  }
}

inline void Forwarder::refuse(RequestView& request, httplib::Response& response) const {
  GateDecision decided;
  gate_->refuse_forward(request, decided);
  response.status = decided.decision.status;
  replace_line(response.headers, "Content-Type", "text/plain");
  replace_line(response.headers, "Cache-Control", "no-store");
  if (decided.shows_reason) {
    replace_line(response.headers, "X-Corsac-Reason", reason_info(decided.decision.reason).code);
  }
}

inline void Forwarder::exchange(const ForwardPtr& forward, adapter::UpstreamRequest upstream,
                                const httplib::Request& request,
                                httplib::Response& response) const {
  // The upstream answers for what these ask. The host would decode the body on its way in, or parse
  // it as a form, compress the answer, or cut a range out of it.
  auto& seen = const_cast<httplib::Request&>(request);
  for (const char* name : {"Content-Type", "Content-Encoding", "Accept-Encoding"}) {
    seen.headers.erase(name);
  }
  seen.ranges.clear();

  const auto call = std::make_shared<adapter::ForwardCall>(forward, std::move(upstream));
  ForwardExchange& exchange = call->exchange();
  const ForwardHead* head = nullptr;
  while (head == nullptr) {
    head = exchange.wait_for_head(adapter::kForwardPatience);
    if (head != nullptr) break;
    if (adapter::is_client_gone(request)) exchange.fail(ForwardFailure::ClientGone);
    if (exchange.failure() == ForwardFailure::None) continue;
    exchange.cut_and_wait();  // it may be reading the body
    return fail(*forward, exchange.failure(), response);
  }
  adapter::write_forward_head(*head, response);
  const bool is_old = request.version == "HTTP/1.0";  // knows no chunks
  if (head->length) response.content_length_ = static_cast<std::size_t>(*head->length);
  const bool needs_provider = head->has_body || response.content_length_ != 0;
  if (!needs_provider) return;
  response.is_chunked_content_provider_ = !head->length && !is_old;
  if (!head->length && is_old) replace_line(response.headers, "Connection", "close");
  response.content_provider_ =
      adapter::ForwardBody{.call = call,
                           .has_length = head->length.has_value(),
                           .log = [self = shared_from_this(), forward](ForwardFailure failure) {
                             self->log(*forward, failure);
                           }};
}

inline void Forwarder::fail(const Forward& forward, ForwardFailure failure,
                            httplib::Response& response) const {
  log(forward, failure);
  const int status = failure == ForwardFailure::BodyTooLarge ? 413
                     : failure == ForwardFailure::ClientGone ? 400
                                                             : 500;
  adapter::answer_forward_error(response, status, describe(failure));
}

inline void Forwarder::log(const Forward& forward, ForwardFailure failure) const noexcept {
  const bool is_upstreams =
      failure != ForwardFailure::BodyTooLarge && failure != ForwardFailure::ClientGone;
  if (!log_ || !is_upstreams) return;
  try {
    const std::string line =
        "forward " + forward.path_prefix + ": " + std::string(describe(failure));
    log_({.level = LogLevel::Warning, .line = line});
  } catch (...) {  // a log that fails takes nothing from the answer
  }
}

}  // namespace corsac
