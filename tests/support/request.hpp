#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/http/request_view.hpp"

namespace corsac::test {

// A request with all of its header lines, as an adapter would hand it over. Made from lines, so
// that what a test writes is what the view and the list of names say. Neither copied nor moved: the
// view points into it.
class Request final : public HeaderFields {
 public:
  using Lines = std::vector<std::pair<std::string, std::string>>;

  Request(std::string method, std::string target, Lines lines)
      : method_(std::move(method)), target_(std::move(target)), lines_(std::move(lines)) {
    view_.method = method_;
    view_.target = target_;
    view_.path = std::string_view(target_).substr(0, target_.find('?'));
    view_.peer_address = "127.0.0.1";
    view_.headers = this;
    for (const auto& [name, value] : lines_) set(name, value);
    view_.requested_headers = requested_headers_;
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] RequestView& view() noexcept { return view_; }

  void visit(Visitor visitor, void* context) const override {
    for (const auto& [name, value] : lines_) visitor(context, name, value);
  }

 private:
  void set(const std::string& name, std::string_view value) {
    const std::pair<const char*, HeaderField*> fields[] = {
        {"Origin", &view_.origin},
        {"Access-Control-Request-Method", &view_.requested_method},
        {"Host", &view_.host},
        {"Sec-Fetch-Site", &view_.sec_fetch_site},
        {"Content-Type", &view_.content_type},
        {"Referer", &view_.referer},
        {"X-Forwarded-Proto", &view_.forwarded_proto},
    };
    for (const auto& [known, field] : fields) {
      if (name == known && field->lines++ == 0) field->value = value;
    }
    if (name == "Access-Control-Request-Headers") requested_headers_.push_back(value);
    if (name == "Cookie") view_.has_cookie = true;
    if (name == "Authorization") view_.has_authorization = true;
  }

  const std::string method_;
  const std::string target_;
  const Lines lines_;
  std::vector<std::string_view> requested_headers_;
  RequestView view_;
};

}  // namespace corsac::test
