#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include <httplib.h>

#include "listen_address.hpp"
#include "worker_pool.hpp"

namespace corsac::server {

// One cpp-httplib server with its thread. Bound first, so that a port that is taken is an error
// before anything is announced; then started; then stopped within a time.
class Listener {
 public:
  // `threads` connections will be served at once; the limits of the sample are set.
  explicit Listener(unsigned threads);
  ~Listener();  // stops, and waits for as long as requests take

  [[nodiscard]] httplib::Server& server() noexcept { return server_; }
  // False when the address cannot be had; errno says why, or is 0.
  [[nodiscard]] bool bind(const ListenAddress& address);
  // What bind got: the port is never 0.
  [[nodiscard]] const ListenAddress& address() const noexcept { return address_; }
  // Makes every thread, and accepts. The answer is an error when a thread cannot be had: then none
  // is left, and nobody is served. `on_failure` is called, on the listener's thread, when the
  // listener ends without having been stopped: it accepts nobody any more.
  [[nodiscard]] std::error_code start(std::function<void()> on_failure);
  // Accepts no more, and lets requests in flight end.
  void stop();
  // True when the server has ended before `deadline`.
  [[nodiscard]] bool has_ended_by(std::chrono::steady_clock::time_point deadline);

 private:
  struct Ending;
  const unsigned threads_;
  std::unique_ptr<WorkerPool> workers_;  // until the server takes it
  httplib::Server server_;
  int socket_ = -1;  // the one that was bound last; the server closes it
  ListenAddress address_ = {};
  std::shared_ptr<Ending> ending_;
  std::atomic<bool> is_stopped_ = false;
  std::thread thread_;
};

}  // namespace corsac::server
