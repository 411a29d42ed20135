// Marks of origin lists, and the sets made from them. Entries: mark_of_origins, KnownOriginSets.
// Test: tests/policy/known_origin_sets_test.cpp.

#include "corsac/policy/known_origin_sets.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace corsac {
namespace {

// A digest of texts of any length in constant memory: each chunk is hashed with the digest of all
// before it in front. Texts are prefixed by their length, so that {"ab", "c"} and {"a", "bc"}
// differ.
class ChainedDigest {
 public:
  ChainedDigest() {
    chunk_.reserve(2 * kChunkBytes);
    chunk_.assign(Sha256{}.size(), '\0');  // where later chunks have a digest
  }

  void add_number(std::uint64_t number) {
    for (unsigned i = 0; i < 8; ++i) chunk_ += static_cast<char>(number >> (8 * i) & 0xFFU);
  }
  void add_text(std::string_view text) {
    add_number(text.size());
    chunk_ += text;
    if (chunk_.size() >= kChunkBytes) close_chunk();
  }
  [[nodiscard]] Sha256 finish() { return sha256(chunk_); }

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;

  void close_chunk() {
    const Sha256 digest = sha256(chunk_);
    chunk_.assign(digest.begin(), digest.end());
  }

  std::string chunk_ = {};
};

void add_list(const std::vector<PlacedText>& entries, ChainedDigest& digest) {
  digest.add_number(entries.size());
  for (const PlacedText& entry : entries) digest.add_text(entry.text);
}

}  // namespace

OriginInputMark mark_of_origins(const CorsRules& rules) {
  ChainedDigest digest;
  digest.add_number((rules.allow_credentials ? 1U : 0U) |
                    (rules.dangerously_allow_insecure_origins ? 2U : 0U) |
                    (rules.dangerously_allow_public_suffixes ? 4U : 0U));
  add_list(rules.allowed_origins, digest);
  add_list(rules.allowed_origins_from_file, digest);
  digest.add_number(rules.record_origins.size());
  for (const auto& record : rules.record_origins) digest.add_text(record.origin);
  return digest.finish();
}

std::shared_ptr<const OriginSet> KnownOriginSets::find(const OriginInputMark& mark) const {
  const auto found = sets_.find(mark);
  return found == sets_.end() ? nullptr : found->second;
}

void KnownOriginSets::add(const OriginInputMark& mark, std::shared_ptr<const OriginSet> set) {
  sets_.emplace(mark, std::move(set));
}

}  // namespace corsac
