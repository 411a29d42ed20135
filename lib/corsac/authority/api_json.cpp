// Records and errors as JSON. Entries: read_record, to_json. Spec: Okta's Trusted Origins API; RFC
// 8259. Test:
// tests/authority/http_api_test.cpp, http_api_errors_test.cpp.

#include "corsac/authority/api_json.hpp"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "corsac/base/printable.hpp"
#include "corsac/base/utf8.hpp"
#include "corsac/http/percent_coding.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;
using Scope = TrustedOrigin::Scope;
using ScopeType = TrustedOrigin::ScopeType;

// Sees every event of the parser; what it finds wrong is told when the whole was read.
class BodyGuard {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (static_cast<std::size_t>(depth) >= kRecordBodyLimitDepth) is_too_deep_ = true;
    }
    if (event == Event::object_start) {
      names_.emplace_back();
    } else if (event == Event::object_end) {
      names_.pop_back();
    } else if (event == Event::key && !names_.back().insert(parsed.get<std::string>()).second) {
      // One reader takes the first, another the last.
      repeated_ = to_quoted(parsed.get<std::string>());
    }
    return !is_too_deep_;
  }
  // Empty = nothing is wrong.
  [[nodiscard]] std::string problem() const {
    if (is_too_deep_) {
      return "It nests deeper than " + std::to_string(kRecordBodyLimitDepth) + " levels";
    }
    return repeated_.empty() ? "" : "The field " + repeated_ + " stands twice";
  }

 private:
  std::vector<std::set<std::string>> names_ = {};
  bool is_too_deep_ = false;
  std::string repeated_ = {};
};

Result<Json, std::string> parse_body(std::string_view body) {
  if (!is_utf8(body)) return fail(std::string("It is not valid UTF-8"));
  const auto guard = std::make_shared<BodyGuard>();
  Json json;
  try {
    json = Json::parse(body, [guard](int depth, Json::parse_event_t event, Json& parsed) {
      return (*guard)(depth, event, parsed);
    });
  } catch (const Json::parse_error& error) {
    return fail("It is not JSON at byte " + std::to_string(error.byte));
  } catch (const Json::out_of_range&) {
    return fail(std::string("A number in it is too large"));
  }
  std::string problem = guard->problem();
  if (!problem.empty()) return fail(std::move(problem));
  if (!json.is_object()) return fail(std::string("It is not a JSON object"));
  return json;
}

class RecordReader {
 public:
  explicit RecordReader(const Json& json) : json_(json) {}

  RecordInput take() {
    input_.name = read_text(json_, "name", "name");
    input_.origin = read_text(json_, "origin", "origin");
    read_scopes();
    if (const auto text = read_text(json_, "status", "status")) {
      input_.status = parse_record_status(*text);
      if (!input_.status) no_value("status", *text, "ACTIVE or INACTIVE");
    }
    return std::move(input_);
  }

 private:
  void malformed(const std::string& field, std::string what) {
    input_.faults.push_back({.field = field, .what = std::move(what), .is_malformed = true});
  }
  void no_value(const std::string& field, std::string_view text, std::string_view values) {
    malformed(field, "The value " + to_quoted(text) + " is not " + std::string(values));
  }
  // Null when absent or null.
  static const Json* find(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }
  std::optional<std::string> read_text(const Json& object, const char* name,
                                       const std::string& field) {
    const Json* const value = find(object, name);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    malformed(field, "The value is not a string");
    return std::nullopt;
  }

  void read_scopes() {
    const Json* const list = find(json_, "scopes");
    if (list == nullptr) return;
    if (!list->is_array()) return malformed("scopes", "The value is not an array");
    if (list->size() > kRecordScopesLimit) {  // and not a fault for each of thousands
      input_.faults.push_back({.field = "scopes", .what = "At most 3 scopes are allowed"});
      return;
    }
    const std::size_t faults_before = input_.faults.size();
    std::vector<Scope> scopes;
    for (std::size_t i = 0; i < list->size(); ++i) {
      scopes.push_back(read_scope((*list)[i], "scopes[" + std::to_string(i) + "]"));
    }
    if (input_.faults.size() == faults_before) input_.scopes = std::move(scopes);
  }

  Scope read_scope(const Json& json, const std::string& field) {
    Scope scope;
    if (!json.is_object()) {
      malformed(field, "The value is not an object");
      return scope;
    }
    const std::size_t faults_before = input_.faults.size();
    const auto text = read_text(json, "type", field + ".type");
    if (!text && input_.faults.size() == faults_before) {
      input_.faults.push_back({.field = field + ".type", .what = "The field cannot be left blank"});
    }
    if (text) {
      const auto type = parse_scope_type(*text);
      if (!type) no_value(field + ".type", *text, "CORS, REDIRECT or IFRAME_EMBED");
      scope.type = type.value_or(ScopeType::Cors);
    }
    scope.allowed_okta_apps = read_apps(json, field + ".allowedOktaApps");
    // Only a scope for frames has the list; an empty one beside another says nothing.
    const bool is_empty = scope.allowed_okta_apps && scope.allowed_okta_apps->empty();
    if (is_empty && scope.type != ScopeType::IframeEmbed) scope.allowed_okta_apps.reset();
    return scope;
  }

  std::optional<std::vector<std::string>> read_apps(const Json& scope, const std::string& field) {
    const Json* const list = find(scope, "allowedOktaApps");
    if (list == nullptr) return std::nullopt;
    if (!list->is_array()) {
      malformed(field, "The value is not an array");
      return std::nullopt;
    }
    if (list->size() > 1) {
      input_.faults.push_back({.field = field, .what = "At most 1 app is allowed, OKTA_ENDUSER"});
      return std::nullopt;
    }
    std::vector<std::string> apps;
    for (const Json& app : *list) {
      if (app.is_string()) {
        apps.push_back(app.get<std::string>());
      } else {
        malformed(field + "[0]", "The value is not a string");
      }
    }
    return apps;
  }

  const Json& json_;
  RecordInput input_ = {};
};

Json link_json(const std::string& href, std::initializer_list<const char*> methods) {
  Json link;
  link["href"] = href;
  link["hints"]["allow"] = Json(methods);
  return link;
}

Json record_json(const TrustedOrigin& record, std::string_view base_url) {
  Json json;
  json["id"] = record.id;
  json["name"] = record.name;
  json["origin"] = record.origin;
  json["scopes"] = Json::array();
  for (const Scope& scope : record.scopes) {
    Json& written = json["scopes"].emplace_back();
    written["type"] = to_text(scope.type);
    if (scope.allowed_okta_apps) written["allowedOktaApps"] = *scope.allowed_okta_apps;
  }
  json["status"] = to_text(record.status);
  json["created"] = record.created;
  json["createdBy"] = record.created_by;
  json["lastUpdated"] = record.last_updated;
  json["lastUpdatedBy"] = record.last_updated_by;
  const std::string self =
      std::string(base_url) + std::string(kTrustedOriginsPath) + "/" + percent_encoded(record.id);
  const bool is_active = record.status == TrustedOrigin::Status::Active;
  Json& links = json["_links"];
  if (!is_active) links["activate"] = link_json(self + "/lifecycle/activate", {"POST"});
  links["self"] = link_json(self, {"GET", "PUT", "DELETE"});
  if (is_active) links["deactivate"] = link_json(self + "/lifecycle/deactivate", {"POST"});
  return json;
}

// A store may hold any bytes; the answer is UTF-8.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<RecordInput, std::string> read_record(std::string_view body) {
  auto json = parse_body(body);
  if (!json) return fail(std::move(json.error()));
  return RecordReader(*json).take();
}

std::string to_json(const TrustedOrigin& record, std::string_view base_url) {
  return dumped(record_json(record, base_url));
}

std::string to_json(const std::vector<RecordPtr>& records, std::string_view base_url) {
  std::string text = "[";
  for (const RecordPtr& record : records) {
    if (text.size() > 1) text += ',';
    text += to_json(*record, base_url);
  }
  return text + "]";
}

std::string to_json(const ApiError& error, std::string_view error_id) {
  Json json;
  json["errorCode"] = to_text(error.code);
  json["errorSummary"] = summary_of(error);
  json["errorLink"] = to_text(error.code);
  json["errorId"] = error_id;
  json["errorCauses"] = Json::array();
  for (const std::string& cause : error.causes) {
    json["errorCauses"].emplace_back()["errorSummary"] = cause;
  }
  return dumped(json);
}

}  // namespace corsac
