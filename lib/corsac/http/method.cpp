// Method names: what is one, what Fetch does to it, and a set of them.
// Entry: the functions of method.hpp. Follows RFC 9110, 9.1 and Fetch, 2.2.1.
// Test: tests/http/method_test.cpp.

#include "corsac/http/method.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

constexpr std::string_view kNormalized[] = {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"};
constexpr std::string_view kForbidden[] = {"CONNECT", "TRACE", "TRACK"};

}  // namespace

bool is_method(std::string_view text) noexcept {
  return text.size() <= kMethodLimitBytes && is_token(text);
}

std::string normalize_method(std::string_view method) {
  for (const std::string_view normalized : kNormalized) {
    if (equals_ignoring_case(method, normalized)) return std::string(normalized);
  }
  return std::string(method);
}

bool is_safelisted_method(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "POST";
}

bool is_forbidden_method(std::string_view method) noexcept {
  for (const std::string_view forbidden : kForbidden) {
    if (equals_ignoring_case(method, forbidden)) return true;
  }
  return false;
}

MethodSet::MethodSet(const std::vector<std::string>& methods) {
  for (const std::string& method : methods) {
    if (contains(method)) continue;
    all_.push_back(method);
    if (fits_one_word(method)) {
      short_.push_back(short_bytes::load_padded(method.data(), method.size()));
    } else {
      long_.push_back(method);
    }
  }
}

bool MethodSet::contains_long(std::string_view method) const noexcept {
  return std::find(long_.begin(), long_.end(), method) != long_.end();
}

std::string_view MethodSet::find_ignoring_case(std::string_view method) const noexcept {
  const auto found = std::find_if(all_.begin(), all_.end(), [method](const std::string& known) {
    return equals_ignoring_case(known, method);
  });
  return found == all_.end() ? std::string_view() : std::string_view(*found);
}

}  // namespace corsac
