// Asks a server over connections that are kept, from one thread, each connection as soon as it has
// its answer. Entry: `load PORT PID CONNECTIONS WARM_UP SECONDS`, the request on standard input;
// run by bench/peers/whole_server.py. Prints a line of JSON: how many requests were answered, the
// processor time that the process PID took for them, how long they waited, and the first answer.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace {

using Clock = std::chrono::steady_clock;

// An answer that is not there by then, at the end, is not coming.
constexpr std::chrono::seconds kDrain{10};

struct Connection {
  int fd = -1;
  bool is_connecting = false;
  bool is_waiting = false;  // for an answer, or to be connected
  std::string received = {};
  Clock::time_point asked = {};  // from making the connection, where it was made for this request
};

// The length of the whole answer once its head is there, else 0.
std::size_t answer_length(std::string_view received) {
  const std::size_t head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const std::size_t at = received.substr(0, head + 2).find(kName);
  const std::size_t body = at == std::string_view::npos
                               ? 0
                               : std::strtoul(received.data() + at + kName.size(), nullptr, 10);
  return head + 4 + body;
}

class Load {
 public:
  Load(std::uint16_t port, std::string request, std::size_t connections)
      : request_(std::move(request)), connections_(connections), events_(connections) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    epoll_ = ::epoll_create1(0);
  }

  // Asks until so many are answered, or the time is over; then waits for those on their way. With
  // `requests` of 0 only the time counts, and connections end then: they would keep others waiting.
  void run(std::size_t requests, Clock::duration time) {
    const Clock::time_point began = Clock::now();
    const Clock::time_point end = began + time;
    is_over_ = false;
    is_last_ = requests == 0;
    for (Connection& connection : connections_) ask(connection);
    while (!is_over_ && !has_failed) {
      wait_once();
      is_over_ = (requests != 0 && answered >= requests) || Clock::now() >= end;
    }
    answered_in_time = answered;
    in_time = Clock::now() - began;
    const Clock::time_point last = Clock::now() + kDrain;
    while (waiting_ > 0 && Clock::now() < last && !has_failed) wait_once();
  }

  void forget() {
    answered = closed = wrong = made = 0;
    waits_ns.clear();
  }

  std::size_t unanswered() const { return waiting_; }

  std::size_t answered = 0;
  std::size_t answered_in_time = 0;  // without those that run waited for when it was over
  std::chrono::duration<double> in_time{};
  std::size_t closed = 0;  // by the server, before an answer
  std::size_t wrong = 0;   // another status than the first, or a grant where it had none
  std::size_t made = 0;    // connections
  bool has_failed = false;
  std::vector<std::uint64_t> waits_ns = {};
  std::string first = {};

 private:
  void connect(Connection& connection) {
    connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const auto* address = reinterpret_cast<const sockaddr*>(&address_);
    const bool is_made = ::connect(connection.fd, address, sizeof address_) == 0;
    if (connection.fd < 0 || (!is_made && errno != EINPROGRESS)) {
      std::perror("load: connect");
      has_failed = true;
      return;
    }
    ++made;
    connection.is_connecting = true;
    epoll_event event{EPOLLOUT, {.ptr = &connection}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  }

  void ask(Connection& connection) {
    connection.asked = Clock::now();
    if (!connection.is_waiting) ++waiting_;
    connection.is_waiting = true;
    if (connection.fd < 0) return connect(connection);
    send(connection);
  }

  // A short request always has room in the socket's buffer. An error shows when it is read from.
  void send(const Connection& connection) const {
    (void)!::send(connection.fd, request_.data(), request_.size(), MSG_NOSIGNAL);
  }

  void close(Connection& connection) {
    ::close(connection.fd);
    connection.fd = -1;
    connection.received.clear();
  }

  void wait_once() {
    const int ready = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 100);
    for (int i = 0; i < ready; ++i) {
      Connection& connection =
          *static_cast<Connection*>(events_[static_cast<std::size_t>(i)].data.ptr);
      if (connection.is_connecting) {
        connection.is_connecting = false;
        epoll_event event{EPOLLIN, {.ptr = &connection}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
        send(connection);
      } else {
        receive(connection);
      }
    }
  }

  void receive(Connection& connection) {
    char bytes[4096];
    const ssize_t size = ::recv(connection.fd, bytes, sizeof bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
      close(connection);
      if (!connection.is_waiting) return;
      ++closed;
      // Its time goes on: the request was not answered.
      return is_over_ ? give_up(connection) : connect(connection);
    }
    connection.received.append(bytes, static_cast<std::size_t>(size));
    const std::size_t length = answer_length(connection.received);
    if (length == 0 || connection.received.size() < length) return;
    take(connection);
    if (!is_over_) ask(connection);
  }

  void give_up(Connection& connection) {
    connection.is_waiting = false;
    --waiting_;
  }

  void take(Connection& connection) {
    const auto took = Clock::now() - connection.asked;
    waits_ns.push_back(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()));
    ++answered;
    give_up(connection);
    const std::string& answer = connection.received;
    if (first.empty()) first = answer;
    if (answer.compare(0, kStatusEnd, first, 0, kStatusEnd) != 0 || grants(answer) != grants(first))
      ++wrong;
    const bool ends = answer.find("\r\nConnection: close\r\n") != std::string::npos;
    connection.received.clear();
    if (ends || (is_over_ && is_last_)) close(connection);
  }

  static bool grants(std::string_view answer) {
    return answer.find("\r\nAccess-Control-Allow-Origin: ") != std::string_view::npos;
  }

  static constexpr std::size_t kStatusEnd = sizeof("HTTP/1.1 200") - 1;

  const std::string request_;
  std::vector<Connection> connections_;
  std::vector<epoll_event> events_;
  sockaddr_in address_{};
  int epoll_ = -1;
  bool is_over_ = false;
  bool is_last_ = false;
  std::size_t waiting_ = 0;
};

// Of all threads of a process, those that have ended too. 0 when it cannot be read.
std::int64_t used_ns(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return 0;
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

double percentile_us(const std::vector<std::uint64_t>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  return static_cast<double>(sorted[std::min(at, sorted.size() - 1)]) / 1000;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
  const auto process = static_cast<pid_t>(std::strtol(argv[2], nullptr, 10));
  const std::size_t connections = std::strtoul(argv[3], nullptr, 10);
  const std::size_t warm_up = std::strtoul(argv[4], nullptr, 10);
  const std::chrono::duration<double> seconds(std::strtod(argv[5], nullptr));
  if (connections == 0) return 2;
  std::cin >> std::noskipws;
  Load load(port, {std::istream_iterator<char>(std::cin), {}}, connections);
  if (warm_up > 0) {
    load.run(warm_up, kDrain);
    load.forget();
  }
  const std::int64_t used_before = used_ns(process);
  const std::int64_t own_before = used_ns(::getpid());
  load.run(0, std::chrono::duration_cast<Clock::duration>(seconds));
  const std::int64_t used = used_ns(process) - used_before;
  const std::int64_t own = used_ns(::getpid()) - own_before;
  std::sort(load.waits_ns.begin(), load.waits_ns.end());
  std::cout << nlohmann::json{{"answered", load.answered},
                              {"closed", load.closed},
                              {"wrong", load.wrong},
                              {"unanswered", load.unanswered()},
                              {"connections_made", load.made},
                              {"answered_in_time", load.answered_in_time},
                              {"seconds", load.in_time.count()},
                              {"used_ns", used},
                              {"own_ns", own},
                              {"p50_us", percentile_us(load.waits_ns, 0.5)},
                              {"p99_us", percentile_us(load.waits_ns, 0.99)},
                              {"p999_us", percentile_us(load.waits_ns, 0.999)},
                              {"most_us", percentile_us(load.waits_ns, 1)},
                              {"first", load.first}}
                   .dump()
            << std::endl;
  return load.has_failed ? 1 : 0;
}
