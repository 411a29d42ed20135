#pragma once

// Makes the entries of document_fields.cpp from pointers to members: the type of the member says
// how it is filled. Only document_fields.cpp includes it.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "corsac/base/rfc3339.hpp"
#include "corsac/policy/document_fields.hpp"

namespace corsac::document_fields {

using Time = std::optional<std::chrono::system_clock::time_point>;
using ScopeType = TrustedOrigin::ScopeType;
using Status = TrustedOrigin::Status;
using Expect = PolicyTest::Expect;
using Request = PolicyTest::Request;

// What an enumeration is called in a document.
template <class Enum>
struct Word {
  std::string_view text;
  Enum value;
};

template <class Enum>
constexpr std::array<Word<Enum>, 0> kWords = {};
template <>
constexpr std::array kWords<ScopeType> = {Word<ScopeType>{"CORS", ScopeType::Cors},
                                          Word<ScopeType>{"REDIRECT", ScopeType::Redirect},
                                          Word<ScopeType>{"IFRAME_EMBED", ScopeType::IframeEmbed}};
template <>
constexpr std::array kWords<Status> = {Word<Status>{"ACTIVE", Status::Active},
                                       Word<Status>{"INACTIVE", Status::Inactive}};
template <>
constexpr std::array kWords<Expect> = {Word<Expect>{"allow", Expect::Allow},
                                       Word<Expect>{"deny", Expect::Deny}};
template <>
constexpr std::array kWords<Request> = {Word<Request>{"preflight", Request::Preflight},
                                        Word<Request>{"actual", Request::Actual},
                                        Word<Request>{"both", Request::Both}};

template <class Enum>
[[nodiscard]] std::vector<std::string_view> words_of() {
  std::vector<std::string_view> words;
  for (const auto& word : kWords<Enum>) words.push_back(word.text);
  return words;
}

// put(): a value into a member. Only the pairs of types that fit have one of their own.
template <class Member, class Value>
inline PutResult put(Member& member, Value /*value*/, Place place) {
  if constexpr (requires { member.set_unreadable(place); }) member.set_unreadable(place);
  return PutResult::WrongType;
}

inline PutResult put(Setting<bool>& member, bool value, Place place) {
  member = Setting<bool>(value, place);
  return PutResult::Taken;
}

inline PutResult put(Setting<std::int64_t>& member, std::int64_t value, Place place) {
  member = Setting<std::int64_t>(value, place);
  return PutResult::Taken;
}

inline PutResult put(Setting<std::string>& member, std::string_view value, Place place) {
  member = Setting<std::string>(value, place);
  return PutResult::Taken;
}

inline PutResult put(std::string& member, std::string_view value, Place /*place*/) {
  member = value;
  return PutResult::Taken;
}

inline PutResult put(Time& member, std::string_view value, Place /*place*/) {
  member = parse_time(value);
  return member ? PutResult::Taken : PutResult::NotATime;
}

template <class Enum>
requires std::is_enum_v<Enum> PutResult put(Enum& member, std::string_view value, Place /*place*/) {
  for (const auto& word : kWords<Enum>) {
    if (word.text != value) continue;
    member = word.value;
    return PutResult::Taken;
  }
  return PutResult::UnknownWord;
}

// get(): a member as a value. What is as it would be without being said is not said.
template <class T>
inline WrittenValue get(const Setting<T>& member, const Setting<T>& /*unsaid*/,
                        std::string& /*storage*/) {
  if (!member.is_set()) return std::nullopt;
  if constexpr (std::is_same_v<T, std::string>) {
    return std::string_view(member.value());
  } else {
    return member.value();
  }
}

inline WrittenValue get(const std::string& member, const std::string& unsaid,
                        std::string& /*storage*/) {
  if (member == unsaid) return std::nullopt;
  return std::string_view(member);
}

inline WrittenValue get(const Time& member, const Time& /*unsaid*/, std::string& storage) {
  if (!member) return std::nullopt;
  storage = time_text(*member);
  return std::string_view(storage);
}

template <class Enum>
requires std::is_enum_v<Enum> WrittenValue get(const Enum& member, const Enum& unsaid,
                                               std::string& /*storage*/) {
  if (member == unsaid) return std::nullopt;
  for (const auto& word : kWords<Enum>) {
    if (word.value == member) return word.text;
  }
  return std::nullopt;
}

// A required value is said whatever it is.
template <class Enum>
requires std::is_enum_v<Enum> WrittenValue get_required(const Enum& member) {
  for (const auto& word : kWords<Enum>) {
    if (word.value == member) return word.text;
  }
  return std::nullopt;
}

inline WrittenValue get_required(const std::string& member) { return std::string_view(member); }

template <class T>
inline WrittenValue get_required(const Setting<T>& member) {
  std::string storage;
  return get(member, member, storage);
}

template <class Member>
[[nodiscard]] constexpr FieldShape shape_of() noexcept {
  if constexpr (std::is_same_v<Member, Setting<bool>>) return FieldShape::Flag;
  if constexpr (std::is_same_v<Member, Setting<std::int64_t>>) return FieldShape::Integer;
  if constexpr (std::is_same_v<Member, Time>) return FieldShape::Time;
  if constexpr (std::is_enum_v<Member>) return FieldShape::Word;
  return FieldShape::Text;
}

template <class Owner, class Member>
[[nodiscard]] Owner owner_of(Member Owner::*);
template <class Owner, class Member>
[[nodiscard]] Member member_of(Member Owner::*);

template <auto kMember>
[[nodiscard]] auto& member(void* owner) noexcept {
  return static_cast<decltype(owner_of(kMember))*>(owner)->*kMember;
}

template <auto kMember>
[[nodiscard]] const auto& member(const void* owner) noexcept {
  return static_cast<const decltype(owner_of(kMember))*>(owner)->*kMember;
}

template <auto kMember>
[[nodiscard]] WrittenValue get_optional(const void* owner, std::string& storage) {
  static const decltype(owner_of(kMember)) unsaid = {};
  return get(member<kMember>(owner), unsaid.*kMember, storage);
}

template <auto kMember>
[[nodiscard]] WrittenValue get_said(const void* owner, std::string& storage) {
  if constexpr (requires { get_required(member<kMember>(owner)); }) {
    return get_required(member<kMember>(owner));
  } else {
    return get_optional<kMember>(owner, storage);
  }
}

template <class T>
[[nodiscard]] Place place_in(const Setting<T>& setting, std::size_t /*index*/) noexcept {
  return setting.place();
}

[[nodiscard]] inline Place place_in(const Names& names, std::size_t index) noexcept {
  return names.size() == 0 ? names.place() : names.place(index);
}

using GetPlace = Place (*)(const void*, std::size_t);

template <auto kMember>
[[nodiscard]] constexpr GetPlace place_getter() noexcept {
  if constexpr (requires(const decltype(member_of(kMember))& value) { place_in(value, 0); }) {
    return [](const void* owner, std::size_t index) {
      return place_in(member<kMember>(owner), index);
    };
  } else {
    return nullptr;
  }
}

// A single value. The shape follows from the member's type.
template <auto kMember>
[[nodiscard]] constexpr DocumentField one(std::string_view name, std::string_view example = {}) {
  using Member = decltype(member_of(kMember));
  return {.name = name,
          .shape = shape_of<Member>(),
          .example_if_required = example,
          .words = words_of<Member>,
          .put =
              [](void* owner, const DocumentValue& value, Place place) {
                return std::visit(
                    [&](auto plain) { return put(member<kMember>(owner), plain, place); }, value);
              },
          .get = example.empty() ? get_optional<kMember> : get_said<kMember>,
          .get_place = place_getter<kMember>()};
}

// A single value of a struct inside the item, which the document shows as a field of the item.
template <auto kStruct, auto kMember>
[[nodiscard]] constexpr DocumentField one(std::string_view name) {
  DocumentField field = one<kMember>(name);
  field.put = [](void* owner, const DocumentValue& value, Place place) {
    return std::visit(
        [&](auto plain) { return put(member<kStruct>(owner).*kMember, plain, place); }, value);
  };
  field.get = [](const void* owner, std::string& storage) {
    return get_optional<kMember>(&member<kStruct>(owner), storage);
  };
  field.get_place = [](const void* owner, std::size_t index) {
    return place_in(member<kStruct>(owner).*kMember, index);
  };
  return field;
}

// A text that a person or a program gave to something.
template <auto kMember>
[[nodiscard]] constexpr DocumentField name(std::string_view field, std::string_view example = {}) {
  DocumentField entry = one<kMember>(field, example);
  entry.shape = FieldShape::Name;
  return entry;
}

[[nodiscard]] inline TextListTarget open_texts(Names& names, Place place) {
  names.set_empty(place);
  return {.names = &names};
}

[[nodiscard]] inline TextListTarget open_texts(std::vector<std::string>& texts, Place /*place*/) {
  return {.texts = &texts};
}

[[nodiscard]] inline TextListTarget open_texts(std::optional<std::vector<std::string>>& texts,
                                               Place /*place*/) {
  return {.texts = &texts.emplace()};
}

[[nodiscard]] inline std::optional<TextList> texts_of(const Names& names) {
  return names.is_set() ? std::optional(names.values()) : std::nullopt;
}

[[nodiscard]] inline std::optional<TextList> texts_of(const std::vector<std::string>& texts) {
  return texts.empty() ? std::nullopt : std::optional(Names(texts).values());
}

[[nodiscard]] inline std::optional<TextList> texts_of(
    const std::optional<std::vector<std::string>>& texts) {
  return texts ? std::optional(Names(*texts).values()) : std::nullopt;
}

template <auto kMember>
[[nodiscard]] constexpr DocumentField list(std::string_view name, std::string_view example = {}) {
  return {.name = name,
          .shape = FieldShape::TextList,
          .example_if_required = example,
          .open_list = [](void* owner,
                          Place place) { return open_texts(member<kMember>(owner), place); },
          .get_list = [](const void* owner) { return texts_of(member<kMember>(owner)); },
          .get_place = place_getter<kMember>()};
}

// What a store read from the file that another field names.
template <auto kMember>
[[nodiscard]] constexpr DocumentField file_list(std::string_view name, std::string_view file) {
  DocumentField field = list<kMember>(name);
  field.shape = FieldShape::FileList;
  field.file_field = file;
  return field;
}

template <class Item>
concept HasPlace = requires(Item item) {
  item.place;
};

// One item.
template <auto kMember>
[[nodiscard]] constexpr DocumentField section(std::string_view name, const DocumentItem& item) {
  return {.name = name,
          .shape = FieldShape::Item,
          .item = &item,
          .open_item =
              [](void* owner, Place place) {
                auto& opened = member<kMember>(owner);
                if constexpr (HasPlace<decltype(opened)>) opened.place = place;
                return static_cast<void*>(&opened);
              },
          .item_count = [](const void* /*owner*/) { return std::size_t{1}; },
          .get_item =
              [](const void* owner, std::size_t /*index*/) {
                return static_cast<const void*>(&member<kMember>(owner));
              }};
}

// A list of items.
template <auto kMember>
[[nodiscard]] constexpr DocumentField items(std::string_view name, const DocumentItem& item,
                                            std::size_t limit, std::string_view limit_code,
                                            std::string_view example = {}) {
  return {.name = name,
          .shape = FieldShape::ItemList,
          .example_if_required = example,
          .item = &item,
          .open_item =
              [](void* owner, Place place) {
                auto& opened = member<kMember>(owner).emplace_back();
                if constexpr (HasPlace<decltype(opened)>) opened.place = place;
                return static_cast<void*>(&opened);
              },
          .item_count = [](const void* owner) { return member<kMember>(owner).size(); },
          .get_item =
              [](const void* owner, std::size_t index) {
                return static_cast<const void*>(&member<kMember>(owner)[index]);
              },
          .item_limit = limit,
          .limit_code = limit_code};
}

// A name that means something, but not here or not yet.
[[nodiscard]] constexpr DocumentField only_known(std::string_view name, FieldShape shape) {
  return {.name = name, .shape = shape};
}

template <std::size_t... kSizes>
[[nodiscard]] constexpr auto joined(const std::array<DocumentField, kSizes>&... lists) {
  std::array<DocumentField, (kSizes + ...)> all{};
  std::size_t at = 0;
  const auto append = [&](const auto& list) {
    for (const DocumentField& field : list) all[at++] = field;
  };
  (append(lists), ...);
  return all;
}

}  // namespace corsac::document_fields
