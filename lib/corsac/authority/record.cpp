// The rules of a record. Entry: check_record. Spec: Okta's Trusted Origins API; policy document, 1
// and 2. Test: tests/authority/record_test.cpp.

#include "corsac/authority/record.hpp"

#include <algorithm>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/base/rfc3339.hpp"
#include "corsac/base/utf8.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {
namespace {

using ScopeType = TrustedOrigin::ScopeType;
using Status = TrustedOrigin::Status;

constexpr std::string_view kBlank = "The field cannot be left blank";
constexpr std::string_view kEndUserApp = "OKTA_ENDUSER";
// And ftp.
constexpr std::array<std::string_view, 4> kSchemes = {"http", "https", "ionic", "capacitor"};
constexpr std::array<std::string_view, 3> kTypes = {"CORS", "REDIRECT", "IFRAME_EMBED"};
constexpr std::array<std::string_view, 2> kStatuses = {"ACTIVE", "INACTIVE"};

std::size_t count_characters(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // a continuation byte begins none
  }));
}

// What to write instead: of a pattern and of null the origin parser says what a list may have.
std::string advice(std::string_view origin, const OriginPatternError& error) {
  const bool is_about_lists = error.code == "origin-null" || error.code == "origin-opaque-scheme" ||
                              origin.find('*') != std::string_view::npos;
  if (is_about_lists) return "; write one origin, as in \"https://app.example.com\"";
  return error.fix.empty() ? "" : "; " + error.fix;
}

bool has_control_character(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
}

class Checker {
 public:
  explicit Checker(const RecordInput& input) : input_(input), faults_(input.faults) {}

  std::vector<FieldFault> take() {
    check_name();
    check_origin();
    check_scopes();
    // By field, so that what was read wrong does not stand apart from what is not allowed.
    std::stable_sort(faults_.begin(), faults_.end(), [](const auto& a, const auto& b) {
      return place_of(a.field) < place_of(b.field);
    });
    return std::move(faults_);
  }

 private:
  static std::size_t place_of(std::string_view field) noexcept {
    constexpr std::array<std::string_view, 4> kOrder = {"name", "origin", "scopes", "status"};
    for (std::size_t i = 0; i < kOrder.size(); ++i) {
      if (field.starts_with(kOrder[i])) return i;
    }
    return kOrder.size();
  }
  void add(std::string field, std::string_view what) {
    faults_.push_back({.field = std::move(field), .what = std::string(what)});
  }
  // What could not be read is not missing as well.
  void miss(std::string_view field) {
    const bool is_read_wrong =
        std::any_of(input_.faults.begin(), input_.faults.end(),
                    [field](const FieldFault& fault) { return fault.field.starts_with(field); });
    if (!is_read_wrong) add(std::string(field), kBlank);
  }

  void check_name() {
    if (!input_.name) return miss("name");
    const std::string& name = *input_.name;
    if (name.find_first_not_of(' ') == std::string::npos) return add("name", kBlank);
    if (!is_utf8(name)) return add("name", "The value is not valid UTF-8");
    if (count_characters(name) > kRecordNameLimit) {
      add("name", "The field is too long, at most 255 characters are allowed");
    }
    if (has_control_character(name)) add("name", "The value has a control character in it");
  }

  void check_origin() {
    if (!input_.origin) return miss("origin");
    const std::string& origin = *input_.origin;
    if (origin.empty()) return add("origin", kBlank);
    if (origin.size() > kRecordOriginLimit) {
      return add("origin", "The field is too long, at most 255 characters are allowed");
    }
    // No browser sends an ftp origin, so it is no pattern; a record of one is kept all the same
    // (and never granted). Its host is judged as any other.
    const bool is_ftp = equals_ignoring_case(std::string_view(origin).substr(0, 6), "ftp://");
    const auto pattern = parse_record_origin(is_ftp ? "http" + origin.substr(3) : origin);
    if (!pattern) {
      const OriginPatternError& error = pattern.error();
      const std::string shown = error.may_show_value ? " " + to_quoted(origin) : "";
      const std::string fix = is_ftp ? "" : advice(origin, error);
      return add("origin", "The value" + shown + " is not valid: " + error.what + fix);
    }
    if (!pattern->is_exact()) {
      return add("origin", "The value " + to_quoted(origin) +
                               " is not valid: a trusted origin is one origin, not a pattern");
    }
    if (std::find(kSchemes.begin(), kSchemes.end(), pattern->scheme) == kSchemes.end()) {
      add("origin", "The value " + to_quoted(origin) +
                        " is not valid: the scheme is http, https, ftp, ionic or capacitor");
    }
  }

  void check_scopes() {
    if (!input_.scopes) return miss("scopes");
    const auto& scopes = *input_.scopes;
    if (scopes.empty()) return miss("scopes");
    if (scopes.size() > kRecordScopesLimit) add("scopes", "At most 3 scopes are allowed");
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      const std::string field = "scopes[" + std::to_string(i) + "]";
      for (std::size_t before = 0; before < i; ++before) {
        if (scopes[before].type != scopes[i].type) continue;
        add(field + ".type", "Another scope has the type " + std::string(to_text(scopes[i].type)));
        break;
      }
      check_apps(scopes[i], field + ".allowedOktaApps");
    }
  }

  void check_apps(const TrustedOrigin::Scope& scope, const std::string& field) {
    if (!scope.allowed_okta_apps) return;
    const auto& apps = *scope.allowed_okta_apps;
    if (scope.type != ScopeType::IframeEmbed && !apps.empty()) {
      add(field, "Only a scope of the type IFRAME_EMBED names apps");
    }
    for (std::size_t i = 0; i < apps.size(); ++i) {
      if (apps[i] == kEndUserApp && i == 0) continue;
      const std::string element = field + "[" + std::to_string(i) + "]";
      if (apps[i] == kEndUserApp) {
        add(element, "The value stands twice");
      } else {
        faults_.push_back({.field = element,
                           .what = "The value " + to_quoted(apps[i]) + " is not OKTA_ENDUSER",
                           .is_malformed = true});
      }
    }
  }

  const RecordInput& input_;
  std::vector<FieldFault> faults_;
};

}  // namespace

std::vector<FieldFault> check_record(const RecordInput& input) { return Checker(input).take(); }

std::string_view to_text(ScopeType type) noexcept { return kTypes[static_cast<std::size_t>(type)]; }

std::string_view to_text(Status status) noexcept {
  return kStatuses[static_cast<std::size_t>(status)];
}

std::optional<ScopeType> parse_scope_type(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (text == kTypes[i]) return static_cast<ScopeType>(i);
  }
  return std::nullopt;
}

std::optional<Status> parse_record_status(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    if (text == kStatuses[i]) return static_cast<Status>(i);
  }
  return std::nullopt;
}

std::string record_time_text(std::chrono::system_clock::time_point time) {
  std::string text = time_text(std::chrono::floor<std::chrono::seconds>(time));
  text.insert(text.size() - 1, ".000");
  return text;
}

AttributeValues values_of(const TrustedOrigin& record, RecordAttribute attribute) noexcept {
  switch (attribute) {
    case RecordAttribute::Id:
      return {.texts = {record.id}, .count = 1};
    case RecordAttribute::Name:
      return {.texts = {record.name}, .count = 1};
    case RecordAttribute::Origin:
      return {.texts = {record.origin}, .count = 1};
    case RecordAttribute::Status:
      return {.texts = {to_text(record.status)}, .count = 1};
    case RecordAttribute::Type:
      break;
  }
  AttributeValues values;
  for (const TrustedOrigin::Scope& scope : record.scopes) {
    const std::string_view text = to_text(scope.type);
    if (std::find(values.begin(), values.end(), text) == values.end()) {
      values.texts[values.count++] = text;  // three types, three places
    }
  }
  return values;
}

}  // namespace corsac
