// Our side of the parity tests: an application behind the middleware, with one policy after the
// other. Driven by tests/parity/parity_run.py:
//
//   parity_server
//
// prints {"drops_empty_headers": true where the host hides them}. Each line on standard input names
// a policy file and is answered with {"port": N}, or with {"error": TEXT} when there is no gate;
// the server before it has ended then. Every path is answered with the status `status` of the
// query, 200 by default, and with a header for each `h=Name:Value`; the peers do the same.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <corsac/httplib.hpp>
#include <nlohmann/json.hpp>

namespace corsac::testing {
namespace {

using Json = nlohmann::json;

// One connection at a time, and the next policy waits for no idle one.
constexpr std::size_t kThreads = 2;
constexpr time_t kKeepAliveSeconds = 1;
constexpr std::size_t kKeepAliveRequests = 100'000;

void answer(const httplib::Request& request, httplib::Response& response) {
  response.status =
      request.has_param("status") ? std::atoi(request.get_param_value("status").c_str()) : 200;
  response.set_content("the application\n", "text/plain");
  for (std::size_t i = 0; i < request.get_param_value_count("h"); ++i) {
    const std::string line = request.get_param_value("h", i);
    const std::size_t colon = line.find(':');
    response.set_header(line.substr(0, colon), line.substr(colon + 1));
  }
}

class Listening {
 public:
  explicit Listening(std::shared_ptr<Gate> gate) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_keep_alive_timeout(kKeepAliveSeconds);
    server_.set_keep_alive_max_count(kKeepAliveRequests);
    server_.set_tcp_nodelay(true);
    install(server_, std::move(gate));
    server_.Get(".*", answer).Post(".*", answer).Put(".*", answer);
    server_.Patch(".*", answer).Delete(".*", answer).Options(".*", answer);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // 0.11.4 forgets a stop() that comes before it listens.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!server_.is_running() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  }
  ~Listening() {
    server_.stop();
    thread_.join();
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

void serve() {
  std::cout << Json{{"drops_empty_headers", !adapter::kHostReadsBodies}} << std::endl;
  std::unique_ptr<Listening> listening;
  for (std::string policy; std::getline(std::cin, policy);) {
    listening.reset();
    auto gate = open_gate(policy);
    if (!gate) {
      std::cout << Json{{"error", gate.error().text()}} << std::endl;
      continue;
    }
    listening = std::make_unique<Listening>(*gate);
    std::cout << Json{{"port", listening->port()}} << std::endl;
  }
}

}  // namespace
}  // namespace corsac::testing

int main() {
  corsac::testing::serve();
  return 0;
}
