// Entries: to_system_configuration, changed_by_system_configuration. Spec: FusionAuth's System
// Configuration API; policy document, 3. Test: tests/policy_api/system_configuration_test.cpp.

#include "corsac/policy_api/system_configuration.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/policy_api/json_body.hpp"
#include "corsac/stage/cors/profile.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSystem = "systemConfiguration";
constexpr const char* kCors = "corsConfiguration";
constexpr const char* kProfile = "fusionauth";
constexpr std::string_view kWirePrefix = "systemConfiguration.corsConfiguration.";
constexpr std::string_view kOurPrefix = "cors.";

struct WireField {
  const char* wire;
  const char* ours;
};
// In the order of FusionAuth's answers.
constexpr std::array<WireField, 8> kFields = {{
    {"allowCredentials", "allow_credentials"},
    {"allowedHeaders", "allowed_headers"},
    {"allowedMethods", "allowed_methods"},
    {"allowedOrigins", "allowed_origins"},
    {"debug", "debug"},
    {"enabled", "enabled"},
    {"exposedHeaders", "exposed_headers"},
    {"preflightMaxAgeInSeconds", "max_age_seconds"},
}};

const WireField* find_ours(std::string_view name) {
  const auto field = std::find_if(kFields.begin(), kFields.end(),
                                  [&](const WireField& known) { return name == known.ours; });
  return field == kFields.end() ? nullptr : &*field;
}

const WireField* find_wire(std::string_view name) {
  const auto field = std::find_if(kFields.begin(), kFields.end(),
                                  [&](const WireField& known) { return name == known.wire; });
  return field == kFields.end() ? nullptr : &*field;
}

Json list_of(std::span<const std::string_view> texts) {
  Json list = Json::array();
  for (const std::string_view text : texts) list.push_back(std::string(text));
  return list;
}

// What a field is that the document does not set.
Json default_of(std::string_view ours) {
  const Profile& defaults = profile(ProfileName::FusionAuth);
  if (ours == "allow_credentials") return defaults.allow_credentials;
  if (ours == "allowed_headers") return list_of(defaults.allowed_headers);
  if (ours == "allowed_methods") return list_of(defaults.allowed_methods);
  if (ours == "exposed_headers") return list_of(defaults.exposed_headers);
  if (ours == "enabled") return defaults.is_enabled;
  if (ours == "max_age_seconds") return defaults.max_age_seconds.value_or(0);
  return ours == "debug" ? Json(false) : Json::array();
}

// [cors] of the document; an empty object where it has none.
Json cors_of(const Json& document) {
  const auto cors = document.find("cors");
  return cors == document.end() ? Json::object() : *cors;
}

Problem other(const std::string& field, std::string what) {
  return {.code = kOtherFormCode,
          .path = std::string(kOurPrefix) + field,
          .what = std::move(what),
          .fix = "use /api/policy for this document"};
}

// What of [cors] the form cannot say.
std::vector<Problem> other_fields(const Json& cors, const BesideDocument& beside) {
  std::vector<Problem> problems;
  if (beside.origins.size() != 0) {
    Problem hidden = other("allowed_origins",
                           "the store keeps origins beside the document, which are granted, and "
                           "this form has no place for them");
    hidden.fix = "move them into the document, or use /api/policy";
    problems.push_back(std::move(hidden));
  }
  if (cors.empty()) return problems;
  if (cors.value("profile", "fetch") != kProfile) {
    problems.push_back(other("profile",
                             "only a policy with profile = \"fusionauth\" behaves as "
                             "this form says"));
  }
  for (const auto& [name, value] : cors.items()) {
    if (name == "profile" || find_ours(name) != nullptr) continue;
    problems.push_back(other(name, "this form has no such field"));
  }
  return problems;
}

// Reads the two objects around the fields.
class BodyReader {
 public:
  explicit BodyReader(const Json& body) : body_(body) {}

  // corsConfiguration; null = one of the problems says why not.
  const Json* find() {
    const Json* const system = member(body_, "", kSystem);
    return system == nullptr ? nullptr : member(*system, std::string(kSystem), kCors);
  }
  void look_at_fields(const Json& cors) {
    std::vector<std::string_view> known;
    known.reserve(std::size(kFields));
    for (const WireField& field : kFields) known.push_back(field.wire);
    for (const auto& [name, value] : cors.items()) {
      if (find_wire(name) != nullptr) continue;
      const WireField* const ours = find_ours(name);
      add_unknown(std::string(kWirePrefix) + name,
                  ours != nullptr ? ours->wire : nearest_name(name, known));
    }
  }
  std::vector<Problem> take_problems() { return std::move(problems_); }

 private:
  // The one member that an object must have, and no other.
  const Json* member(const Json& object, const std::string& path, const char* name) {
    const std::string prefix = path.empty() ? "" : path + '.';
    for (const auto& [other_name, value] : object.items()) {
      if (other_name != name) add_unknown(prefix + other_name, {});
    }
    const auto found = object.find(name);
    if (found != object.end() && found->is_object()) return &*found;
    const bool is_missing = found == object.end();
    problems_.push_back({.code = is_missing ? "field-missing" : "field-type",
                         .path = prefix + name,
                         .what = is_missing ? "it is missing" : "it must be an object",
                         .fix = R"(write {"systemConfiguration": {"corsConfiguration": {...}}})"});
    return nullptr;
  }
  // `nearest`: what was perhaps meant; may be empty.
  void add_unknown(const std::string& path, std::string_view nearest) {
    if (problems_.size() == kProblemLimit) return;
    problems_.push_back(
        {.code = "field-unknown",
         .path = path,
         .what = "it is no field of the CORS part, which is all that is kept here",
         .fix = nearest.empty() ? "leave it out" : "write " + std::string(nearest)});
  }

  const Json& body_;
  std::vector<Problem> problems_ = {};
};

void take_fields(const Json& fields, Json& cors) {
  cors["profile"] = kProfile;
  for (const auto& [name, value] : fields.items()) {
    const WireField* const field = find_wire(name);
    if (field == nullptr) continue;  // told already
    const char* const ours = field->ours;
    if (value.is_null()) {
      cors.erase(ours);
    } else {
      cors[ours] = value;
    }
  }
}

// "cors.allowed_origins[1]" as the form names it, without the index; as it is where it has no name
// for it.
std::string wire_path(std::string_view path) {
  if (path.starts_with(kOurPrefix)) {
    const std::string_view name = path.substr(kOurPrefix.size());
    if (const WireField* field = find_ours(name.substr(0, name.find('[')))) {
      return std::string(kWirePrefix) + field->wire;
    }
  }
  return std::string(path);
}

bool is_name_byte(char c) { return is_ascii_alpha(c) || is_ascii_digit(c) || c == '_'; }

// Words that name fields of ours, "allow_credentials" and "cors.allow_credentials", as the form
// names them.
std::string in_wire_names(std::string_view text) {
  std::string said;
  while (!text.empty()) {
    const auto word_end = std::find_if_not(text.begin(), text.end(), is_name_byte);
    const std::string_view word =
        text.substr(0, std::max<std::ptrdiff_t>(word_end - text.begin(), 1));
    const WireField* const field = find_ours(word);
    if (field != nullptr && said.ends_with(kOurPrefix))
      said.resize(said.size() - kOurPrefix.size());
    said += field == nullptr ? word : std::string_view(field->wire);
    text.remove_prefix(word.size());
  }
  return said;
}

std::string message_of(const Problem& problem, bool shows_path) {
  std::string message;
  if (shows_path && !problem.path.empty()) message = to_printable(problem.path, 512) + ": ";
  if (!problem.value.empty()) message += to_quoted(problem.value) + ": ";
  message += in_wire_names(to_one_line(problem.what));
  if (!problem.fix.empty()) message += "; " + in_wire_names(to_one_line(problem.fix));
  return message;
}

Json error_json(const std::string& code, const std::string& message) {
  return {{"code", code}, {"message", message}};
}

}  // namespace

Result<std::string, std::vector<Problem>> to_system_configuration(const Policy& document,
                                                                  const BesideDocument& beside) {
  const Json cors = cors_of(Json::parse(policy_to_json(document)));
  std::vector<Problem> problems = other_fields(cors, beside);
  if (!problems.empty()) return fail(std::move(problems));
  Json answer;
  Json& fields = answer[kSystem][kCors];
  for (const WireField& field : kFields) {
    const auto value = cors.find(field.ours);
    fields[field.wire] = value != cors.end() ? *value : default_of(field.ours);
  }
  return answer.dump() + "\n";
}

DocumentDraft changed_by_system_configuration(const Policy& document, const BesideDocument& beside,
                                              std::string_view body, ConfigurationChange change) {
  DocumentDraft draft;
  draft.problems = check_json_body(body);
  if (!draft.problems.empty()) return draft;
  const Json said = Json::parse(body);
  BodyReader reader(said);
  const Json* const fields = reader.find();
  if (fields != nullptr) reader.look_at_fields(*fields);
  draft.problems = reader.take_problems();
  Json changed = Json::parse(policy_to_json(document));
  Json cors = cors_of(changed);
  std::vector<Problem> others = other_fields(cors, beside);
  const bool is_other = !others.empty();
  for (Problem& problem : others) draft.problems.push_back(std::move(problem));
  if (fields == nullptr || is_other) return draft;
  if (change == ConfigurationChange::Replace) cors = Json::object();
  take_fields(*fields, cors);
  changed["cors"] = std::move(cors);
  draft.json = changed.dump();
  return draft;
}

std::string system_configuration_failure_json(const ApiFailure& failure) {
  Json fields = Json::object();
  Json general = Json::array();
  bool has_errors = false;
  for (const Problem& problem : failure.report.problems()) {
    if (problem.severity != Severity::Error) continue;
    has_errors = true;
    const std::string path = to_printable(wire_path(problem.path), 512);
    const std::string code = "[" + to_one_line(problem.code) + "]" + path;
    if (path.starts_with(kSystem)) {
      fields[path].push_back(error_json(code, message_of(problem, false)));
    } else {
      general.push_back(error_json(code, message_of(problem, true)));
    }
  }
  if (!has_errors) general.push_back(error_json("[" + failure.code + "]", failure.message));
  return Json({{"fieldErrors", std::move(fields)}, {"generalErrors", std::move(general)}})
             .dump(-1, ' ', true, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace corsac
