#pragma once

// Interim answers (1xx, as 103 Early Hints) that stand before the answer: cpp-httplib takes the
// first for the answer, and what follows for its body.

#include <cstddef>
#include <string>
#include <string_view>

#include "http_client.hpp"

namespace corsac::server {

// RFC 9110, 15.2: any number may come; more than this is no server that means it.
inline constexpr std::size_t kInterimLimit = 16;
// Of each head behind the first, its empty line included: as much as of any head.
inline constexpr std::size_t kInterimHeadLimitBytes = std::size_t{16} * 1024;

// 101 is none: after it the connection speaks another protocol.
[[nodiscard]] constexpr bool is_interim(int status) noexcept {
  return status >= 100 && status < 200 && status != 101;
}

// Takes what comes behind the first interim answer, to the end of the first head that is none.
class InterimHeads {
 public:
  // False: no more is wanted; answer() says what came.
  [[nodiscard]] bool feed(std::string_view bytes);
  // Has neither status nor error as long as no head is complete.
  [[nodiscard]] const ProbeAnswer& answer() const noexcept { return answer_; }

 private:
  // Takes the heads of bytes_ that are complete; false as feed().
  [[nodiscard]] bool take_heads();

  // Of the head that is not complete. Between two calls, and whenever bytes are taken, shorter than
  // kInterimHeadLimitBytes.
  std::string bytes_ = {};
  std::size_t interim_ = 1;
  ProbeAnswer answer_ = {};
};

}  // namespace corsac::server
