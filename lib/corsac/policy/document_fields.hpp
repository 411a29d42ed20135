#pragma once

// What may stand where in a policy document: one table for each kind of item, as data.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "corsac/base/place.hpp"
#include "corsac/policy/policy.hpp"

namespace corsac {

// A single value as a store hands it over; nullptr is JSON's null.
using DocumentValue = std::variant<std::string_view, std::int64_t, double, bool, std::nullptr_t>;

enum class FieldShape : unsigned char {
  Text,
  Name,  // a text of at most kNameLimitBytes
  Word,  // one of `words`
  Time,
  Integer,
  Flag,
  TextList,
  FileList,  // a TextList that only a store delivers, beside the name of a file
  Item,
  ItemList,
  NotInRules,  // a field of [cors] that a rule cannot override
};

// Where the texts of a list go; one of the two.
struct TextListTarget {
  Names* names = nullptr;
  std::vector<std::string>* texts = nullptr;
};

// A single value of a policy; texts are views into it, or into the `storage` that went with the
// question. Empty = not set, or what stands there without being said.
using WrittenValue = std::optional<DocumentValue>;

enum class PutResult : unsigned char { Taken, WrongType, UnknownWord, NotATime };

struct DocumentItem;

// One field of an item. `owner` is the struct that the item fills; the functions cast it back.
struct DocumentField {
  std::string_view name = {};
  FieldShape shape = FieldShape::Text;
  // For messages, as written in TOML: `name = "Partner portal"`. Empty = the field is optional.
  std::string_view example_if_required = {};
  // Of the problem when a required one is absent.
  std::string_view code_if_missing = "field-missing";
  // Word: the words that it may be, for messages. Null or an empty list otherwise.
  std::vector<std::string_view> (*words)() = nullptr;

  // Single values.
  PutResult (*put)(void* owner, const DocumentValue& value, Place place) = nullptr;
  WrittenValue (*get)(const void* owner, std::string& storage) = nullptr;
  // Lists of texts: makes the list stand there, empty.
  TextListTarget (*open_list)(void* owner, Place place) = nullptr;
  // The list; nothing = not set.
  std::optional<TextList> (*get_list)(const void* owner) = nullptr;
  // Where the value stands, or the element `index` of a list; null = the policy does not keep it.
  Place (*get_place)(const void* owner, std::size_t index) = nullptr;
  // FileList: the field that must stand before it in the item.
  std::string_view file_field = {};
  // Items: the struct to fill; of a list, a new last one.
  const DocumentItem* item = nullptr;
  void* (*open_item)(void* owner, Place place) = nullptr;
  // How many there are: 1 for an item that is no list.
  std::size_t (*item_count)(const void* owner) = nullptr;
  const void* (*get_item)(const void* owner, std::size_t index) = nullptr;
  // Of lists: how many items, and the code of one more.
  std::size_t item_limit = 0;
  std::string_view limit_code = {};
};

struct DocumentItem {
  std::string_view label = {};  // for messages: "[cors]", "a rule"
  std::span<const DocumentField> fields = {};
  // In a list of such items a bare text stands for an item with this one field.
  std::string_view bare_text_field = {};
  // When the item ends. May be null.
  void (*close)(void* owner, Place place) = nullptr;
};

// The document itself; its owner is a Policy.
[[nodiscard]] const DocumentItem& policy_document() noexcept;
// An element of trusted_origins; its owner is a TrustedOrigin.
[[nodiscard]] const DocumentItem& trusted_origin_item() noexcept;

}  // namespace corsac
