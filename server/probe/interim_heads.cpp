// Heads of answers behind an interim one. Entry: InterimHeads::feed. Spec: RFC 9112, 4 and 5; RFC
// 9110, 15.2. Tests: tests/server/interim_heads_test.cpp, probe_test.py.

#include "interim_heads.hpp"

#include <algorithm>
#include <utility>

#include <corsac/base/ascii.hpp>
#include <corsac/http/header_name.hpp>

namespace corsac::server {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

// "HTTP/1.1 200 OK"; 0 = no status line.
int parse_status(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return 0;
  const std::string_view digits = line.substr(9, 3);
  if (!std::all_of(digits.begin(), digits.end(), is_ascii_digit)) return 0;
  if (line.size() > 12 && line[12] != ' ') return 0;
  return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
}

// Without the empty line at its end. status 0: it is none.
ProbeAnswer parse_head(std::string_view head) {
  ProbeAnswer answer;
  bool is_first = true;
  int status = 0;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (std::exchange(is_first, false)) {
      status = parse_status(line);
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_header_name(line.substr(0, colon))) return {};
    answer.headers.emplace_back(line.substr(0, colon), trim_ows(line.substr(colon + 1)));
  }
  answer.status = status;
  return answer;
}

ProbeAnswer failed(const char* why) { return {.error = why}; }

}  // namespace

bool InterimHeads::feed(std::string_view bytes) {
  // One read may hold the end of a head, whole heads, and the begin of another.
  do {
    const std::string_view part = bytes.substr(0, kInterimHeadLimitBytes - bytes_.size());
    bytes_ += part;
    bytes.remove_prefix(part.size());
    if (!take_heads()) return false;
  } while (!bytes.empty());
  return true;
}

bool InterimHeads::take_heads() {
  while (true) {
    const std::size_t end = bytes_.find(kHeadEnd);
    if (end == std::string::npos) {
      if (bytes_.size() < kInterimHeadLimitBytes) return true;
      answer_ = failed("the head of the answer is longer than 16 KiB");
      return false;
    }
    ProbeAnswer head = parse_head(std::string_view(bytes_).substr(0, end));
    if (head.status == 0) {
      answer_ = failed("what follows an interim answer is no HTTP");
    } else if (!is_interim(head.status)) {
      answer_ = std::move(head);
    } else if (++interim_ > kInterimLimit) {
      answer_ = failed("more than 16 interim answers (1xx) came, and no answer");
    } else {
      bytes_.erase(0, end + kHeadEnd.size());
      continue;
    }
    return false;
  }
}

}  // namespace corsac::server
