// What the headers of a level of nginx mean. Entry: to_scope. Test: tests/import/nginx_test.py.

#include "nginx_scope.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "origins_text.hpp"
#include "source_fields.hpp"

namespace corsac::server {
namespace {

using Condition = NginxCondition;

constexpr std::string_view kRequestedHeaders = "$http_access_control_request_headers";
constexpr std::string_view kAllowOrigin = "access-control-allow-origin";

class ScopeMaker {
 public:
  ScopeMaker(const NginxLevel& level, NginxVariables& variables, Imported& imported)
      : level_(level), variables_(variables), imported_(imported) {}

  Scope make() {
    take_origins();
    take_credentials();
    // A preflight asks for the first three; its own block is where they count.
    scope_.allowed_methods =
        names("access-control-allow-methods", "$http_access_control_request_method");
    scope_.allowed_headers = names("access-control-allow-headers", kRequestedHeaders);
    take_max_age();
    scope_.exposed_headers = names("access-control-expose-headers", "");
    take_private_network();
    take_preflights();
    tell_others();
    return std::move(scope_);
  }

 private:
  void take_origins() {
    NginxOrigins origins;
    bool is_constant = false;  // "*" as it stands, and not whoever asks
    is_for_preflights_only_ = true;
    for (const NginxHeader& line : level_.lines) {
      if (line.name != kAllowOrigin) continue;
      is_for_preflights_only_ =
          is_for_preflights_only_ && line.condition.kind == Condition::Kind::Preflight;
      if (!scope_.place.is_known()) scope_.place = line.place;
      is_constant = is_constant || line.value == "*";
      if (is_sent_twice(line)) {
        tell_sent_twice(line);
      } else {
        origins.add(variables_.origins_of(line.value, line.condition, line.place));
      }
    }
    is_constant_any_ = is_constant;
    if (is_for_preflights_only_ && scope_.place.is_known()) {
      scope_.knobs.actual_answers = {std::string("leave"), scope_.place};
    }
    if (origins.regexes.size() == 0) scope_.allowed_origins.set_empty(scope_.place);
    take_texts(origins.texts);
    if (origins.regexes.size() != 0) scope_.allowed_origin_regexes = std::move(origins.regexes);
  }

  void take_preflights() {
    const Place place = level_.preflights_without_origin;
    if (!place.is_known() || !scope_.place.is_known()) return;
    imported_.leave_out("preflight-without-origin", "if", {}, place,
                        "a block that adds headers has none of those outside of it: preflights get "
                        "no origin there, so that the policy says preflight = \"reject\"",
                        "take that line out if preflights were meant to be granted");
    scope_.preflight = {std::string("reject"), place};
  }

  // nginx sends every line of a block that has a value.
  [[nodiscard]] bool is_sent_twice(const NginxHeader& line) const {
    return std::any_of(level_.lines.begin(), level_.lines.end(), [&line](const NginxHeader& other) {
      return &other != &line && other.name == line.name && other.block == line.block &&
             !other.value.empty() && !line.value.empty();
    });
  }
  void tell_sent_twice(const NginxHeader& line) {
    imported_.leave_out("header-twice", name_text(line.name), line.value, line.place,
                        "its block sets the header more than once, and browsers take no answer "
                        "with two of it, so that these lines grant nothing",
                        "write one line, with a map over $http_origin for several origins");
  }

  // Each text once.
  void take_texts(const Names& texts) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string_view text = texts.values()[i];
      if (seen.insert(text).second) scope_.allowed_origins.add(text, texts.place(i));
    }
  }

  // The lines of that header; those that are not understood are told.
  [[nodiscard]] std::vector<const NginxHeader*> lines_of(std::string_view name) {
    std::vector<const NginxHeader*> all;
    for (const NginxHeader& line : level_.lines) {
      if (line.name != name) continue;
      if (line.condition.kind == Condition::Kind::Unknown) {
        imported_.leave_out("condition-not-understood", name_text(name), line.value, line.place,
                            "it stands in an `if` that is neither about OPTIONS nor about "
                            "$http_origin",
                            "write what is meant into the policy");
        continue;
      }
      all.push_back(&line);
    }
    return all;
  }

  // The one line of that header; null without any. Others that say something else are told.
  const NginxHeader* line_of(std::string_view name) {
    auto lines = lines_of(name);
    const auto is_of_preflights = [](const NginxHeader* line) {
      return line->condition.kind == Condition::Kind::Preflight;
    };
    // Where preflights have a block of their own, it is there that these headers count.
    if (std::any_of(lines.begin(), lines.end(), is_of_preflights)) {
      std::erase_if(lines, [&](const NginxHeader* line) { return !is_of_preflights(line); });
    }
    for (const NginxHeader* line : lines) {
      if (line->value == lines.front()->value) continue;
      imported_.leave_out("header-differs", name_text(name), line->value, line->place,
                          "line " + std::to_string(lines.front()->place.line) +
                              " sets the same header to another value, which was taken",
                          "write a rule for the requests that this line is about");
    }
    return lines.empty() ? nullptr : lines.front();
  }

  // `echo`: the variable that answers with what was asked for.
  Names names(std::string_view name, std::string_view echo) {
    const NginxHeader* line = line_of(name);
    if (line == nullptr) return {};
    if (!echo.empty() && line->value == echo) {
      // A printed "*" stands for any header but that one; what was asked for may be it.
      if (echo == kRequestedHeaders)
        return Names({"*", "Authorization"}, {line->place, line->place});
      return Names({"*"}, {line->place});
    }
    if (line->value.find('$') != std::string::npos) {
      tell_variable(*line);
      return {};
    }
    Names texts = split_at_commas(line->value, line->place);
    drop_printed_any(texts, scope_.allow_credentials.value_or(false), name_text(name), imported_);
    const bool has_any =
        std::find(texts.values().begin(), texts.values().end(), "*") != texts.values().end();
    return has_any ? Names({"*"}, {line->place}) : texts;
  }

  void take_max_age() {
    const NginxHeader* line = line_of("access-control-max-age");
    if (line == nullptr) return;
    std::int64_t seconds = 0;
    const char* const end = line->value.data() + line->value.size();
    const auto [stop, error] = std::from_chars(line->value.data(), end, seconds);
    if (error == std::errc{} && stop == end) {
      scope_.max_age_seconds = {std::max<std::int64_t>(seconds, 0), line->place};
    } else {
      tell_variable(*line);
    }
  }

  void take_credentials() {
    const auto lines = lines_of("access-control-allow-credentials");
    const NginxHeader* granting = nullptr;
    for (const NginxHeader* line : lines) {
      if (is_sent_twice(*line)) {
        tell_sent_twice(*line);
      } else if (line->value == "true") {
        granting = line;
      } else if (line->value != "false" && !line->value.empty()) {
        tell_variable(*line);
      }
    }
    if (granting == nullptr) return;
    if (!have_credentials_everywhere(lines)) {
      imported_.leave_out("credentials-for-some", name_text(granting->name), "true",
                          granting->place,
                          "not all answers with an origin have it, and a policy has one switch for "
                          "all of its origins",
                          "write a rule for the requests that need it, and set allow_credentials = "
                          "true there");
      return;
    }
    scope_.allow_credentials = {true, granting->place};
    if (!is_constant_any_) return;
    drop_credentials_beside_any(scope_.allowed_origins, scope_.allow_credentials,
                                name_text(granting->name), imported_);
  }

  // Whoever gets an origin in an answer gets the switch as well.
  [[nodiscard]] bool have_credentials_everywhere(
      const std::vector<const NginxHeader*>& credentials) const {
    return std::all_of(level_.lines.begin(), level_.lines.end(), [&](const NginxHeader& line) {
      if (line.name != kAllowOrigin || line.condition.kind == Condition::Kind::Unknown) return true;
      if (line.condition.kind == Condition::Kind::Preflight && !is_for_preflights_only_)
        return true;
      return std::any_of(credentials.begin(), credentials.end(), [&](const NginxHeader* other) {
        return other->value == "true" && !is_sent_twice(*other) &&
               (other->condition.kind == Condition::Kind::Always ||
                (other->condition.kind == line.condition.kind &&
                 other->condition.text == line.condition.text));
      });
    });
  }

  void take_private_network() {
    const NginxHeader* line = line_of("access-control-allow-private-network");
    if (line != nullptr && line->value == "true")
      scope_.allow_private_network = {true, line->place};
  }

  void tell_variable(const NginxHeader& line) {
    imported_.leave_out("value-not-understood", name_text(line.name), line.value, line.place,
                        "the value is none that this header has, or holds a variable",
                        "write what is meant into the policy");
  }

  void tell_others() {
    constexpr std::array<std::string_view, 7> kKnown = {
        "access-control-allow-origin",         "access-control-allow-methods",
        "access-control-allow-headers",        "access-control-max-age",
        "access-control-expose-headers",       "access-control-allow-credentials",
        "access-control-allow-private-network"};
    for (const NginxHeader& line : level_.lines) {
      if (std::find(kKnown.begin(), kKnown.end(), line.name) != kKnown.end()) continue;
      imported_.leave_out("header-unknown", name_text(line.name), line.value, line.place,
                          "there is no such header", "see which one was meant");
    }
  }

  // As people write it.
  static std::string name_text(std::string_view name) {
    std::string text(name);
    bool is_first = true;
    for (char& c : text) {
      if (is_first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      is_first = c == '-';
    }
    return text;
  }

  const NginxLevel& level_;
  NginxVariables& variables_;
  Imported& imported_;
  Scope scope_ = {};
  bool is_constant_any_ = false;
  bool is_for_preflights_only_ = false;
};

}  // namespace

Scope to_scope(const NginxLevel& level, NginxVariables& variables, Imported& imported) {
  return ScopeMaker(level, variables, imported).make();
}

}  // namespace corsac::server
