// Policies and requests out of choices. Entries: generated_policy, generated_request. The pools
// hold what the documents of this project speak about; a zero choice is the plainest of each.

#include "properties/generated.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/policy/writer.hpp"

namespace corsac::testing {
namespace {

using Texts = std::vector<std::string>;

const Texts kOrigins = {"https://app.example.com",
                        "https://*.example.com",
                        "http://localhost:*",
                        "https://pr-*.preview.example.com",
                        "http://localhost:[3000,8000-8099]",
                        "https://b.example:8443",
                        "https://[::1]:8443",
                        "capacitor://localhost",
                        "http://plain.example",
                        "https://*.github.io",
                        "file://",
                        "null",
                        "*"};
const Texts kOriginRegexes = {R"(https://\w+\.example\.com)", R"(http://.*)", "https://.*"};
const Texts kMethods = {"PUT", "GET", "DELETE", "patch", "OPTIONS", "POST", "HEAD", "PURGE", "*"};
const Texts kHeaders = {"Content-Type", "X-A", "Authorization", "x-b", "Origin", "*"};
const Texts kExposed = {"X-Request-Id", "ETag", "*"};
const Texts kPaths = {"/api",  "/",    "/api/*/keys", "/admin*", "/api/x$", "/api/x",
                      "/a//b", "/:id", "/static",     "/ok",     "/ok$",    "/hidden"};
const Texts kHosts = {"api.example.com", "*.example.com", "localhost:*"};
const Texts kTrusted = {"https://app.example.com", "https://*.example.com",
                        "https://b.example:8443", "http://localhost:*"};
const Texts kGuardPaths = {"/api", "/api/x", "/admin*", "/", "/:id/x$"};
const Texts kProfiles = {"fetch", "okta", "django", "openedx", "fusionauth", "cloudflare"};

const Texts kRequestOrigins = {"https://app.example.com",
                               "https://evil.example",
                               "https://x.example.com",
                               "http://localhost:3000",
                               "http://localhost",
                               "https://pr-7.preview.example.com",
                               "https://pr-.preview.example.com",
                               "https://b.example:8443",
                               "https://b.example",
                               "https://api.example.com",
                               "http://plain.example",
                               "https://me.github.io",
                               "capacitor://localhost",
                               "https://[::1]:8443",
                               "null",
                               "file://",
                               "file:///x",
                               "https://app.example.com/",
                               "HTTPS://APP.EXAMPLE.COM",
                               "https://app.example.com, https://evil.example",
                               "https://.example.com",
                               ""};
const Texts kRequestMethods = {"GET",   "POST", "PUT", "DELETE", "OPTIONS",
                               "PATCH", "HEAD", "put", "PURGE",  "TRACE"};
const Texts kRequestedMethods = {"PUT",     "GET", "POST",  "DELETE", "patch", "PATCH", "HEAD",
                                 "OPTIONS", "put", "PURGE", "TRACE",  "a b",   "",      "PUT,GET"};
const Texts kRequestedHeaders = {
    "x-a", "content-type,x-a", "authorization", " X-A , x-a ,", "x-z", "x a", ",,,,,,,,,,,,,,,,,,",
    "*"};
const Texts kTargets = {"/api/x",     "/",          "/api",      "/api/x/keys", "/admin/y",
                        "/api/x?a=b", "/other",     "/apix",     "/API/x",      "/static/a",
                        "/api%2Fx",   "//api",      "/api/../x", "/api/%2e/x",  "/api\\x",
                        "*",          "http://h/x", "/api/x%00", "/a//b",       "/api/+x"};

// A few of the pool, in its order; none is not the same as an empty list.
Names names(Choices& choices, const Texts& pool, std::size_t most = 4) {
  if (!choices.coin()) return {};
  Names taken = Names::none();
  for (std::size_t i = choices.of(most + 1); i != 0; --i) taken.add(choices.from(pool), {});
  return taken;
}

void maybe(Choices& choices, Setting<bool>& setting) {
  if (choices.rarely(4)) setting = choices.coin();
}

void maybe(Choices& choices, Setting<std::string>& setting, const Texts& words) {
  if (choices.rarely(4)) setting = choices.from(words);
}

void maybe(Choices& choices, Setting<std::int64_t>& setting,
           const std::vector<std::int64_t>& values) {
  if (choices.rarely(4)) setting = choices.from(values);
}

CorsKnobs generated_knobs(Choices& choices) {
  CorsKnobs knobs;
  if (!choices.rarely(3)) return knobs;
  const Texts answers = {"requested", "list"};
  maybe(choices, knobs.actual_answers, {"grant", "leave"});
  maybe(choices, knobs.enforce_methods);
  maybe(choices, knobs.preflight_status, {204, 200});
  maybe(choices, knobs.refused_preflight_status, {403, 204, 200});
  maybe(choices, knobs.check_requested);
  maybe(choices, knobs.requested_method_case, {"exact", "fold"});
  maybe(choices, knobs.methods_answer, answers);
  maybe(choices, knobs.headers_answer, answers);
  maybe(choices, knobs.list_separator, {",", ", "});
  maybe(choices, knobs.methods_are_exact);
  maybe(choices, knobs.expose_on_preflight);
  maybe(choices, knobs.preflight_headers_on_options);
  maybe(choices, knobs.vary, {"dynamic", "always", "specific_only"});
  maybe(choices, knobs.preflight_vary, {"full", "origin"});
  maybe(choices, knobs.same_origin, {"exempt", "exempt_first", "judge"});
  maybe(choices, knobs.malformed_origin, {"refuse", "ignore"});
  maybe(choices, knobs.post_without_content_type, {"pass", "refuse"});
  maybe(choices, knobs.empty_requested_method, {"refuse", "preflight", "actual"});
  maybe(choices, knobs.preflight_needs_origin);
  maybe(choices, knobs.preflight_outside_paths, {"refuse", "pass"});
  maybe(choices, knobs.zero_max_age, {"print", "omit"});
  return knobs;
}

template <class Section>
void fill(Choices& choices, Section& section) {
  section.allowed_origins = names(choices, kOrigins);
  if (choices.rarely(8)) section.allowed_origin_regexes = {choices.from(kOriginRegexes)};
  section.allowed_methods = names(choices, kMethods, 3);
  section.allowed_headers = names(choices, kHeaders, 3);
  section.exposed_headers = names(choices, kExposed, 2);
  maybe(choices, section.allow_credentials);
  maybe(choices, section.max_age_seconds, {600, 0, 86400, -1});
  maybe(choices, section.preflight, {"answer", "pass_through", "reject"});
  maybe(choices, section.on_denied, {"block", "mark"});
  maybe(choices, section.handler_headers, {"replace", "keep"});
  maybe(choices, section.websocket, {"block", "as_rule"});
  maybe(choices, section.allow_null_origin);
  maybe(choices, section.allow_private_network);
  maybe(choices, section.timing_allow_origin);
  if (choices.rarely(8)) section.report_only = true;
  if (choices.rarely(8)) section.dangerously_allow_insecure_origins = true;
  if (choices.rarely(8)) section.dangerously_allow_public_suffixes = true;
  if (choices.rarely(8)) section.dangerously_echo_any_origin = true;
  section.knobs = generated_knobs(choices);
}

CorsRule generated_rule(Choices& choices) {
  CorsRule rule;
  rule.paths = {choices.from(kPaths)};
  if (choices.rarely(3)) rule.methods = {choices.from(kMethods)};
  if (choices.rarely(4)) rule.hosts = {choices.from(kHosts)};
  fill(choices, rule);
  return rule;
}

TrustedOrigin generated_record(Choices& choices) {
  TrustedOrigin record;
  record.name = "record";
  record.origin = choices.from(kRequestOrigins);
  record.scopes.emplace_back();
  if (choices.rarely(3)) record.status = TrustedOrigin::Status::Inactive;
  return record;
}

}  // namespace

Policy generated_policy(Choices& choices) {
  Policy policy;
  fill(choices, policy.cors);
  policy.cors.enabled = !choices.rarely(12);
  if (choices.coin()) policy.cors.profile = choices.from(kProfiles);
  if (choices.rarely(4)) policy.cors.excluded_paths = {choices.from(kPaths)};
  if (choices.rarely(6)) policy.cors.included_paths = {choices.from(kPaths)};
  if (choices.rarely(10)) policy.cors.excluded_path_regexes = {"/a.*"};
  if (choices.rarely(10)) policy.cors.included_path_regexes = {"/api.*"};
  for (std::size_t i = choices.of(4); i != 0; --i) {
    policy.cors.rules.push_back(generated_rule(choices));
  }
  if (choices.rarely(3)) policy.trusted_origins.push_back(generated_record(choices));
  if (choices.rarely(4)) policy.hosts.allowed = {choices.from(kHosts)};
  return policy;
}

Policy generated_document(Choices& choices) {
  Policy policy = generated_policy(choices);
  if (choices.rarely(3)) {
    policy.csrf.enabled = true;
    if (choices.coin()) policy.csrf.trusted_origins = {choices.from(kTrusted)};
    if (choices.coin()) policy.csrf.exempt_paths = {choices.from(kGuardPaths)};
  }
  if (choices.rarely(4)) policy.frames.paths = {choices.from(kGuardPaths)};
  if (choices.rarely(4)) policy.redirects.parameters = {"a"};
  return policy;
}

Policy generated_echo(Choices& choices) {
  Policy policy = generated_policy(choices);
  policy.cors.profile = choices.from(Texts{"django", "openedx", "fusionauth"});
  policy.cors.allowed_origins = {"*"};
  policy.cors.allowed_origin_regexes = {};
  policy.cors.allow_credentials = true;
  policy.cors.dangerously_echo_any_origin = true;
  return policy;
}

GeneratedRequest::GeneratedRequest(std::string method, std::string target, Lines lines)
    : method_(std::move(method)),
      target_(std::move(target)),
      path_(target_.substr(0, target_.find('?'))),
      lines_(std::move(lines)) {
  view_.method = method_;
  view_.target = target_;
  view_.path = path_;
  view_.own = &own_;
  for (const auto& [name, value] : lines_) take(name, value);
  view_.requested_headers = requested_headers_;
}

void GeneratedRequest::take(std::string_view name, std::string_view value) {
  const std::pair<const char*, HeaderField*> fields[] = {
      {"Origin", &view_.origin},
      {"Access-Control-Request-Method", &view_.requested_method},
      {"Access-Control-Request-Private-Network", &view_.requested_private_network},
      {"Host", &view_.host},
      {"Sec-Fetch-Site", &view_.sec_fetch_site},
      {"Content-Type", &view_.content_type},
  };
  for (const auto& [known, field] : fields) {
    if (name == known && field->lines++ == 0) field->value = trim_ows(value);
  }
  if (name == "Access-Control-Request-Headers") requested_headers_.push_back(value);
  if (name == "Cookie") view_.has_cookie = true;
  if (name == "Authorization") view_.has_authorization = true;
  if (name == "Upgrade") view_.is_websocket_upgrade = method_ == "GET";
}

std::string_view GeneratedRequest::value(std::string_view name) const noexcept {
  for (const auto& [known, value] : lines_) {
    if (known == name) return value;
  }
  return {};
}

GeneratedRequest GeneratedRequest::announced(std::string method) const {
  Lines kept;
  for (const auto& line : lines_) {
    if (!line.first.starts_with("Access-Control-Request-")) kept.push_back(line);
  }
  return GeneratedRequest(std::move(method), target_, std::move(kept));
}

GeneratedRequest GeneratedRequest::with_target(std::string target) const {
  return GeneratedRequest(method_, std::move(target), lines_);
}

GeneratedRequest GeneratedRequest::with_line(std::string name, std::string value) const {
  Lines more = lines_;
  more.emplace_back(std::move(name), std::move(value));
  return GeneratedRequest(method_, target_, std::move(more));
}

std::string GeneratedRequest::curl() const {
  const bool is_path = target_.starts_with('/');
  std::string text = "curl -i " + (is_path ? "--path-as-is" : "--request-target '" + target_ + "'");
  // It would wait for the body that a HEAD does not have.
  text += method_ == "HEAD" ? " -I" : " -X " + method_;
  text += " 'http://127.0.0.1:8080" + (is_path ? target_ : "") + "'";
  for (const auto& [name, value] : lines_) {
    // A value that is empty needs the other form of the option.
    text += " -H '" + name + (value.empty() ? ";" : ": " + value) + "'";
  }
  return text;
}

GeneratedRequest generated_request(Choices& choices) {
  GeneratedRequest::Lines lines = {{"Host", "api.example.com"}};
  if (choices.rarely(6)) lines[0].second = "evil.example";
  if (!choices.rarely(8)) lines.emplace_back("Origin", choices.from(kRequestOrigins));
  if (choices.rarely(12)) lines.emplace_back("Origin", choices.from(kRequestOrigins));
  std::string method = choices.from(kRequestMethods);
  if (choices.coin()) {
    method = "OPTIONS";
    lines.emplace_back("Access-Control-Request-Method", choices.from(kRequestedMethods));
    if (choices.coin()) {
      lines.emplace_back("Access-Control-Request-Headers", choices.from(kRequestedHeaders));
    }
    if (choices.rarely(6)) {
      lines.emplace_back("Access-Control-Request-Private-Network", "true");
    }
  }
  if (choices.coin()) lines.emplace_back("Content-Type", "text/plain");
  if (choices.rarely(4)) lines.emplace_back("Cookie", "a=b");
  if (choices.rarely(4)) {
    lines.emplace_back("Sec-Fetch-Site", choices.coin() ? "same-origin" : "cross-site");
  }
  if (choices.rarely(10)) lines.emplace_back("Upgrade", "websocket");
  return GeneratedRequest(std::move(method), choices.from(kTargets), std::move(lines));
}

GeneratedRequest generated_preflight(Choices& choices) {
  GeneratedRequest::Lines lines = {
      {"Host", "api.example.com"},
      {"Origin", choices.from(kRequestOrigins)},
      {"Access-Control-Request-Method", choices.from(kRequestedMethods)}};
  if (choices.coin()) lines.emplace_back("Access-Control-Request-Headers", "content-type,x-a");
  return GeneratedRequest("OPTIONS", choices.from(kTargets), std::move(lines));
}

std::string told(const Snapshot& snapshot, const GeneratedRequest& request) {
  const Decision decision = snapshot.decide(request.view());
  std::string text = snapshot.rule(decision.rule).field + ", outcome " +
                     std::to_string(static_cast<int>(decision.outcome)) + ", status " +
                     std::to_string(decision.status) + ", " +
                     std::string(reason_info(decision.reason).code) + ", headers " +
                     std::to_string(static_cast<int>(decision.handler_headers));
  for (const auto& [name, value] : grant_headers(decision)) text += ", " + name + ": " + value;
  return text + ", Vary: " + std::string(vary_value(decision.vary));
}

std::string failure(std::string_view what, const Policy& policy, const GeneratedRequest& request) {
  return std::string(what) + "\n--- policy.toml\n" + policy_to_toml(policy) + "--- request\n" +
         request.curl() + '\n';
}

}  // namespace corsac::testing
