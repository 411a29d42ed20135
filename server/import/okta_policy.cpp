// Entry: complete_okta_policy. Test: tests/import/import_test.py.

#include "okta_policy.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <corsac/origin/pattern.hpp>

namespace corsac::server {
namespace {

// Okta itself keeps each name and each origin once, but two spellings of one origin: the one that
// is switched off does not take back what the other one grants.
void tell_repeated(Imported& imported) {
  std::unordered_map<std::string, std::size_t> names;
  std::unordered_map<std::string, std::size_t> origins;
  const auto& records = imported.policy.trusted_origins;
  const auto tell = [&](std::size_t i, std::size_t first, const char* field,
                        const std::string& value, std::string_view what) {
    const std::string other = "trusted_origins[" + std::to_string(first) + "]";
    imported.leave_out("record-repeated", "trusted_origins[" + std::to_string(i) + "]." + field,
                       value, records[i].place, other + std::string(what),
                       "keep one of them: the Trusted Origins API takes each name and origin once");
  };
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto [name, is_new_name] = names.emplace(records[i].name, i);
    if (!is_new_name) tell(i, name->second, "name", records[i].name, " has the same name");
    const auto [origin, is_new_origin] =
        origins.emplace(normal_record_origin(records[i].origin), i);
    if (is_new_origin) continue;
    const bool differs = records[i].status != records[origin->second].status;
    tell(i, origin->second, "origin", records[i].origin,
         differs ? " has the same origin and another status: it is granted as long as one is ACTIVE"
                 : " has the same origin");
  }
}

// Scopes whose guard the policy does not have: the first record of each is told.
void tell_scopes_without_effect(Imported& imported) {
  using Type = TrustedOrigin::ScopeType;
  struct Row {
    Type type;
    std::string_view name;
    bool is_on;
    const char* fix;
  };
  const Policy& policy = imported.policy;
  const std::array<Row, 2> rows = {{
      {Type::Redirect, "REDIRECT", policy.redirects.is_present(),
       "write [redirects] with enabled = true"},
      {Type::IframeEmbed, "IFRAME_EMBED", policy.frames.is_present(),
       "write [frames] with the paths of the pages that may be framed"},
  }};
  for (const Row& row : rows) {
    if (row.is_on) continue;
    const auto has_scope = [&row](const TrustedOrigin& record) {
      return std::any_of(record.scopes.begin(), record.scopes.end(),
                         [&row](const auto& scope) { return scope.type == row.type; });
    };
    const auto& records = policy.trusted_origins;
    const auto first = std::find_if(records.begin(), records.end(), has_scope);
    if (first == records.end()) continue;
    const auto count = std::count_if(first, records.end(), has_scope);
    imported.leave_out("scope-without-effect",
                       "trusted_origins[" + std::to_string(first - records.begin()) + "].scopes",
                       std::string(row.name), first->place,
                       "nothing asks for this scope, of " + std::to_string(count) +
                           (count == 1 ? " record, " : " records, ") +
                           "until the policy guards what it is about; the records have it",
                       row.fix);
  }
}

}  // namespace

void complete_okta_policy(Imported& imported) {
  if (imported.policy.trusted_origins.empty() && !has_error(imported.problems)) {
    imported.refuse("nothing-to-import", "", {}, "there is no trusted origin in it",
                    "give the answer of GET /api/v1/trustedOrigins");
  }
  tell_repeated(imported);
  tell_scopes_without_effect(imported);
  imported.policy.cors.profile = "okta";
  imported.remarks.push_back(
      "Records name no methods and no headers: GET, HEAD and POST pass. Add allowed_methods and "
      "allowed_headers for more.");
}

}  // namespace corsac::server
