// A Policy as text. Entries: policy_to_toml, policy_to_json. The tables that the reader reads by
// say what is written, so that a field cannot be read and not written. Spec: policy document, 1;
// TOML 1.0; RFC 8259. Test: tests/policy/writer_test.cpp, tests/server/push_pull_test.py.

#include "corsac/policy/writer.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "corsac/policy/document_fields.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLineWidth = 100;

Json written(const DocumentValue& value) {
  return std::visit(
      [](const auto& plain) {
        using Plain = std::decay_t<decltype(plain)>;
        if constexpr (std::is_same_v<Plain, std::string_view>) {
          return Json(std::string(plain));
        } else {
          return Json(plain);
        }
      },
      value);
}

Json written_item(const DocumentItem& item, const void* owner);

Json written_items(const DocumentField& field, const void* owner) {
  Json list = Json::array();
  for (std::size_t i = 0; i < field.item_count(owner); ++i) {
    Json item = written_item(*field.item, field.get_item(owner, i));
    const std::string bare(field.item->bare_text_field);
    const bool is_bare = !bare.empty() && item.size() == 1 && item.contains(bare);
    list.push_back(is_bare ? item[bare] : std::move(item));
  }
  return list;
}

// Null = nothing to say.
Json written_field(const DocumentField& field, const void* owner) {
  if (field.get != nullptr) {
    std::string storage;
    const WrittenValue value = field.get(owner, storage);
    return value ? written(*value) : Json();
  }
  if (field.get_list != nullptr) {
    const auto* texts = field.get_list(owner);
    return texts != nullptr ? Json(*texts) : Json();
  }
  if (field.item_count == nullptr) return {};
  if (field.shape == FieldShape::Item) {
    Json item = written_item(*field.item, field.get_item(owner, 0));
    return item.empty() ? Json() : item;
  }
  Json list = written_items(field, owner);
  return list.empty() && field.example_if_required.empty() ? Json() : list;
}

Json written_item(const DocumentItem& item, const void* owner) {
  Json object = Json::object();
  for (const DocumentField& field : item.fields) {
    Json value = written_field(field, owner);
    if (!value.is_null()) object[std::string(field.name)] = std::move(value);
  }
  return object;
}

template <class Section>
void take_origins_from_file(Section& section) {
  if (section.allowed_origins_from_file.is_set()) {
    std::vector<std::string> origins = section.allowed_origins.values();
    const auto& more = section.allowed_origins_from_file.values();
    origins.insert(origins.end(), more.begin(), more.end());
    section.allowed_origins = Names(std::move(origins));
    section.allowed_origins_from_file = {};
  }
  section.allowed_origins_file = {};
}

bool has_origins_file(const CorsPolicy& cors) {
  const auto has = [](const auto& section) {
    return section.allowed_origins_file.is_set() || section.allowed_origins_from_file.is_set();
  };
  return has(cors) || std::any_of(cors.rules.begin(), cors.rules.end(), has);
}

Json written_policy(const Policy& policy) {
  if (!has_origins_file(policy.cors)) return written_item(policy_document(), &policy);
  Policy alone = policy;
  take_origins_from_file(alone.cors);
  for (CorsRule& rule : alone.cors.rules) take_origins_from_file(rule);
  return written_item(policy_document(), &alone);
}

// JSON's strings are TOML's basic strings, but for DEL, which TOML wants escaped.
std::string toml_value(const Json& value);

// Characters beyond ASCII that a terminal obeys or that nobody sees: C1 controls, line and
// paragraph separators, marks of direction.
bool is_hidden(char32_t c) {
  return (c >= 0x80 && c <= 0x9F) || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

// The character of two or three bytes at the front of valid UTF-8; 0 for all others.
char32_t wide_character(std::string_view text) {
  const auto bits = [text](std::size_t i, unsigned mask) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]) & mask);
  };
  const unsigned first = static_cast<unsigned char>(text[0]);
  if (first >= 0xC2 && first < 0xE0) return bits(0, 0x1FU) << 6U | bits(1, 0x3FU);
  if ((first & 0xF0U) != 0xE0) return 0;
  return bits(0, 0x0FU) << 12U | bits(1, 0x3FU) << 6U | bits(2, 0x3FU);
}

std::string escape_of(char32_t c) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    text += kHex[c >> static_cast<unsigned>(shift) & 0xFU];
  return text;
}

std::string toml_string(const Json& value) {
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t wide = wide_character(std::string_view(text).substr(i));
    if (text[i] == '\x7F') {
      escaped += escape_of(0x7F);
    } else if (is_hidden(wide)) {
      escaped += escape_of(wide);
      i += wide < 0x800 ? 1 : 2;
    } else {
      escaped += text[i];
    }
  }
  return escaped;
}

std::string toml_inline_table(const Json& table) {
  std::string text = "{ ";
  for (const auto& [name, value] : table.items()) {
    if (text.size() > 2) text += ", ";
    text += name + " = " + toml_value(value);
  }
  return text + " }";
}

std::string toml_list(const Json& list) {
  std::string text = "[";
  for (const Json& element : list) {
    if (text.size() > 1) text += ", ";
    text += toml_value(element);
  }
  return text + "]";
}

std::string toml_value(const Json& value) {
  if (value.is_string()) return toml_string(value);
  if (value.is_array()) return toml_list(value);
  if (value.is_object()) return toml_inline_table(value);
  return value.dump();
}

// `name = value`, a long list with a line for each element.
std::string toml_line(const std::string& name, const Json& value) {
  std::string line = name + " = ";
  if (!value.is_array()) return line + toml_value(value) + '\n';
  const std::string list = toml_list(value);
  if (line.size() + list.size() <= kLineWidth) return line + list + '\n';
  line += "[\n";
  for (const Json& element : value) line += "  " + toml_value(element) + ",\n";
  return line + "]\n";
}

// Tables of their own; a list whose elements may be bare texts stays a value.
bool is_table(const Json& value) { return value.is_object(); }
bool is_table_list(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_object(); });
}

void write_table(const Json& table, const std::string& path, std::string& text);

void write_tables_of(const Json& table, const std::string& path, std::string& text) {
  const std::string before = path.empty() ? "" : path + '.';
  for (const auto& [name, value] : table.items()) {
    const std::string inner = before + name;
    if (is_table(value)) {
      const bool has_values = std::any_of(value.begin(), value.end(), [](const Json& v) {
        return !is_table(v) && !is_table_list(v);
      });
      if (has_values) text += "\n[" + inner + "]\n";
      write_table(value, inner, text);
    } else if (is_table_list(value) && name != "scopes") {
      for (const Json& item : value) {
        text += "\n[[" + inner + "]]\n";
        write_table(item, inner, text);
      }
    }
  }
}

void write_table(const Json& table, const std::string& path, std::string& text) {
  for (const auto& [name, value] : table.items()) {
    if (!is_table(value) && (!is_table_list(value) || name == "scopes")) {
      text += toml_line(name, value);
    }
  }
  write_tables_of(table, path, text);
}

}  // namespace

std::string policy_to_toml(const Policy& policy) {
  std::string text;
  write_table(written_policy(policy), "", text);
  return text;
}

std::string policy_to_json(const Policy& policy) {
  return written_policy(policy).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string record_to_json(const TrustedOrigin& record) {
  return written_item(trusted_origin_item(), &record)
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace corsac
