#pragma once

// A TCP peer on loopback that answers as a test wants, also wrongly; gone with the object.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace corsac::test {

// One connection, on the thread of its handler. Every call is ended by the peer's destructor.
class PeerConnection {
 public:
  explicit PeerConnection(int socket) : socket_(socket) {}

  // The next command of the RESP protocol; empty at the end of the connection.
  [[nodiscard]] std::vector<std::string> read_command();
  // All bytes up to `end`, and with it; what there is at the end of the connection.
  [[nodiscard]] std::string read_until(std::string_view end);
  // So many bytes; fewer at the end of the connection.
  [[nodiscard]] std::string read(std::size_t count);
  // False when the other side has gone.
  bool send(std::string_view bytes);
  // One byte at a time, with this pause between them, until the other side has gone.
  void send_slowly(std::string_view bytes, std::chrono::milliseconds pause);
  // Returns when the other side has gone.
  void wait_for_end();
  // The other side sees a reset.
  void reset();

 private:
  [[nodiscard]] bool fill();
  [[nodiscard]] std::string read_line();

  int socket_;
  std::string buffer_ = {};
};

class ScriptedPeer {
 public:
  using Handler = std::function<void(PeerConnection&)>;
  // `handler` is called for each connection on a thread of its own; the connection is closed when
  // it returns.
  explicit ScriptedPeer(Handler handler);
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void accept_all();

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_ = {};  // by mutex_; closed at the end only
  std::vector<std::thread> threads_ = {};
  std::thread accepting_;
};

// An answer of RESP.
[[nodiscard]] std::string bulk(std::string_view text);
[[nodiscard]] std::string list(const std::vector<std::string>& encoded);

}  // namespace corsac::test
