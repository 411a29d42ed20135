// Parses TOML and walks the result. Entry: Document. The format: TOML 1.0. Test:
// tests/plugins/toml_document_test.cpp.
//
// The build gives this unit NDEBUG and takes UBSan's `unreachable` from it: where toml++ stands in
// headers, a name that begins with a dot ends the process in an assertion, and some code points
// reach a point that it calls unreachable; without both it reports them as the errors they are.

#include "document.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include <toml++/toml.h>

#include "byte_columns.hpp"
#include "document_limits.hpp"
#include "syntax_advice.hpp"

namespace corsac::toml_store {
namespace {

constexpr std::string_view kOrigins = "allowed_origins";
constexpr std::string_view kOriginsFile = "allowed_origins_file";
constexpr std::string_view kOriginsFromFile = "allowed_origins_from_file";
constexpr std::string_view kRecords = "trusted_origins";
constexpr std::string_view kVersion = "version";
constexpr std::int64_t kVersionOfRecords = 1;

// Where in the schema a table stands, as far as this plugin must know.
enum class Section : unsigned char { Document, Cors, CorsRules, CorsRule, Records, Other };

Section section_below(Section section, std::string_view field) {
  if (section == Section::Document && field == "cors") return Section::Cors;
  if (section == Section::Document && field == kRecords) return Section::Records;
  if (section == Section::Cors && field == "rules") return Section::CorsRules;
  return Section::Other;  // a rule is an element of the list of rules, not a field in its place
}

bool has_origins(Section section) {
  return section == Section::Cors || section == Section::CorsRule;
}

// RFC 3339, 5.6, with the fraction as far as it is not zero. Without date or offset where TOML has
// none; what that is worth is the core's business.
std::string to_text(const toml::date& date) {
  char text[16];
  std::snprintf(text, sizeof text, "%04u-%02u-%02u", date.year, date.month, date.day);
  return text;
}

std::string to_text(const toml::time& time) {
  char text[32];
  std::snprintf(text, sizeof text, "%02u:%02u:%02u.%09u", time.hour, time.minute, time.second,
                static_cast<unsigned>(time.nanosecond));
  std::string result = text;
  result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.') result.pop_back();
  return result;
}

std::string to_text(const toml::date_time& time) {
  std::string result = to_text(time.date) + "T" + to_text(time.time);
  if (!time.offset) return result;
  const int minutes = time.offset->minutes;
  if (minutes == 0) return result + "Z";
  const unsigned distance = static_cast<unsigned>(minutes < 0 ? -minutes : minutes);
  char offset[32];
  std::snprintf(offset, sizeof offset, "%c%02u:%02u", minutes < 0 ? '-' : '+', distance / 60,
                distance % 60);
  return result + offset;
}

class Walk {
 public:
  Walk(std::string_view document, const std::vector<LongList>& long_lists, plugin::Sink& sink,
       const OriginsFileField& on_origins_file = {}, const MoreRecords& more_records = {},
       const AfterUse& after_use = {})
      : columns_(document),
        long_lists_(long_lists),
        sink_(sink),
        on_origins_file_(on_origins_file),
        more_records_(more_records),
        after_use_(after_use) {}

  void hand_over_document(const toml::table& table) {
    hand_over_fields(table, Section::Document);
    if (!more_records_ || table.contains(kRecords)) return;
    sink_.begin_list(kRecords);
    more_records_();
    sink_.end_list();
  }

  void hand_over_elements(const toml::array& list, Section section) {
    for (const toml::node& element : list) {
      if (sink_.is_stopped()) return;
      hand_over({}, element, section == Section::CorsRules ? Section::CorsRule : Section::Other);
    }
  }

  [[nodiscard]] bool has_problem() const { return has_problem_; }

 private:
  // Recursion as deep as the document, which find_beyond_limits has bounded.
  void hand_over_fields(const toml::table& table, Section section) {
    for (const auto& [key, node] : table) {
      if (sink_.is_stopped()) return;
      if (has_origins(section) && key.str() == kOriginsFromFile) {
        sink_.problem("field-unknown",
                      "only the store may fill the field " + std::string(kOriginsFromFile),
                      "write " + std::string(kOriginsFile) + " = \"origins.txt\"", place_of(node));
        has_problem_ = true;
        continue;
      }
      hand_over(key.str(), node, section_below(section, key.str()));
      const auto* name = node.as_string();
      if (has_origins(section) && key.str() == kOriginsFile && name != nullptr) {
        on_origins_file_(name->get(), place_of(node));
      }
    }
  }

  plugin::Place place_of(const toml::node& node) {
    const toml::source_position at = node.source().begin;
    return columns_.to_bytes(at.line, at.column);
  }

  void hand_over(std::string_view field, const toml::node& node, Section section) {
    const plugin::Place place = place_of(node);
    if (const auto* table = node.as_table()) {
      sink_.begin_item(field, place);
      hand_over_fields(*table, section);
      sink_.end_item();
    } else if (const auto* list = node.as_array()) {
      sink_.begin_list(field, place);
      hand_over_elements(*list, section);
      if (list->empty() && field == kOrigins) hand_over_long_list_at(place.line);
      if (section == Section::Records && more_records_) more_records_();
      sink_.end_list();
    } else {
      hand_over_value(field, node, place);
    }
  }

  // What was cut out of the list that begins on this line, and is empty now.
  void hand_over_long_list_at(std::uint32_t line) {
    const auto cut =
        std::lower_bound(long_lists_.begin(), long_lists_.end(), line,
                         [](const LongList& list, std::uint32_t at) { return list.line < at; });
    if (cut == long_lists_.end() || cut->line != line) return;
    const char* unused = cut->text.data();
    for_each_element(*cut, [&](std::string_view text, std::uint32_t at, std::uint32_t column) {
      sink_.text({}, text, {at, column});
      const auto used_bytes = static_cast<std::size_t>(text.data() - unused);
      if (after_use_ && used_bytes > kAfterUseBytes) {
        after_use_({unused, used_bytes});
        unused = text.data();
      }
      return !sink_.is_stopped();
    });
  }

  void hand_over_value(std::string_view field, const toml::node& node, plugin::Place place) {
    if (const auto* text = node.as_string()) {
      sink_.text(field, text->get(), place);
    } else if (const auto* integer = node.as_integer()) {
      sink_.integer(field, integer->get(), place);
    } else if (const auto* real = node.as_floating_point()) {
      sink_.real(field, real->get(), place);
    } else if (const auto* flag = node.as_boolean()) {
      sink_.flag(field, flag->get(), place);
    } else if (const auto* date_time = node.as_date_time()) {
      sink_.text(field, to_text(date_time->get()), place);
    } else if (const auto* date = node.as_date()) {
      sink_.text(field, to_text(date->get()), place);
    } else if (const auto* time = node.as_time()) {
      sink_.text(field, to_text(time->get()), place);
    }
  }

  ByteColumns columns_;
  const std::vector<LongList>& long_lists_;
  plugin::Sink& sink_;
  const OriginsFileField on_origins_file_;
  const MoreRecords more_records_;
  const AfterUse after_use_;
  bool has_problem_ = false;
};

DocumentProblem syntax_problem(const toml::parse_error& error, std::string_view document) {
  const toml::source_position at = error.source().begin;
  // At the end of the document the parser counts the last line break as a column.
  const plugin::Place place = ByteColumns(document).to_bytes_in_line(at.line, at.column);
  const std::string_view description = error.description();
  return {"toml-syntax", std::string(short_description(description)),
          advice_for(description, document, place), place};
}

}  // namespace

struct Document::Parsed {
  toml::table table;
};

Document::Document(std::string_view bytes, const std::function<bool()>& is_wanted,
                   std::size_t long_list_from)
    : bytes_(bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    bytes_.remove_prefix(kByteOrderMark.size());  // editors do not count it
  }
  shortened_ = without_long_lists(bytes_, long_list_from, is_wanted);
  if (!shortened_.lists.empty()) {
    parse(shortened_.text, is_wanted);
    if (!problem_) return;
    // What is wrong is told as the whole document shows it.
    shortened_ = {};
    problem_.reset();
  }
  parse(bytes_, is_wanted);
}

void Document::parse(std::string_view text, const std::function<bool()>& is_wanted) {
  if (auto beyond = find_beyond_limits(text, is_wanted, shortened_.elements)) {
    problem_ = DocumentProblem{beyond->code, std::move(beyond->what), std::string(beyond->fix),
                               beyond->place};
    return;
  }
  try {
    parsed_ = std::make_unique<Parsed>(Parsed{toml::parse(text)});
  } catch (const toml::parse_error& error) {
    problem_ = syntax_problem(error, bytes_);
  }
}

Document::~Document() = default;

std::vector<std::string> Document::origins_files() const {
  std::vector<std::string> names;
  const auto add_name_of = [&names](const toml::table& table) {
    if (const auto* name = table.get_as<std::string>(kOriginsFile)) names.push_back(name->get());
  };
  const auto* cors = parsed_->table.get_as<toml::table>("cors");
  if (cors == nullptr) return names;
  add_name_of(*cors);
  if (const auto* rules = cors->get_as<toml::array>("rules")) {
    for (const toml::node& rule : *rules) {
      if (const auto* table = rule.as_table()) add_name_of(*table);
    }
  }
  return names;
}

bool Document::hand_over(plugin::Sink& sink, const OriginsFileField& on_origins_file,
                         const MoreRecords& more_records, const AfterUse& after_use) const {
  // Long lists have places of their own; for all else their elements need not stand there.
  const std::string_view text = shortened_.lists.empty() ? bytes_ : shortened_.text;
  Walk walk(text, shortened_.lists, sink, on_origins_file, more_records, after_use);
  walk.hand_over_document(parsed_->table);
  return !walk.has_problem();
}

std::vector<DocumentProblem> Document::problems_of_records() const {
  if (problem_) return {*problem_};
  std::vector<DocumentProblem> problems;
  ByteColumns columns(bytes_);
  for (const auto& [key, node] : parsed_->table) {
    const toml::source_position at = node.source().begin;
    const plugin::Place place = columns.to_bytes(at.line, at.column);
    if (key.str() == kVersion) {
      const auto* version = node.as_integer();
      if (version != nullptr && version->get() == kVersionOfRecords) continue;
      problems.push_back({"version-unknown", "this version of Corsac reads records of version 1",
                          "write version = 1", place});
    } else if (key.str() != kRecords) {
      problems.push_back({"field-unknown",
                          "a file of records has version and trusted_origins and nothing else",
                          "remove it, or write it into the policy", place});
    } else if (!node.is_array()) {
      problems.push_back({"field-type", "trusted_origins must be a list of tables",
                          "write [[trusted_origins]] above each record", place});
    }
  }
  // An empty file is what a full disk leaves behind, and no list of no records.
  if (!parsed_->table.contains(kVersion)) {
    problems.push_back({"field-missing",
                        "version is missing: this is no file of records, or a part of one",
                        "write version = 1, or remove the file: then there are no records"});
  }
  return problems;
}

bool Document::has_records() const {
  const auto* records = parsed_->table.get_as<toml::array>(kRecords);
  return records != nullptr && !records->empty();
}

void Document::hand_over_records(plugin::Sink& sink) const {
  const auto* records = parsed_->table.get_as<toml::array>(kRecords);
  if (records != nullptr)
    Walk(bytes_, shortened_.lists, sink).hand_over_elements(*records, Section::Records);
}

}  // namespace corsac::toml_store
