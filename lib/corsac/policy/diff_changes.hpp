#pragma once

// What two decisions about one request differ in, and the list of changes that comes of many.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "corsac/http/request_view.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/policy/diff.hpp"

namespace corsac {

// An origin that no policy lists: RFC 6761, 6.4 keeps "invalid" for that.
inline constexpr std::string_view kStrangeOrigin = "https://stranger.invalid";

class DiffChanges {
 public:
  DiffChanges(const Snapshot& old_snapshot, const Snapshot& new_snapshot)
      : old_(old_snapshot), new_(new_snapshot) {}

  // From here on an origin that only stands for these patterns is shown with its pattern. Null
  // ends it; `patterns` must live until then.
  void show_patterns(const std::vector<const OriginPattern*>* patterns) { shown_ = patterns; }

  // Decides the request with both and keeps what differs.
  void compare(const RequestView& request);
  // Whether the page is granted more or less, or the request goes on in one only.
  [[nodiscard]] bool is_different(const RequestView& request) const;

  void note(std::uint32_t old_rule, std::uint32_t new_rule, std::string_view aspect,
            DiffEffect effect, std::string example, const RequestView& request);
  // Something that requests could not show, and that they may have left out.
  void note_limit(bool widens, bool narrows, std::string sentence);
  // Something that is taken as wider or narrower because the contrary is not proved; nothing is
  // said of it when a change shows that anyway.
  void assume(bool widens, bool narrows, std::string sentence);

  [[nodiscard]] std::size_t compared() const noexcept { return compared_; }
  [[nodiscard]] PolicyDiff take();

 private:
  struct Cause {
    std::string_view aspect = {};
    std::string example = {};
  };
  struct Pair {
    const RequestView& request;
    const Decision& before;
    const Decision& after;
  };
  [[nodiscard]] std::string origin_example(const RequestView& request) const;
  [[nodiscard]] Cause cause_of(const Pair& pair, bool is_of_old) const;
  void note(const Pair& pair, std::string_view aspect, bool is_wider, std::string example);
  void note_neutral(const Pair& pair, std::string_view aspect, std::string example);
  void compare_outcomes(const Pair& pair);
  void compare_grants(const Pair& pair);
  void compare_answers(const Pair& pair);
  void compare_frames(const Pair& pair);
  void compare_neutral(const Pair& pair);
  void drop_repeated_upgrades();
  void take_assumptions();

  struct Kept {
    PolicyChange change = {};
    std::set<std::string> examples = {};
  };
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::string, DiffEffect>;

  const Snapshot& old_;
  const Snapshot& new_;
  std::map<Key, Kept> kept_ = {};
  const std::vector<const OriginPattern*>* shown_ = nullptr;
  struct Assumption {
    bool widens = false;
    bool narrows = false;
    std::string sentence = {};
  };
  std::set<std::string> limits_ = {};
  std::vector<Assumption> assumptions_ = {};
  std::size_t compared_ = 0;
  bool widens_ = false;
  bool narrows_ = false;
};

}  // namespace corsac
