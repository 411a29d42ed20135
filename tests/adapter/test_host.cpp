// The server that the adapter's tests speak to; compiled against each cpp-httplib. Entry: TestHost.

#include "adapter/test_host.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include <corsac/httplib.hpp>

#include "corsac/adapter/admin_routes.hpp"
#include "corsac/adapter/debug_page_route.hpp"
#include "corsac/adapter/forward.hpp"
#include "corsac/adapter/live_events_route.hpp"
#include "corsac/adapter/self_check.hpp"
#include "corsac/adapter/trusted_origins_page_route.hpp"
#include "corsac/adapter/trusted_origins_routes.hpp"
#include "support/allocation_counter.hpp"

namespace corsac::testing {
namespace {

// What a host can do is told by its handlers, not by a setting that came later.
struct ServerWithWebSockets {
  using WebSocketHandler = int;
};
struct ServerWithout {
  void set_websocket_max_missed_pongs(int);
};
static_assert(adapter::HasWebSockets<ServerWithWebSockets>);
static_assert(!adapter::HasWebSockets<ServerWithout>);

std::unique_ptr<httplib::Server> make_server(const TestHostOptions& options) {
  if (options.certificate_file.empty()) return std::make_unique<httplib::Server>();
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
  return std::make_unique<httplib::SSLServer>(options.certificate_file.c_str(),
                                              options.key_file.c_str());
#else
  throw std::runtime_error("this build of cpp-httplib speaks no TLS");
#endif
}

// A server in its own thread, on a free port.
class RunningServer {
 public:
  explicit RunningServer(const TestHostOptions& options)
      : holder_(make_server(options)), server(*holder_) {
    server.new_task_queue = [threads = options.threads] {
      return new httplib::ThreadPool(threads);
    };
    server.set_keep_alive_timeout(1);
  }
  void start() {
    port = server.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server.listen_after_bind(); });
    // 0.11.4 forgets a stop() that comes before it listens.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!server.is_running() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  }
  ~RunningServer() {
    server.stop();
    if (thread_.joinable()) thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

 private:
  const std::unique_ptr<httplib::Server> holder_;

 public:
  httplib::Server& server;
  int port = 0;

 private:
  std::thread thread_;
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "corsac-host-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

template <class Server, class Note>
void add_websocket(Server& server, Note note) {
  if constexpr (adapter::HasWebSockets<Server>) {
    server.WebSocket("/ws", [note](const httplib::Request& request, auto& socket) {
      note(request);
      std::string message;
      while (socket.read(message)) socket.send(message);
    });
  }
}

// Lets so many allocations of this thread succeed, or all of them without a number.
std::optional<FailingAllocations> fail_after(const std::shared_ptr<std::atomic<long>>& count) {
  if (!count || count->load() < 0) return std::nullopt;
  return std::optional<FailingAllocations>(std::in_place, static_cast<std::size_t>(count->load()));
}

}  // namespace

bool host_reads_bodies() { return adapter::kHostReadsBodies; }
bool host_mounts_on_borders() { return adapter::kHostMountsOnBorders; }
bool host_has_websockets() { return adapter::kHostHasWebSockets; }
bool host_tells_routes() { return adapter::kHostTellsRoutes<httplib::Request>; }

struct TestHost::State {
  explicit State(std::shared_ptr<Gate> gate_of_host, TestHostOptions host_options)
      : gate(std::move(gate_of_host)), options(std::move(host_options)), running(options) {}

  void note(const httplib::Request& request) {
    const std::lock_guard lock(mutex);
    handled.push_back(request.method + " " + request.path);
  }

  // A handler that notes itself, then answers.
  template <class Answer>
  httplib::Server::Handler noting(Answer answer) {
    return [this, answer](const httplib::Request& request, httplib::Response& response) {
      note(request);
      answer(request, response);
    };
  }

  void chain_hooks(const InstallOptions& install_options);
  void set_hooks();
  void add_plain_routes();
  void add_streams();
  void add_broken_stream();
  void add_reading_routes();
  void add_header_routes();
  void add_csrf_routes();
  void add_files();

  const std::shared_ptr<Gate> gate;
  const TestHostOptions options;
  const TemporaryFolder files;
  mutable std::mutex mutex;
  std::vector<std::string> handled;  // guarded by mutex
  std::vector<bool> released;        // guarded by mutex
  RunningServer running;             // last: its threads use what stands above
};

// Each gate in front of the next one, and each behind it.
void TestHost::State::chain_hooks(const InstallOptions& install_options) {
  const Hooks first(gate, install_options);
  const Hooks second(options.second_gate, install_options);
  using Handled = httplib::Server::HandlerResponse;
  running.server.set_pre_routing_handler(
      [first, second](const httplib::Request& request, httplib::Response& response) {
        const bool is_answered = first.before(request, response) == Before::Answered ||
                                 second.before(request, response) == Before::Answered;
        return is_answered ? Handled::Handled : Handled::Unhandled;
      });
  running.server.set_post_routing_handler(
      [first, second](const httplib::Request& request, httplib::Response& response) {
        second.after(request, response);
        first.after(request, response);
      });
}

void TestHost::State::set_hooks() {
  httplib::Server& server = running.server;
  const InstallOptions install_options = {.allow_unread_bodies = options.allow_unread_bodies,
                                          .require_content_length = options.require_content_length,
                                          .has_no_mount_points = options.has_no_mount_points};
  if (options.hooks == HookStyle::Chained) return chain_hooks(install_options);
  if (options.hooks != HookStyle::Own) {
    install(server, gate, install_options);
    if (options.hooks == HookStyle::ReplacedBefore) {
      server.set_pre_routing_handler([](const httplib::Request&, httplib::Response&) {
        return httplib::Server::HandlerResponse::Unhandled;
      });
    } else if (options.hooks == HookStyle::ReplacedAfter) {
      server.set_post_routing_handler([](const httplib::Request&, httplib::Response&) {});
    }
    return;
  }
  const Hooks cors(gate, install_options);
  using Handled = httplib::Server::HandlerResponse;
  server.set_pre_routing_handler(
      [this, cors](const httplib::Request& request, httplib::Response& response) {
        const Before before = [&] {
          const auto failing = fail_after(options.allocations_of_before);
          return cors.before(request, response);
        }();
        if (before == Before::Answered) return Handled::Handled;
        if (before == Before::PreflightDoNotChallenge || request.has_header("Authorization")) {
          return Handled::Unhandled;
        }
        response.status = options.own_status;
        return Handled::Handled;
      });
  server.set_post_routing_handler(
      [this, cors](const httplib::Request& request, httplib::Response& response) {
        response.set_header("X-Served-By", "me");
        const auto failing = fail_after(options.allocations_of_after);
        cors.after(request, response);
      });
}

void TestHost::State::add_plain_routes() {
  httplib::Server& server = running.server;
  const auto ok = noting([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.method == "GET" ? "ok" : request.body, "text/plain");
  });
  server.Get("/ok", ok).Post("/ok", ok).Put("/ok", ok).Patch("/ok", ok).Delete("/ok", ok);
  server.Options("/ok", ok).Get("/hidden", ok);
  server.Get("/redirect",
             noting([](const auto&, auto& response) { response.set_redirect("/ok"); }));
  // Where X-To says, with the status, a cookie and a body; streamed with X-Stream.
  server.Get("/location/(\\d+)", noting([](const auto& request, auto& response) {
               response.status = std::atoi(request.matches[1].str().c_str());
               response.set_header("Location", request.get_header_value("X-To"));
               response.set_header("Set-Cookie", "session=1");
               if (!request.has_header("X-Stream")) {
                 return response.set_content("moved", "text/html");
               }
               response.set_chunked_content_provider("text/html", [](auto, auto& sink) {
                 sink.write("moved", 5);
                 sink.done();
                 return true;
               });
             }));
  server.Get("/framing", noting([](const auto& request, auto& response) {
               if (request.has_header("X-CSP")) {
                 response.set_header("Content-Security-Policy", request.get_header_value("X-CSP"));
               }
               if (request.has_header("X-XFO")) {
                 response.set_header("X-Frame-Options", request.get_header_value("X-XFO"));
               }
               response.set_content("framed", "text/plain");
             }));
  server.Get("/may-upgrade", noting([this](const auto& request, auto& response) {
               response.set_content(may_upgrade(*gate, request) ? "yes" : "no", "text/plain");
             }));
  server.Get("/error/(\\d+)", noting([](const auto& request, auto& response) {
               response.status = std::atoi(request.matches[1].str().c_str());
             }));
  server.Get("/throw", noting([](const auto&, auto&) { throw std::runtime_error("thrown"); }));
  server.Get("/throw-number", noting([](const auto&, auto&) { throw 7; }));
  server.Get("/not-modified", noting([](const auto&, auto& response) {
               response.status = 304;
               response.set_header("ETag", "\"1\"");
             }));
  server.Get("/between", noting([this](const auto&, auto& response) {
               if (options.between) options.between();
               response.set_content("between", "text/plain");
             }));
  add_websocket(server, [this](const httplib::Request& request) { note(request); });
}

// "stream" in two pieces, of which the second tells the end where there is no length.
bool write_stream(std::size_t offset, httplib::DataSink& sink) {
  sink.write(offset == 0 ? "str" : "eam", 3);
  if (offset != 0 && sink.done) sink.done();
  return true;
}

// The ways of the host to stream "stream".
struct Stream {
  const char* path;
  void (*set)(httplib::Response&, httplib::ContentProviderResourceReleaser);
};
constexpr Stream kStreams[] = {
    {"/stream",
     [](httplib::Response& response, httplib::ContentProviderResourceReleaser release) {
       response.set_chunked_content_provider("text/plain", write_stream, std::move(release));
     }},
    {"/stream-length",
     [](httplib::Response& response, httplib::ContentProviderResourceReleaser release) {
       response.set_content_provider(
           6, "text/plain",
           [](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
             return sink.write(&"stream"[offset], std::min<std::size_t>(length, 3));
           },
           std::move(release));
     }},
    {"/stream-open",
     [](httplib::Response& response, httplib::ContentProviderResourceReleaser release) {
       response.set_content_provider("text/plain", write_stream, std::move(release));
     }},
};

void TestHost::State::add_streams() {
  for (const Stream& stream : kStreams) {
    const auto answer = [this, set = stream.set](httplib::Response& response) {
      set(response, [this](bool is_whole) {
        const std::lock_guard lock(mutex);
        released.push_back(is_whole);
      });
    };
    running.server.Get(stream.path,
                       noting([answer](const auto&, auto& response) { answer(response); }));
    running.server.Post(stream.path,
                        [this, answer](const httplib::Request& request, httplib::Response& response,
                                       const httplib::ContentReader&) {
                          note(request);
                          answer(response);
                        });
  }
}

void TestHost::State::add_broken_stream() {
  running.server.Get("/stream-broken", noting([](const auto&, auto& response) {
                       response.set_chunked_content_provider(
                           "text/plain", [](std::size_t offset, httplib::DataSink& sink) {
                             if (offset != 0) return false;
                             return sink.write("str", 3);
                           });
                     }));
}

// A handler that reads the body itself, and not to its end.
void TestHost::State::add_reading_routes() {
  running.server.Post("/reads-some",
                      [this](const httplib::Request& request, httplib::Response& response,
                             const httplib::ContentReader& read) {
                        note(request);
                        read([](const char*, std::size_t) { return false; });
                        response.status = 200;
                        response.set_content("some", "text/plain");
                      });
}

void TestHost::State::add_header_routes() {
  httplib::Server& server = running.server;
  server.Get(R"(/own-cors(/\d+)?)", noting([](const auto&, auto& response) {
               response.set_header("Access-Control-Allow-Origin", "https://own.example");
               response.set_header("access-control-allow-origin", "*");
               response.set_header("ACCESS-CONTROL-ALLOW-ORIGIN", "https://own.example");
               response.set_header("Access-Control-Max-Age", "1");
             }));
  server.Get("/vary", noting([](const auto&, auto& response) {
               response.set_header("Vary", "Accept-Language");
             }));
  server.Get("/vary-of", noting([](const auto& request, auto& response) {
               response.set_header("Vary", request.get_header_value("X-Vary"));
             }));
  server.Get("/vary-star",
             noting([](const auto&, auto& response) { response.set_header("Vary", "*"); }));
  server.Get("/vary-several", noting([](const auto&, auto& response) {
               response.set_header("Vary", "Accept-Language, origin");
               response.set_header("vary", "Cookie");
             }));
  // The request is const for handlers, but not where it lives, and the grant may show its bytes.
  server.Get("/forgets-origin", noting([](const httplib::Request& request, auto&) {
               auto& headers = const_cast<httplib::Request&>(request).headers;
               for (auto& [name, value] : headers) {
                 if (name == "Origin") value.assign(value.size(), '!');
               }
               headers.erase("Origin");
               headers.emplace("Origin", "https://evil.example");
               const_cast<httplib::Request&>(request).path = "/elsewhere";
             }));
}

// What the gate says of the request, as the body; what is refused is 403.
void TestHost::State::add_csrf_routes() {
  httplib::Server& server = running.server;
  const auto trusted = noting([this](const httplib::Request& request, httplib::Response& response) {
    response.set_content(std::string(to_text(trusted_cross_site(*gate, request))), "text/plain");
  });
  server.Get("/csrf/trusted", trusted).Post("/csrf/trusted", trusted);
  server.Post("/csrf/write", noting([this](const auto& request, auto& response) {
                const std::string form = request.get_param_value("csrfmiddlewaretoken");
                const CsrfVerdict verdict = check_csrf(*gate, request, {.form_token = form});
                if (verdict != CsrfVerdict::Passed) response.status = 403;
                response.set_content(std::string(to_text(verdict)), "text/plain");
              }));
  // Sets the cookie X-Own-Cookie, and asks for the shared one with the token X-Token, if there is
  // such a header.
  server.Get("/csrf/token", noting([this](const auto& request, auto& response) {
               if (request.has_header("X-Own-Cookie")) {
                 response.set_header("Set-Cookie", request.get_header_value("X-Own-Cookie"));
               }
               std::string said = "not asked";
               if (request.has_header("X-Token")) {
                 const std::string token = request.get_header_value("X-Token");
                 said = to_text(add_cross_domain_cookie(*gate, request, response, token));
               }
               response.set_content(said, "text/plain");
             }));
}

void TestHost::State::add_files() {
  std::ofstream(files.path() / "a.txt") << "file";
  running.server.set_mount_point("/static", files.path().string());
}

TestHost::TestHost(std::shared_ptr<Gate> gate, TestHostOptions options)
    : state_(std::make_unique<State>(std::move(gate), std::move(options))) {
  httplib::Server& server = state_->running.server;
  httplib::Headers defaults;
  for (const auto& [name, value] : state_->options.default_headers) defaults.emplace(name, value);
  server.set_default_headers(std::move(defaults));
  server.set_payload_max_length(state_->options.payload_limit_bytes);
  server.set_logger([](const httplib::Request&, const httplib::Response&) {});
  if (!state_->options.error_body.empty() || state_->options.streams_errors) {
    const httplib::Server::HandlerWithResponse set_body = [this](const httplib::Request&,
                                                                 httplib::Response& response) {
      if (state_->options.streams_errors) {
        response.set_chunked_content_provider("text/html", write_stream);
      } else {
        response.set_content(state_->options.error_body, "text/html");
      }
      return httplib::Server::HandlerResponse::Handled;
    };
    server.set_error_handler(set_body);
  }
  if (state_->options.expect_status != 100) {
    server.set_expect_100_continue_handler(
        [status = state_->options.expect_status](const httplib::Request&,
                                                 httplib::Response& response) {
          if (status != 417) response.status = status;
          return status;
        });
  }
  state_->set_hooks();
  state_->add_plain_routes();
  state_->add_streams();
  state_->add_broken_stream();
  state_->add_reading_routes();
  state_->add_header_routes();
  state_->add_csrf_routes();
  state_->add_files();
  state_->running.start();
}

TestHost::~TestHost() = default;

int TestHost::port() const { return state_->running.port; }

std::vector<std::string> TestHost::handled() const {
  const std::lock_guard lock(state_->mutex);
  return state_->handled;
}

std::vector<bool> TestHost::released() const {
  const std::lock_guard lock(state_->mutex);
  return state_->released;
}

Gate& TestHost::gate() const { return *state_->gate; }

struct TestAdminHost::State {
  explicit State(unsigned threads) : running({.threads = threads}) {}
  RunningServer running;
};

TestAdminHost::TestAdminHost(std::shared_ptr<AdminApi> api, std::shared_ptr<LiveEvents> live,
                             unsigned threads)
    : state_(std::make_unique<State>(threads)) {
  httplib::Server& server = state_->running.server;
  install_admin(server, std::move(api));
  if (live) mount_live_events(server, std::move(live));
  server.Get("/page", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("page", "text/html");
  });
  state_->running.start();
}

TestAdminHost::~TestAdminHost() = default;

int TestAdminHost::port() const { return state_->running.port; }

struct TestOriginsHost::State {
  std::string problem;
  RunningServer running{{}};
};

TestOriginsHost::TestOriginsHost(std::shared_ptr<Authority> authority,
                                 TrustedOriginsOptions options, std::shared_ptr<Gate> gate)
    : state_(std::make_unique<State>()) {
  httplib::Server& server = state_->running.server;
  if (gate) install(server, std::move(gate));
  const auto mounted = mount_trusted_origins(server, std::move(authority), std::move(options));
  if (!mounted) state_->problem = mounted.error().text();
  mount_trusted_origins_page(server);
  mount_debug_page(server);
  server.Get("/page", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("page", "text/html");
  });
  state_->running.start();
}

TestOriginsHost::~TestOriginsHost() = default;

int TestOriginsHost::port() const { return state_->running.port; }

const std::string& TestOriginsHost::problem() const { return state_->problem; }

struct TestForwardHost::State {
  std::string problem;
  mutable std::mutex mutex;
  std::vector<std::string> logged;  // guarded by mutex
  RunningServer running;

  explicit State(unsigned threads) : running({.threads = threads}) {}
};

TestForwardHost::TestForwardHost(std::shared_ptr<Gate> gate, TestForwardHostOptions options)
    : state_(std::make_unique<State>(options.threads)) {
  httplib::Server& server = state_->running.server;
  server.set_payload_max_length(options.payload_limit_bytes);
  install(server, gate);
  const auto forwarder = make_forwarder(gate, options.forwards, [this](const LogRecord& record) {
    const std::lock_guard lock(state_->mutex);
    state_->logged.emplace_back(record.line);
  });
  if (forwarder) {
    (*forwarder)->mount(server);
  } else {
    state_->problem = forwarder.error().text();
  }
  server.Get("/page", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("page", "text/html");
  });
  state_->running.start();
}

TestForwardHost::~TestForwardHost() = default;

int TestForwardHost::port() const { return state_->running.port; }

const std::string& TestForwardHost::problem() const { return state_->problem; }

std::vector<std::string> TestForwardHost::logged() const {
  const std::lock_guard lock(state_->mutex);
  return state_->logged;
}

TlsAnswer get_by_tls(int port, const std::string& path, const HeaderLines& headers) {
  TlsAnswer answer;
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
  httplib::SSLClient client("127.0.0.1", port);
  client.enable_server_certificate_verification(false);
  httplib::Headers sent;
  for (const auto& [name, value] : headers) sent.emplace(name, value);
  const auto result = client.Get(path.c_str(), sent);
  if (!result) return answer;
  answer.status = result->status;
  answer.body = result->body;
  for (const auto& [name, value] : result->headers) {
    answer.headers.emplace_back(to_ascii_lower(name), value);
  }
#else
  static_cast<void>(port), static_cast<void>(path), static_cast<void>(headers);
#endif
  return answer;
}

std::vector<Problem> check_host(const std::string& address, const Gate& gate,
                                const std::vector<std::string>& paths) {
  return self_check(address, gate, {.paths = paths});
}

}  // namespace corsac::testing
