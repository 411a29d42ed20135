// Methods and header names of one rule, checked and put into the form that deciding uses.
// Entry: compile_methods, compile_allowed_headers, compile_exposed_headers (compile_names.hpp).
// Spec: Fetch, 2.2.1, 2.2.2 and 3.3.4; policy document, 2. Test: tests/stage/compile_test.cpp.

#include "corsac/stage/cors/compile_names.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "corsac/base/ascii.hpp"
#include "corsac/http/header_name.hpp"
#include "corsac/http/method.hpp"
#include "corsac/stage/cors/field_path.hpp"

namespace corsac {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::string_view kAuthorization = "authorization";
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::size_t find_any(const std::vector<PlacedText>& entries) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [](const PlacedText& entry) { return entry.text == kAny; });
  return found == entries.end() ? kNone : static_cast<std::size_t>(found - entries.begin());
}

// One list of names: what its entries' problems have in common.
class NameList {
 public:
  NameList(std::string path, const std::vector<PlacedText>& entries, std::vector<Problem>& problems)
      : path_(std::move(path)), entries_(entries), problems_(problems) {}

  void error(std::string_view code, std::size_t index, std::string what, std::string fix) {
    problems_.push_back({.severity = Severity::Error,
                         .code = code,
                         .path = element_path(path_, index),
                         .value = std::string(entries_[index].text),
                         .place = entries_[index].place,
                         .what = std::move(what),
                         .fix = std::move(fix)});
  }

  // A header name that every list refuses; true when it was one.
  bool refuse_malformed(std::string_view code, std::size_t index) {
    const std::string_view name = entries_[index].text;
    if (name.size() > kHeaderNameLimitBytes) {
      error(code, index, "a header name has at most 255 bytes", {});
      return true;
    }
    if (is_header_name(name)) return false;
    const bool is_list = name.find(',') != std::string_view::npos;
    error(code, index,
          "a header name has letters, digits and hyphens, and neither blanks nor \":\"",
          is_list ? "write each name as an entry of its own" : "write the name alone");
    return true;
  }

 private:
  std::string path_;
  const std::vector<PlacedText>& entries_;
  std::vector<Problem>& problems_;
};

}  // namespace

void compile_methods(const CorsRules& rules, CompiledCors& compiled,
                     std::vector<Problem>& problems) {
  const std::vector<PlacedText>& entries = rules.allowed_methods;
  NameList list(field_path(rules, rules.inherited.allowed_methods, "allowed_methods"), entries,
                problems);
  const std::size_t any = find_any(entries);
  compiled.allows_any_method = any != kNone;
  bool has_others = false;
  std::vector<std::string> methods;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view method = entries[i].text;
    if (method == kAny) continue;
    has_others = true;
    if (!is_method(method)) {
      const bool is_list = method.find(',') != std::string_view::npos;
      list.error("method-malformed", i, "a method is one token of 1 to 32 bytes, without blanks",
                 is_list ? "write each method as an entry of its own" : "write it as in \"PUT\"");
    } else if (is_forbidden_method(method)) {
      list.error("method-forbidden", i, "no page can send CONNECT, TRACE or TRACK", "take it out");
    } else {
      methods.push_back(normalize_method(method));
    }
  }
  if (any != kNone && has_others) {
    list.error("method-any-not-alone", any, "\"*\" covers every method and stands alone",
               "take the other entries out, or \"*\"");
  }
  compiled.methods = MethodSet(methods);
}

void compile_allowed_headers(const CorsRules& rules, CompiledCors& compiled,
                             std::vector<Problem>& problems) {
  const std::vector<PlacedText>& entries = rules.allowed_headers;
  NameList list(field_path(rules, rules.inherited.allowed_headers, "allowed_headers"), entries,
                problems);
  const std::size_t any = find_any(entries);
  compiled.allows_any_header = any != kNone;
  bool has_others = false;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view name = entries[i].text;
    if (name == kAny) continue;
    has_others = has_others || !equals_ignoring_case(name, kAuthorization);
    if (list.refuse_malformed("header-malformed", i)) continue;
    if (is_forbidden_request_header(name)) {
      list.error("header-forbidden", i, "a page can never set this request header",
                 "take it out; browsers send it without asking");
    } else if (is_response_only_header(name)) {
      list.error("header-forbidden", i, "this is a header of answers, not of requests",
                 "take it out; Corsac sends it by itself");
    } else {
      names.push_back(to_ascii_lower(name));
    }
  }
  if (any != kNone && has_others) {
    list.error(
        "header-any-not-alone", any,
        "\"*\" covers every name but Authorization; beside it only \"authorization\" may stand",
        "take the other entries out, or \"*\"");
  }
  compiled.headers = HeaderNameSet(names);
}

void compile_exposed_headers(const CorsRules& rules, CompiledCors& compiled,
                             std::vector<Problem>& problems) {
  const std::vector<PlacedText>& entries = rules.exposed_headers;
  NameList list(field_path(rules, rules.inherited.exposed_headers, "exposed_headers"), entries,
                problems);
  const bool is_blamed_on_credentials =
      rules.inherited.exposed_headers && !rules.inherited.allow_credentials;
  std::vector<std::string_view> taken;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view name = entries[i].text;
    if (name == kAny && rules.allow_credentials) {
      // Fetch, 3.3.4: with credentials "*" is the header of that name.
      list.error("exposed-any-credentials", i, "with credentials browsers do not read \"*\" as all",
                 "name the headers that pages may read");
      if (is_blamed_on_credentials) {
        problems.back().path = field_path(rules, false, "allow_credentials");
        problems.back().place = rules.credentials_place;
      }
      continue;
    }
    if (list.refuse_malformed("exposed-malformed", i)) continue;
    if (is_forbidden_response_header(name)) {
      list.error("exposed-forbidden", i, "browsers never show this header to a page",
                 "take it out");
      continue;
    }
    const auto is_same = [name](std::string_view other) {
      return equals_ignoring_case(name, other);
    };
    if (std::none_of(taken.begin(), taken.end(), is_same)) taken.push_back(name);
  }
  for (const std::string_view name : taken) {
    if (!compiled.exposed_headers.empty()) compiled.exposed_headers += ',';
    compiled.exposed_headers += name;
  }
}

}  // namespace corsac
