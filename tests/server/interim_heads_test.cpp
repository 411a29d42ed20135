#include "probe/interim_heads.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace corsac::server {
namespace {

// A head of `bytes` bytes, its empty line included.
std::string head(std::string_view begin, std::size_t bytes) {
  std::string text = std::string(begin) + "\r\nX-Pad: ";
  text.append(bytes - text.size() - 4, 'p');
  return text + "\r\n\r\n";
}

// Status, number of headers and error after reads of `size` bytes each.
std::string told(std::string_view all, std::size_t size) {
  InterimHeads heads;
  bool is_more_wanted = true;
  while (is_more_wanted && !all.empty()) {
    const std::string_view part = all.substr(0, size);
    all.remove_prefix(part.size());
    is_more_wanted = heads.feed(part);
  }
  const ProbeAnswer& answer = heads.answer();
  return std::to_string(answer.status) + " " + std::to_string(answer.headers.size()) + " " +
         answer.error;
}

TEST(InterimHeads, LosesNoByteHoweverTheyAreRead) {
  constexpr std::size_t kLimit = kInterimHeadLimitBytes;
  const std::string early = "HTTP/1.1 103 Early Hints";
  const std::string ok = "HTTP/1.1 200 OK\r\nVary: Origin\r\nAccess-Control-Allow-Origin: *";
  const struct {
    const char* desc;
    std::string all;
    const char* expected;
  } kRows[] = {
      {"no more than one read holds", head(early, 1000) + head(ok, 1000), "200 3 "},
      {"two of 11.3 KiB, and 5 KiB", head(early, 11'571) + head(early, 11'571) + head(ok, 5000),
       "200 3 "},
      {"each as long as it may be", head(early, kLimit) + head(early, kLimit) + head(ok, kLimit),
       "200 3 "},
      {"one byte more in the second", head(early, 9000) + head(early, kLimit + 1) + head(ok, 900),
       "0 0 the head of the answer is longer than 16 KiB"},
      {"one byte more in the answer", head(early, 9000) + head(ok, kLimit + 1),
       "0 0 the head of the answer is longer than 16 KiB"},
      {"a body behind the answer", head(early, 16'000) + head(ok, 900) + std::string(40'000, 'b'),
       "200 3 "},
      {"an answer without an end", head(early, 16'000) + ok, "0 0 "},
  };
  for (const auto& row : kRows) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, kLimit, row.all.size()}) {
      EXPECT_EQ(told(row.all, size), row.expected) << row.desc << ", reads of " << size;
    }
  }
}

}  // namespace
}  // namespace corsac::server
