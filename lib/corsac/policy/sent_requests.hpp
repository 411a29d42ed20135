#pragma once

// What a browser sends for one fetch() of a page. For explain.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/policy/explain_exchange.hpp"

namespace corsac {

// Owns the bytes of its views, `question` included; neither copied nor moved.
class SentRequests {
 public:
  // `own` is used while this is made, and by deciding; it outlives both.
  SentRequests(ExplainQuestion question, const OwnOrigin& own, std::string host);
  SentRequests(const SentRequests&) = delete;
  SentRequests& operator=(const SentRequests&) = delete;

  [[nodiscard]] const RequestView& actual() const noexcept { return actual_; }
  [[nodiscard]] const std::optional<RequestView>& preflight() const noexcept { return preflight_; }
  // Names of headers that the page sets and the browser drops, because the mode is no-cors; as
  // asked for, and views into the question.
  [[nodiscard]] const std::vector<std::string_view>& dropped_headers() const noexcept {
    return dropped_headers_;
  }
  // The same as the browser sees it, `url` excepted.
  [[nodiscard]] BrowserRequest as_browser() const;

 private:
  // Fetch, 5.1 "append" to Headers whose guard is "request-no-cors": false = dropped.
  [[nodiscard]] bool is_taken(std::string_view header);

  ExplainQuestion question_;
  std::string host_;
  std::string page_headers_ = {};  // unsafe ones that the page sets
  std::vector<std::string_view> requested_headers_ = {};
  std::vector<std::string_view> dropped_headers_ = {};
  // Mode no-cors: what was taken so far, by the name in lower case; of repeats the joined value.
  std::map<std::string, std::string> taken_ = {};
  RequestView actual_ = {};
  std::optional<RequestView> preflight_ = {};
  bool is_own_ = false;
};

// The Host that `headers` name; empty = none.
[[nodiscard]] std::string host_of_headers(const std::vector<std::string>& headers);

// The two sides of "Name: value", without blanks; a name alone has no value.
struct HeaderLine {
  std::string_view name = {};
  std::string_view value = {};
};
[[nodiscard]] HeaderLine split_header(std::string_view header);

}  // namespace corsac
