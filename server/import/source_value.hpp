#pragma once

// A JSON or YAML document as a tree in which each value knows its line.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <corsac/base/place.hpp>
#include <corsac/base/problem.hpp>
#include <corsac/base/result.hpp>

namespace corsac::server {

// State files of Terraform nest about twenty levels; a limit far above that keeps the stack safe.
inline constexpr std::size_t kSourceNestingLimit = 200;
// A value takes about 150 bytes here and may take two in the file.
inline constexpr std::size_t kSourceValueLimit = 2'000'000;

struct SourceValue {
  enum class Kind : unsigned char { Null, Flag, Integer, Real, Text, List, Object };

  Kind kind = Kind::Null;
  bool flag = false;                      // Flag
  std::int64_t integer = 0;               // Integer
  std::string text = {};                  // Text
  std::vector<SourceValue> items = {};    // List
  std::vector<SourceValue> members = {};  // Object; no name twice
  Place place = {};
  // Of a member of an object, else empty.
  std::string name = {};
  Place name_place = {};

  [[nodiscard]] bool is(Kind other) const noexcept { return kind == other; }
  // The member of that name; null when there is none, or when this is no object.
  [[nodiscard]] const SourceValue* find(std::string_view wanted) const noexcept;
};

// "a list", for messages.
[[nodiscard]] std::string_view kind_text(SourceValue::Kind kind) noexcept;

// Builds the tree from what a parser tells, and keeps the limits. Each call answers false when
// parsing should stop; then take() has the reason.
class SourceBuilder {
 public:
  // A list or an object begins. `anchor`: what alias() calls it by, when it is complete; 0 = none.
  bool open(SourceValue::Kind kind, Place place, std::size_t anchor = 0);
  bool close();
  // The name of the member that comes next. [in an object]
  bool key(std::string name, Place place);
  bool value(SourceValue value, std::size_t anchor = 0);
  bool alias(std::size_t anchor, Place place);
  bool fail_with(std::string_view code, Place place, std::string what, std::string fix);

  // In an object, and no name was told yet for the value that comes next.
  [[nodiscard]] bool expects_key() const noexcept;
  // The tree; or the one thing for which it is none. Once.
  [[nodiscard]] Result<SourceValue, Problem> take();

 private:
  struct Open {
    SourceValue value = {};
    std::size_t anchor = 0;
    bool has_key = false;
  };
  bool count(std::size_t values, Place place);
  bool put(SourceValue value, std::size_t anchor);

  std::vector<Open> open_ = {};
  std::map<std::size_t, SourceValue> anchors_ = {};
  SourceValue root_ = {};
  std::size_t count_ = 0;
  bool has_problem_ = false;
  Problem problem_ = {};
};

}  // namespace corsac::server
