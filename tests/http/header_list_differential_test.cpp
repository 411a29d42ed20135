// The two tiers of the header list against each other, and both against the plainest reading of the
// rules, on lists that a generator with a fixed seed makes.

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/http/header_list.hpp"
#include "corsac/http/header_name_set.hpp"
#include "fuzz/reference_header_list.hpp"
#include "support/comma_list.hpp"

namespace corsac {
namespace fuzz {

void PrintTo(const HeaderListReading& reading, std::ostream* out) {
  *out << static_cast<int>(reading.verdict) << " \"" << to_printable(reading.offending) << '"';
  for (const std::string& name : reading.names) *out << " |" << name;
}

}  // namespace fuzz

namespace {

// What matters of a RequestedHeaders: the names in lower case, however they are answered.
using Outcome = fuzz::HeaderListReading;
using Lines = std::vector<std::string>;

Outcome outcome_of(const RequestedHeaders& result) {
  Outcome outcome;
  outcome.verdict = result.verdict;
  outcome.offending = std::string(result.offending);
  if (!result.whole.empty()) outcome.names = testing::elements_of(result.whole);
  for (std::uint32_t i = 0; i < result.count; ++i) {
    outcome.names.push_back(to_ascii_lower(result.names[i].view()));
  }
  return outcome;
}

class ListGenerator {
 public:
  explicit ListGenerator(std::vector<std::string> names) : names_(std::move(names)) {}

  Lines make() {
    std::string list;
    switch (below(8)) {
      case 0:
        list = canonical();
        break;
      case 1:
        list = canonical();
        damage(list);
        break;
      case 2:
        list = raw_bytes();
        break;
      case 3:
        list = near_the_byte_limit();
        break;
      case 4:
        list = sloppy(60 + below(10));
        break;
      default:
        list = sloppy(below(8));
    }
    return cut(std::move(list));
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  std::string random_token(std::size_t longest) {
    static constexpr std::string_view kBytes = "abcxyz019-_^~`|!#AZ";
    std::string token;
    for (std::size_t size = 1 + below(longest); token.size() < size;) {
      token += kBytes[below(kBytes.size())];
    }
    return token;
  }

  std::string name() {
    std::string text = chance(6) ? random_token(chance(4) ? 70 : 20) : names_[below(names_.size())];
    if (chance(5)) flip_case(text);
    if (chance(25)) damage(text);
    return text;
  }

  void flip_case(std::string& text) {
    for (char& c : text) {
      if (is_ascii_lower(c) && chance(3)) c = static_cast<char>(c - ('a' - 'A'));
    }
  }

  // One byte changed, added or taken away.
  void damage(std::string& text) {
    static constexpr std::string_view kBytes = ", \t;:\"(@[]{}/\\\r\n\v\x7f\xAC\x80\xFF*aA";
    const char byte = chance(12) ? '\0' : kBytes[below(kBytes.size())];
    const std::size_t at = below(text.size() + 1);
    if (at == text.size() || chance(3)) {
      text.insert(at, 1, byte);
    } else if (chance(2)) {
      text[at] = byte;
    } else {
      text.erase(at, 1);
    }
  }

  // As a browser sends it; now and then with names that are not allowed, or too many.
  std::string canonical() {
    std::vector<std::string> chosen;
    for (std::size_t count = chance(10) ? 60 + below(10) : 1 + below(6); chosen.size() < count;) {
      chosen.push_back(chance(8) ? to_ascii_lower(random_token(30)) : names_[below(names_.size())]);
    }
    std::sort(chosen.begin(), chosen.end());
    if (!chance(10)) chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    std::string list;
    for (const std::string& one : chosen) list += (list.empty() ? "" : ",") + one;
    return list;
  }

  std::string sloppy(std::size_t count) {
    std::string list = blanks();
    for (std::size_t i = 0; i < count; ++i) {
      if (!chance(15)) list += name();
      list += blanks();
      if (i + 1 < count || chance(4)) list += ',';
      if (chance(30)) list += std::string(below(20), ',');
      list += blanks();
    }
    return list;
  }

  std::string blanks() {
    if (!chance(4)) return {};
    std::string text;
    for (std::size_t size = below(chance(10) ? 40 : 3); text.size() < size;) {
      text += chance(3) ? '\t' : ' ';
    }
    return text;
  }

  std::string near_the_byte_limit() {
    std::string list = sloppy(1 + below(4));
    const std::size_t size = 4090 + below(12);
    const char filling = chance(3) ? 'y' : ' ';
    if (list.size() < size) list.insert(below(list.size() + 1), size - list.size(), filling);
    return list;
  }

  std::string raw_bytes() {
    std::string list;
    for (std::size_t size = below(80); list.size() < size;) {
      list += static_cast<char>(static_cast<unsigned char>(below(256)));
    }
    return list;
  }

  // Into lines, at commas and elsewhere.
  Lines cut(std::string list) {
    Lines lines;
    if (list.empty() && chance(2)) return lines;
    while (chance(4) && lines.size() < 90) {
      const std::size_t comma = list.find(',', below(list.size() + 1));
      const std::size_t at = comma == std::string::npos ? below(list.size() + 1) : comma;
      lines.push_back(list.substr(0, at));
      list.erase(0, comma == std::string::npos ? at : at + 1);
    }
    lines.push_back(std::move(list));
    if (chance(200)) lines.resize(75 + below(10), chance(2) ? "" : names_.front());
    return lines;
  }

  std::vector<std::string> names_;
  std::mt19937_64 random_{20240229};  // any number: the lists must be the same in every run
};

// The first tier walks through at most as many names as a list may hold.
constexpr int kMoreThanWalked = 80;

std::vector<std::string> listed_names(int more) {
  std::vector<std::string> names = {"a",
                                    "accept",
                                    "content-type",
                                    "x-a",
                                    "x-b",
                                    "x-eight8",
                                    "x-request-id",
                                    "x-sixteen-bytes0",
                                    "x-requested-with",
                                    "x-seventeen-bytes",
                                    "x-custom-header-1-name",
                                    "x-custom-header-2-name",
                                    "x-^",
                                    "x-~",
                                    std::string(60, 'z')};
  for (int i = 10; i < 10 + more; ++i) names.push_back("n" + std::to_string(i));
  return names;
}

void compare_on_many_lists(const std::vector<std::string>& names, bool allow_any,
                           bool is_walked = true) {
  const HeaderNameSet set(names);
  std::vector<std::string> seeds = listed_names(kMoreThanWalked);
  seeds.push_back("authorization");
  ListGenerator generator(seeds);
  const AllowedHeaders allowed{&set, allow_any};
  int of_verdict[5] = {};
  int whole = 0;
  RequestedHeaders result;
  for (int i = 0; i < 30000; ++i) {
    const Lines lines = generator.make();
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    const Outcome expected = fuzz::read_header_list_plainly(lines, names, allow_any);

    judge_requested_headers(views, allowed, result);
    const Outcome judged = outcome_of(result);
    const bool is_whole = !result.whole.empty();
    whole += is_whole ? 1 : 0;
    ++of_verdict[static_cast<std::size_t>(result.verdict)];
    if (is_whole) {
      ASSERT_EQ(lines.size(), 1U);
      ASSERT_EQ(result.whole, lines.front());
      ASSERT_EQ(result.count, 0U);
      ASSERT_TRUE(std::is_sorted(judged.names.begin(), judged.names.end()));
      for (const std::string& name : judged.names) ASSERT_EQ(name, to_ascii_lower(name));
    }
    judge_requested_headers_tolerantly(views, allowed, result);
    ASSERT_EQ(result.whole, "");
    const Outcome tolerant = outcome_of(result);

    const std::string shown = to_printable(lines.empty() ? "" : lines.front(), 5000);
    ASSERT_EQ(judged, expected) << "list " << i << ", " << lines.size() << " lines: " << shown;
    ASSERT_EQ(tolerant, expected) << "list " << i << ", " << lines.size() << " lines: " << shown;
  }
  // The generator must not fall asleep: each verdict, and the first tier, had its share.
  const bool allows_all = allow_any && set.rank_of("authorization") != HeaderNameSet::kNotFound;
  for (std::size_t verdict = 0; verdict < 5; ++verdict) {
    const bool is_not_allowed = verdict == static_cast<std::size_t>(HeaderListVerdict::NotAllowed);
    if (is_not_allowed && allows_all) continue;
    EXPECT_GT(of_verdict[verdict], 300) << verdict;
  }
  if (is_walked) {
    EXPECT_GT(whole, 500);
  } else {
    EXPECT_EQ(whole, 0);
  }
}

// Proves 69, 70, 71, 72, 73, 74, 75.
TEST(HeaderListTiers, AgreeWithThePlainReadingOfAListOfNames) {
  compare_on_many_lists(listed_names(48), false);
}

TEST(HeaderListTiers, AgreeWithThePlainReadingOfALongListOfNames) {
  compare_on_many_lists(listed_names(kMoreThanWalked), false, false);
}

TEST(HeaderListTiers, AgreeWithThePlainReadingUnderAWildcard) {
  compare_on_many_lists({"x-a"}, true);
}

TEST(HeaderListTiers, AgreeWithThePlainReadingUnderAWildcardWithAuthorization) {
  compare_on_many_lists({"authorization"}, true);
}

TEST(HeaderListTiers, AgreeOnEveryPairOfBytes) {
  const HeaderNameSet set({"a", "b"});
  for (const bool allow_any : {false, true}) {
    for (int first = 0; first < 256; ++first) {
      for (int second = 0; second < 256; ++second) {
        const Lines lines = {std::string("a") + static_cast<char>(first) +
                             static_cast<char>(second) + "b"};
        const std::string_view views[] = {lines.front()};
        RequestedHeaders result;
        judge_requested_headers(views, {&set, allow_any}, result);
        ASSERT_EQ(outcome_of(result), fuzz::read_header_list_plainly(lines, {"a", "b"}, allow_any))
            << first << ' ' << second;
      }
    }
  }
}

}  // namespace
}  // namespace corsac
