// Reads Cookie and Set-Cookie. Entries: find_cookie, parse_set_cookie, is_cookie_value. Spec: RFC
// 6265, 4.1.1 and 4.2.1. Test: tests/http/cookie_test.cpp.

#include "corsac/http/cookie.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

SetCookiePair parse_pair(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  return {trim_ows(text.substr(0, equals)), trim_ows(text.substr(equals + 1))};
}

struct Search {
  std::string_view name;
  FoundCookie found = {};

  void look_at(std::string_view line) noexcept {
    while (!line.empty()) {
      const std::size_t end = std::min(line.find(';'), line.size());
      const SetCookiePair pair = parse_pair(line.substr(0, end));
      if (pair.name == name && found.count++ == 0) found.value = pair.value;
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }
};

}  // namespace

FoundCookie find_cookie(const RequestView& request, std::string_view name) noexcept {
  if (request.headers == nullptr || name.empty()) return {};
  Search search = {.name = name};
  const auto visit = [](void* context, std::string_view header, std::string_view value) {
    if (equals_ignoring_case(header, "Cookie")) static_cast<Search*>(context)->look_at(value);
  };
  request.headers->visit(visit, &search);
  return search.found;
}

SetCookiePair parse_set_cookie(std::string_view line) noexcept {
  return parse_pair(line.substr(0, line.find(';')));
}

bool is_cookie_value(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
  });
}

}  // namespace corsac
