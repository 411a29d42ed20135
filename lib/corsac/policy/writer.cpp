// A Policy as text. Entries: policy_to_toml, policy_to_toml_with_places, policy_to_json,
// record_to_json. The tables that the reader reads by say what is written, so that a field cannot
// be read and not written. Spec: policy document, 1; TOML 1.0; RFC 8259.
// Test: tests/policy/writer_test.cpp, tests/server/push_pull_test.py.

#include "corsac/policy/writer.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "corsac/base/printable.hpp"
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

// Where values stand, by their paths ("cors.allowed_origins[1]").
using Places = std::map<std::string, Place>;

// Makes JSON of the items; collects places where `places` is not null.
class ItemWriter {
 public:
  explicit ItemWriter(Places* places) : places_(places) {}

  [[nodiscard]] Json item(const DocumentItem& item, const void* owner, const std::string& path) {
    Json object = Json::object();
    for (const DocumentField& field : item.fields) {
      Json value = this->field(field, owner, path_below(path, field.name));
      if (!value.is_null()) object[std::string(field.name)] = std::move(value);
    }
    return object;
  }

 private:
  // Nobody asks for paths where nobody asks for places.
  [[nodiscard]] std::string path_below(const std::string& path, std::string_view name) const {
    if (places_ == nullptr) return {};
    return path.empty() ? std::string(name) : path + '.' + std::string(name);
  }
  void keep_place(const DocumentField& field, const void* owner, const std::string& path,
                  std::size_t index, bool is_element) {
    if (places_ == nullptr || field.get_place == nullptr) return;
    const Place place = field.get_place(owner, index);
    if (place.is_known()) places_->emplace(is_element ? element(path, index) : path, place);
  }
  [[nodiscard]] static std::string element(const std::string& path, std::size_t index) {
    return path + '[' + std::to_string(index) + ']';
  }

  Json items(const DocumentField& field, const void* owner, const std::string& path) {
    Json list = Json::array();
    for (std::size_t i = 0; i < field.item_count(owner); ++i) {
      Json item = this->item(*field.item, field.get_item(owner, i),
                             places_ == nullptr ? path : element(path, i));
      const std::string bare(field.item->bare_text_field);
      const bool is_bare = !bare.empty() && item.size() == 1 && item.contains(bare);
      list.push_back(is_bare ? item[bare] : std::move(item));
    }
    return list;
  }

  // Null = nothing to say.
  Json field(const DocumentField& field, const void* owner, const std::string& path) {
    if (field.get != nullptr) {
      std::string storage;
      const WrittenValue value = field.get(owner, storage);
      if (!value) return {};
      keep_place(field, owner, path, 0, false);
      return written(*value);
    }
    if (field.get_list != nullptr) {
      const auto texts = field.get_list(owner);
      if (!texts) return {};
      if (texts->empty()) keep_place(field, owner, path, 0, false);
      for (std::size_t i = 0; i < texts->size(); ++i) keep_place(field, owner, path, i, true);
      Json list = Json::array();
      for (const std::string_view text : *texts) list.emplace_back(text);
      return list;
    }
    if (field.item_count == nullptr) return {};
    if (field.shape == FieldShape::Item) {
      Json item = this->item(*field.item, field.get_item(owner, 0), path);
      return item.empty() ? Json() : item;
    }
    Json list = items(field, owner, path);
    return list.empty() && field.example_if_required.empty() ? Json() : list;
  }

  Places* places_;
};

template <class Section>
void take_origins_from_file(Section& section) {
  if (section.allowed_origins_from_file.is_set()) {
    TextList origins;
    for (const Names* list : {&section.allowed_origins, &section.allowed_origins_from_file}) {
      for (const std::string_view origin : list->values()) origins.add(origin);
    }
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

Json written_policy(const Policy& policy, Places* places = nullptr) {
  ItemWriter writer(places);
  if (!has_origins_file(policy.cors)) return writer.item(policy_document(), &policy, "");
  Policy alone = policy;
  take_origins_from_file(alone.cors);
  for (CorsRule& rule : alone.cors.rules) take_origins_from_file(rule);
  return writer.item(policy_document(), &alone, "");
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

// Tables of their own; a list whose elements may be bare texts stays a value.
bool is_table(const Json& value) { return value.is_object(); }
bool is_table_list(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_object(); });
}

// Writes the tables; the comments are those of `places`.
class TomlWriter {
 public:
  TomlWriter(const Places& places, const std::vector<std::string>& sources)
      : places_(places), sources_(sources) {}

  // `name` is what the head of the table says, `path` the one that places have.
  void table(const Json& table, const std::string& name, const std::string& path) {
    for (const auto& [field, value] : table.items()) {
      if (!is_table(value) && (!is_table_list(value) || field == "scopes")) {
        line(field, value, below(path, field));
      }
    }
    for (const auto& [field, value] : table.items()) {
      if (is_table(value)) {
        const bool has_values = std::any_of(value.begin(), value.end(), [](const Json& v) {
          return !is_table(v) && !is_table_list(v);
        });
        if (has_values) text_ += "\n[" + below(name, field) + "]\n";
        this->table(value, below(name, field), below(path, field));
      } else if (is_table_list(value) && field != "scopes") {
        for (std::size_t i = 0; i < value.size(); ++i) {
          text_ += "\n[[" + below(name, field) + "]]\n";
          this->table(value[i], below(name, field), element(below(path, field), i));
        }
      }
    }
  }
  [[nodiscard]] std::string take_text() { return std::move(text_); }

 private:
  [[nodiscard]] static std::string below(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + '.' + name;
  }
  [[nodiscard]] static std::string element(const std::string& path, std::size_t index) {
    return path + '[' + std::to_string(index) + ']';
  }
  // Empty where the place is not known. No byte of a source's name may leave the comment.
  [[nodiscard]] std::string comment(const std::string& path) const {
    const auto found = places_.find(path);
    if (found == places_.end() || found->second.source >= sources_.size()) return {};
    return "  # from " + to_printable(sources_[found->second.source]) + ':' +
           std::to_string(found->second.line);
  }
  // Of a list in one line: what all of its elements have; nothing when they differ.
  [[nodiscard]] std::optional<std::string> common_comment(const Json& list,
                                                          const std::string& path) const {
    if (list.empty() || places_.empty()) return comment(path);
    const std::string first = comment(element(path, 0));
    for (std::size_t i = 1; i < list.size(); ++i) {
      if (comment(element(path, i)) != first) return std::nullopt;
    }
    return first;
  }

  // `name = value`, a long list with a line for each element.
  void line(const std::string& name, const Json& value, const std::string& path) {
    text_ += name + " = ";
    if (!value.is_array()) {
      text_ += toml_value(value) + comment(path) + '\n';
      return;
    }
    const std::string list = toml_list(value);
    const auto common = common_comment(value, path);
    if (common && name.size() + list.size() + 3 <= kLineWidth) {
      text_ += list + *common + '\n';
      return;
    }
    text_ += "[\n";
    for (std::size_t i = 0; i < value.size(); ++i) {
      text_ += "  " + toml_value(value[i]) + ',';
      if (!places_.empty()) text_ += comment(element(path, i));
      text_ += '\n';
    }
    text_ += "]\n";
  }

  const Places& places_;
  const std::vector<std::string>& sources_;
  std::string text_ = {};
};

std::string to_toml(const Json& policy, const Places& places,
                    const std::vector<std::string>& sources) {
  TomlWriter writer(places, sources);
  writer.table(policy, "", "");
  return writer.take_text();
}

}  // namespace

std::string policy_to_toml(const Policy& policy) { return to_toml(written_policy(policy), {}, {}); }

std::string policy_to_toml_with_places(const Policy& policy) {
  Places places;
  const Json written = written_policy(policy, &places);
  return to_toml(written, places, policy.sources);
}

std::string policy_to_json(const Policy& policy) {
  return written_policy(policy).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string record_to_json(const TrustedOrigin& record) {
  return ItemWriter(nullptr)
      .item(trusted_origin_item(), &record, "")
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace corsac
