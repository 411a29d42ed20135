#pragma once

// Okta's records to those of a policy, call by call: what the core's JSON reader says goes through
// here to the sink of the read, and no record is built in between.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <corsac_store_plugin.hpp>

namespace corsac::remote_store {

// A page is a JSON array, and the reader wants an object: it gets the page between these two.
inline constexpr std::string_view kPagePrefix = R"({"page":)";
inline constexpr std::string_view kPageSuffix = "}";

// Where a scope of a type stood that there is not. Both count from 0, the record over all pages.
struct UnknownScope {
  std::size_t record = 0;
  std::size_t scope = 0;
  std::string type = {};
  plugin::Place place = {};
};
// So many are described; all are counted.
inline constexpr std::size_t kUnknownScopesDescribed = 100;

// The elements of the pages become elements of the list that is open in `to`. Fields of Okta's get
// the names of the policy document (`createdBy`: `created_by`); fields that the document does not
// have (`_links`) are left out with all that is in them. A scope of a type that there is not is
// left out and counted: Okta adds types, and a record never breaks the document. Places are those
// in the page. [store-thread]
class OktaFilter {
 public:
  explicit OktaFilter(plugin::Sink& to);
  OktaFilter(const OktaFilter&) = delete;  // the table points back to this object
  OktaFilter& operator=(const OktaFilter&) = delete;

  // A page begins.
  void begin_page() noexcept;
  // For Host::feed_json with kPagePrefix, the page and kPageSuffix.
  [[nodiscard]] const corsac_sink& table() const noexcept { return table_; }
  // The page was a list, and nothing else stood beside it.
  [[nodiscard]] bool is_page_fine() const noexcept { return has_list_ && !has_problem_; }

  [[nodiscard]] std::size_t records() const noexcept { return records_; }
  [[nodiscard]] std::size_t unknown_scopes() const noexcept { return unknown_scopes_; }
  // The first ones. What they say is the server's: not for a log.
  [[nodiscard]] const std::vector<UnknownScope>& first_unknown_scopes() const noexcept {
    return first_unknown_scopes_;
  }

 private:
  struct Calls;  // the C functions
  // What the innermost open list or item is.
  enum class Level : unsigned char { Page, List, Record, Scopes, Scope, Apps };
  struct Scope {
    std::string type = {};
    plugin::Place type_place = {};
    std::optional<std::vector<std::string>> apps = {};
    plugin::Place apps_place = {};
    plugin::Place place = {};
  };

  bool begin_list(std::string_view field, plugin::Place place);
  bool begin_item(std::string_view field, plugin::Place place);
  bool end();
  bool text(std::string_view field, std::string_view value, plugin::Place place);
  template <class PassOn>
  bool other(std::string_view field, plugin::Place place, PassOn pass_on);
  bool end_scope();
  bool wrong(std::string_view what, plugin::Place place);
  bool wrong_page(plugin::Place place);
  bool skip() noexcept;

  plugin::Sink& to_;
  corsac_sink table_;
  Level level_ = Level::Page;
  std::size_t skipped_ = 0;  // open lists and items that are left out
  Scope scope_ = {};
  bool has_list_ = false;
  bool has_problem_ = false;
  std::size_t records_ = 0;
  std::size_t scopes_ = 0;  // of the record
  std::size_t unknown_scopes_ = 0;
  std::vector<UnknownScope> first_unknown_scopes_ = {};
};

}  // namespace corsac::remote_store
