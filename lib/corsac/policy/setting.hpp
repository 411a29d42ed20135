#pragma once

// The two field types of a Policy: a value that may be unset, and a list of names that may be
// unset. Both remember where the value stands in its document.

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "corsac/base/place.hpp"
#include "corsac/base/text_list.hpp"

namespace corsac {

// A value that may be unset; unset means "inherited, or the profile's default". Takes only a T: a
// text for a bool, or an int for a bool, does not compile.
template <class T>
class Setting {
 public:
  Setting() = default;
  template <class U>
  requires(std::same_as<U, T> ||
           (std::same_as<T, std::string> && std::convertible_to<U, std::string_view>) ||
           (std::integral<T> && !std::same_as<T, bool> && std::integral<U> &&
            !std::same_as<U, bool>))
      Setting(U value, Place place = {})  // NOLINT: implicit, so that `.enabled = true` reads well
      : value_(static_cast<T>(std::move(value))), place_(place), is_set_(true) {}

  [[nodiscard]] bool is_set() const noexcept { return is_set_; }
  [[nodiscard]] explicit operator bool() const noexcept = delete;  // "set" or "true"? say which
  // Only when set.
  [[nodiscard]] const T& value() const noexcept { return value_; }
  [[nodiscard]] T value_or(T otherwise) const { return is_set_ ? value_ : std::move(otherwise); }
  [[nodiscard]] Place place() const noexcept { return place_; }

  // For readers: the document says something that is no T, which the reader has told. It is as
  // unset, and nothing should be said of what is missing or has no effect for want of it.
  void set_unreadable(Place place) noexcept {
    place_ = place;
    is_set_ = false;
    is_unreadable_ = true;
  }
  [[nodiscard]] bool is_unreadable() const noexcept { return is_unreadable_; }

 private:
  T value_ = {};
  Place place_ = {};
  bool is_set_ = false;
  bool is_unreadable_ = false;  // => not is_set_
};

// One element of Names: made from a literal or a string, and from nothing else, so that
// {{"a", "b"}} can only be two names.
class Name {
 public:
  Name(const char* text) : text_(text) {}             // NOLINT: implicit on purpose
  Name(std::string text) : text_(std::move(text)) {}  // NOLINT: implicit on purpose
  [[nodiscard]] std::string take() && { return std::move(text_); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

// A list of names (origins, methods, headers, paths). `{}` is "not set", Names::none() is
// "explicitly empty": a rule may take an inherited grant away with it.
class Names {
 public:
  Names() = default;
  Names(std::initializer_list<Name> names) : is_set_(true) {
    for (const Name& name : names) values_.add(name.text());
  }
  // Places may be fewer than values.
  explicit Names(const std::vector<std::string>& values, const std::vector<Place>& places = {})
      : is_set_(true) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values_.add(values[i], i < places.size() ? places[i] : Place{});
    }
  }
  explicit Names(TextList values) : values_(std::move(values)), is_set_(true) {}

  [[nodiscard]] static Names none() { return Names(TextList()); }

  [[nodiscard]] bool is_set() const noexcept { return is_set_; }
  [[nodiscard]] const TextList& values() const noexcept { return values_; }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] Place place(std::size_t i) const noexcept { return values_.place(i); }
  // Of the list itself, an empty one too; of its first element when only that is known.
  [[nodiscard]] Place place() const noexcept { return place_.is_known() ? place_ : place(0); }
  // For readers: appends one more value with its place. Sets the list.
  void add(std::string_view value, Place place) {
    values_.add(value, place);
    is_set_ = true;
  }
  void set_empty(Place place = {}) noexcept {
    is_set_ = true;
    place_ = place;
  }
  // Other values in the place of these; where the list stands does not change. Sets the list.
  void replace(TextList values) noexcept {
    values_ = std::move(values);
    is_set_ = true;
  }

 private:
  TextList values_ = {};
  Place place_ = {};
  bool is_set_ = false;
};

}  // namespace corsac
