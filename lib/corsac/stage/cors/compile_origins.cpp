// Origins of one rule, checked and compiled into an OriginSet.
// Entry: compile_origins. Spec: policy document, 2, and for records 1. A plain exact origin, of
// which there may be ten million, is proved by the parser of requests and kept as a view; whatever
// that parser or the rules for credentials would stop takes the way with the explanations.
// Test: tests/stage/compile_test.cpp.

#include "corsac/stage/cors/compile_origins.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/stage/cors/field_path.hpp"
#include "corsac/stage/record_origin.hpp"

namespace corsac {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::string_view kNull = "null";
// Below it everything is copied into one table: two would be asked on each miss.
constexpr std::size_t kSharedFrom = 10'000;

// A hyphen at the edge of a label: the operators' parser refuses it, the requests' need not.
bool may_have_edge_hyphen(std::string_view origin) noexcept {
  for (std::size_t i = origin.find('-'); i != std::string_view::npos; i = origin.find('-', i + 1)) {
    const char before = i == 0 ? '.' : origin[i - 1];
    const char after = i + 1 == origin.size() ? '.' : origin[i + 1];
    if (before == '.' || before == '/' || after == '.' || after == ':') return true;
  }
  return false;
}

// What is before an "@" may be a password.
bool may_show(std::string_view origin) noexcept {
  return origin.find('@') == std::string_view::npos;
}

// The longer list, when it is so long that a copy of it would count.
const TextList* worth_sharing(const TextList& a, const TextList& b) noexcept {
  const TextList& longer = a.size() < b.size() ? b : a;
  return longer.size() < kSharedFrom ? nullptr : &longer;
}

class OriginCompiler {
 public:
  OriginCompiler(const CorsRules& rules, std::vector<Problem>& problems)
      : rules_(rules),
        problems_(problems),
        shared_list_(worth_sharing(rules.allowed_origins, rules.allowed_origins_from_file)) {}

  void take_list(const TextList& list, bool is_inherited, std::string_view name) {
    const std::string path = field_path(rules_, is_inherited, name);
    if (!rules_.known_origins && &list == shared_list_) {
      shared_.bytes = list.bytes();
      shared_.offsets.reserve(list.size());
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      take({.list = list,
            .text = list[i],
            .list_path = path,
            .index = i,
            .is_inherited = is_inherited});
    }
  }

  void take_records();
  void finish(CompiledCors& compiled);

 private:
  struct Entry {
    const TextList& list;
    std::string_view text;
    std::string_view list_path;
    std::size_t index;
    bool is_inherited;

    [[nodiscard]] Place place() const noexcept { return list.place(index); }
  };

  void add(Problem problem) {
    if (++problem_count_ <= kOriginProblemLimit) {
      problems_.push_back(std::move(problem));
    } else if (problem.severity == Severity::Error) {
      has_hidden_error_ = true;
    }
  }
  void take(const Entry& entry);
  void take_exact(const Entry& entry) {
    if (rules_.known_origins) return;
    if (&entry.list == shared_list_) {
      shared_.offsets.push_back(entry.list.offset(entry.index));
    } else {
      exact_.push_back(entry.text);
    }
  }
  bool take_plainly(const Entry& entry);
  void take_any(const Entry& entry);
  void check_credentials_rules(const Entry& entry, const OriginPattern& pattern);
  void take_record(const CorsRules::RecordOrigin& record);
  [[nodiscard]] std::string blamed_path(const Entry& entry) const;
  [[nodiscard]] Place blamed_place(const Entry& entry) const;
  // The rule itself switches credentials on over a list that it inherits.
  [[nodiscard]] bool is_blamed_on_credentials(const Entry& entry) const {
    return entry.is_inherited && !rules_.inherited.allow_credentials;
  }

  const CorsRules& rules_;
  std::vector<Problem>& problems_;
  std::size_t problem_count_ = 0;
  bool has_hidden_error_ = false;      // => problem_count_ > kOriginProblemLimit
  const TextList* const shared_list_;  // whose bytes the set shares; null = none is long
  ExactKeys shared_ = {};              // the exact origins of that list
  std::vector<std::string_view> exact_ = {};
  std::vector<OriginPattern> patterns_ = {};
  std::size_t entry_count_ = 0;  // but for "*"
  bool has_any_ = false;
  Problem any_not_alone_ = {};  // for the first "*"; added when it turns out not to be alone
};

std::string OriginCompiler::blamed_path(const Entry& entry) const {
  return is_blamed_on_credentials(entry) ? field_path(rules_, false, "allow_credentials")
                                         : element_path(entry.list_path, entry.index);
}

Place OriginCompiler::blamed_place(const Entry& entry) const {
  return is_blamed_on_credentials(entry) ? rules_.credentials_place : entry.place();
}

// True when `text` is an exact origin about which there is nothing to say.
bool OriginCompiler::take_plainly(const Entry& entry) {
  const std::string_view text = entry.text;
  const auto parsed = parse_origin(text);
  if (!parsed || may_have_edge_hyphen(text)) return false;
  const bool is_fine = parsed->scheme == "https" ||
                       (parsed->scheme == "http" &&
                        (!rules_.allow_credentials || rules_.dangerously_allow_insecure_origins));
  if (is_fine) take_exact(entry);
  return is_fine;
}

// What app shells send as it is, and no browser does.
bool is_file_origin(std::string_view text) noexcept {
  return text.starts_with("file://") &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void OriginCompiler::take(const Entry& entry) {
  if (entry.text == kAny) return take_any(entry);
  ++entry_count_;
  if (rules_.profile->takes_opaque_origins) {
    if (entry.text == kNull) return;  // rules_.allow_null_origin says it
    if (is_file_origin(entry.text)) return take_exact(entry);
  }
  if (take_plainly(entry)) return;
  auto pattern = parse_origin_pattern(entry.text);
  if (!pattern) {
    OriginPatternError& error = pattern.error();
    add({.severity = Severity::Error,
         .code = error.code,
         .path = element_path(entry.list_path, entry.index),
         .value = error.may_show_value ? std::string(entry.text) : std::string(),
         .place = entry.place(),
         .what = std::move(error.what),
         .fix = std::move(error.fix)});
    return;
  }
  check_credentials_rules(entry, *pattern);
  if (!rules_.known_origins) patterns_.push_back(std::move(*pattern));
}

void OriginCompiler::take_any(const Entry& entry) {
  if (has_any_) return;  // merged, as every repeat
  has_any_ = true;
  any_not_alone_ = {.severity = Severity::Error,
                    .code = "origin-any-not-alone",
                    .path = element_path(entry.list_path, entry.index),
                    .value = std::string(kAny),
                    .place = entry.place(),
                    .what = "\"*\" covers every origin and stands alone",
                    .fix = "take the other origins out, or \"*\""};
  if (!rules_.allow_credentials || rules_.dangerously_echo_any_origin) return;
  add({.severity = Severity::Error,
       .code = "origin-any-credentials",
       .path = blamed_path(entry),
       .value = std::string(kAny),
       .place = blamed_place(entry),
       .what = "\"*\" with allow_credentials would show every site what your users see",
       .fix = "list the origins, or set allow_credentials = false"});
}

void OriginCompiler::check_credentials_rules(const Entry& entry, const OriginPattern& pattern) {
  const bool with_credentials = rules_.allow_credentials;
  if (with_credentials && !rules_.dangerously_allow_insecure_origins && is_insecure(pattern)) {
    add({.severity = Severity::Error,
         .code = "origin-insecure-credentials",
         .path = blamed_path(entry),
         .value = std::string(entry.text),
         .place = blamed_place(entry),
         .what = "with allow_credentials a plain http origin lets anyone on the network act as the "
                 "user",
         .fix = "write the https origin, or set dangerously_allow_insecure_origins = true"});
  }
  if (rules_.dangerously_allow_public_suffixes) return;
  const std::string_view suffix = open_suffix(pattern);
  if (suffix.empty()) return;  // it has several labels: *.com is no pattern at all
  add({.severity = with_credentials ? Severity::Error : Severity::Warning,
       .code = "origin-public-suffix",
       .path = with_credentials ? blamed_path(entry) : element_path(entry.list_path, entry.index),
       .value = std::string(entry.text),
       .place = with_credentials ? blamed_place(entry) : entry.place(),
       .what = open_suffix_what(suffix),
       .fix = open_suffix_fix(suffix)});
}

void OriginCompiler::take_record(const CorsRules::RecordOrigin& record) {
  auto pattern = read_record(
      record.origin,
      {.is_secure = rules_.allow_credentials && !rules_.dangerously_allow_insecure_origins,
       .is_no_public_suffix = !rules_.dangerously_allow_public_suffixes});
  if (!pattern) return add(record_not_granted(record, std::move(pattern.error())));
  if (!rules_.known_origins) patterns_.push_back(std::move(*pattern));
}

void OriginCompiler::take_records() {
  for (const CorsRules::RecordOrigin& record : rules_.record_origins) {
    if (has_any_) {
      add({.severity = Severity::Warning,
           .code = "record-beside-any",
           .path = record.field,
           .value = may_show(record.origin) ? record.origin : std::string(),
           .place = record.place,
           .what = "beside \"*\" the record changes nothing",
           .fix = "take \"*\" out of allowed_origins, or the scope CORS out of the record"});
      continue;
    }
    take_record(record);
  }
}

void OriginCompiler::finish(CompiledCors& compiled) {
  const bool is_alone = entry_count_ == 0 && rules_.allowed_origin_regexes.empty();
  if (has_any_ && !is_alone) add(std::move(any_not_alone_));
  if (shared_.offsets.size() + exact_.size() + patterns_.size() > kOriginLimit) {
    add({.severity = Severity::Error,
         .code = "origin-too-many",
         .path = field_path(rules_, rules_.inherited.allowed_origins, "allowed_origins"),
         .what = "a rule has at most 10,000,000 origins",
         .fix = "split the list over several rules, or use a wildcard"});
    shared_ = {};
    exact_.clear();
    patterns_.clear();
  }
  if (problem_count_ > kOriginProblemLimit) {
    problems_.push_back(
        {.severity = has_hidden_error_ ? Severity::Error : Severity::Warning,
         .code = "problems-left-out",
         .path = field_path(rules_, rules_.inherited.allowed_origins, "allowed_origins"),
         .what = "the first " + std::to_string(kOriginProblemLimit) + " of " +
                 std::to_string(problem_count_) + " problems of these origins are shown",
         .fix = "mend these first"});
  }
  compiled.echoes_any_origin = has_any_ && rules_.allow_credentials;
  compiled.allows_any_origin = has_any_ && !compiled.echoes_any_origin;
  compiled.origins = rules_.known_origins ? rules_.known_origins
                                          : OriginSet::build(std::move(shared_), exact_, patterns_,
                                                             OriginSet::random_seed());
}

}  // namespace

bool is_plain_origin(std::string_view text) noexcept {
  const auto parsed = parse_origin(text);
  return parsed && (parsed->scheme == "https" || parsed->scheme == "http") &&
         !may_have_edge_hyphen(text);
}

void compile_origins(const CorsRules& rules, CompiledCors& compiled,
                     std::vector<Problem>& problems) {
  OriginCompiler compiler(rules, problems);
  compiler.take_list(rules.allowed_origins, rules.inherited.allowed_origins, "allowed_origins");
  compiler.take_list(rules.allowed_origins_from_file, rules.inherited.allowed_origins_file,
                     "allowed_origins_file");
  compiler.take_records();
  compiler.finish(compiled);
}

}  // namespace corsac
