// Checks forwards. Entry: compile_forwards. Spec: RFC 9110, 5.5 (values), 7.6.1 (hop by hop). Test:
// tests/adapter/forward_options_test.cpp.
//
// A value is never shown: it is a credential, or was meant to be one.

#include "corsac/adapter/forward_options.hpp"

#include <algorithm>
#include <cstdlib>  // secure_getenv
#include <filesystem>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "corsac/adapter/forward_headers.hpp"
#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {
namespace {

std::optional<std::string> of_process(const std::string& name) {
  const char* const value = ::secure_getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// Without ":", which names a parameter in a route of cpp-httplib.
bool is_path_char(char c) {
  return is_ascii_alpha(c) || is_ascii_digit(c) ||
         std::string_view("-._~!$&'()*+,;=@/").find(c) != std::string_view::npos;
}

// As the name of an environment variable looks; what does not is a secret in the wrong field.
bool is_variable_name(std::string_view text) {
  const auto is_letter = [](char c) { return is_ascii_alpha(c) || c == '_'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || is_ascii_digit(c); });
}

std::string shown_variable(const std::string& name) {
  return is_variable_name(name) ? name : std::string();
}

constexpr std::string_view kUpstreamExample =
    "write scheme and host, as \"https://api.example.com\"";

// What is wrong with an upstream that is no origin either. An origin's own words are about pages
// and lists of them.
std::string_view what_of_upstream(std::string_view origin_code) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"origin-empty", "it is missing"},
      {"origin-no-scheme", "an upstream begins with its scheme"},
      {"origin-trailing-slash", "an upstream has no path"},
      {"origin-path", "an upstream has no path"},
      {"origin-query", "an upstream has no query and no fragment"},
      {"origin-userinfo", "an upstream has no user name and no password"},
      {"origin-upper-case", "scheme and host are written in lower case"},
      {"origin-default-port", "the default port of a scheme is left out"},
      {"origin-port", "a port is a number from 1 to 65535 without leading zeros"},
      {"origin-bad-byte", "a host has letters, digits, \"-\", \"_\" and \".\" only"},
      {"origin-empty-label", "an upstream has a host, without an empty label"},
  };
  for (const auto& [code, what] : kWords) {
    if (code == origin_code) return what;
  }
  return "an upstream is exactly one https server";
}

// The fixed form of an origin where that is an upstream.
std::string fix_of_upstream(const OriginPatternError& error) {
  constexpr std::string_view kWrite = "write \"";
  if (error.code == "origin-port") return "write a port from 1 to 65535, or none for 443";
  if (error.fix.starts_with(kWrite) && error.fix.ends_with('"')) {
    const auto fixed = parse_origin_pattern(
        std::string_view(error.fix).substr(kWrite.size(), error.fix.size() - kWrite.size() - 1));
    const bool is_one = fixed && fixed->is_exact();
    if (is_one && (fixed->scheme == "https" || fixed->scheme == "http")) return error.fix;
  }
  return std::string(kUpstreamExample);
}

// One prefix within the other, or the same.
bool overlap(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return b.starts_with(a) && (b.size() == a.size() || b[a.size()] == '/');
}

class Compiler {
 public:
  Compiler(const ForwardOptions& options, const ForwardSurroundings& surroundings, std::string path,
           std::vector<Problem>& problems)
      : options_(options),
        surroundings_(surroundings),
        path_(std::move(path)),
        problems_(problems) {}

  Forward compile() {
    take_prefix();
    take_upstream();
    take_headers();
    take_names("drop_request_headers", options_.drop_request_headers,
               forward_.drop_request_headers);
    take_names("drop_response_headers", options_.drop_response_headers,
               forward_.drop_response_headers);
    forward_.drop_response_headers.emplace_back("Set-Cookie");
    take_limits();
    take_ca_file();
    forward_.strip_prefix = options_.strip_prefix;
    forward_.authorize = options_.authorize;
    forward_.dangerously_open = options_.dangerously_open;
    return std::move(forward_);
  }

 private:
  void wrong(std::string_view code, const std::string& field, std::string value, std::string what,
             std::string fix) {
    problems_.push_back({.code = code,
                         .path = path_ + "." + field,
                         .value = std::move(value),
                         .what = std::move(what),
                         .fix = std::move(fix)});
  }

  void take_prefix();
  void take_upstream();
  void take_headers();
  void take_names(const std::string& field, const std::vector<std::string>& names,
                  std::vector<std::string>& taken);
  void take_limits();
  void take_ca_file();
  [[nodiscard]] bool is_injectable(const std::string& field, const std::string& name);
  void inject(const std::string& field, const std::string& name, std::string value);
  [[nodiscard]] std::optional<std::string> value_of(const std::string& field,
                                                    const ForwardValue& value);

  const ForwardOptions& options_;
  const ForwardSurroundings& surroundings_;
  const std::string path_;
  std::vector<Problem>& problems_;
  Forward forward_ = {};
};

void Compiler::take_prefix() {
  const std::string_view prefix = options_.path_prefix;
  forward_.path_prefix = prefix;
  // As a target, with a segment behind it, it must be one that no reader takes for another path.
  const bool is_path = prefix.size() > 1 && prefix.front() == '/' && prefix.back() != '/' &&
                       std::all_of(prefix.begin(), prefix.end(), is_path_char) &&
                       forward_target({.path_prefix = std::string(prefix)}, prefix).has_value();
  if (is_path) return;
  if (prefix.empty()) {
    return wrong("forward-path-prefix", "path_prefix", {}, "it is missing",
                 "write a path, as path_prefix = \"/api/protected\"");
  }
  wrong("forward-path-prefix", "path_prefix", std::string(prefix),
        "this is no path that a forward can begin with",
        "write a path without `/` at its end, escapes or dot segments, as \"/api/protected\"");
}

void Compiler::take_upstream() {
  const auto upstream = parse_origin_pattern(options_.upstream);
  if (!upstream) {
    const auto& error = upstream.error();
    return wrong("forward-upstream", "upstream",
                 error.may_show_value ? options_.upstream : std::string(),
                 std::string(what_of_upstream(error.code)), fix_of_upstream(error));
  }
  const bool is_plain = upstream->scheme == "http";
  if (!upstream->is_exact() || (!is_plain && upstream->scheme != "https")) {
    return wrong("forward-upstream", "upstream", options_.upstream,
                 std::string(what_of_upstream({})), std::string(kUpstreamExample));
  }
  if (is_plain && !is_loopback_host(upstream->host)) {
    return wrong("forward-upstream-not-tls", "upstream", options_.upstream,
                 "credentials would go over the network for anybody to read",
                 "write https://; http:// is for loopback only");
  }
  if (!is_plain && !surroundings_.has_tls) {
    return wrong("forward-tls-missing", "upstream", options_.upstream,
                 "this program's cpp-httplib is built without OpenSSL, so it has no https",
                 "compile the program with CPPHTTPLIB_OPENSSL_SUPPORT and link OpenSSL");
  }
  forward_.is_tls = !is_plain;
  forward_.host = upstream->host;
  if (forward_.host.starts_with('[')) {
    forward_.host = forward_.host.substr(1, forward_.host.size() - 2);
  }
  forward_.port = upstream->ports.empty() ? (is_plain ? 80 : 443) : upstream->ports.front().first;
  forward_.authority = options_.upstream.substr(options_.upstream.find("://") + 3);
}

// The value, or nothing after a problem.
std::optional<std::string> Compiler::value_of(const std::string& field, const ForwardValue& value) {
  if (value.text.empty() == value.env.empty()) {
    wrong("forward-header-value", field, {}, "a text or the name of a variable is expected",
          "give one of the two, not empty");
    return std::nullopt;
  }
  std::string text = value.text;
  if (!value.env.empty()) {
    const auto found =
        surroundings_.environment ? surroundings_.environment(value.env) : of_process(value.env);
    if (!found || found->empty()) {
      wrong("forward-env-missing", field, shown_variable(value.env),
            "this environment variable is not set", "set it for the server, to the secret");
      return std::nullopt;
    }
    text = *found;
  }
  if (!is_plain_header_value(text)) {
    wrong("forward-header-value", field, shown_variable(value.env),
          "the value has a line break, another control byte, a byte that is no ASCII, or a blank "
          "at an end",
          "take it out; the value is not shown, for it may be a secret");
    return std::nullopt;
  }
  return text;
}

bool Compiler::is_injectable(const std::string& field, const std::string& name) {
  if (!is_token(name)) {
    wrong("forward-header-name", field, {}, "this is no name of a header",
          "write letters, digits and `-`, as \"cf-access-client-id\"; what stands there is not "
          "shown, for it may be a secret");
    return false;
  }
  if (is_connection_header(name) || equals_ignoring_case(name, "Host") ||
      equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Expect")) {
    wrong("forward-header-name", field, name,
          "this header is about one connection, and the forwarder writes it itself", "remove it");
    return false;
  }
  return true;
}

void Compiler::inject(const std::string& field, const std::string& name, std::string value) {
  for (const auto& [other, ignored] : forward_.injected) {
    if (!is_same_header(name, other)) continue;
    return wrong("forward-header-repeated", field, name,
                 "the header is set twice (`_` and `-` are one here)", "set it once");
  }
  forward_.injected.emplace_back(name, std::move(value));
}

void Compiler::take_headers() {
  for (std::size_t i = 0; i < options_.headers.size(); ++i) {
    const auto& [name, value] = options_.headers[i];
    const std::string field = forward_entry_path("headers", name, i);
    const bool has_name = is_injectable(field, name);
    auto text = value_of(field, value);
    if (has_name && text) inject(field, name, std::move(*text));
  }
  if (!options_.token_header) return;
  const ForwardToken& token = *options_.token_header;
  bool is_right = is_injectable("token_header.name", token.name);
  auto object = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < token.values.size(); ++i) {
    const auto& [key, value] = token.values[i];
    const auto text = value_of(forward_entry_path("token_header.values", key, i), value);
    is_right = is_right && text && is_plain_header_value(key);
    if (is_right) object[key] = *text;
  }
  if (token.values.empty()) {
    wrong("forward-header-value", "token_header.values", {}, "a token has no values",
          "name those that the upstream reads, as \"cf-access-client-id\" and "
          "\"cf-access-client-secret\"");
    is_right = false;
  }
  if (is_right) inject("token_header.name", token.name, object.dump());
}

void Compiler::take_names(const std::string& field, const std::vector<std::string>& names,
                          std::vector<std::string>& taken) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_token(names[i])) continue;
    wrong("forward-header-name", field + "[" + std::to_string(i) + "]", {},
          "this is no name of a header", "write letters, digits and `-`, as \"Set-Cookie\"");
  }
  taken = names;
}

void Compiler::take_limits() {
  // Beyond a day it is no limit.
  constexpr std::chrono::hours kLongest{24};
  struct Limit {
    const char* field;
    std::chrono::milliseconds ForwardOptions::*from;
    std::chrono::milliseconds Forward::*to;
  };
  for (const Limit& limit :
       {Limit{"connect_limit", &ForwardOptions::connect_limit, &Forward::connect_limit},
        Limit{"answer_limit", &ForwardOptions::answer_limit, &Forward::answer_limit},
        Limit{"idle_limit", &ForwardOptions::idle_limit, &Forward::idle_limit},
        Limit{"total_limit", &ForwardOptions::total_limit, &Forward::total_limit}}) {
    const auto value = options_.*limit.from;
    if (value <= std::chrono::milliseconds::zero() || value > kLongest) {
      wrong("forward-limit", limit.field, std::to_string(value.count()) + " ms",
            "the limit is out of range", "write a time above 0 and up to 24 hours");
    }
    forward_.*limit.to = value;
  }
  forward_.body_limit_bytes = options_.body_limit_bytes;
}

void Compiler::take_ca_file() {
  forward_.ca_file = options_.ca_file;
  if (options_.ca_file.empty()) return;
  std::error_code error;
  if (!std::filesystem::is_regular_file(options_.ca_file, error)) {
    wrong("forward-ca-file", "ca_file", options_.ca_file, "there is no such file",
          "write the path of a PEM file of authorities");
  } else if (options_.upstream.starts_with("http://")) {
    wrong("forward-ca-file", "ca_file", options_.ca_file, "the upstream has no certificate",
          "remove it, or write https:// in upstream");
  }
}

}  // namespace

std::string forward_entry_path(const std::string& table, const std::string& name,
                               std::size_t index) {
  return is_token(name) ? table + "." + name : table + "[" + std::to_string(index) + "]";
}

Result<std::vector<Forward>, Report> compile_forwards(const std::vector<ForwardOptions>& options,
                                                      const ForwardSurroundings& surroundings) {
  std::vector<Problem> problems;
  std::vector<Forward> forwards;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string path = "forward[" + std::to_string(i) + "]";
    forwards.push_back(Compiler(options[i], surroundings, path, problems).compile());
    for (std::size_t j = 0; j < i; ++j) {
      if (!overlap(options[j].path_prefix, options[i].path_prefix)) continue;
      problems.push_back({.code = "forward-prefix-overlap",
                          .path = path + ".path_prefix",
                          .value = options[i].path_prefix,
                          .what = "forward[" + std::to_string(j) + "] has paths of this one",
                          .fix = "give each a prefix that lies in no other"});
    }
  }
  if (!problems.empty()) return fail(Report(std::move(problems)));
  return forwards;
}

}  // namespace corsac
