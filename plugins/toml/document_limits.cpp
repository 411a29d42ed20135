// One pass over a TOML document that understands just enough of it (TOML 1.0: strings, comments,
// brackets) to measure names and nesting and to
// count values. Entry: find_beyond_limits. Test:
// tests/plugins/toml_document_test.cpp.

#include "document_limits.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace corsac::toml_store {
namespace {

// Scanned within a few milliseconds.
constexpr std::size_t kQuestionBytes = std::size_t{1024} * 1024;

// A run is what stands between two of: line break, `,` `=` `[` `]` `{` `}`. A key is a run that
// ends in `=`, a table name one in the brackets that begin a line; every other run is (part of) a
// value.
class LimitScan {
 public:
  LimitScan(std::string_view document, std::size_t counted)
      : document_(document), values_(counted) {}

  std::optional<LimitProblem> run(const std::function<bool()>& is_wanted) {
    for (std::size_t next_question = 0; at_ < document_.size() && !problem_;) {
      if (at_ >= next_question) {
        if (!is_wanted()) return LimitProblem{.code = "read-cancelled"};
        next_question = at_ + kQuestionBytes;
      }
      step(document_[at_]);
    }
    return problem_;
  }

 private:
  void step(char byte) {
    switch (byte) {
      case '\n':
        end_run(false);
        ++at_;
        ++line_;
        line_begin_ = at_;
        is_line_begin_ = true;
        is_header_ = false;
        return;
      case '#':
        at_ = std::min(document_.find('\n', at_), document_.size());
        return;
      case '"':
      case '\'':
        begin_run();
        skip_string(byte);
        run_end_ = at_;
        return;
      case '[':
        if (is_line_begin_ && depth_ == 0) {
          is_header_ = true;
          is_line_begin_ = false;
          count_value();
        } else if (!is_header_) {
          open_bracket();
        }
        break;
      case '{':
        open_bracket();
        break;
      case ']':
      case '}':
        end_run(is_header_);
        if (!is_header_ && depth_ > 0) --depth_;
        break;
      case ',':
        end_run(false);
        count_value();
        break;
      case '=':
        end_run(true);
        count_value();
        break;
      case ' ':
      case '\t':
      case '\r':
        break;
      default:
        begin_run();
        add_bare(byte);
    }
    ++at_;
  }

  void begin_run() {
    if (!is_in_run_) {
      run_begin_ = at_;
      run_place_ = place_here();
      is_in_run_ = true;
    }
    is_line_begin_ = false;
  }

  // Outside of strings a long run is refused wherever it stands: no number or date is that long,
  // and the end of the run may be missing.
  void add_bare(char byte) {
    ++bare_bytes_;
    run_end_ = at_ + 1;
    if (byte == '.') {
      ++dots_;
      count_value();
    }
    if (dots_ >= kNamePartLimit) {
      beyond("nesting-too-deep",
             "a name has more than " + std::to_string(kNamePartLimit) + " parts", run_place_);
    } else if (bare_bytes_ > kNameLimitBytes) {
      too_long();
    }
  }

  void end_run(bool is_name) {
    if (is_name && is_in_run_ && run_end_ - run_begin_ > kNameLimitBytes) too_long();
    is_in_run_ = false;
    bare_bytes_ = 0;
    dots_ = 0;
  }

  void open_bracket() {
    end_run(false);
    count_value();
    is_line_begin_ = false;
    if (++depth_ > kBracketLimit) {
      beyond("nesting-too-deep",
             "lists and tables nest deeper than " + std::to_string(kBracketLimit) + " levels",
             place_here());
    }
  }

  void too_long() {
    beyond("key-too-long", "a name has more than " + std::to_string(kNameLimitBytes) + " bytes",
           run_place_);
  }

  // One for each `,` and `=`, each opening bracket, and each dot outside of strings: no value and
  // no table comes without one of them, but for the last of a list.
  void count_value() {
    if (++values_ <= kValueLimit || problem_) return;
    beyond("too-many-values", "the document has more than 2,000,000 values and names",
           place_here());
    problem_->fix = "put long lists of origins into an allowed_origins_file";
  }

  void beyond(std::string_view code, std::string what, plugin::Place place) {
    if (problem_) return;
    problem_ = LimitProblem{.code = code, .what = std::move(what), .place = place};
  }

  // From the opening quote to behind the closing one.
  void skip_string(char quote) {
    const bool is_multi_line =
        document_.substr(at_, 3) == std::string_view(quote == '"' ? "\"\"\"" : "'''");
    at_ += is_multi_line ? 3 : 1;
    while (at_ < document_.size()) {
      const char byte = document_[at_];
      if (byte == '\n') {
        // Without the second quote on its line the string is no TOML; the parser stops here too.
        if (!is_multi_line) return;
        ++line_;
        line_begin_ = at_ + 1;
      } else if (byte == '\\' && quote == '"') {
        // Behind a backslash a quote is content; a line break is counted as one in the next round.
        if (document_.substr(at_ + 1, 1) != "\n") ++at_;
      } else if (byte == quote && !is_multi_line) {
        ++at_;
        return;
      } else if (byte == quote && ends_multi_line(quote)) {
        return;
      }
      ++at_;
    }
    at_ = document_.size();
  }

  // At three quotes or more: moves behind them (up to two before the last three may be content,
  // TOML 1.0, "String").
  bool ends_multi_line(char quote) {
    std::size_t count = 0;
    while (count < 5 && at_ + count < document_.size() && document_[at_ + count] == quote) ++count;
    if (count < 3) return false;
    at_ += count;
    return true;
  }

  [[nodiscard]] plugin::Place place_here() const {
    return {static_cast<std::uint32_t>(line_), static_cast<std::uint32_t>(at_ - line_begin_ + 1)};
  }

  std::string_view document_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;
  std::size_t depth_ = 0;  // of lists and inline tables
  bool is_line_begin_ = true;
  bool is_header_ = false;  // between the brackets of a table name

  bool is_in_run_ = false;
  std::size_t run_begin_ = 0;
  std::size_t run_end_ = 0;  // behind its last byte that is no blank
  plugin::Place run_place_ = {};
  std::size_t bare_bytes_ = 0;
  std::size_t dots_ = 0;
  std::size_t values_;
  std::optional<LimitProblem> problem_ = std::nullopt;
};

}  // namespace

std::optional<LimitProblem> find_beyond_limits(std::string_view document,
                                               const std::function<bool()>& is_wanted,
                                               std::size_t counted) {
  return LimitScan(document, counted).run(is_wanted);
}

}  // namespace corsac::toml_store
