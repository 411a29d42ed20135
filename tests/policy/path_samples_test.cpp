#include "corsac/policy/path_samples.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/path_table.hpp"

namespace corsac {
namespace {

using Texts = std::vector<std::string>;

// Which of the patterns match, one table for each.
std::set<std::size_t> matches(const Texts& patterns, const std::string& path) {
  std::set<std::size_t> found;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    std::vector<Problem> problems;
    const PathTable table = PathTable::build({{.paths = {patterns[i]}, .rule = 1}}, 0, problems);
    EXPECT_TRUE(problems.empty()) << patterns[i];
    if (table.find(path, "GET", "h", false) == 1) found.insert(i);
  }
  return found;
}

TEST(PathSamples, HaveOnePathForEachSetOfPatterns) {
  const struct {
    const char* desc;
    Texts patterns;
    Texts probes;  // each is matched as one of the samples is
  } rows[] = {
      {"none", {}, {"/", "/a/b"}},
      {"a path and what is below it", {"/admin"}, {"/", "/admin", "/admin/x", "/administrator"}},
      {"exactly a path", {"/health$", "/health"}, {"/health", "/health/x", "/healthy"}},
      {"a beginning",
       {"/acc*", "/account*", "/accounts"},
       {"/ac", "/acc", "/account", "/accountx", "/accounts", "/accounts/x", "/accounts2"}},
      {"segments that stand for any",
       {"/users/:id/keys", "/users/me", "/*/x"},
       {"/users/7", "/users/7/keys", "/users/me/keys", "/users/me", "/a/x", "/users/x",
        "/users/x/keys/y"}},
      {"everything", {"/", "/a"}, {"/", "/a", "/b"}},
      {"a slash at the end", {"/api/$", "/api"}, {"/api", "/api/", "/api/x"}},
      {"a slash at the end, beside any segment",
       {"/api/$", "/api/*/x"},
       {"/api/", "/api/y", "/api/y/x", "/api/y/x/z"}},
      {"patterns that meet below different segments",
       {"/a/*/c", "/*/b/c$", "/a/b"},
       {"/a/b/c", "/a/x/c", "/y/b/c", "/a/b/c/d", "/y/b", "/a/b", "/a/x"}},
  };
  for (const auto& row : rows) {
    const PathSamples samples = path_samples(row.patterns);
    EXPECT_TRUE(samples.is_complete) << row.desc;
    std::set<std::set<std::size_t>> sampled;
    for (const std::string& path : samples.paths) sampled.insert(matches(row.patterns, path));
    for (const std::string& probe : row.probes) {
      EXPECT_TRUE(sampled.contains(matches(row.patterns, probe))) << row.desc << ": " << probe;
    }
    const std::set<std::string> unique(samples.paths.begin(), samples.paths.end());
    EXPECT_EQ(unique.size(), samples.paths.size()) << row.desc;
    EXPECT_TRUE(std::none_of(samples.paths.begin(), samples.paths.end(), is_ambiguous_target))
        << row.desc;
  }
}

TEST(PathSamples, SayThatTheyAreNotAll) {
  Texts patterns;
  for (int i = 0; i < 10'000; ++i) patterns.push_back("/p" + std::to_string(i));
  EXPECT_TRUE(path_samples(patterns).is_complete);
  for (int i = 0; i < 10'000; ++i) patterns.push_back("/q" + std::to_string(i));
  const PathSamples samples = path_samples(patterns);
  EXPECT_FALSE(samples.is_complete);
  EXPECT_LE(samples.paths.size(), kPathSampleLimit + 2);
  EXPECT_TRUE(path_samples({"no path"}).is_complete) << "what is no pattern is left out";
}

}  // namespace
}  // namespace corsac
