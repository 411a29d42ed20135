// Inheritance: a rule's field, else [cors]'s, else the profile's. Entries: effective_cors,
// effective_rule, profile_of, excluded_paths_of. Spec: policy document, 1 and 3.
// Test: tests/policy/compile_test.cpp.

#include "corsac/policy/effective_rule.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "corsac/policy/behaviour_fields.hpp"
#include "corsac/policy/cloudflare_checks.hpp"

namespace corsac {
namespace {

// The texts of a profile's list; they stand nowhere in the document.
std::vector<PlacedText> defaults(std::span<const std::string_view> names) {
  std::vector<PlacedText> entries;
  for (const std::string_view name : names) entries.push_back({.text = name});
  return entries;
}

constexpr std::string_view kNullOrigin = "null";

// Where `null` stands in the list; nothing when it does not.
std::optional<Place> find_null(const Names& origins) {
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins.values()[i] == kNullOrigin) return origins.place(i);
  }
  return std::nullopt;
}

// Fills CorsRules from a section (CorsPolicy or CorsRule) over [cors]. For [cors] itself both are
// the same object, and nothing counts as inherited.
template <class Section>
class Inheritance {
 public:
  Inheritance(const Section& section, const CorsPolicy& cors, std::string field,
              ProblemList& problems)
      : own_(section), cors_(cors), profile_(profile_of(cors)), problems_(problems) {
    rule_.rules.field = std::move(field);
    rule_.rules.profile = &profile_;
    rule_.rules.behaviour = profile_.behaviour;
  }

  EffectiveRule run() {
    take_origins();
    CorsRules& rules = rule_.rules;
    CorsRules::Inherited& inherited = rules.inherited;
    rule_.methods_place =
        take_list(own_.allowed_methods, cors_.allowed_methods, profile_.allowed_methods,
                  rules.allowed_methods, inherited.allowed_methods);
    rule_.headers_place =
        take_list(own_.allowed_headers, cors_.allowed_headers, profile_.allowed_headers,
                  rules.allowed_headers, inherited.allowed_headers);
    rules.allowed_headers_are_defaults =
        !own_.allowed_headers.is_set() && !cors_.allowed_headers.is_set();
    take_list(own_.exposed_headers, cors_.exposed_headers, profile_.exposed_headers,
              rules.exposed_headers, inherited.exposed_headers);
    take_switches();
    take_null_origin();
    take_behaviour(own_, cors_, rules, problems_);
    take_cloudflare_default();
    return std::move(rule_);
  }

 private:
  void take_origins();
  void take_switches();
  void take_null_origin();
  void take_cloudflare_default();

  template <class T>
  const Setting<T>& pick(const Setting<T>& own, const Setting<T>& inherited,
                         bool& is_inherited) const {
    is_inherited = !own.is_set();
    return own.is_set() ? own : inherited;
  }

  bool take_switch(const Setting<bool>& own, const Setting<bool>& inherited, bool& is_inherited,
                   Place& place, bool otherwise = false) const {
    const Setting<bool>& setting = pick(own, inherited, is_inherited);
    place = setting.place();
    return setting.value_or(otherwise);
  }

  static Place append(const Names& names, std::vector<PlacedText>& entries) {
    entries.reserve(entries.size() + names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      entries.push_back({.text = names.values()[i], .place = names.place(i)});
    }
    return names.place();
  }

  static Place take_list(const Names& own, const Names& inherited,
                         std::span<const std::string_view> otherwise,
                         std::vector<PlacedText>& entries, bool& is_inherited) {
    is_inherited = !own.is_set();
    const Names& names = own.is_set() ? own : inherited;
    if (!names.is_set()) entries = defaults(otherwise);
    return append(names, entries);
  }

  const Section& own_;
  const CorsPolicy& cors_;
  const Profile& profile_;
  ProblemList& problems_;
  EffectiveRule rule_ = {};
};

template <class Section>
void Inheritance<Section>::take_origins() {
  CorsRules& rules = rule_.rules;
  const Setting<std::string>& file = own_.allowed_origins_file;
  const Names& from_file = own_.allowed_origins_from_file;
  const bool is_cors_itself = static_cast<const void*>(&own_) == static_cast<const void*>(&cors_);
  const bool is_inherited = !is_cors_itself && !own_.allowed_origins.is_set() && !file.is_set() &&
                            !from_file.is_set() && !own_.allowed_origin_regexes.is_set();
  rules.inherited.allowed_origins = rules.inherited.allowed_origins_file = is_inherited;
  append(is_inherited ? cors_.allowed_origin_regexes : own_.allowed_origin_regexes,
         rules.allowed_origin_regexes);
  if (is_inherited) return;
  rules.allowed_origins = own_.allowed_origins.values();
  rule_.origins_place = own_.allowed_origins.place();
  rules.allowed_origins_from_file = from_file.values();
  if (own_.allowed_origins.size() == 0) {
    rule_.origins_place = file.is_set() ? file.place() : from_file.place();
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
  rules.allow_credentials =
      take_switch(own_.allow_credentials, cors_.allow_credentials, inherited.allow_credentials,
                  rules.credentials_place, profile_.allow_credentials);
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
  rules.dangerously_echo_any_origin =
      take_switch(own_.dangerously_echo_any_origin, cors_.dangerously_echo_any_origin,
                  inherited.dangerously_echo_any_origin, rules.dangerously_echo_any_origin_place);
  bool is_inherited = false;
  rules.timing_allow_origin =
      pick(own_.timing_allow_origin, cors_.timing_allow_origin, is_inherited).value_or(false);
  rules.report_only = pick(own_.report_only, cors_.report_only, is_inherited).value_or(false);
  const Setting<std::int64_t>& max_age =
      pick(own_.max_age_seconds, cors_.max_age_seconds, inherited.max_age_seconds);
  if (!max_age.is_set()) {
    rules.max_age_seconds = profile_.max_age_seconds;
    return;
  }
  rules.max_age_seconds = max_age.value();
  rules.max_age_place = max_age.place();
}

// Two of the systems list `null` beside the other origins.
template <class Section>
void Inheritance<Section>::take_null_origin() {
  CorsRules& rules = rule_.rules;
  if (!profile_.takes_opaque_origins) return;
  if (own_.allow_null_origin.is_set() || cors_.allow_null_origin.is_set()) return;
  const Names& origins =
      rules.inherited.allowed_origins ? cors_.allowed_origins : own_.allowed_origins;
  const std::optional<Place> place = find_null(origins);
  if (!place) return;
  rules.allow_null_origin = true;
  rules.null_place = *place;
}

// Without any setting of its own Cloudflare Access blocks every preflight.
template <class Section>
void Inheritance<Section>::take_cloudflare_default() {
  if (profile_.name != ProfileName::Cloudflare) return;
  if (own_.preflight.is_set() || cors_.preflight.is_set()) return;
  if (has_cloudflare_settings(own_) || has_cloudflare_settings(cors_)) return;
  rule_.rules.behaviour.preflight = PreflightMode::Reject;
}

}  // namespace

const Profile& profile_of(const CorsPolicy& cors) noexcept {
  const Profile* found = cors.profile.is_set() ? find_profile(cors.profile.value()) : nullptr;
  return found != nullptr ? *found : profile(ProfileName::Fetch);
}

Names excluded_paths_of(const CorsPolicy& cors) {
  const bool is_own = cors.excluded_paths.is_set() || cors.included_paths.is_set() ||
                      cors.excluded_path_regexes.is_set() || cors.included_path_regexes.is_set();
  if (is_own) return cors.excluded_paths;
  const auto& paths = profile_of(cors).excluded_paths;
  if (paths.empty()) return {};
  return Names(std::vector<std::string>(paths.begin(), paths.end()));
}

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
