// Entries: read_list_query, list_url. Spec: Okta's Trusted Origins API, "List all Trusted Origins";
// Core API, "Pagination". Test: tests/authority/http_api_test.cpp, http_api_errors_test.cpp.

#include "corsac/authority/list_query.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "corsac/authority/api_json.hpp"
#include "corsac/base/ascii.hpp"
#include "corsac/base/utf8.hpp"
#include "corsac/http/percent_coding.hpp"

namespace corsac {
namespace {

enum Parameter : unsigned char { kQ, kFilter, kAfter, kLimit };
constexpr std::array<std::string_view, 4> kParameters = {"q", "filter", "after", "limit"};

class Reader {
 public:
  Result<ListQuery, ApiError> read(std::string_view query) {
    split(query);
    read_q();
    read_filter();
    read_after();
    read_limit();
    if (!error_.causes.empty()) return fail(std::move(error_));
    return std::move(list_);
  }

 private:
  // The worst of all errors stays: a search that is wrong says more than a page that is.
  void add(Parameter parameter, std::string_view what) {
    const bool is_search = parameter == kQ || parameter == kFilter;
    if (error_.causes.empty() || is_search) {
      error_.code = is_search ? ApiErrorCode::InvalidSearch : ApiErrorCode::InvalidPaging;
    }
    error_.causes.push_back(std::string(kParameters[parameter]) + ": " + std::string(what));
  }

  void split(std::string_view query) {
    while (!query.empty()) {
      const std::size_t end = query.find('&');
      take(query.substr(0, end));
      query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    }
  }
  void take(std::string_view pair) {
    const std::size_t equals = pair.find('=');
    const auto name = percent_decoded(pair.substr(0, equals), PlusSign::Blank);
    for (std::size_t i = 0; name && i < kParameters.size(); ++i) {
      if (!equals_ignoring_case(*name, kParameters[i])) continue;
      const auto parameter = static_cast<Parameter>(i);
      if (*name != kParameters[i]) return add(parameter, "The parameter is written in lower case");
      auto value = percent_decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1),
                                   PlusSign::Blank);
      if (!value) return add(parameter, "A % is not followed by two hex digits");
      if (!is_utf8(*value)) return add(parameter, "The value is not valid UTF-8");
      if (values_[i]) return add(parameter, "The parameter stands twice");
      values_[i] = std::move(value);
    }
  }
  // Null when it is absent. An empty one is what a variable that is not set leaves: it must not
  // list everything.
  [[nodiscard]] const std::string* value(Parameter parameter) {
    const auto& value = values_[parameter];
    if (!value) return nullptr;
    if (!value->empty()) return &*value;
    add(parameter, "The value is empty; leave the parameter out");
    return nullptr;
  }

  // With nothing every name begins: fields for a search send it so.
  void read_q() { list_.page.q = values_[kQ].value_or(""); }

  void read_filter() {
    const std::string* const text = value(kFilter);
    if (text == nullptr) return;
    auto filter = parse_filter(*text);
    if (!filter) {
      return add(kFilter,
                 "At byte " + std::to_string(filter.error().position) + ": " + filter.error().what);
    }
    list_.filter_text = *text;
    list_.page.filter = std::move(*filter);
    if (list_.page.q.empty()) return;
    add(kFilter, "q and filter exclude each other");
    error_.code = ApiErrorCode::SearchAndFilter;
  }

  void read_after() {
    const std::string* const text = value(kAfter);
    if (text == nullptr) return;
    auto place = parse_cursor(*text);
    if (!place || is_place_of_search(*place) != !list_.page.q.empty()) {
      return add(kAfter, "The value is an invalid cursor of this list");
    }
    list_.page.after = std::move(place);
  }

  void read_limit() {
    const std::string* const text = value(kLimit);
    if (text == nullptr) return;
    std::size_t limit = 0;
    const char* const end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data(), end, limit);
    if (error != std::errc() || at != end || limit < 1 || limit > kPageLimitRecords) {
      return add(kLimit, "The value is not a number from 1 to 200");
    }
    list_.page.limit = limit;
  }

  std::array<std::optional<std::string>, kParameters.size()> values_ = {};
  ListQuery list_ = {};
  ApiError error_ = {};
};

}  // namespace

Result<ListQuery, ApiError> read_list_query(std::string_view query) { return Reader().read(query); }

std::string list_url(std::string_view base_url, const ListQuery& query,
                     const std::optional<PagePlace>& after) {
  std::string url = std::string(base_url) + std::string(kTrustedOriginsPath) + "?";
  if (after) url += "after=" + to_cursor(*after) + "&";
  url += "limit=" + std::to_string(query.page.limit);
  if (!query.page.q.empty()) url += "&q=" + percent_encoded(query.page.q);
  if (!query.filter_text.empty()) url += "&filter=" + percent_encoded(query.filter_text);
  return url;
}

}  // namespace corsac
