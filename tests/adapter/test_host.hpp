#pragma once

// A cpp-httplib server with the middleware, for tests that speak to it on a socket. No httplib type
// shows here: test_host.cpp is the only file of the tests that compiles cpp-httplib, once for each
// version.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "corsac/adapter/admin_api.hpp"
#include "corsac/adapter/forward_options.hpp"
#include "corsac/adapter/live_events.hpp"
#include "corsac/authority/http_api.hpp"
#include "corsac/base/problem.hpp"
#include "corsac/runtime/gate.hpp"
#include "support/raw_http.hpp"

namespace corsac::testing {

enum class HookStyle : unsigned char {
  Install,
  // Hooks::before and Hooks::after inside the application's own hooks, which ask for an
  // Authorization unless told not to, and add `X-Served-By: me`.
  Own,
  // Installed, and then the application sets a hook of its own in one place: the classic mistake.
  ReplacedBefore,
  ReplacedAfter,
  // Two gates one behind the other, the second of them `second_gate`.
  Chained,
};

struct TestHostOptions {
  HookStyle hooks = HookStyle::Install;
  int own_status = 401;  // HookStyle::Own: of the answer to a request without Authorization
  bool allow_unread_bodies = false;
  bool require_content_length = false;
  bool has_no_mount_points = false;
  HeaderLines default_headers = {};
  std::string error_body = {};         // not empty: an error handler sets it
  bool streams_errors = false;         // an error handler streams "stream"
  std::function<void()> between = {};  // runs inside the handler of /between
  std::shared_ptr<Gate> second_gate = {};
  int expect_status = 100;  // what the handler of Expect says
  // Both, or none: PEM files of a server that speaks TLS.
  std::string certificate_file = {};
  std::string key_file = {};
  std::size_t payload_limit_bytes = 1000;
  unsigned threads = 4;
  // HookStyle::Own: from 0 on, so many allocations of Hooks::after succeed, then none.
  std::shared_ptr<std::atomic<long>> allocations_of_after = {};
  std::shared_ptr<std::atomic<long>> allocations_of_before = {};
};

// What the version does.
[[nodiscard]] bool host_reads_bodies();
[[nodiscard]] bool host_has_websockets();
[[nodiscard]] bool host_tells_routes();
[[nodiscard]] bool host_mounts_on_borders();

// Listens on a free port from construction to destruction. Routes, each of which notes itself in
// handled(): GET, POST, PUT, PATCH, DELETE, OPTIONS /ok; GET /redirect, /error/STATUS, /throw,
// /throw-number, /not-modified,
// /own-cors, /vary, /vary-of (X-Vary), /vary-star, /vary-several, /between, /forgets-origin,
// /hidden, /location/STATUS (to X-To, streamed with X-Stream), /framing (with X-CSP and X-XFO),
// /may-upgrade; GET, POST /csrf/trusted, POST /csrf/write, GET /csrf/token (with X-Own-Cookie and
// X-Token), which say what the gate says; GET /stream, /stream-length and /stream-open, in chunks,
// with a length and up to the end of the connection; the same by POST, which leave the body unread;
// POST /reads-some, which stops at its first bytes; files under /static (a.txt); with WebSockets
// /ws, which echoes.
class TestHost {
 public:
  explicit TestHost(std::shared_ptr<Gate> gate, TestHostOptions options = {});
  ~TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  [[nodiscard]] int port() const;
  // "GET /ok" for each handler that ran.
  [[nodiscard]] std::vector<std::string> handled() const;
  // For each stream that ended: whether the host said that it went out whole.
  [[nodiscard]] std::vector<bool> released() const;
  [[nodiscard]] Gate& gate() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The admin API on a server of its own, beside it a route GET /page, and with `live` its stream.
class TestAdminHost {
 public:
  explicit TestAdminHost(std::shared_ptr<AdminApi> api, std::shared_ptr<LiveEvents> live = {},
                         unsigned threads = 4);
  ~TestAdminHost();
  TestAdminHost(const TestAdminHost&) = delete;
  TestAdminHost& operator=(const TestAdminHost&) = delete;
  [[nodiscard]] int port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The Trusted Origins API and its page on a server with a route GET /page beside them, behind a
// middleware when there is a gate.
class TestOriginsHost {
 public:
  TestOriginsHost(std::shared_ptr<Authority> authority, TrustedOriginsOptions options,
                  std::shared_ptr<Gate> gate = {});
  ~TestOriginsHost();
  TestOriginsHost(const TestOriginsHost&) = delete;
  TestOriginsHost& operator=(const TestOriginsHost&) = delete;
  [[nodiscard]] int port() const;
  // What mounting said; empty = it is mounted.
  [[nodiscard]] const std::string& problem() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A server with the middleware and a forwarder, and beside it GET /page.
struct TestForwardHostOptions {
  std::vector<ForwardOptions> forwards = {};
  unsigned threads = 8;
  std::size_t payload_limit_bytes = 1024 * 1024;
};
class TestForwardHost {
 public:
  TestForwardHost(std::shared_ptr<Gate> gate, TestForwardHostOptions options);
  ~TestForwardHost();
  TestForwardHost(const TestForwardHost&) = delete;
  TestForwardHost& operator=(const TestForwardHost&) = delete;
  [[nodiscard]] int port() const;
  // What making the forwarder said; empty = it is mounted.
  [[nodiscard]] const std::string& problem() const;
  // What the forwarder logged so far.
  [[nodiscard]] std::vector<std::string> logged() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct TlsAnswer {
  int status = 0;  // 0 = none
  HeaderLines headers = {};
  std::string body = {};
};
// What a client of the version gets for a GET by TLS, without looking at the certificate.
[[nodiscard]] TlsAnswer get_by_tls(int port, const std::string& path, const HeaderLines& headers);

// self_check as the version's client makes it.
[[nodiscard]] std::vector<Problem> check_host(const std::string& address, const Gate& gate,
                                              const std::vector<std::string>& paths);

}  // namespace corsac::testing
