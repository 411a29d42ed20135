#include "corsac/origin/exact_table.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/origin/origin_hash.hpp"
#include "corsac/origin/origin_set.hpp"

namespace corsac {
namespace {

constexpr std::uint64_t kSeed = 20260101;

ExactKeys keys_of(const std::vector<std::string>& texts) {
  TextList list;
  ExactKeys keys;
  for (const std::string& text : texts) {
    list.add(text);
    keys.offsets.push_back(list.offset(list.size() - 1));
  }
  keys.bytes = list.bytes();
  return keys;
}

// Origins whose slot in a table of `count` keys, built with `seed`, is `slot`: what a tenant could
// add who knew the seed.
std::vector<std::string> colliding_origins(std::size_t count, std::uint64_t seed,
                                           std::size_t slot) {
  const HashSeed hash_seed = HashSeed::from(seed);
  const std::uint64_t slots = 2 * count + 1;
  std::vector<std::string> origins;
  for (std::size_t i = 0; origins.size() < count; ++i) {
    std::string origin = "https://t" + std::to_string(i) + ".example";
    if ((hash_bytes(origin, hash_seed) >> 32U) * slots >> 32U == slot) origins.push_back(origin);
  }
  return origins;
}

TEST(ExactTable, FindsItsKeysAndNoOthers) {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 100U, 5000U}) {
    std::vector<std::string> origins;
    for (std::size_t i = 0; i < count; ++i) {
      origins.push_back("https://" + std::string(i % 90, 'x') + std::to_string(i) + ".example");
    }
    const ExactTable table(keys_of(origins), kSeed);
    EXPECT_EQ(table.count(), count);
    for (const std::string& origin : origins) {
      const std::string_view found = table.find(origin);
      ASSERT_EQ(found, origin);
      ASSERT_NE(found.data(), origin.data());
      ASSERT_EQ(table.find(origin + "x").data(), nullptr);
      ASSERT_EQ(table.find(std::string_view(origin).substr(1)).data(), nullptr);
    }
    EXPECT_EQ(table.find("").data(), nullptr);
    EXPECT_EQ(table.find("https://other.example").data(), nullptr);
  }
}

TEST(ExactTable, SeesADifferenceInEachByteOfAKey) {
  for (std::size_t size = 1; size <= 70; ++size) {
    const std::string key(size, 'k');
    const ExactTable table(keys_of({key}), kSeed);
    EXPECT_EQ(table.find(key), key);
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = key;
      other[at] = 'j';
      EXPECT_EQ(table.find(other).data(), nullptr) << size << ' ' << at;
    }
  }
}

TEST(ExactTable, MergesRepeats) {
  const ExactTable table(
      keys_of({"https://a.example", "https://b.example", "https://a.example", "https://a.example"}),
      kSeed);
  EXPECT_EQ(table.count(), 2U);
  EXPECT_EQ(table.repeats(), 2U);
  EXPECT_EQ(table.find("https://a.example"), "https://a.example");
  EXPECT_EQ(table.find("https://b.example"), "https://b.example");
}

TEST(ExactTable, IsSharedWithItsCopies) {
  const ExactKeys keys = keys_of({"https://a.example", "https://b.example"});
  ExactTable copy;
  const char* stored = nullptr;
  {
    const ExactTable table(keys, kSeed);
    copy = table;
    stored = table.find("https://b.example").data();
  }
  EXPECT_EQ(copy.find("https://b.example").data(), stored);
  EXPECT_EQ(copy.offset_of(copy.find("https://b.example")), keys.offsets[1]);
  EXPECT_EQ(copy.find("https://c.example").data(), nullptr);
  EXPECT_EQ(ExactTable().find("https://a.example").data(), nullptr);
}

TEST(ExactTable, StartsAgainWithAnotherSeedWhenARunIsTooLong) {
  constexpr std::size_t kCount = 4 * kLongestRun;
  for (const std::size_t slot : {std::size_t{5}, 2 * kCount}) {  // the last one has none after it
    const auto origins = colliding_origins(kCount, kSeed, slot);
    const ExactTable table(keys_of(origins), kSeed);
    EXPECT_EQ(table.rebuilds(), 1U);
    EXPECT_LE(table.longest_run(), kLongestRun);
    EXPECT_EQ(table.count(), kCount);
    for (const std::string& origin : origins) ASSERT_EQ(table.find(origin), origin);

    // The same origins are harmless to whoever does not know the seed.
    const ExactTable other(keys_of(origins), kSeed + 1000);
    EXPECT_EQ(other.rebuilds(), 0U);
  }
}

TEST(ExactTable, StartsAgainWhenShortRunsGrowTogether) {
  // Each key is found within a few steps, but together they make one run.
  constexpr std::size_t kCount = 200;
  std::vector<std::string> origins;
  const HashSeed seed = HashSeed::from(kSeed);
  for (std::size_t slot = 0; slot < kCount; ++slot) {
    for (std::size_t i = 0;; ++i) {
      std::string origin = "https://s" + std::to_string(slot) + "-" + std::to_string(i) + ".test";
      if ((hash_bytes(origin, seed) >> 32U) * (2 * kCount + 1) >> 32U != slot) continue;
      origins.push_back(origin);
      break;
    }
  }
  const ExactTable table(keys_of(origins), kSeed);
  EXPECT_EQ(table.rebuilds(), 1U);
  EXPECT_LE(table.longest_run(), kLongestRun);
  for (const std::string& origin : origins) ASSERT_EQ(table.find(origin), origin);
}

TEST(OriginHash, HangsOnSeedLengthAndEachByte) {
  const HashSeed seed = HashSeed::from(1);
  const HashSeed other = HashSeed::from(2);
  for (std::size_t size = 0; size <= 70; ++size) {
    const std::string text(size, 'h');
    const std::uint64_t hash = hash_bytes(text, seed);
    EXPECT_EQ(hash, hash_bytes(text, seed));
    EXPECT_NE(hash, hash_bytes(text, other)) << size;
    EXPECT_NE(hash, hash_bytes(text + 'h', seed)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string changed = text;
      changed[at] = 'i';
      EXPECT_NE(hash, hash_bytes(changed, seed)) << size << ' ' << at;
    }
  }
}

}  // namespace
}  // namespace corsac
