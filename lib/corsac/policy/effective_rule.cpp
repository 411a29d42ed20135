// Inheritance of [[cors.rules]] from [cors], and texts to modes. Entries: effective_cors,
// effective_rule. Spec: policy document, 1 and 3 (column "fetch").
// Test: tests/policy/compile_test.cpp.

#include "corsac/policy/effective_rule.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "corsac/policy/report.hpp"

namespace corsac {
namespace {

template <class Mode>
struct Choice {
  std::string_view text;
  Mode mode;
};

// The first row of each is the default of the profile "fetch".
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

// Fills CorsRules from a section (CorsPolicy or CorsRule) over [cors]. For [cors] itself both are
// the same object, and nothing counts as inherited.
template <class Section>
class Inheritance {
 public:
  Inheritance(const Section& section, const CorsPolicy& cors, std::string field,
              ProblemList& problems)
      : own_(section), cors_(cors), problems_(problems) {
    rule_.rules.field = std::move(field);
  }

  EffectiveRule run() {
    take_origins();
    CorsRules& rules = rule_.rules;
    CorsRules::Inherited& inherited = rules.inherited;
    rule_.methods_place = take_list(own_.allowed_methods, cors_.allowed_methods,
                                    rules.allowed_methods, inherited.allowed_methods);
    rule_.headers_place = take_list(own_.allowed_headers, cors_.allowed_headers,
                                    rules.allowed_headers, inherited.allowed_headers);
    take_list(own_.exposed_headers, cors_.exposed_headers, rules.exposed_headers,
              inherited.exposed_headers);
    take_switches();
    take_modes();
    return std::move(rule_);
  }

 private:
  void take_origins();
  void take_switches();
  void take_modes();

  template <class T>
  const Setting<T>& pick(const Setting<T>& own, const Setting<T>& inherited,
                         bool& is_inherited) const {
    is_inherited = !own.is_set();
    return own.is_set() ? own : inherited;
  }

  bool take_switch(const Setting<bool>& own, const Setting<bool>& inherited, bool& is_inherited,
                   Place& place) const {
    const Setting<bool>& setting = pick(own, inherited, is_inherited);
    place = setting.place();
    return setting.value_or(false);
  }

  static Place append(const Names& names, std::vector<PlacedText>& entries) {
    entries.reserve(entries.size() + names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      entries.push_back({.text = names.values()[i], .place = names.place(i)});
    }
    return names.place();
  }

  static Place take_list(const Names& own, const Names& inherited, std::vector<PlacedText>& entries,
                         bool& is_inherited) {
    is_inherited = !own.is_set();
    return append(own.is_set() ? own : inherited, entries);
  }

  template <class Mode, std::size_t N>
  Mode take_mode(const Setting<std::string>& own, const Setting<std::string>& inherited,
                 std::string_view name, const std::array<Choice<Mode>, N>& choices) {
    const bool is_own = own.is_set();
    const Setting<std::string>& setting = is_own ? own : inherited;
    if (!setting.is_set()) return choices[0].mode;
    for (const Choice<Mode>& choice : choices) {
      if (choice.text == setting.value()) return choice.mode;
    }
    std::vector<std::string_view> known;
    for (const Choice<Mode>& choice : choices) known.push_back(choice.text);
    const CorsRules& rules = rule_.rules;
    const std::string field = is_own ? rules.field : rules.inherited_field;
    problems_.add(unknown_value(field + "." + std::string(name), setting, known));
    return choices[0].mode;
  }

  static Problem unknown_value(std::string path, const Setting<std::string>& setting,
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

  const Section& own_;
  const CorsPolicy& cors_;
  ProblemList& problems_;
  EffectiveRule rule_ = {};
};

template <class Section>
void Inheritance<Section>::take_origins() {
  CorsRules& rules = rule_.rules;
  const Setting<std::string>& file = own_.allowed_origins_file;
  const Names& from_file = own_.allowed_origins_from_file;
  const bool is_cors_itself = static_cast<const void*>(&own_) == static_cast<const void*>(&cors_);
  const bool is_inherited =
      !is_cors_itself && !own_.allowed_origins.is_set() && !file.is_set() && !from_file.is_set();
  rules.inherited.allowed_origins = rules.inherited.allowed_origins_file = is_inherited;
  if (is_inherited) return;
  rule_.origins_place = append(own_.allowed_origins, rules.allowed_origins);
  const Place file_place = append(from_file, rules.allowed_origins_from_file);
  if (own_.allowed_origins.size() == 0) {
    rule_.origins_place = file.is_set() ? file.place() : file_place;
  }
  if (!file.is_set() || from_file.is_set()) return;
  problems_.add({.severity = Severity::Error,
                 .code = "origins-file-unread",
                 .path = rules.field + ".allowed_origins_file",
                 .value = file.value(),
                 .place = file.place(),
                 .what = "only a store of files reads an origins file, and none has read this one",
                 .fix = "write the origins into allowed_origins"});
}

template <class Section>
void Inheritance<Section>::take_switches() {
  CorsRules& rules = rule_.rules;
  CorsRules::Inherited& inherited = rules.inherited;
  rules.allow_credentials = take_switch(own_.allow_credentials, cors_.allow_credentials,
                                        inherited.allow_credentials, rules.credentials_place);
  rules.allow_null_origin = take_switch(own_.allow_null_origin, cors_.allow_null_origin,
                                        inherited.allow_null_origin, rules.null_place);
  rules.allow_private_network =
      take_switch(own_.allow_private_network, cors_.allow_private_network,
                  inherited.allow_private_network, rules.private_network_place);
  rules.dangerously_allow_insecure_origins = take_switch(
      own_.dangerously_allow_insecure_origins, cors_.dangerously_allow_insecure_origins,
      inherited.dangerously_allow_insecure_origins, rules.dangerously_allow_insecure_origins_place);
  rules.dangerously_allow_public_suffixes = take_switch(
      own_.dangerously_allow_public_suffixes, cors_.dangerously_allow_public_suffixes,
      inherited.dangerously_allow_public_suffixes, rules.dangerously_allow_public_suffixes_place);
  bool is_inherited = false;
  rules.timing_allow_origin =
      pick(own_.timing_allow_origin, cors_.timing_allow_origin, is_inherited).value_or(false);
  rules.report_only = pick(own_.report_only, cors_.report_only, is_inherited).value_or(false);
  const Setting<std::int64_t>& max_age =
      pick(own_.max_age_seconds, cors_.max_age_seconds, inherited.max_age_seconds);
  if (!max_age.is_set()) return;
  rules.max_age_seconds = max_age.value();
  rules.max_age_place = max_age.place();
}

template <class Section>
void Inheritance<Section>::take_modes() {
  CorsRules& rules = rule_.rules;
  rules.preflight = take_mode(own_.preflight, cors_.preflight, "preflight", kPreflightModes);
  rules.on_denied = take_mode(own_.on_denied, cors_.on_denied, "on_denied", kDeniedModes);
  rules.handler_headers =
      take_mode(own_.handler_headers, cors_.handler_headers, "handler_headers", kHandlerModes);
  rules.websocket = take_mode(own_.websocket, cors_.websocket, "websocket", kWebSocketModes);
}

}  // namespace

EffectiveRule effective_cors(const CorsPolicy& cors, ProblemList& problems) {
  return Inheritance<CorsPolicy>(cors, cors, "cors", problems).run();
}

EffectiveRule effective_rule(const CorsPolicy& cors, std::size_t index, ProblemList& problems) {
  return Inheritance<CorsRule>(cors.rules[index], cors, "cors.rules[" + std::to_string(index) + "]",
                               problems)
      .run();
}

void inherit_origins(const EffectiveRule& cors, EffectiveRule& rule) {
  rule.rules.allowed_origins = cors.rules.allowed_origins;
  rule.rules.allowed_origins_from_file = cors.rules.allowed_origins_from_file;
  rule.rules.record_origins = cors.rules.record_origins;
}

}  // namespace corsac
