// corsac probe: asks a running server as browsers would. Entry: probe. Test:
// tests/server/probe_test.py.

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/base/ascii.hpp>
#include <corsac/base/printable.hpp>
#include <corsac/http/header_name.hpp>
#include <corsac/http/method.hpp>
#include <corsac/http/own_origin.hpp>
#include <corsac/origin/target.hpp>
#include <corsac/policy/explain_exchange.hpp>
#include <corsac/policy/sent_requests.hpp>

#include "commands.hpp"
#include "load_policy.hpp"
#include "probe/asks.hpp"
#include "probe/findings.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

void add_problem(std::vector<Problem>& problems, const char* path, std::string value,
                 const char* what, const char* fix) {
  problems.push_back(
      {.code = "option-value", .path = path, .value = std::move(value), .what = what, .fix = fix});
}

// What may stand in a request line and in a header: no byte ends either.
bool is_wire_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}
bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

void read_url(const std::string& url, ProbeQuestion& question, std::vector<Problem>& problems) {
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  const std::string_view behind =
      is_http ? std::string_view(url).substr(url.find("://") + 3) : std::string_view();
  const std::size_t path = std::min(behind.find_first_of("/?#"), behind.size());
  const Target target = parse_target(url, PageScheme::Https);
  if (!is_http || target.origin().empty() || !is_wire_text(url) ||
      behind.substr(0, path).find('@') != std::string_view::npos) {
    return add_problem(problems, "url", without_userinfo(url), "this is no address of a server",
                       "write it like https://api.example.com/path, without user and password");
  }
  const std::string_view origin = target.origin();
  const auto parsed = parse_origin(origin);
  question.url = url.substr(0, url.find('#'));
  question.authority = origin.substr(origin.find("://") + 3);
  question.server.is_tls = origin.starts_with("https://");
  question.server.host = parsed->host;
  if (question.server.host.starts_with('[')) {
    question.server.host = question.server.host.substr(1, question.server.host.size() - 2);
  }
  question.server.port = parsed->port >= 0 ? parsed->port : question.server.is_tls ? 443 : 80;
  question.target = behind.substr(path, behind.find('#') - path);
  if (!question.target.starts_with('/')) question.target.insert(0, "/");
}

void read_headers(const std::vector<std::string>& headers, ProbeQuestion& question,
                  std::vector<Problem>& problems) {
  std::vector<std::string> names;
  for (const std::string& header : headers) {
    const HeaderLine line = split_header(header);
    if (!is_header_name(line.name) || !is_header_value(line.value) ||
        is_forbidden_request_header(line.name)) {
      // The value may be secret.
      add_problem(problems, "--header", std::string(line.name), "no page can set this header",
                  "write a name, like X-Custom, or \"Name: value\"");
      continue;
    }
    const bool has_value = header.find(':') != std::string::npos;
    if (has_value) question.headers.emplace_back(line.name, line.value);
    if (has_value && is_safelisted_request_header(line.name, line.value)) continue;
    names.emplace_back(line.name);
  }
  question.requested_headers = to_requested_headers(std::move(names));
}

ProbeQuestion read_options(const ProbeOptions& options, std::vector<Problem>& problems) {
  ProbeQuestion question;
  read_url(options.url, question, problems);
  read_headers(options.headers, question, problems);
  question.server.ca_file = options.ca_file;
  if (!options.ca_file.empty() && options.url.starts_with("http://")) {
    add_problem(problems, "--ca", options.ca_file,
                "an http address has no TLS, so that no "
                "certificate is checked",
                "ask the https address, or leave --ca out");
  }
  question.server.limit = std::chrono::milliseconds(options.limit_seconds * 1000);
  question.origin = options.origin;
  if (!parse_origin(options.origin)) {
    add_problem(problems, "--origin", without_userinfo(options.origin),
                "no page has such an origin",
                "write scheme, host and port as browsers do: https://app.example.com");
  }
  question.method = options.method;
  if (!is_method(options.method) || is_forbidden_method(options.method)) {
    add_problem(problems, "--method", options.method, "no page sends this method",
                "write one word, like PUT");
  }
  question.credentials =
      parse_credentials_mode(options.credentials).value_or(CredentialsMode::SameOrigin);
  return question;
}

// What the policy would answer; nothing without one.
std::optional<ExplainedExchange> expect(const ProbeQuestion& question, const Snapshot& snapshot) {
  const std::size_t host = question.url.find("://");
  const OwnOrigin own({.public_origins = {question.url.substr(0, host + 3) + question.authority}});
  ExplainQuestion asked;
  asked.origin = question.origin;
  asked.method = question.method;
  asked.path = question.target;
  asked.host = question.authority;
  asked.credentials = question.credentials;
  for (const auto& [name, value] : question.headers) {
    std::string& line = asked.headers.emplace_back(name);
    line.append(": ").append(value);
  }
  std::string_view names = question.requested_headers;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    asked.headers.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return explain_exchange(snapshot, own, asked);
}

bool is_shown(std::string_view name) {
  for (const std::string_view known : {"vary", "age", "x-cache", "cf-cache-status", "cache-control",
                                       "location", "www-authenticate", "via", "server"}) {
    if (equals_ignoring_case(name, known)) return true;
  }
  return to_ascii_lower(name).starts_with("access-control-");
}

const char* conclusion(const ProbeVerdict& verdict) {
  if (!verdict.is_readable) return "the page cannot call this server";
  if (verdict.is_redirected) return "the page is sent elsewhere; probe that address";
  if (verdict.is_same_origin) return "same origin, no CORS needed";
  return "the page can call this server";
}

void print_text(const ProbeQuestion& question, const ProbeAnswers& answers,
                const ProbeVerdict& verdict) {
  std::printf("%s %s from %s\n\n", to_printable(question.method).c_str(),
              to_one_line(question.url).c_str(), question.origin.c_str());
  for (const Asked* asked : answers.all()) {
    std::printf("  %-22s %d", asked->name.c_str(), asked->answer.status);
    const auto origin = header_of(asked->answer, "access-control-allow-origin");
    std::printf("  %s\n", origin ? ("allows " + to_printable(*origin)).c_str() : "no grant");
  }
  const bool writes = question.method != "GET" && question.method != "HEAD";
  if (writes)
    std::printf("\nGET was asked in place of %s.\n", to_printable(question.method).c_str());
  if (!verdict.console.empty()) std::printf("\nthe console says: %s\n", verdict.console.c_str());
  std::printf("\n%s%s%s\n", Report(verdict.findings).text().c_str(),
              verdict.findings.empty() ? "nothing found; " : "", conclusion(verdict));
}

void print_json(const ProbeQuestion& question, const ProbeAnswers& answers,
                const ProbeVerdict& verdict) {
  Json json;
  json["url"] = to_one_line(question.url);
  json["origin"] = question.origin;
  json["method"] = to_printable(question.method);
  json["readable"] = verdict.is_readable;
  json["same_origin"] = verdict.is_same_origin;
  json["console"] = verdict.console.empty() ? Json(nullptr) : Json(verdict.console);
  json["findings"] = Json::parse(Report(verdict.findings).json());
  json["asked"] = Json::array();
  for (const Asked* asked : answers.all()) {
    Json each;
    each["name"] = asked->name;
    each["status"] = asked->answer.status;
    each["headers"] = Json::array();
    for (const auto& [name, value] : asked->answer.headers) {
      if (!is_shown(name)) continue;
      each["headers"].push_back(
          {{"name", to_printable(name)}, {"value", to_printable(value, 500)}});
    }
    json["asked"].push_back(std::move(each));
  }
  std::printf("%s\n", json.dump().c_str());
}

// The first that had no answer.
const Asked* find_unanswered(const ProbeAnswers& answers) {
  for (const Asked* asked : answers.all()) {
    if (asked->answer.status == 0) return asked;
  }
  return nullptr;
}

}  // namespace

int probe(const ProbeOptions& options) {
  std::vector<Problem> problems;
  const ProbeQuestion question = read_options(options, problems);
  if (!problems.empty()) {
    std::fputs(Report(std::move(problems)).text().c_str(), stderr);
    return 1;
  }
  LoadedPolicy loaded;
  std::optional<ExplainedExchange> expected;
  if (!options.policy.empty()) {
    loaded = load_policy(options.policy);
    if (loaded.snapshot == nullptr) {
      std::fputs(loaded.report.text().c_str(), stderr);
      return 1;
    }
    expected = expect(question, *loaded.snapshot);
  }
  const ProbeAnswers answers = ask_all(question);
  if (const Asked* asked = find_unanswered(answers)) {
    std::fprintf(stderr, "%s: no answer (%s): %s\n", to_one_line(question.url).c_str(),
                 asked->name.c_str(), asked->answer.error.c_str());
    return 4;
  }
  const ProbeVerdict verdict = judge(question, answers, expected ? &*expected : nullptr);
  if (options.as_json) {
    print_json(question, answers, verdict);
  } else {
    print_text(question, answers, verdict);
  }
  if (!verdict.is_readable) return 2;
  return verdict.findings.empty() ? 0 : 3;
}

}  // namespace corsac::server
