#include "corsac/origin/origin_set.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/origin/origin_hash.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

constexpr std::uint64_t kSeed = 20260101;

std::vector<OriginPattern> patterns_of(const std::vector<std::string>& texts) {
  std::vector<OriginPattern> patterns;
  for (const std::string& text : texts) {
    auto pattern = parse_origin_pattern(text);
    if (!pattern) {
      ADD_FAILURE() << text << ": " << pattern.error().code;
      continue;
    }
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

std::shared_ptr<const OriginSet> set_of(const std::vector<std::string>& texts) {
  return OriginSet::build({}, patterns_of(texts), kSeed);
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

TEST(OriginSet, AnswersWithStoredBytesOrWithProvedOnes) {
  const std::vector<std::string_view> exact = {"https://a.example", "http://b.example:8080"};
  const auto set =
      OriginSet::build(exact, patterns_of({"https://c.example", "https://*.d.example"}), kSeed);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->exact_count(), 3U);
  EXPECT_EQ(set->pattern_count(), 1U);
  EXPECT_FALSE(set->is_empty());

  for (const std::string origin :
       {"https://a.example", "http://b.example:8080", "https://c.example"}) {
    const OriginMatch match = set->find(origin);
    EXPECT_EQ(match.kind, OriginMatchKind::Exact) << origin;
    EXPECT_EQ(match.bytes, origin);
    EXPECT_NE(match.bytes.data(), origin.data()) << "the stored bytes outlive the request";
  }
  const std::string covered = "https://x.d.example";
  const OriginMatch match = set->find(covered);
  EXPECT_EQ(match.kind, OriginMatchKind::Pattern);
  EXPECT_EQ(match.bytes.data(), covered.data());
  EXPECT_EQ(match.bytes.size(), covered.size());

  const OriginMatch none = set->find("https://e.example");
  EXPECT_EQ(none.kind, OriginMatchKind::None);
  EXPECT_EQ(none.bytes.data(), nullptr);
}

TEST(OriginSet, SharesTheBytesOfAListAndTakesMoreBesides) {
  TextList list = {{"https://no-key.example"},
                   {"https://a.example"},
                   {"https://b.example"},
                   {"https://a.example"}};
  ExactKeys listed = {.bytes = list.bytes()};
  for (const std::size_t i : {1U, 2U, 3U}) listed.offsets.push_back(list.offset(i));
  const std::vector<std::string_view> more = {"https://b.example", "https://c.example"};
  const auto set = OriginSet::build(
      listed, more, patterns_of({"https://d.example", "https://*.d.example"}), kSeed);
  EXPECT_EQ(set->exact_count(), 4U) << "each once, in whichever table";
  const std::string* const bytes = listed.bytes.get();
  list = {};
  listed = {};
  for (const std::string_view origin : {"https://a.example", "https://b.example"}) {
    const std::string_view found = set->find(origin).bytes;
    EXPECT_EQ(found, origin);
    EXPECT_TRUE(bytes->data() < found.data() && found.data() < bytes->data() + bytes->size());
  }
  for (const std::string_view origin : {"https://c.example", "https://d.example"}) {
    EXPECT_EQ(set->find(origin).kind, OriginMatchKind::Exact) << origin;
    EXPECT_EQ(set->find_exact(origin), origin);
  }
  EXPECT_EQ(set->find("https://x.d.example").kind, OriginMatchKind::Pattern);
  EXPECT_EQ(set->find("https://no-key.example").kind, OriginMatchKind::None);
}

TEST(OriginSet, PrefersTheExactEntry) {
  const auto set = set_of({"https://*.d.example", "https://x.d.example"});
  EXPECT_EQ(set->find("https://x.d.example").kind, OriginMatchKind::Exact);
  EXPECT_EQ(set->find("https://y.d.example").kind, OriginMatchKind::Pattern);
}

TEST(OriginSet, IsEmptyWithoutEntries) {
  const auto set = OriginSet::build({}, {}, OriginSet::random_seed());
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->is_empty());
  EXPECT_EQ(set->longest_run(), 0U);
  for (const std::string_view origin : {"", "null", "*", "https://a.example"}) {
    EXPECT_EQ(set->find(origin).kind, OriginMatchKind::None) << origin;
  }
}

TEST(OriginSet, MergesPatternsOfOneHost) {
  const auto set =
      set_of({"http://localhost:3000", "http://localhost:[3001,3002]",
              "http://localhost:[3003-3010]", "https://*.a.example", "https://*.a.example",
              "https://*.a.example:8443", "https://pr-*.a.example", "https://pr-*.a.example"});
  EXPECT_EQ(set->exact_count(), 1U);
  EXPECT_EQ(set->pattern_count(), 3U);  // localhost, subdomains of a.example, its glob
  EXPECT_EQ(set->find("http://localhost:3010").kind, OriginMatchKind::Pattern);
  EXPECT_EQ(set->find("http://localhost:3000").kind, OriginMatchKind::Exact);
  EXPECT_EQ(set->find("http://localhost:3011").kind, OriginMatchKind::None);
  EXPECT_EQ(set->find("https://x.a.example").kind, OriginMatchKind::Pattern);
  EXPECT_EQ(set->find("https://x.a.example:8443").kind, OriginMatchKind::Pattern);
  EXPECT_EQ(set->find("https://x.a.example:8444").kind, OriginMatchKind::None);
}

TEST(OriginSet, RefusesMoreThanItsLimit) {
  const std::vector<std::string_view> exact(kOriginLimit + 1, "https://a.example");
  EXPECT_EQ(OriginSet::build(exact, {}, kSeed), nullptr);
}

TEST(OriginSet, DrawsAnotherSeedEachTime) {
  EXPECT_NE(OriginSet::random_seed(), OriginSet::random_seed());
}

struct AttackRow {
  const char* desc;
  std::vector<std::string> patterns;
  std::string origin;
};

// The permanent corpus: each class of mistakes that CORS implementations have made.
// Proves 48, 49, S2, S3, S4, S6, S8.
TEST(OriginSet, WithstandsWhatBrokeOthers) {
  const std::vector<std::string> all_forms = {
      "https://example.com", "https://*.example.com",  "https://pr-*.b.example.com",
      "http://localhost:*",  "https://*.c.example:*",  "https://d.example:[8000-8099,443]",
      "https://*.localhost", "http://127.0.0.1:[1-9]", "app://localhost",
  };
  const AttackRow rows[] = {
      {"S1 any origin at all", all_forms, "https://evil.test"},
      {"S1 any origin over http", all_forms, "http://evil.test"},
      {"S1 the empty value", all_forms, ""},
      {"S1 the wildcard itself", all_forms, "*"},
      {"S1 a pattern sent back", all_forms, "https://*.example.com"},
      {"S1 a port form sent back", all_forms, "http://localhost:*"},
      {"S1 a set sent back", all_forms, "https://d.example:[8000-8099,443]"},
      {"S2 a suffix without a border", all_forms, "https://notexample.com"},
      {"S2 a suffix after a hyphen", all_forms, "https://evil-example.com"},
      {"S2 a prefix", all_forms, "https://example.com.evil.test"},
      {"S2 a prefix without a border", all_forms, "https://example.comevil.test"},
      {"S2 a prefix of a subdomain", all_forms, "https://a.example.com.evil.test"},
      {"S2 a suffix without a border under a wildcard",
       {"https://*.foo.com"},
       "https://barfoo.com"},
      {"S2 a port form's host as a prefix", all_forms, "http://localhost.evil.test"},
      {"S2 a port form's host as a suffix", all_forms, "http://notlocalhost:3000"},
      {"S2 a port form's host as user info", all_forms, "http://localhost:80@evil.test"},
      {"S3 any byte for a dot", all_forms, "https://exampleXcom"},
      {"S3 any letter for a dot", all_forms, "https://examplexcom"},
      {"S3 any letter for the dot of a wildcard", all_forms, "https://axexample.com"},
      {"S3 not anchored on the right", all_forms, "https://x.example.com.evil.test"},
      {"S3 a line break at the end", all_forms, "https://example.com\n"},
      {"S3 a line break at the end under a wildcard", all_forms, "https://x.example.com\n"},
      {"S3 a second line", all_forms, "https://evil.test\nhttps://example.com"},
      {"S4 the empty label", {"https://*.b.example"}, "https://.b.example"},
      {"S4 the apex", {"https://*.b.example"}, "https://b.example"},
      {"S4 a query under a wildcard", {"https://*.b.example"}, "https://evil.example/?.b.example"},
      {"S4 a fragment under a wildcard",
       {"https://*.b.example"},
       "https://evil.example#.b.example"},
      {"S4 a backslash under a wildcard",
       {"https://*.b.example"},
       "https://evil.example\\.b.example"},
      {"S4 user info under a wildcard", {"https://*.b.example"}, "https://evil.test@x.b.example"},
      {"S4 an empty label inside", {"https://*.b.example"}, "https://x..b.example"},
      {"S4 a glob's parts overlap", {"https://ab*ba.b.example"}, "https://aba.b.example"},
      {"S4 a glob covers nothing", {"https://pr-*.b.example"}, "https://pr-.b.example"},
      {"S4 a glob covers a dot", {"https://pr-*.b.example"}, "https://pr-x.y.b.example"},
      {"S4 a glob without its border", {"https://pr-*.b.example"}, "https://xpr-1.b.example"},
      {"S4 a glob below another name", {"https://pr-*.b.example"}, "https://evil.pr-1.b.example"},
      {"S4 an inner wildcard covers nothing", {"https://a.*.b.example"}, "https://a.b.example"},
      {"S4 an inner wildcard covers two", {"https://a.*.b.example"}, "https://a.x.y.b.example"},
      {"S5 null", all_forms, "null"},
      {"S5 null in upper case", all_forms, "NULL"},
      {"S5 null with a capital", all_forms, "Null"},
      {"S6 a trailing slash", all_forms, "https://evil.test/"},
      {"S6 a trailing slash on an exact one", all_forms, "https://example.com/"},
      {"S6 a trailing slash under a wildcard", all_forms, "https://x.example.com/"},
      {"S7 port 0", all_forms, "http://localhost:0"},
      {"S7 port 65536", all_forms, "http://localhost:65536"},
      {"S7 a port that overflows", all_forms, "http://localhost:99999999999999999999"},
      {"S7 a port that is 8080 in 16 bits", all_forms, "http://localhost:73616"},
      {"S7 an empty port", all_forms, "http://localhost:"},
      {"S7 a sign", all_forms, "http://localhost:+80"},
      {"S7 a blank", all_forms, "http://localhost: 80"},
      {"S7 hex", all_forms, "http://localhost:0x50"},
      {"S7 a leading zero", all_forms, "http://localhost:08080"},
      {"S7 two ports", all_forms, "http://localhost:8080:8080"},
      {"S7 the default port written", all_forms, "http://localhost:80"},
      {"S7 the default port of a set written", all_forms, "https://d.example:443"},
      {"S8 http for https", all_forms, "http://example.com"},
      {"S8 http for https under a wildcard", all_forms, "http://x.example.com"},
      {"S8 https for http", all_forms, "https://localhost"},
      {"S8 another port", all_forms, "https://example.com:444"},
      {"S8 another port under a wildcard", all_forms, "https://x.example.com:444"},
      {"S8 a port beside a set", all_forms, "https://d.example:8100"},
      {"S8 a port beside a range", all_forms, "http://127.0.0.1:10"},
      {"S8 another scheme with the same host", all_forms, "ftp://example.com"},
      {"S8 a custom scheme's host over http", {"app://localhost"}, "http://localhost"},
      {"S9 http beside an https wildcard with any port", all_forms, "http://x.c.example:8080"},
      {"S10 a final dot", all_forms, "https://example.com."},
      {"S10 a final dot under a wildcard", all_forms, "https://x.example.com."},
      {"S10 a sibling on a shared host", {"https://*.me.github.io"}, "https://evil.github.io"},
      {"S11 more labels than a wildcard covers", all_forms,
       "https://" + repeat("a.", 31) + "example.com"},
      {"S11 a host over the limit", all_forms,
       "https://" + repeat(std::string(61, 'a') + ".", 4) + "example.com"},
      {"S11 a label over the limit", all_forms, "https://" + std::string(64, 'a') + ".example.com"},
      {"S12 UTF-8", all_forms, "https://ex\xC3\xA4mple.com"},
      {"S12 UTF-8 under a wildcard", all_forms, "https://\xC3\xA4.example.com"},
      {"S12 a look-alike dot", all_forms,
       "https://x\xE3\x80\x82"
       "example.com"},
      {"S12 upper case", all_forms, "https://EXAMPLE.com"},
      {"S12 upper case under a wildcard", all_forms, "https://X.example.com"},
      {"S12 upper-case scheme", all_forms, "HTTPS://example.com"},
      {"S12 percent", all_forms, "https://x%2eexample.com"},
      {"S12 NUL under a wildcard", all_forms, std::string("https://evil.test\0.example.com", 30)},
      {"S14 a list", all_forms, "https://example.com, https://evil.test"},
      {"S14 a list that ends well", all_forms, "https://evil.test,https://x.example.com"},
      {"S14 a blank before", all_forms, " https://example.com"},
      {"S14 a blank after", all_forms, "https://example.com "},
      {"longer than any origin", all_forms, "https://" + std::string(8192, 'a') + ".example.com"},
  };
  for (const AttackRow& row : rows) {
    EXPECT_EQ(set_of(row.patterns)->find(row.origin).kind, OriginMatchKind::None) << row.desc;
  }
}

TEST(OriginSet, WalksUpToItsLimitOfLabels) {
  const auto set = set_of({"https://*.example.com", "https://" + repeat("a.", 40) + "test:*"});
  EXPECT_EQ(set->find("https://" + repeat("a.", 30) + "example.com").kind,
            OriginMatchKind::Pattern);
  EXPECT_EQ(set->find("https://" + repeat("a.", 31) + "example.com").kind, OriginMatchKind::None);
  // A port form is no wildcard of the host.
  EXPECT_EQ(set->find("https://" + repeat("a.", 40) + "test:8080").kind, OriginMatchKind::Pattern);
}

TEST(OriginSet, WalksManySuffixesAtMostToItsLimit) {
  // A key at each dot that a host of 126 labels can have.
  std::vector<std::string> texts;
  for (std::size_t labels = 1; labels <= 120; ++labels) {
    texts.push_back("https://*." + repeat("a.", labels) + "b");
  }
  const auto set = set_of(texts);
  EXPECT_EQ(set->find("https://x." + repeat("a.", 30) + "b").kind, OriginMatchKind::Pattern);
  EXPECT_EQ(set->find("https://x." + repeat("a.", 31) + "b").kind, OriginMatchKind::None);
  EXPECT_EQ(set->find("https://" + repeat("a.", 120) + "c").kind, OriginMatchKind::None);
}

// Random pattern lists and origins close to them. The generator is fixed, so that a failure stays.
class Generator {
 public:
  std::string pattern() {
    switch (below(10)) {
      case 0:
        return pick({"app", "capacitor"}) + "://" + pick({"localhost", "a.test"});
      case 1:
        return pick({"http", "https"}) + "://" + pick({"127.0.0.1", "[::1]", "localhost"}) + port();
      default:
        return pick({"http", "https"}) + "://" + host() + port();
    }
  }

  // What `pattern` covers, or nearly.
  std::string origin_near(const std::string& pattern) {
    std::string origin;
    const std::size_t authority = pattern.find("://") + 3;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const bool is_port = i > authority && pattern[i - 1] == ':';
      if (is_port && (pattern[i] == '*' || pattern[i] == '[')) {
        origin += pick({"1", "80", "443", "3000", "3001", "8080", "65535"});
        break;
      }
      if (pattern[i] == '*') {
        origin += pick({"x", "a", "pr-1", "a.b", "-", "", "x_y", "A"});
      } else {
        origin += pattern[i];
      }
    }
    if (below(3) == 0) mutate(origin);
    if (below(8) == 0) mutate(origin);
    return origin;
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::string pick(std::initializer_list<const char*> choices) {
    return choices.begin()[below(choices.size())];
  }

  std::string host() {
    std::string host = pick({"", "", "*.", "*.", "pr-*.", "*-x.", "p*q.", "a.*.", "a.b-*."});
    for (std::size_t i = below(3); i > 0; --i) host += pick({"a.", "b.", "pr-1.", "x_y."});
    return host + pick({"a.test", "b.test", "aa.test", "a.test.", "x.localhost", "localhost"});
  }

  std::string port() {
    return pick(
        {"", "", "", ":3000", ":8080", ":*", ":[3000,3001]", ":[1-100,443]", ":[80-80,3000-9000]"});
  }

  void mutate(std::string& text) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, pick({".", "-", ":", "/", "a", "0", "_", "@", "*", "a.", " "}));
        break;
      case 2:
        text[at] = *pick({".", "a", "b", "A", "\xC3", "1", "8"}).c_str();
        break;
      case 3:
        text += pick({".", ":3000", ":80", ":443", "/", ".evil.test", "0"});
        break;
      default:
        text.replace(0, text.find(':'), pick({"http", "https", "HTTPS", "app", "httpsx"}));
        break;
    }
    if (text.empty()) text = "a";
  }

  std::mt19937_64 random_{kSeed};
};

// Proves S2.
TEST(OriginSet, AgreesWithThePlainWay) {
  Generator generator;
  std::size_t matches = 0;
  std::size_t compared = 0;
  for (unsigned round = 0; round < 1500; ++round) {
    std::vector<std::string> texts;
    std::vector<OriginPattern> patterns;
    while (patterns.size() < 1 + round % 9) {
      texts.push_back(generator.pattern());
      auto pattern = parse_origin_pattern(texts.back());
      if (pattern) {
        patterns.push_back(*std::move(pattern));
      } else {
        texts.pop_back();
      }
    }
    const auto set = OriginSet::build({}, patterns, kSeed + round);
    // Whatever is listed: never everybody, and never `null`.
    const std::string stranger = "://" + std::to_string(generator.below(1000)) + ".evil.test";
    for (const std::string& origin : {"https" + stranger, "http" + stranger, std::string("null")}) {
      ASSERT_EQ(set->find(origin).kind, OriginMatchKind::None) << origin << " in round " << round;
    }
    for (unsigned i = 0; i < 60; ++i) {
      const std::string origin = generator.origin_near(texts[generator.below(texts.size())]);
      const bool is_covered = std::any_of(
          patterns.begin(), patterns.end(),
          [&](const OriginPattern& pattern) { return matches_plainly(pattern, origin); });
      const bool is_exact =
          std::any_of(patterns.begin(), patterns.end(), [&](const OriginPattern& pattern) {
            return pattern.is_exact() && pattern.text == origin;
          });
      const OriginMatch match = set->find(origin);
      ASSERT_EQ(match.kind, is_exact     ? OriginMatchKind::Exact
                            : is_covered ? OriginMatchKind::Pattern
                                         : OriginMatchKind::None)
          << origin << " in round " << round;
      ASSERT_EQ(match.bytes, is_covered ? std::string_view(origin) : std::string_view());
      matches += is_covered ? 1 : 0;
      ++compared;
    }
  }
  // Otherwise the generator would prove nothing.
  EXPECT_GT(matches, compared / 10);
  EXPECT_LT(matches, compared * 9 / 10);
}

TEST(OriginSet, NeverAllocatesToFind) {
  const auto set = set_of({"https://example.com", "https://*.example.com", "http://localhost:*",
                           "https://pr-*.b.example", "http://[::1]:[1-9]"});
  const std::string origins[] = {
      "https://example.com",
      "https://x.example.com",
      "http://localhost:8080",
      "https://pr-1.b.example",
      "http://[::1]:5",
      "https://evil.test",
      "https://pr-_.b.example",
      "https://X.example.com",
      "http://192.0.2.1.b.test",
      "https://" + std::string(8192, 'a'),
      "null",
      "",
  };
  const testing::AllocationCounter counter;
  std::size_t found = 0;
  for (const std::string& origin : origins) {
    if (set->find(origin).kind != OriginMatchKind::None) ++found;
  }
  const std::size_t allocations = counter.count();
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(found, 5U);
}

TEST(OriginSet, TakesAtMost64BytesForAnOriginOf40) {
  constexpr std::size_t kCount = 200'000;
  std::vector<std::string> origins;
  origins.reserve(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string number = std::to_string(1'000'000 + i);
    origins.push_back("https://tenants-" + number + ".apps.example.org");
    ASSERT_EQ(origins.back().size(), 40U) << origins.back();
  }
  const std::vector<std::string_view> views(origins.begin(), origins.end());
  const auto set = OriginSet::build(views, {}, kSeed);
  EXPECT_EQ(set->exact_count(), kCount);
  EXPECT_LE(set->memory_bytes(), 63 * kCount);
  EXPECT_LE(set->longest_run(), kLongestRun);
}

struct ListedKeys {
  TextList list = {};
  ExactKeys keys = {};
};

ListedKeys listed(const std::vector<std::string>& origins) {
  ListedKeys made;
  for (const std::string& origin : origins) made.list.add(origin);
  for (std::size_t i = 0; i < origins.size(); ++i) {
    made.keys.offsets.push_back(made.list.offset(i));
  }
  made.keys.bytes = made.list.bytes();
  return made;
}

TEST(OriginSet, ChangesBesideItsTable) {
  const ListedKeys base = listed({"https://a.example", "https://b.example", "https://b.d.example"});
  const auto set = OriginSet::build(base.keys, {}, patterns_of({"https://*.d.example"}), kSeed);
  ASSERT_TRUE(set->may_change());
  EXPECT_EQ(set->list_bytes(), base.list.bytes());
  EXPECT_EQ(set->list_offset("https://b.example"), base.list.offset(1));
  EXPECT_EQ(set->list_offset("https://x.d.example"), 0U);

  const auto more =
      OriginSet::change(*set, listed({"https://longer.name.example"}).keys, {}, kSeed);
  EXPECT_EQ(more->exact_count(), 4U);
  for (const auto* origin : {"https://a.example", "https://longer.name.example"}) {
    EXPECT_EQ(more->find(origin).kind, OriginMatchKind::Exact) << origin;
  }
  EXPECT_EQ(more->find_exact("https://a.example").data(),
            set->find_exact("https://a.example").data())
      << "the table is shared";

  const ExactKeys gone = {.bytes = base.list.bytes(),
                          .offsets = {base.list.offset(1), base.list.offset(2)}};
  const auto other = OriginSet::change(*set, listed({"https://c.example"}).keys, gone, kSeed);
  EXPECT_EQ(other->exact_count(), 2U);
  EXPECT_EQ(other->pattern_count(), 1U);
  EXPECT_FALSE(other->may_change()) << "changes are made of the base";
  EXPECT_EQ(other->find("https://a.example").kind, OriginMatchKind::Exact);
  EXPECT_EQ(other->find("https://c.example").kind, OriginMatchKind::Exact);
  EXPECT_EQ(other->find("https://b.example").kind, OriginMatchKind::None);
  EXPECT_EQ(other->find("https://b.d.example").kind, OriginMatchKind::Pattern)
      << "a pattern covers what is listed no more";
  EXPECT_EQ(set->find("https://b.example").kind, OriginMatchKind::Exact) << "the base is as it was";
}

TEST(OriginSet, ChangesOnlyWhereEachOriginStandsOnce) {
  const std::vector<std::string_view> other = {"https://a.example"};
  const auto patterns = patterns_of({"https://*.d.example"});
  EXPECT_TRUE(
      OriginSet::build(listed({"https://a.example"}).keys, {}, patterns, kSeed)->may_change());
  EXPECT_FALSE(
      OriginSet::build(listed({"https://a.example"}).keys, other, patterns, kSeed)->may_change());
  EXPECT_FALSE(
      OriginSet::build(listed({"https://a.example", "https://a.example"}).keys, {}, {}, kSeed)
          ->may_change());
  EXPECT_FALSE(OriginSet::build(other, patterns, kSeed)->may_change()) << "there is no long list";
  EXPECT_FALSE(set_of({"https://a.example"})->may_change());
}

TEST(OriginSet, RebuildsPatternsThatFallOnOneSlot) {
  constexpr std::size_t kCount = 4 * kLongestRun;
  HashSeed seed = HashSeed::from(kSeed);
  seed.state += 1;  // https, as PatternTable::hash has it
  std::vector<std::string> texts;
  for (std::size_t i = 0; texts.size() < kCount; ++i) {
    const std::string key = ".t" + std::to_string(i) + ".example";
    if ((hash_bytes(key, seed) >> 32U) * (2 * kCount + 1) >> 32U == 0) {
      texts.push_back("https://*" + key);
    }
  }
  const auto set = set_of(texts);
  EXPECT_EQ(set->pattern_count(), kCount);
  EXPECT_LE(set->longest_run(), kLongestRun);
  for (std::string text : texts) {
    EXPECT_EQ(set->find(text.replace(text.find('*'), 1, "x")).kind, OriginMatchKind::Pattern);
  }
}

}  // namespace
}  // namespace corsac
