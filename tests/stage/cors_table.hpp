#pragma once

// The table in which the rows of evaluate_*_test.cpp are written: a policy, a request, the whole
// decision. A row that leaves a field out takes the default written here.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac::testing {

using Headers = std::vector<std::pair<std::string, std::string>>;
using Texts = std::vector<std::string>;

struct TestPolicy {
  Texts origins = {"https://a.example", "https://b.example:8443", "https://*.wild.example",
                   "https://pr-*.glob.example", "http://localhost:*"};
  Texts methods = {"PUT", "PATCH"};
  Texts headers = {"Content-Type", "X-A", "X-B"};
  Texts exposed = {};
  bool allow_credentials = false;
  std::optional<std::int64_t> max_age_seconds = {};
  bool allow_null_origin = false;
  bool allow_private_network = false;
  bool timing_allow_origin = false;
  bool report_only = false;
  bool is_excluded = false;
  ProfileName profile = ProfileName::Fetch;  // what the document may say; not its defaults
  CorsBehaviour behaviour = {};
  bool dangerously_echo_any_origin = false;
  Reason denies_all = Reason::None;
};

// Compiles; a problem in the policy fails the test.
[[nodiscard]] CompiledCors compile(const TestPolicy& policy);

struct TestRequest {
  std::string method = "GET";
  Texts origin = {};            // one element a line
  Texts requested_method = {};  // Access-Control-Request-Method
  Texts requested_headers = {};
  Texts private_network = {};  // Access-Control-Request-Private-Network
  bool has_cookie = false;
  bool has_authorization = false;
  Texts content_type = {};
  bool is_upgrade = false;
  bool is_own = false;  // Sec-Fetch-Site: same-origin
  bool is_allowed_by_application = false;
};

// An OPTIONS with one Origin and one Access-Control-Request-Method.
[[nodiscard]] TestRequest preflight(std::string origin, std::string method,
                                    Texts requested_headers = {});
[[nodiscard]] TestRequest get(std::string origin);

// The views of a TestRequest, which must outlive it. Neither copied nor moved: the view points into
// it.
class BuiltRequest {
 public:
  explicit BuiltRequest(const TestRequest& request);
  BuiltRequest(const BuiltRequest&) = delete;
  BuiltRequest& operator=(const BuiltRequest&) = delete;
  [[nodiscard]] const RequestView& view() const noexcept { return view_; }

 private:
  std::vector<std::string_view> requested_headers_;
  OwnOrigin own_;
  RequestView view_;
};

// All that a decision says.
struct Expected {
  Outcome outcome = Outcome::Pass;
  std::uint16_t status = 0;
  Reason reason = Reason::None;
  std::string offending = {};
  VaryOn vary = VaryOn::Origin;
  HandlerHeaders handler_headers = HandlerHeaders::Replace;
  bool is_preflight = false;
  bool is_own_origin = false;
  Headers grant = {};

  friend bool operator==(const Expected&, const Expected&) = default;
};

std::ostream& operator<<(std::ostream& out, const Expected& expected);

[[nodiscard]] Expected whole(const Decision& decision);

// The usual outcomes; a row changes what is different.
[[nodiscard]] Expected granted(Headers grant);                                   // actual request
[[nodiscard]] Expected answered(Headers grant);                                  // preflight, 204
[[nodiscard]] Expected blocked(Reason reason, std::string offending);            // actual, 403
[[nodiscard]] Expected refused_preflight(Reason reason, std::string offending);  // 403
[[nodiscard]] Expected no_grant();   // passes, varies by Origin
[[nodiscard]] Expected untouched();  // passes as if there was no policy

struct Row {
  const char* desc;  // begins with the number of the edge case, where it has one
  TestPolicy policy;
  TestRequest request;
  Expected expected;
};

// Decides every row and compares the whole decision.
void expect_rows(const std::vector<Row>& rows);

}  // namespace corsac::testing
