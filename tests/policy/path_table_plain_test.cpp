// PathTable against a plain search that compares every rule with every other, written from the
// policy document, 2 "Paths", over generated rules and requests.

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/path_table.hpp"

namespace corsac {
namespace {

constexpr std::uint32_t kDefault = 99;

[[nodiscard]] std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    const std::size_t slash = std::min(path.find('/', 1), path.size());
    segments.emplace_back(path.substr(1, slash - 1));
    path.remove_prefix(slash);
  }
  return segments;
}

// How specific a pattern is: compare segment by segment, then by length, then by its end. A literal
// segment is (3, 0), a beginning (2, its length), `*` (1, 0).
struct Rank {
  std::vector<std::pair<int, std::size_t>> segments = {};
  bool is_exact = false;
  bool names_method = false;
  bool names_host = false;

  friend bool operator<(const Rank& a, const Rank& b) {
    return std::tie(a.segments, a.is_exact, a.names_method, a.names_host) <
           std::tie(b.segments, b.is_exact, b.names_method, b.names_host);
  }
};

// The rank of `pattern` when it matches `path`.
[[nodiscard]] std::optional<Rank> rank_of(std::string_view pattern, std::string_view path) {
  Rank rank;
  if (pattern == "/") return rank;
  if (!path.starts_with('/')) return std::nullopt;
  rank.is_exact = pattern.ends_with('$');
  if (rank.is_exact) pattern.remove_suffix(1);
  const std::vector<std::string> wanted = split(pattern);
  const std::vector<std::string> there = split(path);
  if (there.size() < wanted.size() || (rank.is_exact && there.size() != wanted.size())) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string& segment = wanted[i];
    if (segment == "*" || segment.starts_with(':')) {
      rank.segments.emplace_back(1, 0);
    } else if (segment.ends_with('*')) {
      const std::string beginning = segment.substr(0, segment.size() - 1);
      if (!there[i].starts_with(beginning)) return std::nullopt;
      rank.segments.emplace_back(2, beginning.size());
    } else {
      if (segment != there[i]) return std::nullopt;
      rank.segments.emplace_back(3, 0);
    }
  }
  return rank;
}

[[nodiscard]] bool names(const std::vector<std::string>& methods, std::string_view method) {
  return std::any_of(methods.begin(), methods.end(), [method](const std::string& named) {
    return named == method || (named == "GET" && method == "HEAD");
  });
}

struct Request {
  std::string path;
  std::string method;
  std::string host;
};

struct Answer {
  std::uint32_t rule = kDefault;
  bool is_tie = false;
};

[[nodiscard]] Answer find_plainly(const std::vector<PathSelector>& selectors,
                                  const Request& request) {
  ParsedHost host;
  const bool has_host = parse_host(request.host, false, host);
  Answer answer;
  std::optional<Rank> best;
  for (const PathSelector& selector : selectors) {
    if (!selector.methods.empty() && !names(selector.methods, request.method)) continue;
    const bool is_host_right =
        selector.hosts.empty() ||
        (has_host &&
         std::any_of(selector.hosts.begin(), selector.hosts.end(), [&](const HostPattern& pattern) {
           return matches_host(pattern, host, HostForMatching::PortIfWritten);
         }));
    if (!is_host_right) continue;
    const std::vector<std::string> any = {"/"};
    for (const std::string& path : selector.paths.empty() ? any : selector.paths) {
      std::optional<Rank> rank = rank_of(path, request.path);
      if (!rank) continue;
      rank->names_method = !selector.methods.empty();
      rank->names_host = !selector.hosts.empty();
      if (best && *rank < *best) continue;
      const bool is_better = !best || *best < *rank;
      answer.is_tie = !is_better && (answer.is_tie || answer.rule != selector.rule);
      answer.rule = selector.rule;
      best = std::move(rank);
    }
  }
  return answer;
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  [[nodiscard]] std::vector<PathSelector> selectors() {
    std::vector<PathSelector> all(1 + below(6));
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      all[i].rule = i;
      all[i].field = "cors.rules[" + std::to_string(i) + "]";
      for (std::size_t j = below(4); j > 0; --j) all[i].paths.push_back(pattern());
      for (std::size_t j = below(6); j > 3; --j) all[i].methods.push_back(one_of(kMethods));
      for (std::size_t j = below(6); j > 3; --j) {
        all[i].hosts.push_back(*parse_host_pattern(one_of(kHostPatterns)));
      }
    }
    return all;
  }

  [[nodiscard]] Request request() {
    std::string path;
    for (std::size_t i = below(5); i > 0; --i) path += '/' + one_of(kSegments);
    return {.path = path, .method = one_of(kMethods), .host = one_of(kHosts)};
  }

 private:
  using Texts = std::vector<std::string>;

  [[nodiscard]] std::size_t below(std::size_t limit) { return random_() % limit; }
  [[nodiscard]] std::string one_of(const Texts& texts) { return texts[below(texts.size())]; }

  [[nodiscard]] std::string pattern() {
    std::string text;
    for (std::size_t i = below(4); i > 0; --i) text += '/' + one_of(kPatternSegments);
    const std::size_t end = below(4);
    if (text.empty()) return end == 0 ? "/$" : "/";
    if (end == 0) return text + '$';
    if (end == 1 && !text.ends_with('*') && !text.ends_with(":id")) return text + '*';
    return text;
  }

  const Texts kPatternSegments = {"a", "ab", "abc", "b", "*", ":id", "a", "*"};
  const Texts kSegments = {"a", "ab", "abc", "b", "x", "", "abcd"};
  const Texts kMethods = {"GET", "HEAD", "PUT", "POST"};
  const Texts kHostPatterns = {"a.example.com",    "b.example.com",    "*.example.com",
                               "pr-*.example.com", "a.example.com:81", "a.example.com:[80-82]",
                               "*.b.example.com",  "*-x.example.com"};
  const Texts kHosts = {"a.example.com",    "b.example.com",      "a.example.com:81",
                        "pr-1.example.com", "pr-1-x.example.com", "c.b.example.com",
                        "A.EXAMPLE.COM:82", "other.example",      ""};
  std::mt19937 random_;
};

TEST(PathTable, AgreesWithAPlainSearch) {
  std::size_t without_tie = 0;
  std::size_t with_tie = 0;
  std::size_t rules_found = 0;
  for (unsigned seed = 0; seed < 10'000; ++seed) {
    Generator generate(seed);
    const std::vector<PathSelector> selectors = generate.selectors();
    std::vector<Problem> problems;
    const PathTable table = PathTable::build(selectors, kDefault, problems);
    for (const Problem& problem : problems) ASSERT_EQ(problem.code, "rule-tie") << problem.what;
    (problems.empty() ? without_tie : with_tie) += 1;
    for (int i = 0; i < 20; ++i) {
      const Request request = generate.request();
      const Answer plain = find_plainly(selectors, request);
      const std::uint32_t found = table.find(request.path, request.method, request.host, false);
      // A tie that some request shows was reported; without one, both find the same rule.
      ASSERT_TRUE(!plain.is_tie || !problems.empty()) << "seed " << seed << ": " << request.method
                                                      << ' ' << request.path << ' ' << request.host;
      if (!problems.empty()) continue;
      ASSERT_EQ(found, plain.rule) << "seed " << seed << ": " << request.method << ' '
                                   << request.path << ' ' << request.host;
      rules_found += found == kDefault ? 0 : 1;
    }
  }
  // The generator makes enough of each kind to mean something.
  EXPECT_GT(without_tie, 1000U);
  EXPECT_GT(with_tie, 1000U);
  EXPECT_GT(rules_found, 10'000U);
}

// The other way round: what build calls a tie is one, shown by the request that it names.
TEST(PathTable, CallsNothingATieThatIsNone) {
  const std::string marker = " for a request such as ";
  std::size_t ties = 0;
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    Generator generate(seed);
    std::vector<PathSelector> selectors = generate.selectors();
    if (selectors.size() < 2) continue;
    // No other pattern that could stand before both.
    selectors.resize(2);
    for (PathSelector& selector : selectors) selector.paths.resize(1, "/");
    std::vector<Problem> problems;
    (void)PathTable::build(selectors, kDefault, problems);
    for (const Problem& problem : problems) {
      const std::string text = problem.what.substr(problem.what.find(marker) + marker.size());
      const std::size_t blank = text.find(' ');
      const std::size_t host = text.find(" with Host ");
      const Request request{.path = text.substr(blank + 1, host - blank - 1),
                            .method = text.substr(0, blank),
                            .host = host == std::string::npos ? "" : text.substr(host + 11)};
      EXPECT_TRUE(find_plainly(selectors, request).is_tie) << "seed " << seed << ": " << text;
      ++ties;
    }
  }
  EXPECT_GT(ties, 100U);
}

}  // namespace
}  // namespace corsac
