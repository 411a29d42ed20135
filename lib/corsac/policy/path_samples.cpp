// Paths that stand for all others. Entry: path_samples. A walk over all patterns at once, segment
// by segment: what matters of a segment is which literals and beginnings it meets. Test:
// tests/policy/path_samples_test.cpp.

#include "corsac/policy/path_samples.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "corsac/policy/path_pattern.hpp"
#include "corsac/policy/path_table.hpp"

namespace corsac {
namespace {

bool meets(const PathPattern& pattern, std::string_view text) {
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const PathPattern::Segment& segment = pattern.segments[i];
    if (segment.is_any) continue;
    const bool is_beginning =
        pattern.end == PathPattern::End::Raw && i + 1 == pattern.segments.size();
    if (is_beginning ? text.starts_with(segment.text) : text == segment.text) return true;
  }
  return false;
}

// A segment that no literal is equal to and no beginning begins; empty = there is none.
std::string unmet_segment(const std::vector<PathPattern>& patterns) {
  for (char first = 'z'; first >= 'a'; --first) {
    std::string candidate = {first, 'q', '0'};
    const bool is_met =
        std::any_of(patterns.begin(), patterns.end(),
                    [&](const PathPattern& pattern) { return meets(pattern, candidate); });
    if (!is_met) return candidate;
  }
  return {};
}

class Walk {
 public:
  explicit Walk(std::vector<PathPattern> patterns)
      : patterns_(std::move(patterns)), other_(unmet_segment(patterns_)) {
    samples_.is_complete = !other_.empty();
    if (other_.empty()) other_ = "zq0";
  }

  PathSamples run() {
    State start;
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      // "/" has no segment, and everything is below it.
      if (patterns_[i].segments.empty()) {
        start.below.insert(i);
      } else {
        start.open.insert(i);
      }
    }
    add("/");
    go_on({}, 0, start, true);
    return std::move(samples_);
  }

 private:
  // Of one path: which patterns may still match what follows, and which match already.
  struct State {
    std::set<std::size_t> open = {};
    std::set<std::size_t> below = {};
    std::set<std::size_t> exact = {};  // only when the path ends here
  };

  // What the next segment may be to the open patterns. By text, because there may be ten thousand.
  struct Branches {
    std::map<std::string, std::vector<std::size_t>> literals = {};
    std::vector<std::size_t> beginnings = {};
    std::vector<std::size_t> any = {};
  };

  [[nodiscard]] Branches branches_of(const State& state, std::size_t depth) const {
    Branches branches;
    for (const std::size_t i : state.open) {
      const PathPattern& pattern = patterns_[i];
      const PathPattern::Segment& segment = pattern.segments[depth];
      const bool is_last = depth + 1 == pattern.segments.size();
      if (segment.is_any) {
        branches.any.push_back(i);
      } else if (is_last && pattern.end == PathPattern::End::Raw) {
        branches.beginnings.push_back(i);
      } else {
        branches.literals[segment.text].push_back(i);
      }
    }
    return branches;
  }

  [[nodiscard]] std::set<std::string> candidates(const Branches& branches,
                                                 std::size_t depth) const {
    std::set<std::string> found = {other_};
    for (const auto& [text, patterns] : branches.literals) found.insert(text);
    for (const std::size_t i : branches.beginnings) {
      const std::string& text = patterns_[i].segments[depth].text;
      found.insert(text);
      found.insert(text + other_);
    }
    return found;
  }

  [[nodiscard]] State step(const State& state, const Branches& branches, std::size_t depth,
                           const std::string& text) const {
    State next;
    next.below = state.below;
    const auto take = [&](std::size_t i) {
      const PathPattern& pattern = patterns_[i];
      if (depth + 1 != pattern.segments.size()) {
        next.open.insert(i);
      } else if (pattern.end == PathPattern::End::Exact) {
        next.exact.insert(i);
      } else {
        next.below.insert(i);
      }
    };
    const auto literal = branches.literals.find(text);
    if (literal != branches.literals.end()) {
      for (const std::size_t i : literal->second) take(i);
    }
    for (const std::size_t i : branches.any) take(i);
    for (const std::size_t i : branches.beginnings) {
      if (text.starts_with(patterns_[i].segments[depth].text)) take(i);
    }
    return next;
  }

  [[nodiscard]] static std::string key_of(const State& state, std::size_t depth) {
    std::string key = std::to_string(depth);
    for (const auto* set : {&state.open, &state.below, &state.exact}) {
      key += '|';
      for (const std::size_t i : *set) key += std::to_string(i) + ',';
    }
    return key;
  }

  void add(std::string path) {
    if (is_ambiguous_target(path) || !told_.insert(path).second) return;
    samples_.paths.push_back(std::move(path));
  }

  void go_on(const std::string& path, std::size_t depth, const State& state, bool is_first) {
    if (samples_.paths.size() >= kPathSampleLimit) {
      samples_.is_complete = false;
      return;
    }
    if (!is_first) {
      // Below an empty segment there is no path that policies speak about. It must not stand for
      // the clear one that is matched by the same patterns.
      if (is_ambiguous_target(path)) return;
      if (!seen_.insert(key_of(state, depth)).second) return;
      add(path);
    }
    // With nothing open one segment more tells "exactly here" from "and below".
    if (state.open.empty() && !is_first) return add(path + '/' + other_);
    const Branches branches = branches_of(state, depth);
    for (const std::string& text : candidates(branches, depth)) {
      std::string longer = path;
      longer.append("/").append(text);
      go_on(longer, depth + 1, step(state, branches, depth, text), false);
    }
  }

  std::vector<PathPattern> patterns_;
  std::string other_;
  std::unordered_set<std::string> seen_ = {};
  std::unordered_set<std::string> told_ = {};
  PathSamples samples_ = {};
};

}  // namespace

PathSamples path_samples(const std::vector<std::string>& patterns) {
  std::vector<PathPattern> parsed;
  std::unordered_set<std::string_view> seen;
  for (const std::string& text : patterns) {
    if (!seen.insert(text).second) continue;
    auto pattern = parse_path_pattern(text);
    if (pattern) parsed.push_back(*std::move(pattern));
  }
  return Walk(std::move(parsed)).run();
}

}  // namespace corsac
