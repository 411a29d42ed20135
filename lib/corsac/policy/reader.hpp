#pragma once

// From a store's calls to a Policy. A store knows its own format and nothing of policies; it hands
// over fields, values and places, and this reader says what they mean. Its input counts as hostile:
// any order of calls, any nesting, any bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/place.hpp"
#include "corsac/base/problem.hpp"
#include "corsac/base/rfc3339.hpp"  // parse_time: what stores and readers agree on
#include "corsac/policy/policy.hpp"

namespace corsac {

// Limits of a document, whatever the store: policy document, 5.
inline constexpr std::size_t kDocumentLimitBytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kRuleLimit = 10'000;
inline constexpr std::size_t kNameLimitBytes = 255;  // of rules, records and tests
inline constexpr std::size_t kNestingLimit = 16;     // the schema needs 4
inline constexpr std::size_t kProblemLimit = 1000;  // then one more that says so, and reading stops

// One reader reads one document. Not thread-safe: one thread, one after the other. Each call
// returns false when reading should stop (too many problems, an impossible order of calls).
class PolicyReader {
 public:
  PolicyReader();
  ~PolicyReader();
  PolicyReader(const PolicyReader&) = delete;
  PolicyReader& operator=(const PolicyReader&) = delete;

  // What places count from now on; the document's own name comes first.
  bool source(std::string_view name);
  // `field` is empty for an element of a list and for the document itself.
  bool begin_item(std::string_view field, Place place);
  bool end_item();
  bool begin_list(std::string_view field, Place place);
  bool end_list();
  bool text(std::string_view field, std::string_view value, Place place);
  bool integer(std::string_view field, std::int64_t value, Place place);
  bool real(std::string_view field, double value, Place place);
  bool flag(std::string_view field, bool value, Place place);
  bool null(std::string_view field, Place place);
  // Something that the store itself found wrong ("toml-syntax"). `code` and texts are copied and
  // cut.
  bool problem(std::string_view code, std::string_view what, std::string_view fix, Place place);
  // The document is complete. `revision` is the store's own mark; at most 255 bytes are kept.
  bool finish(std::string_view revision);

  // True after finish() with every list and item closed. A document without it is void.
  [[nodiscard]] bool is_finished() const noexcept;
  // What was read, errors and warnings so far. Problems of fields that do not exist, of wrong types
  // and of missing required fields are in it; what values mean is judged by compile_policy.
  [[nodiscard]] Policy take_policy();
  [[nodiscard]] std::vector<Problem> take_problems();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corsac
