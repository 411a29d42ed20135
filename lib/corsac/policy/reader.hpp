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

// Limits of a document, whatever the store: policy document, 5. kDocumentLimitBytes is for stores
// and parsers; a reader counts what it keeps, since origin files and sets come on top.
inline constexpr std::size_t kDocumentLimitBytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kReadLimitBytes = std::size_t{1024} * 1024 * 1024;
inline constexpr std::size_t kReadLimitValues = 10'000'000;  // origins, and everything else
inline constexpr std::size_t kRuleLimit = 10'000;
inline constexpr std::size_t kRecordLimit = 1'000'000;
inline constexpr std::size_t kTestLimit = 10'000;
inline constexpr std::size_t kAllowedWarningLimit = 1'000;
inline constexpr std::size_t kScopeLimit = 16;  // of one record; there are three types
// Of rules, records and tests: 255 characters (Okta), each of which may take four bytes.
inline constexpr std::size_t kNameLimitBytes = 1'020;
inline constexpr std::size_t kTextLimitBytes = 16'384;  // of any other value
inline constexpr std::size_t kKeyLimitBytes = 1'024;
inline constexpr std::size_t kSourceLimit = 256;  // Place::source has eight bits
inline constexpr std::size_t kNestingLimit = 16;  // the schema needs 6
inline constexpr std::size_t kProblemLimit =
    1'000;  // then one more that says so, and reading stops

// What a reader keeps of a document, which it checks whole in any case.
enum class ReaderKeeps : unsigned char {
  Everything,
  AllButNames,  // lists of names stay empty: of allowed_origins there may be millions
};

// One reader reads one document. Not thread-safe: one thread, one after the other. Each call
// returns false when reading should stop (too many problems, a limit, an impossible order of
// calls); every later call then returns false and does nothing.
//
// Codes: field-unknown, field-type, field-missing (lint-allow-code, lint-allow-path,
// lint-allow-reason in [[lint.allow]]), field-repeated, section-not-available (of the schema, but
// this version cannot enforce it), value-unknown (a word that is none of its words), not-a-time,
// name-too-long, text-too-long, text-not-utf8, key-too-long, too-many-rules, too-many-items; and,
// with which reading stops: too-many-values, too-many-sources, document-too-large,
// nesting-too-deep, too-many-problems, store-misuse (an order of calls that the contract does not
// have: the plugin is wrong, not the document). What values mean is judged by compile_policy; texts
// that arrive in the Policy are valid UTF-8.
class PolicyReader {
 public:
  explicit PolicyReader(ReaderKeeps keeps = ReaderKeeps::Everything);
  ~PolicyReader();
  PolicyReader(const PolicyReader&) = delete;
  PolicyReader& operator=(const PolicyReader&) = delete;

  // What places count from now on (Place::source of the calls is not looked at); the document's own
  // name comes first. A name that was said before means that source again.
  bool source(std::string_view name);
  // `field` is empty for an element of a list. The document itself is not opened.
  bool begin_item(std::string_view field, Place place);
  bool end_item();
  // `allowed_origins_from_file` is taken only from a store that read the file: in an item whose
  // allowed_origins_file stands before it. It lies in the source of that file, so that places say
  // which line of it is wrong.
  bool begin_list(std::string_view field, Place place);
  bool end_list();
  bool text(std::string_view field, std::string_view value, Place place);
  bool integer(std::string_view field, std::int64_t value, Place place);
  bool real(std::string_view field, double value, Place place);
  bool flag(std::string_view field, bool value, Place place);
  bool null(std::string_view field, Place place);
  // Something that the store itself found wrong ("toml-syntax"). `code` and texts are copied and
  // cut; a code that is not lower case letters, digits and hyphens becomes "store-problem".
  bool problem(std::string_view code, std::string_view what, std::string_view fix, Place place);
  // The document is complete. `revision` is the store's own mark, at most 255 bytes.
  bool finish(std::string_view revision);

  // True after finish() with every list and item closed, and no call after it. A document without
  // it is void. Problems may stand beside it.
  [[nodiscard]] bool is_finished() const noexcept;
  // What was read so far; once, after the last call.
  [[nodiscard]] Policy take_policy();
  [[nodiscard]] std::vector<Problem> take_problems();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corsac
