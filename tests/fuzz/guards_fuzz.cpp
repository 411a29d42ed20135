// The guards of a compiled policy against the policy document. The input chooses the sections and a
// request; there is no [cors].

#include <string>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/near_miss.hpp"
#include "fuzz/cors_choices.hpp"
#include "fuzz/cors_texts.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_guards.hpp"

namespace corsac::fuzz {
namespace {

using List = std::vector<std::string>;

const List kAllowedHosts[] = {
    {},
    {"api.example.com"},
    {"localhost:*", "127.0.0.1:*", "[::1]:*"},
    {"*.example.com", "pr-*.preview.example.com:8443"},
    {"api.example.com:[80,8000-8099]", "other.example:443"},
};
const List kTrusted[] = {
    {},
    {"https://a.example"},
    {"https://*.wild.example", "http://localhost:*", "app://localhost"},
    {"https://b.example:[443,8000-9000]", "https://pr-*.glob.example"},
};
const List kTargets[] = {
    {},
    {"https://a.example"},
    {"https://*.wild.example", "http://localhost:*", "http://plain.example"},
};
const List kParameters[] = {{"to"}, {}, {"to", "redirect uri"}};

const std::string_view kHosts[] = {"api.example.com",
                                   "localhost:8080",
                                   "127.0.0.1:8080",
                                   "[::1]:8080",
                                   "evil.test",
                                   "API.example.com.",
                                   "api.example.com:80",
                                   "api.example.com:443",
                                   "a.b.example.com",
                                   "example.com",
                                   "pr-1.preview.example.com:8443",
                                   "api.example.com:",
                                   "api.example.com:8001",
                                   "api.example.com:0080",
                                   "other.example",
                                   "[0:0:0:0:0:0:0:1]",
                                   "0.0.0.0:8080",
                                   "",
                                   "a b",
                                   "api.example.com:x",
                                   "api.example.com..",
                                   "api%2Eexample.com",
                                   "[::1",
                                   "user@localhost:80",
                                   "[v1.a]"};
const std::string_view kSites[] = {"same-origin", "none", "same-site", "cross-site", ""};
const std::string_view kQueries[] = {"",
                                     "?to=https://a.example/",
                                     "?to=https://evil.example",
                                     "?to=/home",
                                     "?to=%2F%2Fevil.example",
                                     "?to=/a&to=https%3A%2F%2Fx.wild.example%2Fpath",
                                     "?%74o=https:evil.example",
                                     "?redirect+uri=\\\\evil.example",
                                     "?to=%u002F/evil.example",
                                     "?t%u006F=/",
                                     "?to=https://own.example/&other=https://evil.example",
                                     "?to",
                                     "?to=http://localhost:8080#to=https://evil.example",
                                     "?to=+https://a.example",
                                     "?to=//plain.example"};

Names names_of(const List& list) { return Names(list); }

Policy policy_of(const GuardRules& rules) {
  Policy policy;
  if (!rules.hosts.empty()) policy.hosts.allowed = names_of(rules.hosts);
  if (rules.has_csrf) policy.csrf.trusted_origins = names_of(rules.trusted_origins);
  if (rules.has_redirects) {
    policy.redirects = {.enabled = true,
                        .allowed_origins = names_of(rules.targets),
                        .parameters = names_of(rules.parameters)};
  }
  return policy;
}

GuardRules choose_rules(Choices& choices) {
  GuardRules rules;
  rules.hosts = choices.one_of(kAllowedHosts);
  rules.has_csrf = choices.flag();
  rules.trusted_origins = choices.one_of(kTrusted);
  rules.has_redirects = choices.flag();
  rules.targets = choices.one_of(kTargets);
  rules.parameters = choices.one_of(kParameters);
  return rules;
}

void choose_guarded(Choices& choices, const OwnOrigin& own, std::string& target,
                    RequestView& view) {
  const std::size_t one_line[] = {1, 1, 0, 2};
  view.own = &own;
  view.method = choose_value(choices, kRequestMethods);
  view.host = choose_field(choose_value(choices, kHosts), choices.one_of(one_line));
  view.origin = choose_field(choose_value(choices, kOriginValues), choices.one_of(one_line));
  view.sec_fetch_site = choose_field(choose_value(choices, kSites), choices.one_of(one_line));
  target = "/in" + std::string(choose_value(choices, kQueries));
  view.target = target;
  view.path = "/in";
  view.is_tls = choices.flag();
  view.is_http_1_0 = choices.flag();
}

std::string told(const GuardReading& reading) {
  return std::to_string(reading.status) + ' ' + std::string(reason_info(reading.reason).code);
}

std::string told(const char* name, const List& list) {
  std::string text = std::string(name) + ':';
  for (const std::string& element : list) text += ' ' + element;
  return text;
}

// Where a browser goes by the standard itself, when a guard let it.
void check_targets(const GuardRules& rules, const OwnOrigin& own, const RequestView& request) {
  const std::string page = own.is_https_page(request) ? "https" : "http";
  for (const auto& target : targets_of(request.target, rules.parameters)) {
    if (!target) fail_with("a target that cannot be read passed", shown("in", request.target));
    const UrlReading read = read_url(*target, page);
    const bool stays = read.kind == UrlReading::Kind::OfBase ||
                       own.is_public_origin(read.origin()) ||
                       covers_any(rules.targets, read.origin());
    if (!stays) fail_with("a browser goes elsewhere", shown("to", *target));
  }
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  Choices choices(data, size);
  const GuardRules rules = choose_rules(choices);
  const auto compiled = compile_policy(policy_of(rules), {});
  if (!compiled) fail_with("a policy of the tables is wrong", compiled.error().text());
  OwnOrigin::Config config;
  if (choices.flag()) config.public_origins = {"https://own.example"};
  const OwnOrigin own(std::move(config));
  std::string target;
  RequestView request;
  choose_guarded(choices, own, target, request);

  const Snapshot& snapshot = *compiled->snapshot;
  const Decision decision = snapshot.decide(request);
  const GuardReading reading = {decision.outcome, decision.status, decision.reason};
  const GuardReading expected = GuardModel(rules, own).decide(request);
  if (!(reading == expected)) {
    fail_with("the decision is not what the policy document says", told("hosts", rules.hosts),
              told("trusted", rules.trusted_origins), told("targets", rules.targets), told(request),
              shown("host", request.host.value), shown("target", target),
              "decided: " + told(reading), "expected: " + told(expected));
  }
  if (rules.has_redirects && reading.outcome == Outcome::Pass) {
    check_targets(rules, own, request);
  }
  // Whatever was sent, what is said about it can be printed.
  for (const std::string& text :
       {near_miss(snapshot, request, decision), hint(snapshot, request, decision)}) {
    for (const char c : text) {
      if (c < 0x20 || c == 0x7F) fail_with("a near miss with a raw byte", shown("text", text));
    }
  }
  return 0;
}
