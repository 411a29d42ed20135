// The servers that the browser matrix speaks to: one for each policy, over http and over https,
// compiled against each cpp-httplib. Driven by tests/browser/matrix_test.js:
//
//   matrix_server CERTIFICATE KEY NAME=POLICY_FILE...
//
// prints one line when all of them listen: {"servers": {"NAME": {"http": PORT, "https": PORT},
// ...}, "has": {"bodies": true when every body is read, "websockets": ...}}. Each line `log` on
// standard input is answered with what arrived since the last one; its end ends the program.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <corsac/httplib.hpp>

#include "browser/matrix_log.hpp"

namespace corsac::testing {
namespace {

// Connections that a browser keeps hold a thread each: one for each kind of page and credentials.
constexpr std::size_t kThreads = 16;
constexpr time_t kKeepAliveSeconds = 1;
constexpr std::size_t kKeepAliveRequests = 1000;
constexpr std::size_t kPayloadLimitBytes = 1000;

enum class Embedding : unsigned char {
  Install,  // corsac::install; only handlers write the log
  Hooks,    // corsac::Hooks inside hooks that write the log
};

struct TlsFiles {
  std::string certificate;
  std::string key;
};

std::optional<std::string> header(const httplib::Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::nullopt : std::optional(found->second);
}

class MatrixServer {
 public:
  // Plain without `tls`.
  MatrixServer(std::string name, std::shared_ptr<Gate> gate, Embedding embedding,
               const TlsFiles* tls, RequestLog& log);
  ~MatrixServer();
  MatrixServer(const MatrixServer&) = delete;
  MatrixServer& operator=(const MatrixServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  void stop() { server_->stop(); }

 private:
  void set_hooks(const std::shared_ptr<Gate>& gate, Embedding embedding);
  void add_routes();
  void add_cache_routes();
  void add_redirects();
  void start();
  [[nodiscard]] Arrival describe(const httplib::Request& request) const;

  // A handler that notes itself, then answers.
  template <class Answer>
  httplib::Server::Handler noting(Answer answer) {
    return [this, answer](const httplib::Request& request, httplib::Response& response) {
      log_.run(&request, describe(request));
      answer(request, response);
    };
  }

  const std::string name_;
  const bool is_tls_;
  RequestLog& log_;
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

MatrixServer::MatrixServer(std::string name, std::shared_ptr<Gate> gate, Embedding embedding,
                           const TlsFiles* tls, RequestLog& log)
    : name_(std::move(name)), is_tls_(tls != nullptr), log_(log) {
  if (is_tls_) {
    server_ = std::make_unique<httplib::SSLServer>(tls->certificate.c_str(), tls->key.c_str());
  } else {
    server_ = std::make_unique<httplib::Server>();
  }
  server_->new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server_->set_keep_alive_timeout(kKeepAliveSeconds);
  server_->set_keep_alive_max_count(kKeepAliveRequests);
  server_->set_payload_max_length(kPayloadLimitBytes);
  server_->set_tcp_nodelay(true);
  set_hooks(gate, embedding);
  add_routes();
  add_cache_routes();
  add_redirects();
  start();
}

MatrixServer::~MatrixServer() {
  stop();
  if (thread_.joinable()) thread_.join();
}

Arrival MatrixServer::describe(const httplib::Request& request) const {
  return {
      .server = name_,
      .is_tls = is_tls_,
      .method = request.method,
      .path = request.path,
      .origin = header(request, "Origin"),
      .requested_method = header(request, "Access-Control-Request-Method"),
      .requested_headers = header(request, "Access-Control-Request-Headers"),
      .site = header(request, "Sec-Fetch-Site"),
      .has_cookie = request.has_header("Cookie"),
      .has_authorization = request.has_header("Authorization"),
      .asks_for_private_network = request.has_header("Access-Control-Request-Private-Network") ||
                                  request.has_header("Access-Control-Request-Local-Network")};
}

void MatrixServer::set_hooks(const std::shared_ptr<Gate>& gate, Embedding embedding) {
  if (embedding == Embedding::Install) return install(*server_, gate);
  // A browser sends PATCH without a body and without its length; 0.11.4 would wait five seconds.
  const Hooks cors(gate, {.require_content_length = true});
  using Handled = httplib::Server::HandlerResponse;
  server_->set_pre_routing_handler(
      [this, cors](const httplib::Request& request, httplib::Response& response) {
        log_.arrive(&request, describe(request));
        return cors.before(request, response) == Before::Answered ? Handled::Handled
                                                                  : Handled::Unhandled;
      });
  server_->set_post_routing_handler(
      [this, cors](const httplib::Request& request, httplib::Response& response) {
        cors.after(request, response);
        log_.answer(&request, response.status, response.get_header_value("X-Corsac-Reason"));
      });
}

void add_websocket(httplib::Server& server, const httplib::Server::Handler& note) {
  const auto add = [&note](auto& host) {
    if constexpr (adapter::HasWebSockets<std::decay_t<decltype(host)>>) {
      host.WebSocket("/ws", [note](const httplib::Request& request, auto& socket) {
        httplib::Response none;
        note(request, none);
        std::string message;
        while (socket.read(message)) socket.send(message);
      });
    }
  };
  add(server);
}

void MatrixServer::add_routes() {
  const auto ok = noting([](const httplib::Request& request, httplib::Response& response) {
    response.set_header("X-Request-Id", "7");
    response.set_header("X-Other", "8");
    response.set_content(request.method + " done", "text/plain");
  });
  server_->Get("/ok", ok).Post("/ok", ok).Put("/ok", ok).Patch("/ok", ok).Delete("/ok", ok);
  server_->Options("/ok", ok);
  const auto page = noting([](const auto&, httplib::Response& response) {
    response.set_content("<!doctype html><link rel=icon href=data:,><title>own page</title>",
                         "text/html");
  });
  server_->Get("/", page).Post("/form", page);
  server_->Get("/error/(\\d+)",
               noting([](const httplib::Request& request, httplib::Response& response) {
                 response.status = std::atoi(request.matches[1].str().c_str());
                 response.set_content("an error", "text/plain");
               }));
  server_->Get("/throw", noting([](const auto&, auto&) { throw std::runtime_error("thrown"); }));
  server_->set_exception_handler([](const auto&, httplib::Response& response, std::exception_ptr) {
    response.status = 500;
    response.set_content("internal error", "text/plain");
  });
  // What an application does that answers for CORS itself.
  server_->Get("/own-cors", noting([](const auto&, httplib::Response& response) {
                 response.set_header("Access-Control-Allow-Origin", "*");
                 response.set_content("own", "text/plain");
               }));
  add_websocket(*server_, noting([](const auto&, auto&) {}));
}

void MatrixServer::add_cache_routes() {
  server_->Get("/picture", noting([](const auto&, httplib::Response& response) {
                 response.set_header("Cache-Control", "max-age=600");
                 response.set_content(
                     R"(<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>)",
                     "image/svg+xml");
               }));
  server_->Get("/tagged", noting([](const httplib::Request& request, httplib::Response& response) {
                 response.set_header("ETag", "\"v1\"");
                 response.set_header("Cache-Control", "no-cache");
                 if (request.get_header_value("If-None-Match") == "\"v1\"") {
                   response.status = 304;
                 } else {
                   response.set_content("tagged", "text/plain");
                 }
               }));
}

void MatrixServer::add_redirects() {
  const auto redirect = noting([](const httplib::Request& request, httplib::Response& response) {
    response.set_redirect(request.get_param_value("to"), 307);
  });
  server_->Get("/redirect", redirect).Put("/redirect", redirect).Options("/redirect", redirect);
}

void MatrixServer::start() {
  port_ = server_->bind_to_any_port("127.0.0.1");
  if (port_ <= 0) throw std::runtime_error("no port for " + name_);
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  // 0.11.4 forgets a stop() that comes before it listens.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!server_->is_running() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
}

// A gate, and how its servers embed it.
struct Embedded {
  std::string name;
  std::shared_ptr<Gate> gate;
  Embedding embedding;
};

std::shared_ptr<Gate> must(Result<std::shared_ptr<Gate>, Report> gate, const std::string& name) {
  if (!gate) throw std::runtime_error(name + ": " + gate.error().text());
  return *gate;
}

// The policies in code: the same one with and without the guard against DNS rebinding, and the one
// for servers on localhost.
std::vector<Embedded> gates_in_code() {
  const CorsPolicy cors = {.allowed_origins = {"https://app.example.com"}};
  Policy local = local_server_policy();
  local.cors.debug_headers = true;
  return {
      {"guarded",
       must(make_gate({.cors = cors, .hosts = {.allowed = {"api.corp.test:*"}}}), "guarded"),
       Embedding::Install},
      {"unguarded", must(make_gate({.cors = cors}), "unguarded"), Embedding::Install},
      {"local", must(make_gate(local), "local"), Embedding::Hooks},
  };
}

Embedded open_named(std::string_view argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos) throw std::runtime_error("not NAME=POLICY_FILE");
  std::string name(argument.substr(0, equals));
  auto gate = must(open_gate(std::string(argument.substr(equals + 1))), name);
  return {std::move(name), std::move(gate), Embedding::Hooks};
}

void serve(const TlsFiles& tls, const std::vector<Embedded>& all) {
  RequestLog log;
  std::vector<std::unique_ptr<MatrixServer>> servers;
  std::string ports;
  for (const Embedded& one : all) {
    const auto start = [&](const TlsFiles* files) {
      servers.push_back(
          std::make_unique<MatrixServer>(one.name, one.gate, one.embedding, files, log));
      return std::to_string(servers.back()->port());
    };
    ports += (ports.empty() ? "{\"" : ", \"") + one.name + "\": {\"http\": " + start(nullptr);
    ports += ", \"https\": " + start(&tls) + '}';
  }
  std::cout << "{\"servers\": " << ports << "}, \"has\": {\"bodies\": " << std::boolalpha
            << adapter::kHostReadsBodies << ", \"websockets\": " << adapter::kHostHasWebSockets
            << "}}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "log") std::cout << log.take_json() << std::endl;
  }
  for (const auto& server : servers) server->stop();  // all at once: each may wait a second
}

}  // namespace
}  // namespace corsac::testing

int main(int argc, char** argv) {
  using namespace corsac::testing;
  if (argc < 3) {
    std::cerr << "matrix_server CERTIFICATE KEY NAME=POLICY_FILE...\n";
    return 2;
  }
  try {
    std::vector<Embedded> gates = gates_in_code();
    for (int i = 3; i < argc; ++i) gates.push_back(open_named(argv[i]));
    serve({argv[1], argv[2]}, gates);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
