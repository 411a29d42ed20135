// Looks for headers. Entry: HttpAnswer. Test: tests/plugins/remote_parts_test.cpp.

#include "http_answer.hpp"

#include <algorithm>

namespace corsac::remote_store {
namespace {

constexpr std::size_t kEtagLimitBytes = 1024;

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::vector<std::string_view> HttpAnswer::values(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const auto& [header, value] : headers) {
    if (is_same_name(header, name)) found.emplace_back(value);
  }
  return found;
}

std::string_view HttpAnswer::value(std::string_view name) const {
  const std::vector<std::string_view> found = values(name);
  return found.size() == 1 ? found.front() : std::string_view{};
}

std::string checked_etag(std::string_view text) {
  const std::string_view tag = text.substr(text.starts_with("W/") ? 2 : 0);
  if (text.size() > kEtagLimitBytes || tag.size() < 2 || tag.front() != '"' || tag.back() != '"') {
    return {};
  }
  const std::string_view inside = tag.substr(1, tag.size() - 2);
  const bool is_fine = std::all_of(inside.begin(), inside.end(),
                                   [](char c) { return c > ' ' && c < '\x7f' && c != '"'; });
  return is_fine ? std::string(text) : std::string();
}

}  // namespace corsac::remote_store
