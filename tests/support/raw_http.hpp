#pragma once

// HTTP by hand: bytes go out in the segments that a test names, answers come back as they stand on
// the wire. No library between the test and the socket, so nothing is joined, sorted or dropped.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace corsac::testing {

using HeaderLines = std::vector<std::pair<std::string, std::string>>;

struct RawResponse {
  int status = 0;         // 0 = no answer came
  HeaderLines headers;    // names in lower case, in the wire's order
  std::string body;       // without its framing
  bool is_whole = false;  // the body came as long as the headers say
  bool is_last = false;   // the peer closed the connection with it, which ended the body

  // The values of one name, in order.
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
  // The only value of one name; "" when there is none, "<several>" when there are more.
  [[nodiscard]] std::string value(std::string_view name) const;
  // All lines, sorted, without those that a host adds by itself and that say nothing about CORS
  // (Connection, Keep-Alive, Content-Length, Accept-Ranges, ETag, Last-Modified).
  [[nodiscard]] HeaderLines header_set() const;
};

enum class AnswerTo : unsigned char { Other, Head };  // the answer to HEAD has no body

// One connection. Every call ends within kDeadline; a call that runs out of it makes the test fail.
class RawConnection {
 public:
  static constexpr std::chrono::seconds kDeadline{10};

  // Connects to 127.0.0.1.
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // Sends the bytes at once. False when the peer had closed.
  bool send(std::string_view bytes);
  // Says that nothing more comes.
  void finish_sending();
  // Reads one answer. Interim ones (1xx but 101) are skipped.
  [[nodiscard]] RawResponse receive(AnswerTo to = AnswerTo::Other);
  // Reads until the peer closes; what came is the answer. Fails the test when it does not close.
  [[nodiscard]] std::string receive_until_closed();
  // What came up to `end`, and with it, while the answer goes on; what there is when it does not.
  [[nodiscard]] std::string receive_until(std::string_view end);
  // The bytes that come next; empty at the end.
  [[nodiscard]] std::string receive_some();
  // True when the peer neither sends nor closes for this long. For the absence of something there
  // is nothing to poll: keep it short and rare.
  [[nodiscard]] bool is_silent_for(std::chrono::milliseconds time);

 private:
  bool fill(std::chrono::steady_clock::time_point deadline);  // false = closed or too late
  std::string take_line(std::chrono::steady_clock::time_point deadline);
  void read_body(RawResponse& response, std::chrono::steady_clock::time_point deadline);

  int socket_ = -1;
  bool is_closed_ = false;
  std::string buffer_;
};

// Request text: line, headers, blank line, body. Headers go out as given; Content-Length is not
// added.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view target,
                                       const HeaderLines& headers, std::string_view body = {});

// One request on its own connection: the text in one segment, one answer.
[[nodiscard]] RawResponse exchange(int port, std::string_view text);

}  // namespace corsac::testing
