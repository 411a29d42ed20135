// Entries: read_text, read_revision, read_size, is_revision. Test:
// tests/plugins/redis_store_test.cpp.

#include "text_key.hpp"

#include <algorithm>
#include <utility>

namespace corsac::redis_store {
namespace {

constexpr std::size_t kRevisionLimitBytes = 200;  // the contract takes 255, and we may add to it

}  // namespace

Outcome<std::optional<std::string>> read_text(Connection& connection, const std::string& key,
                                              std::size_t limit_bytes, const Waiter& waiter) {
  auto reply = connection.ask_for_data({"GET", key}, waiter, limit_bytes);
  if (!reply) return std::move(reply.fault());
  if (reply->kind == Reply::Kind::Nil) return std::optional<std::string>();
  if (!reply->is_text()) return shape_fault(connection.name(), "GET");
  return std::optional<std::string>(std::move(reply->text));
}

Outcome<std::string> read_revision(Connection& connection, const Keys& keys,
                                   std::size_t limit_bytes, const Waiter& waiter) {
  auto text = read_text(connection, keys.revision, limit_bytes, waiter);
  if (!text) return std::move(text.fault());
  if (!*text) return std::string();
  if (!is_revision(**text)) {
    return Fault{FaultKind::Invalid, "redis-revision",
                 "the key " + keys.revision + " holds no revision",
                 "delete it, and write the policy again as plugins/README.md shows"};
  }
  return **std::move(text);
}

Outcome<long long> read_size(Connection& connection, std::string_view command,
                             const std::string& key, const Waiter& waiter) {
  auto reply = connection.ask({command, key}, waiter);
  if (!reply) return std::move(reply.fault());
  if (reply->kind != Reply::Kind::Integer) return shape_fault(connection.name(), command);
  return reply->integer;
}

bool is_revision(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kRevisionLimitBytes &&
         std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 127; });
}

}  // namespace corsac::redis_store
