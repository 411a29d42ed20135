// Texts in one piece. Entry: TextList::add. Test: tests/base/text_list_test.cpp.

#include "corsac/base/text_list.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <stdexcept>
#include <utility>

namespace corsac {

// What is shared stays as it is for the others. The answer: what was ours before, if another is
// now.
std::shared_ptr<TextList::Texts> TextList::own_texts() {
  if (texts_ && !texts_->is_shared.load(std::memory_order_relaxed)) return nullptr;
  auto own = std::make_shared<Texts>();
  if (texts_) {
    *own->bytes = *texts_->bytes;
    own->offsets = texts_->offsets;
    own->places = texts_->places;
  }
  return std::exchange(texts_, std::move(own));
}

bool TextList::fits(std::size_t list_bytes, std::size_t text_bytes) noexcept {
  constexpr std::size_t kMost = std::numeric_limits<Offset>::max() - sizeof(Length);
  return list_bytes <= kMost && text_bytes <= kMost - list_bytes;
}

void TextList::add(std::string_view text, Place place) {
  const auto before = own_texts();  // `text` may be one of ours
  std::string& bytes = *texts_->bytes;
  const bool is_own = !std::less<>()(text.data(), bytes.data()) &&
                      std::less<>()(text.data(), bytes.data() + bytes.size());
  if (is_own) return add(std::string(text), place);  // the bytes may move
  const std::size_t offset = bytes.size();
  if (!fits(offset, text.size())) throw std::length_error("a list of more than 4 GiB of texts");
  const auto length = static_cast<Length>(text.size());
  char head[sizeof length];
  std::memcpy(head, &length, sizeof length);
  std::vector<Offset>& offsets = texts_->offsets;
  const std::size_t count = offsets.size();
  try {
    bytes.append(head, sizeof head).append(text);
    offsets.push_back(static_cast<Offset>(offset));
    texts_->places.add(place);
  } catch (...) {  // as before
    bytes.resize(offset);
    offsets.resize(count);
    throw;
  }
}

void TextList::reserve(std::size_t count, std::size_t text_bytes) {
  const auto before = own_texts();
  texts_->bytes->reserve(kFirstOffset + count * sizeof(Length) + text_bytes);
  texts_->offsets.reserve(count);
}

// What is marked as shared is never written to.
void TextList::share(std::shared_ptr<const std::string> bytes) {
  assert(bytes && texts_ && *bytes == *texts_->bytes && "these are the bytes of other texts");
  auto own = std::make_shared<Texts>();
  own->bytes = std::const_pointer_cast<std::string>(std::move(bytes));
  own->offsets = texts_->offsets;
  own->places = texts_->places;
  own->is_shared = true;
  texts_ = std::move(own);
}

std::size_t TextList::index_at(Offset offset) const noexcept {
  const std::vector<Offset>& offsets = texts_->offsets;
  return static_cast<std::size_t>(std::lower_bound(offsets.begin(), offsets.end(), offset) -
                                  offsets.begin());
}

bool operator==(const TextList& a, const std::vector<std::string>& b) noexcept {
  return a.size() == b.size() && std::equal(b.begin(), b.end(), a.begin());
}

}  // namespace corsac
