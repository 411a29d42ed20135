#pragma once

// What ends a read that waits: its deadline, and an interrupt.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <corsac_store_plugin.hpp>

namespace corsac::remote_store {

enum class ReadEnd : unsigned char { None, Interrupted, OutOfTime };

// One for a store, as long as it lives.
class ReadWatch {
 public:
  explicit ReadWatch(plugin::Host host) noexcept : host_(host) {}
  ReadWatch(const ReadWatch&) = delete;
  ReadWatch& operator=(const ReadWatch&) = delete;

  // Why the read under way should end now. [any-thread]
  [[nodiscard]] ReadEnd end() const noexcept;
  // A moment before that of the core, so that there is time to say what did not answer.
  // [any-thread]
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const noexcept {
    return host_.deadline() - std::chrono::milliseconds(50);
  }
  // After Host::is_cancelled became true: whoever waits looks at end(). [any-thread]
  void wake();

  // Breaks a connection when the read should end, whatever its client waits for: an address, a
  // handshake, a byte. Neither cpp-httplib can do that: Client::stop() waits for a mutex that a
  // client holds until it is connected, and a time limit counts anew with every byte.
  class Connection {
   public:
    explicit Connection(ReadWatch& watch);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // The socket that the client uses from now on, connected or not yet. It is duplicated: the
    // client may close its own at any time, and the number may then be another's.
    void use(int socket);

   private:
    void run();
    void cut();  // with mutex_ of the watch

    ReadWatch& watch_;
    int socket_ = -1;       // by mutex_ of the watch
    bool is_done_ = false;  // the same
    std::thread thread_;
  };

 private:
  const plugin::Host host_;
  std::mutex mutex_;
  std::condition_variable woken_;
};

}  // namespace corsac::remote_store
