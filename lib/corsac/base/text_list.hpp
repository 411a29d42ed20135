#pragma once

// Texts with their places, of which there may be ten million.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/place.hpp"
#include "corsac/base/place_runs.hpp"

namespace corsac {

// A configured text and where it stands; the text is somebody else's.
struct PlacedText {
  std::string_view text = {};
  Place place = {};
};

// The bytes of all texts in one piece, each behind its length: no allocation and no string for one
// of them. Copies share what they hold, so that a list goes from a document to what is compiled
// from it without its bytes; a list that is added to after it was copied has its own from then on.
//
// Views and iterators hold until the list is added to or goes, and as long as a copy of it is there
// that is not added to. Any threads may read and copy one list, or change copies of it.
class TextList {
 public:
  using Offset = std::uint32_t;
  using Length = std::uint32_t;
  using value_type = std::string_view;

  // Walks from text to text; what it stands on is made when it is asked for.
  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = std::string_view;

    const_iterator() = default;
    explicit const_iterator(const char* at) noexcept : at_(at) {}
    std::string_view operator*() const noexcept { return text_at(at_); }
    const_iterator& operator++() noexcept {
      at_ += sizeof(Length) + text_at(at_).size();
      return *this;
    }
    const_iterator operator++(int) noexcept {
      const const_iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const_iterator a, const_iterator b) noexcept { return a.at_ == b.at_; }

   private:
    const char* at_ = nullptr;
  };
  using iterator = const_iterator;

  TextList() = default;
  TextList(std::initializer_list<PlacedText> texts) : TextList(std::span(texts)) {}
  explicit TextList(std::span<const PlacedText> texts) {
    for (const PlacedText& one : texts) add(one.text, one.place);
  }
  TextList(const TextList& other) noexcept : texts_(other.texts_) { note_shared(); }
  TextList(TextList&&) noexcept = default;
  TextList& operator=(const TextList& other) noexcept {
    texts_ = other.texts_;
    note_shared();
    return *this;
  }
  TextList& operator=(TextList&&) noexcept = default;
  ~TextList() = default;

  [[nodiscard]] std::size_t size() const noexcept { return texts_ ? texts_->offsets.size() : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  // Only below size().
  [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept {
    return text_at(texts_->bytes->data() + texts_->offsets[i]);
  }
  [[nodiscard]] std::string_view front() const noexcept { return (*this)[0]; }
  [[nodiscard]] const_iterator begin() const noexcept {
    return texts_ ? const_iterator(texts_->bytes->data() + kFirstOffset) : const_iterator();
  }
  [[nodiscard]] const_iterator end() const noexcept {
    return texts_ ? const_iterator(texts_->bytes->data() + texts_->bytes->size())
                  : const_iterator();
  }
  // Not known where none was given.
  [[nodiscard]] Place place(std::size_t i) const noexcept {
    return texts_ ? texts_->places[i] : Place{};
  }
  [[nodiscard]] std::vector<std::string> to_strings() const { return {begin(), end()}; }

  // Throws std::length_error when the text does not fit, std::bad_alloc without memory; the list is
  // as before then.
  void add(std::string_view text, Place place = {});
  // Whether a text of so many bytes may come behind so many of bytes(): 4 GiB in all.
  [[nodiscard]] static bool fits(std::size_t list_bytes, std::size_t text_bytes) noexcept;
  // Makes room for so many texts that together have so many bytes (for their places it does not):
  // of that nothing is left over, and a list that grows by itself has up to twice what it needs.
  void reserve(std::size_t count, std::size_t text_bytes);

  // For tables over the list: all of its bytes, as they are now. Null when none was ever
  // added.
  [[nodiscard]] std::shared_ptr<const std::string> bytes() const noexcept {
    note_shared();
    return texts_ ? texts_->bytes : nullptr;
  }
  // Where in bytes() the length of text `i` stands, with its text behind it; never 0.
  [[nodiscard]] Offset offset(std::size_t i) const noexcept { return texts_->offsets[i]; }
  // The text of which offset() is this.
  [[nodiscard]] std::size_t index_at(Offset offset) const noexcept;
  // Keeps these bytes, which are equal to its own, in the place of them: two lists that were read
  // one after the other are often the same.
  void share(std::shared_ptr<const std::string> bytes);
  // The text whose length stands at `at`.
  [[nodiscard]] static std::string_view text_at(const char* at) noexcept {
    Length length = 0;
    std::memcpy(&length, at, sizeof length);
    return {at + sizeof length, length};
  }

  friend bool operator==(const TextList& a, const TextList& b) noexcept {
    if (a.texts_ == b.texts_ || (a.empty() && b.empty())) return true;
    return !a.empty() && !b.empty() && *a.texts_->bytes == *b.texts_->bytes;
  }
  friend bool operator==(const TextList& a, const std::vector<std::string>& b) noexcept;

 private:
  static constexpr Offset kFirstOffset = 1;

  struct Texts {
    std::shared_ptr<std::string> bytes = std::make_shared<std::string>(kFirstOffset, '\0');
    std::vector<Offset> offsets = {};
    PlaceRuns places = {};
    // Never taken back: to look how many share would need an order between their threads.
    std::atomic<bool> is_shared = false;
  };

  void note_shared() const noexcept {
    if (texts_) texts_->is_shared.store(true, std::memory_order_relaxed);
  }
  [[nodiscard]] std::shared_ptr<Texts> own_texts();

  std::shared_ptr<Texts> texts_ = {};  // null = none were added
};

}  // namespace corsac
