// The tables of the document as JSON Schema. Entry: policy_schema. Spec: JSON Schema draft 7;
// policy document, 1 and 2. Test: tests/server/schema_test.py.

#include "corsac/policy/schema.hpp"

#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "corsac/policy/behaviour_fields.hpp"
#include "corsac/policy/document_fields.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/schema_texts.hpp"
#include "corsac/stage/cors/profile.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

Json schema_of(const DocumentItem& item, const std::string& path);

Json enumeration(const std::vector<std::string_view>& words) {
  Json list = Json::array();
  for (const std::string_view word : words) list.push_back(word);
  return list;
}

std::vector<std::string_view> words_of(const DocumentField& field, const std::string& path) {
  if (field.shape == FieldShape::Word) return field.words();
  if (path == "cors.profile") {
    std::vector<std::string_view> names;
    for (const Profile& row : profiles()) names.push_back(row.text);
    return names;
  }
  return path.starts_with("cors.") ? behaviour_words(field.name) : std::vector<std::string_view>();
}

Json plain_schema(const DocumentField& field, const std::string& path) {
  switch (field.shape) {
    case FieldShape::Flag:
      return {{"type", "boolean"}};
    case FieldShape::Integer:
      return {{"type", "integer"}};
    case FieldShape::Time:
      return {{"type", "string"}, {"format", "date-time"}};
    case FieldShape::Name:
      return {{"type", "string"}, {"maxLength", kNameLimitBytes}};
    case FieldShape::TextList:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    default:
      break;
  }
  Json schema = {{"type", "string"}};
  const std::vector<std::string_view> words = words_of(field, path);
  if (!words.empty()) schema["enum"] = enumeration(words);
  return schema;
}

// What a bare text may stand for.
Json element_schema(const DocumentItem& item, const std::string& path) {
  Json schema = schema_of(item, path);
  if (item.bare_text_field.empty()) return schema;
  for (const DocumentField& field : item.fields) {
    if (field.name != item.bare_text_field) continue;
    const Json bare = plain_schema(field, path + '.' + std::string(field.name));
    return {{"anyOf", Json::array({bare, std::move(schema)})}};
  }
  return schema;
}

Json schema_of(const DocumentField& field, const std::string& path) {
  Json schema = field.shape == FieldShape::Item ? schema_of(*field.item, path)
                : field.shape == FieldShape::ItemList
                    ? Json{{"type", "array"},
                           {"items", element_schema(*field.item, path)},
                           {"maxItems", field.item_limit}}
                    : plain_schema(field, path);
  const SchemaText& text = schema_text(path);
  schema["description"] = text.description;
  if (!text.constraint.empty()) schema.merge_patch(Json::parse(text.constraint));
  return schema;
}

// False for names that a document may not have here.
bool is_written(const DocumentField& field) noexcept {
  return field.shape != FieldShape::NotInRules && field.shape != FieldShape::FileList;
}

Json schema_of(const DocumentItem& item, const std::string& path) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const DocumentField& field : item.fields) {
    if (!is_written(field)) continue;
    const std::string name(field.name);
    std::string below = path;
    below.append(path.empty() ? "" : ".").append(name);
    properties[name] = schema_of(field, below);
    if (!field.example_if_required.empty()) required.push_back(name);
  }
  Json schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace

std::string policy_schema() {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "A policy of Corsac"},
                 {"description",
                  "What pages of other origins may do on a server: TOML in a file, JSON in Redis "
                  "and from a remote API."}};
  schema.update(schema_of(policy_document(), {}));
  return schema.dump(2, ' ', true) + '\n';
}

}  // namespace corsac
