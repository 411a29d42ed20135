// The words and numbers of the document that say how a rule behaves. Entry: take_behaviour.
// Spec: policy document, 1 and 3. Test: tests/policy/profile_test.cpp, compile_test.cpp.

#include "corsac/policy/behaviour_fields.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/policy/report.hpp"

namespace corsac {
namespace {

template <class Mode>
struct Choice {
  std::string_view text;
  Mode mode;
};

constexpr std::array kPreflightModes = {
    Choice<PreflightMode>{"answer", PreflightMode::Answer},
    Choice<PreflightMode>{"pass_through", PreflightMode::PassThrough},
    Choice<PreflightMode>{"reject", PreflightMode::Reject},
};
constexpr std::array kDeniedModes = {
    Choice<OnDenied>{"block", OnDenied::Block},
    Choice<OnDenied>{"mark", OnDenied::Mark},
};
constexpr std::array kHandlerModes = {
    Choice<HandlerWins>{"replace", HandlerWins::Replace},
    Choice<HandlerWins>{"keep", HandlerWins::Keep},
};
constexpr std::array kWebSocketModes = {
    Choice<WebSocketMode>{"block", WebSocketMode::Block},
    Choice<WebSocketMode>{"as_rule", WebSocketMode::AsRule},
};
constexpr std::array kActualAnswers = {
    Choice<ActualAnswers>{"grant", ActualAnswers::Grant},
    Choice<ActualAnswers>{"leave", ActualAnswers::Leave},
};
constexpr std::array kMethodCases = {
    Choice<MethodCase>{"exact", MethodCase::Exact},
    Choice<MethodCase>{"fold", MethodCase::Fold},
};
constexpr std::array kAnswerLists = {
    Choice<AnswerList>{"requested", AnswerList::Requested},
    Choice<AnswerList>{"list", AnswerList::List},
};
constexpr std::array kSeparators = {
    Choice<ListSeparator>{",", ListSeparator::Comma},
    Choice<ListSeparator>{", ", ListSeparator::CommaBlank},
};
constexpr std::array kVaryModes = {
    Choice<VaryMode>{"dynamic", VaryMode::Dynamic},
    Choice<VaryMode>{"always", VaryMode::Always},
    Choice<VaryMode>{"specific_only", VaryMode::SpecificOnly},
};
constexpr std::array kPreflightVary = {
    Choice<PreflightVary>{"full", PreflightVary::Full},
    Choice<PreflightVary>{"origin", PreflightVary::Origin},
};
constexpr std::array kSameOrigin = {
    Choice<SameOrigin>{"exempt", SameOrigin::Exempt},
    Choice<SameOrigin>{"exempt_first", SameOrigin::ExemptFirst},
    Choice<SameOrigin>{"judge", SameOrigin::Judge},
};
constexpr std::array kMalformedOrigin = {
    Choice<MalformedOrigin>{"refuse", MalformedOrigin::Refuse},
    Choice<MalformedOrigin>{"ignore", MalformedOrigin::Ignore},
};
constexpr std::array kPostWithoutContentType = {
    Choice<PostWithoutContentType>{"pass", PostWithoutContentType::Pass},
    Choice<PostWithoutContentType>{"refuse", PostWithoutContentType::Refuse},
};
constexpr std::array kEmptyRequestedMethod = {
    Choice<EmptyRequestedMethod>{"refuse", EmptyRequestedMethod::Refuse},
    Choice<EmptyRequestedMethod>{"preflight", EmptyRequestedMethod::Preflight},
    Choice<EmptyRequestedMethod>{"actual", EmptyRequestedMethod::Actual},
};
constexpr std::array kOutsidePaths = {
    Choice<OutsidePaths>{"refuse", OutsidePaths::Refuse},
    Choice<OutsidePaths>{"pass", OutsidePaths::Pass},
};
constexpr std::array kZeroMaxAge = {
    Choice<ZeroMaxAge>{"print", ZeroMaxAge::Print},
    Choice<ZeroMaxAge>{"omit", ZeroMaxAge::Omit},
};

struct FieldWords {
  std::string_view field;
  std::vector<std::string_view> words;
};

template <class Mode, std::size_t N>
FieldWords words_of(std::string_view field, const std::array<Choice<Mode>, N>& choices) {
  FieldWords row = {field, {}};
  row.words.reserve(N);
  for (const Choice<Mode>& choice : choices) row.words.push_back(choice.text);
  return row;
}

bool is_success_status(std::int64_t status) noexcept { return status >= 200 && status <= 299; }

Problem unknown_word(std::string path, const Setting<std::string>& setting,
                     const std::vector<std::string_view>& known) {
  std::string all;
  for (const std::string_view text : known) {
    if (!all.empty()) all += text == known.back() ? " or " : ", ";
    all += '"' + std::string(text) + '"';
  }
  const std::string_view nearest = nearest_name(setting.value(), known);
  return {.severity = Severity::Error,
          .code = "value-unknown",
          .path = std::move(path),
          .value = setting.value(),
          .place = setting.place(),
          .what = "the values are " + all,
          .fix = nearest.empty() ? std::string() : "write \"" + std::string(nearest) + "\""};
}

// One section over [cors]; a value that neither sets stays as it is.
class BehaviourReader {
 public:
  BehaviourReader(const CorsRules& rules, ProblemList& problems)
      : rules_(rules), problems_(problems) {}

  template <class Mode, std::size_t N>
  void word(std::string_view name, const Setting<std::string>& own,
            const Setting<std::string>& inherited, const std::array<Choice<Mode>, N>& choices,
            Mode& mode) {
    const Setting<std::string>& setting = own.is_set() ? own : inherited;
    if (!setting.is_set()) return;
    for (const Choice<Mode>& choice : choices) {
      if (choice.text != setting.value()) continue;
      mode = choice.mode;
      return;
    }
    std::vector<std::string_view> known;
    known.reserve(std::size(choices));
    for (const Choice<Mode>& choice : choices) known.push_back(choice.text);
    problems_.add(unknown_word(path_of(name, own.is_set()), setting, known));
  }

  static void flag(const Setting<bool>& own, const Setting<bool>& inherited, bool& value) {
    value = own.is_set() ? own.value() : inherited.value_or(value);
  }

  // `takes_errors`: an answer that refuses may also have a status of 4xx.
  void status(std::string_view name, const Setting<std::int64_t>& own,
              const Setting<std::int64_t>& inherited, bool takes_errors, std::uint16_t& value) {
    const Setting<std::int64_t>& setting = own.is_set() ? own : inherited;
    if (!setting.is_set()) return;
    const std::int64_t status = setting.value();
    if (is_success_status(status) || (takes_errors && status >= 400 && status <= 499)) {
      value = static_cast<std::uint16_t>(status);
      return;
    }
    problems_.add({.severity = Severity::Error,
                   .code = "status-range",
                   .path = path_of(name, own.is_set()),
                   .value = std::to_string(status),
                   .place = setting.place(),
                   .what = takes_errors ? "a refused preflight is answered with 200 to 299 or with "
                                          "400 to 499"
                                        : "browsers take a preflight's answer with 200 to 299 only",
                   .fix = takes_errors ? "write 403" : "write 204"});
  }

 private:
  [[nodiscard]] std::string path_of(std::string_view name, bool is_own) const {
    return (is_own ? rules_.field : rules_.inherited_field) + '.' + std::string(name);
  }

  const CorsRules& rules_;
  ProblemList& problems_;
};

template <class Section>
void take(const Section& own, const CorsPolicy& cors, CorsRules& rules, ProblemList& problems) {
  BehaviourReader read(rules, problems);
  CorsBehaviour& b = rules.behaviour;
  read.word("preflight", own.preflight, cors.preflight, kPreflightModes, b.preflight);
  read.word("on_denied", own.on_denied, cors.on_denied, kDeniedModes, b.on_denied);
  read.word("handler_headers", own.handler_headers, cors.handler_headers, kHandlerModes,
            b.handler_headers);
  read.word("websocket", own.websocket, cors.websocket, kWebSocketModes, b.websocket);

  const CorsKnobs& k = own.knobs;
  const CorsKnobs& c = cors.knobs;
  read.word("actual_answers", k.actual_answers, c.actual_answers, kActualAnswers, b.actual_answers);
  read.flag(k.enforce_methods, c.enforce_methods, b.enforces_methods);
  read.status("preflight_status", k.preflight_status, c.preflight_status, false,
              b.preflight_status);
  read.status("refused_preflight_status", k.refused_preflight_status, c.refused_preflight_status,
              true, b.refused_preflight_status);
  read.flag(k.check_requested, c.check_requested, b.checks_requested);
  read.word("requested_method_case", k.requested_method_case, c.requested_method_case, kMethodCases,
            b.requested_method_case);
  read.word("methods_answer", k.methods_answer, c.methods_answer, kAnswerLists, b.methods_answer);
  read.word("headers_answer", k.headers_answer, c.headers_answer, kAnswerLists, b.headers_answer);
  read.word("list_separator", k.list_separator, c.list_separator, kSeparators, b.list_separator);
  read.flag(k.methods_are_exact, c.methods_are_exact, b.has_exact_methods);
  read.flag(k.expose_on_preflight, c.expose_on_preflight, b.exposes_on_preflight);
  read.flag(k.preflight_headers_on_options, c.preflight_headers_on_options,
            b.has_preflight_headers_on_options);
  read.word("vary", k.vary, c.vary, kVaryModes, b.vary);
  read.word("preflight_vary", k.preflight_vary, c.preflight_vary, kPreflightVary, b.preflight_vary);
  read.word("same_origin", k.same_origin, c.same_origin, kSameOrigin, b.same_origin);
  read.word("malformed_origin", k.malformed_origin, c.malformed_origin, kMalformedOrigin,
            b.malformed_origin);
  read.word("post_without_content_type", k.post_without_content_type, c.post_without_content_type,
            kPostWithoutContentType, b.post_without_content_type);
  read.word("empty_requested_method", k.empty_requested_method, c.empty_requested_method,
            kEmptyRequestedMethod, b.empty_requested_method);
  read.flag(k.preflight_needs_origin, c.preflight_needs_origin, b.preflight_needs_origin);
  read.word("preflight_outside_paths", k.preflight_outside_paths, c.preflight_outside_paths,
            kOutsidePaths, b.preflight_outside_paths);
  read.word("zero_max_age", k.zero_max_age, c.zero_max_age, kZeroMaxAge, b.zero_max_age);

  const Setting<bool>& checks = k.check_requested.is_set() ? k.check_requested : c.check_requested;
  rules.checks_requested_place = checks.place();
  rules.inherited.checks_requested = !k.check_requested.is_set();
}

}  // namespace

void take_behaviour(const CorsPolicy& own, const CorsPolicy& cors, CorsRules& rules,
                    ProblemList& problems) {
  take(own, cors, rules, problems);
}

void take_behaviour(const CorsRule& own, const CorsPolicy& cors, CorsRules& rules,
                    ProblemList& problems) {
  take(own, cors, rules, problems);
}

std::vector<std::string_view> behaviour_words(std::string_view field) {
  // Each has a line in take() too, which reads the same choices.
  for (FieldWords row :
       {words_of("preflight", kPreflightModes), words_of("on_denied", kDeniedModes),
        words_of("handler_headers", kHandlerModes), words_of("websocket", kWebSocketModes),
        words_of("actual_answers", kActualAnswers), words_of("requested_method_case", kMethodCases),
        words_of("methods_answer", kAnswerLists), words_of("headers_answer", kAnswerLists),
        words_of("list_separator", kSeparators), words_of("vary", kVaryModes),
        words_of("preflight_vary", kPreflightVary), words_of("same_origin", kSameOrigin),
        words_of("malformed_origin", kMalformedOrigin),
        words_of("post_without_content_type", kPostWithoutContentType),
        words_of("empty_requested_method", kEmptyRequestedMethod),
        words_of("preflight_outside_paths", kOutsidePaths),
        words_of("zero_max_age", kZeroMaxAge)}) {
    if (row.field == field) return std::move(row.words);
  }
  return {};
}

}  // namespace corsac
