// Each cell of the table of profiles (policy document, 3) on the wire: one row for each knob, one
// column for each profile, the whole header set in each cell.

#include <array>
#include <string>
#include <vector>

#include "adapter/host_policy.hpp"

namespace corsac::testing {
namespace {

constexpr std::array kProfiles = {"fetch", "okta", "fusionauth", "django", "openedx", "cloudflare"};
constexpr std::size_t kProfileCount = kProfiles.size();

// The lists are the same for all, so that what differs is the profile.
Policy base(const char* profile) {
  Policy policy;
  policy.cors.profile = profile;
  policy.cors.enabled = true;
  policy.cors.allowed_origins = {kApp};
  policy.cors.allowed_methods = {"GET", "PUT", "OPTIONS"};
  policy.cors.allowed_headers = {"X-A", "Content-Type"};
  policy.cors.exposed_headers = {"X-B"};
  policy.cors.excluded_paths = {"/static"};
  policy.cors.max_age_seconds = 60;
  return policy;
}

// "403 | cache-control no-store | content-type text/plain", with "ran" after the status when the
// handler did; header names in short forms.
std::string told(const RawResponse& response, bool has_run) {
  static const std::vector<std::pair<std::string, std::string>> kShort = {
      {"access-control-allow-origin", "ACAO"},    {"access-control-allow-credentials", "ACAC"},
      {"access-control-allow-methods", "ACAM"},   {"access-control-allow-headers", "ACAH"},
      {"access-control-expose-headers", "ACEH"},  {"access-control-max-age", "ACMA"},
      {"access-control-request-method", "ACRM"},  {"Access-Control-Request-Method", "ACRM"},
      {"Access-Control-Request-Headers", "ACRH"}, {kApp, "app"},
  };
  std::string text = std::to_string(response.status) + (has_run ? " ran" : "");
  for (const auto& [name, value] : response.header_set()) {
    if (name == "content-type" && has_run) continue;  // the handler's own
    text += " | " + name + ' ' + value;
  }
  for (const auto& [from, to] : kShort) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

struct Row {
  const char* desc;
  std::string request;
  // What the policies of this row change; null = nothing.
  void (*change)(Policy&);
  std::array<const char*, kProfileCount> answers;
};

void expect_row(const Row& row) {
  for (std::size_t i = 0; i < kProfileCount; ++i) {
    Policy policy = base(kProfiles[i]);
    if (row.change != nullptr) row.change(policy);
    const TestHost host(
        make_test_gate(std::move(policy), {.public_origins = {"https://api.example.com"}}));
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(told(response, !host.handled().empty()), row.answers[i])
        << row.desc << ": " << kProfiles[i];
  }
}

const std::string kOwn = "https://api.example.com";

void any_origin(Policy& policy) {
  policy.cors.allowed_origins = {"*"};
  policy.cors.allow_credentials = false;
}

TEST(HostProfiles, ShowEachCellOnTheWire) {
  const Row rows[] = {
      {"M72, M108: actual_answers, exposed headers, credentials",
       head("GET", "/own-cors", kApp),
       nullptr,
       {"200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAO * | ACAO https://own.example | ACAO https://own.example | ACMA 1"}},
      {"M78: on_denied",
       head("GET", "/ok", kEvil),
       nullptr,
       {"403 | cache-control no-store | content-type text/plain | vary Origin",
        "200 ran | vary Origin", "403 | cache-control no-store | content-type text/plain",
        "200 ran | vary Origin", "200 ran | vary Origin", "200 ran"}},
      {"enforce_methods",
       head("DELETE", "/ok", kApp, {{"Content-Length", "0"}}),
       nullptr,
       {"200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin",
        "403 | cache-control no-store | content-type text/plain",
        "200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin", "200 ran"}},
      {"preflight_status, answers, separator, expose_on_preflight, preflight_vary",
       preflight("/ok", kApp, "PUT", {{"Access-Control-Request-Headers", "x-a"}}),
       nullptr,
       {"204 | ACAH x-a | ACAM PUT | ACAO app | ACMA 60 | vary Origin, ACRM, ACRH",
        "204 | ACAC true | ACAH x-a | ACAM PUT | ACAO app | ACMA 60 | vary Origin, ACRM, ACRH",
        "204 | ACAH X-A,Content-Type | ACAM PUT | ACAO app | ACMA 60 | vary Origin",
        "200 | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | ACMA 60 | "
        "vary Origin",
        "200 | ACAC true | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | "
        "ACMA 60 | vary Origin",
        "200 | ACAH x-a | ACAM PUT | ACAO app | ACMA 60 | vary Origin, ACRM, ACRH"}},
      {"refused_preflight_status",
       preflight("/ok", kEvil, "PUT"),
       nullptr,
       {"403 | cache-control no-store | content-type text/plain | vary Origin, ACRM, ACRH",
        "204 | vary Origin, ACRM, ACRH", "403 | cache-control no-store | content-type text/plain",
        "200 | vary Origin", "200 | vary Origin", "200 | vary Origin, ACRM, ACRH"}},
      {"check_requested: the method",
       preflight("/ok", kApp, "DELETE"),
       nullptr,
       {"403 | cache-control no-store | content-type text/plain | vary Origin, ACRM, ACRH",
        "204 | vary Origin, ACRM, ACRH", "403 | cache-control no-store | content-type text/plain",
        "200 | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | ACMA 60 | "
        "vary Origin",
        "200 | ACAC true | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | "
        "ACMA 60 | vary Origin",
        "200 | vary Origin, ACRM, ACRH"}},
      {"check_requested: a header",
       preflight("/ok", kApp, "PUT", {{"Access-Control-Request-Headers", "x-z"}}),
       nullptr,
       {"403 | cache-control no-store | content-type text/plain | vary Origin, ACRM, ACRH",
        "204 | vary Origin, ACRM, ACRH", "403 | cache-control no-store | content-type text/plain",
        "200 | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | ACMA 60 | "
        "vary Origin",
        "200 | ACAC true | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | "
        "ACMA 60 | vary Origin",
        "200 | vary Origin, ACRM, ACRH"}},
      {"requested_method_case",
       preflight("/ok", kApp, "put"),
       nullptr,
       {"403 | cache-control no-store | content-type text/plain | vary Origin, ACRM, ACRH",
        "204 | vary Origin, ACRM, ACRH",
        "204 | ACAH X-A,Content-Type | ACAM PUT | ACAO app | ACMA 60 | vary Origin",
        "200 | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | ACMA 60 | "
        "vary Origin",
        "200 | ACAC true | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | "
        "ACMA 60 | vary Origin",
        "200 | vary Origin, ACRM, ACRH"}},
      {"methods_are_exact",
       preflight("/ok", kApp, "POST"),
       nullptr,
       {"204 | ACAO app | ACMA 60 | vary Origin, ACRM, ACRH",
        "204 | ACAC true | ACAO app | ACMA 60 | vary Origin, ACRM, ACRH",
        "403 | cache-control no-store | content-type text/plain",
        "200 | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | ACMA 60 | "
        "vary Origin",
        "200 | ACAC true | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | "
        "ACMA 60 | vary Origin",
        "200 | vary Origin, ACRM, ACRH"}},
      {"preflight_headers_on_options",
       head("OPTIONS", "/ok", kApp),
       nullptr,
       {"200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | ACMA 60 "
        "| vary Origin",
        "200 ran | ACAC true | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH "
        "X-B | ACMA 60 | vary Origin",
        "200 ran"}},
      {"vary: under `*`",
       head("GET", "/ok", kEvil),
       any_origin,
       {"200 ran | ACAO * | ACEH X-B", "200 ran | ACAO * | ACEH X-B", "200 ran | ACAO * | ACEH X-B",
        "200 ran | ACAO * | ACEH X-B | vary Origin", "200 ran | ACAO * | ACEH X-B | vary Origin",
        "200 ran"}},
      {"vary: without Origin",
       head("GET", "/ok", ""),
       nullptr,
       {"200 ran | vary Origin", "200 ran | vary Origin", "200 ran", "200 ran | vary Origin",
        "200 ran | vary Origin", "200 ran"}},
      {"same_origin: listed",
       head("GET", "/own-cors", kOwn),
       [](Policy& p) {
         p.cors.allowed_origins = {kApp, "https://api.example.com"};
       },
       {"200 ran | ACAO https://api.example.com | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO https://api.example.com | ACEH X-B | vary Origin",
        "200 ran | ACAO * | ACAO https://own.example | ACAO https://own.example | ACMA 1",
        "200 ran | ACAO https://api.example.com | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO https://api.example.com | ACEH X-B | vary Origin",
        "200 ran | ACAO * | ACAO https://own.example | ACAO https://own.example | ACMA 1"}},
      {"same_origin: not listed",
       head("GET", "/ok", kOwn),
       nullptr,
       {"200 ran | vary Origin", "200 ran | vary Origin", "200 ran", "200 ran | vary Origin",
        "200 ran | vary Origin", "200 ran"}},
      {"malformed_origin",
       head("GET", "/ok", "https://app.example.com/"),
       nullptr,
       {"403 | cache-control no-store | content-type text/plain | vary Origin",
        "200 ran | vary Origin", "403 | cache-control no-store | content-type text/plain",
        "200 ran | vary Origin", "200 ran | vary Origin", "200 ran"}},
      {"post_without_content_type",
       head("POST", "/ok", kApp, {{"Content-Length", "0"}}),
       [](Policy& p) {
         p.cors.allowed_methods = {"POST", "GET"};
       },
       {"200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin",
        "403 | cache-control no-store | content-type text/plain",
        "200 ran | ACAO app | ACEH X-B | vary Origin",
        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin", "200 ran"}},
      {"preflight_needs_origin",
       head("OPTIONS", "/ok", "", {{"Access-Control-Request-Method", "PUT"}}),
       nullptr,
       {"200 ran | vary Origin", "200 ran | vary Origin", "200 ran", "200 | vary Origin",
        "200 | vary Origin", "200 | vary Origin, ACRM, ACRH"}},
      {"preflight_outside_paths",
       preflight("/static/a.txt", kApp, "PUT"),
       nullptr,
       {"403 | cache-control no-store | content-type text/plain", "204",
        "403 | cache-control no-store | content-type text/plain", "404", "404", "200"}},
      {"zero_max_age",
       preflight("/ok", kApp, "PUT"),
       [](Policy& p) { p.cors.max_age_seconds = 0; },
       {"204 | ACAM PUT | ACAO app | ACMA 0 | vary Origin, ACRM, ACRH",
        "204 | ACAC true | ACAM PUT | ACAO app | ACMA 0 | vary Origin, ACRM, ACRH",
        "204 | ACAH X-A,Content-Type | ACAM PUT | ACAO app | vary Origin",
        "200 | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | vary Origin",
        "200 | ACAC true | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH X-B | "
        "vary Origin",
        "200 | ACAM PUT | ACAO app | vary Origin, ACRM, ACRH"}},
  };
  for (const Row& row : rows) expect_row(row);
}

// 0.11.4 drops lines without a value before any hook, so that it is as if there was none.
TEST(HostProfiles, ShowTheEmptyRequestedMethod) {
  const std::string request = preflight("/ok", kApp, "");
  const std::string grants =
      " | ACAH X-A, Content-Type | ACAM GET, PUT, OPTIONS | ACAO app | ACEH "
      "X-B | ACMA 60 | vary Origin";
  const std::string django_ran = "200 ran" + grants;
  const std::string django_answered = "200" + grants;
  const std::string openedx_ran = "200 ran | ACAC true" + grants;
  const std::string openedx_answered = "200 | ACAC true" + grants;
  const Row dropped = {"M85: an empty requested method that the host drops",
                       request,
                       nullptr,
                       {"200 ran | ACAO app | ACEH X-B | vary Origin",
                        "200 ran | ACAC true | ACAO app | ACEH X-B | vary Origin",
                        "200 ran | ACAO app | ACEH X-B | vary Origin", django_ran.c_str(),
                        openedx_ran.c_str(), "200 ran"}};
  const Row seen = {
      "60, M85: empty_requested_method",
      request,
      nullptr,
      {"403 | cache-control no-store | content-type text/plain | vary Origin, ACRM, "
       "ACRH",
       "204 | vary Origin, ACRM, ACRH", "403 | cache-control no-store | content-type text/plain",
       django_answered.c_str(), openedx_answered.c_str(), "200 ran"}};
  expect_row(host_reads_bodies() ? seen : dropped);
}

}  // namespace
}  // namespace corsac::testing
