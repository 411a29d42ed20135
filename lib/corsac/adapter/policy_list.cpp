// The last policies as JSON, and what each one changed. Entry: PolicyList::answer. Spec: README,
// "Operating". Tests: tests/adapter/policy_list_test.cpp, tests/server/program_test.py.

#include "corsac/adapter/policy_list.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <nlohmann/json.hpp>

#include "corsac/adapter/admin_refusal.hpp"
#include "corsac/base/rfc3339.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/diff.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/policy_api/document_parts.hpp"
#include "corsac/runtime/policy_history.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kLongestWait{10};

Json json_of(const KeptPolicy& kept) {
  Json json;
  json["number"] = kept.number;
  json["revision"] = kept.revision;
  json["taken_at"] = time_text(kept.taken_at);
  json["source"] = kept.source == PolicySource::Cache ? "cache" : "store";
  json["is_kept"] = kept.policy != nullptr;
  return json;
}

// What the store keeps beside its document is in force with it, and is none of it.
struct Shown {
  std::string document = {};
  bool has_beside = false;
};

Shown show(const Policy& policy) {
  Policy document = policy;
  const BesideDocument beside = take_beside(document);
  return {.document = policy_to_json(document),
          .has_beside = !beside.records.empty() || beside.origins.is_set()};
}

std::string compare(const Policy& before, const Policy& after) {
  const auto now = std::chrono::system_clock::now();
  const auto old_one = compile_policy(before, {.now = now});
  const auto new_one = compile_policy(after, {.now = now});
  if (!old_one || !new_one) return "null";
  return diff_policies({before, *old_one->snapshot}, {after, *new_one->snapshot}, now).json();
}

}  // namespace

AdminAnswer PolicyList::answer(const AdminRequest& request) {
  const std::vector<KeptPolicy> policies = gate_->last_policies();
  if (request.query.empty()) {
    Json json;
    json["policies"] = Json::array();
    for (const KeptPolicy& kept : policies) json["policies"].push_back(json_of(kept));
    return {.body = json.dump() + "\n"};
  }
  std::uint64_t number = 0;
  const auto& [name, value] = request.query.front();
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (request.query.size() != 1 || name != "number" || error != std::errc() ||
      end != value.data() + value.size()) {
    return refusal(400, "parameter", "not understood; the one parameter is number, of the list");
  }
  const auto found = std::find_if(policies.begin(), policies.end(), [number](const auto& kept) {
    return kept.number == number && kept.policy;
  });
  if (found == policies.end()) {
    return refusal(404, "policy_not_kept", "this policy is not kept: ask again without number");
  }
  return one(policies, static_cast<std::size_t>(found - policies.begin()));
}

AdminAnswer PolicyList::one(const std::vector<KeptPolicy>& policies, std::size_t index) {
  const KeptPolicy& kept = policies[index];
  const KeptPolicy* before = index + 1 < policies.size() ? &policies[index + 1] : nullptr;
  std::string told = "null";
  if (before != nullptr && before->policy) {
    auto found = changes(*before, kept);
    if (!found) {
      AdminAnswer busy = refusal(503, "busy", "other policies are being compared");
      busy.headers.emplace_back("Retry-After", "10");
      return busy;
    }
    told = *std::move(found);
  }
  Shown shown = show(*kept.policy);
  Json json = json_of(kept);
  json["before"] = before == nullptr ? Json(nullptr) : Json(before->number);
  json["has_beside"] = shown.has_beside;
  std::string body = json.dump();
  body.pop_back();
  body += ",\"changes\":" + told + ",\"document\":" + shown.document + "}\n";
  return {.body = std::move(body)};
}

std::optional<std::string> PolicyList::changes(const KeptPolicy& before, const KeptPolicy& after) {
  const std::unique_lock lock(mutex_, kLongestWait);
  if (!lock.owns_lock()) return std::nullopt;
  for (const auto& [number, json] : compared_) {
    if (number == after.number) return json;
  }
  compared_.emplace_back(after.number, compare(*before.policy, *after.policy));
  if (compared_.size() > PolicyHistory::kPolicies) compared_.erase(compared_.begin());
  return compared_.back().second;
}

}  // namespace corsac
