// A cpp-httplib server that is bound, started and stopped in steps. Test:
// tests/server/program_test.cpp.

#include "listener.hpp"

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <sys/socket.h>

namespace corsac::server {
namespace {

// server.md: a larger request gets 413.
constexpr std::size_t kPayloadLimitBytes = std::size_t{1024} * 1024;
// 0.11.4 waits this long for idle connections when it stops.
constexpr time_t kKeepAliveSeconds = 1;
constexpr std::size_t kKeepAliveRequests = 100;
// Connections that wait to be accepted; the system takes fewer (somaxconn). With the 5 of 0.11.4 a
// handful of clients that come at once see resets: Linux goes over to SYN cookies.
constexpr int kBacklog = 1024;

}  // namespace

struct Listener::Ending {
  std::mutex mutex;
  std::condition_variable ended;
  bool has_ended = false;
};

Listener::Listener(unsigned threads) : threads_(threads), ending_(std::make_shared<Ending>()) {
  server_.new_task_queue = [this] { return workers_.release(); };
  server_.set_keep_alive_timeout(kKeepAliveSeconds);
  server_.set_keep_alive_max_count(kKeepAliveRequests);
  server_.set_payload_max_length(kPayloadLimitBytes);
  server_.set_tcp_nodelay(true);
  // Instead of the host's SO_REUSEPORT, with which a second program of this user, or a second
  // listener, would silently share the port and get every other connection. This one lets the port
  // be taken again while connections of the last run linger.
  server_.set_socket_options([this](auto socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    socket_ = socket;
  });
  // Without one, 0.11.4 sends the exception's text to the client.
  server_.set_exception_handler(
      [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
        response.status = 500;
        response.set_content("internal error\n", "text/plain");
      });
}

Listener::~Listener() {
  stop();
  if (thread_.joinable()) thread_.join();
}

bool Listener::bind(const ListenAddress& address) {
  address_ = address;
  errno = 0;  // read by the caller; a name that does not resolve sets none
  if (address.port == 0) {
    const int port = server_.bind_to_any_port(address.host);
    if (port <= 0) return false;
    address_.port = static_cast<std::uint16_t>(port);
  } else if (!server_.bind_to_port(address.host, address.port)) {
    return false;
  }
  // Again, on the socket that listens already: the host's own number is compiled into it.
  return ::listen(socket_, kBacklog) == 0;
}

std::error_code Listener::start(std::function<void()> on_failure) {
  try {
    workers_ = std::make_unique<WorkerPool>(threads_);
    thread_ = std::thread([this, ending = ending_, on_failure = std::move(on_failure)] {
      server_.listen_after_bind();
      if (!is_stopped_) on_failure();  // both hosts give up on an error of accept but EMFILE
      const std::scoped_lock lock(ending->mutex);
      ending->has_ended = true;
      ending->ended.notify_all();
    });
  } catch (const std::system_error& error) {
    workers_ = nullptr;
    return error.code();
  }
  // stop() before the server runs is lost in 0.11.4.
  while (!server_.is_running() && !has_ended_by(std::chrono::steady_clock::now())) {
    std::this_thread::yield();
  }
  return {};
}

void Listener::stop() {
  is_stopped_ = true;
  if (server_.is_running()) server_.stop();
}

bool Listener::has_ended_by(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(ending_->mutex);
  return ending_->ended.wait_until(lock, deadline, [&] { return ending_->has_ended; });
}

}  // namespace corsac::server
