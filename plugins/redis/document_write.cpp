// Entries: write_document, write_document_over. Spec: design, 6 "redis". Test:
// tests/plugins/redis_write_test.cpp.

#include "document_write.hpp"

#include <optional>
#include <utility>

#include "write_script.hpp"

namespace corsac::redis_store {
namespace {

// SET replaces what is of another type. Who changes by hand may leave the revision as it is, so
// that a document which was read under it is compared as well.
constexpr std::string_view kBody = R"(
  if ARGV[5] and call('GET', KEYS[1]) ~= ARGV[5] then return false end
  raise()
  call('SET', KEYS[1], ARGV[4])
  return 0
)";

Outcome<WriteResult> run(Connection& connection, const Keys& keys, const WriteScript& script,
                         const Waiter& waiter) {
  auto answer = run_write_script(connection, keys, script, waiter);
  if (!answer) return std::move(answer.fault());
  return WriteResult{answer->kind == WriteAnswer::Kind::Written, std::move(answer->revision)};
}

}  // namespace

Outcome<WriteResult> write_document(Connection& connection, const Keys& keys, std::string_view json,
                                    std::string_view expected, const Waiter& waiter) {
  return run(
      connection, keys,
      {kBody, keys.policy, {json}, expected.empty() ? std::nullopt : std::optional(expected)},
      waiter);
}

Outcome<WriteResult> write_document_over(Connection& connection, const Keys& keys,
                                         std::string_view json, const Document& before,
                                         const Waiter& waiter) {
  return run(connection, keys, {kBody, keys.policy, {json, before.json}, before.revision}, waiter);
}

}  // namespace corsac::redis_store
