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
    add(Severity::Error, code, index, std::move(what), std::move(fix));
  }
  void add(Severity severity, std::string_view code, std::size_t index, std::string what,
           std::string fix) {
    problems_.push_back({.severity = severity,
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

bool has_name(const std::vector<std::string_view>& names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view other) { return equals_ignoring_case(name, other); });
}

// A list as an answer prints it, `*` first.
template <class Name>
std::string printed_list(const CorsRules& rules, bool has_any, const std::vector<Name>& names) {
  const char* const separator = rules.behaviour.list_separator == ListSeparator::Comma ? "," : ", ";
  std::string text(has_any ? kAny : std::string_view());
  for (const Name& name : names) {
    if (!text.empty()) text += separator;
    text += name;
  }
  return text;
}

// The nine verbs of HTTP; Cloudflare's list takes them in any case.
constexpr std::string_view kVerbs[] = {"GET",     "POST",  "HEAD",  "PUT",    "DELETE",
                                       "CONNECT", "TRACE", "PATCH", "OPTIONS"};

std::string configured_method(const CorsRules& rules, std::string_view method) {
  if (rules.behaviour.requested_method_case == MethodCase::Fold) {
    std::string upper(method);
    for (char& c : upper) c = ascii_upper(c);
    return upper;
  }
  if (rules.profile->takes_all_verbs) {
    for (const std::string_view verb : kVerbs) {
      if (equals_ignoring_case(verb, method)) return std::string(verb);
    }
  }
  return normalize_method(method);
}

bool is_refused_method(const CorsRules& rules, std::string_view method) noexcept {
  if (!is_forbidden_method(method)) return false;
  return !rules.profile->takes_all_verbs || equals_ignoring_case(method, "TRACK");
}

// Request headers that no page can set. Lists brought over from another system name them, where
// they do no harm.
bool is_refused_header(const CorsRules& rules, NameList& list, std::size_t index,
                       std::string_view name) {
  const bool is_of_answers = is_response_only_header(name);
  if (!is_forbidden_request_header(name) && !is_of_answers) return false;
  if (rules.allowed_headers_are_defaults) return false;
  const bool is_error = !rules.profile->takes_unsendable_headers;
  list.add(is_error ? Severity::Error : Severity::Warning, "header-forbidden", index,
           is_of_answers ? "this is a header of answers, not of requests"
                         : "a page can never set this request header",
           is_of_answers ? "take it out; Corsac sends it by itself"
                         : "take it out; browsers send it without asking");
  return is_error;
}

// `*` in a whole list is read as a name by browsers when there are credentials (Fetch, 3.3.4), so
// that only what was asked for can be answered then.
bool prints_list(const CorsRules& rules, AnswerList answer, bool has_any) noexcept {
  return answer == AnswerList::List && !(has_any && rules.allow_credentials);
}

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
    } else if (is_refused_method(rules, method)) {
      list.error("method-forbidden", i, "no page can send CONNECT, TRACE or TRACK", "take it out");
    } else {
      std::string configured = configured_method(rules, method);
      const bool is_new = std::find(methods.begin(), methods.end(), configured) == methods.end();
      if (is_new) methods.push_back(std::move(configured));
    }
  }
  if (prints_list(rules, rules.behaviour.methods_answer, compiled.allows_any_method)) {
    compiled.methods_list = printed_list(rules, compiled.allows_any_method, methods);
  } else {
    compiled.behaviour.methods_answer = AnswerList::Requested;
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
  std::vector<std::string_view> spelled;  // as configured, each once
  if (any != kNone && !rules.profile->has_any_header) {
    list.error("header-any-literal", any, "in this profile \"*\" is no wildcard for headers",
               "name the headers");
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view name = entries[i].text;
    if (name == kAny) continue;
    has_others = has_others || !equals_ignoring_case(name, kAuthorization);
    if (list.refuse_malformed("header-malformed", i)) continue;
    if (is_refused_header(rules, list, i, name) || has_name(spelled, name)) continue;
    names.push_back(to_ascii_lower(name));
    spelled.push_back(name);
  }
  if (prints_list(rules, rules.behaviour.headers_answer, compiled.allows_any_header)) {
    compiled.headers_list = printed_list(rules, compiled.allows_any_header, spelled);
  } else {
    compiled.behaviour.headers_answer = AnswerList::Requested;
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
  std::vector<std::string_view> spelled;
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
    if (!has_name(spelled, name)) spelled.push_back(name);
  }
  compiled.exposed_headers = printed_list(rules, false, spelled);
}

}  // namespace corsac
