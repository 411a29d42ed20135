// Entry: write_document. Spec: design, 6 "redis". Test: tests/plugins/redis_write_test.cpp.

#include "document_write.hpp"

#include <optional>
#include <utility>

#include "write_script.hpp"

namespace corsac::redis_store {
namespace {

// SET replaces what is of another type.
constexpr std::string_view kBody = R"(
  raise()
  call('SET', KEYS[1], ARGV[4])
  return 0
)";

}  // namespace

Outcome<WriteResult> write_document(Connection& connection, const Keys& keys, std::string_view json,
                                    std::string_view expected, const Waiter& waiter) {
  const WriteScript script = {
      kBody, keys.policy, {json}, expected.empty() ? std::nullopt : std::optional(expected)};
  auto answer = run_write_script(connection, keys, script, waiter);
  if (!answer) return std::move(answer.fault());
  return WriteResult{answer->kind == WriteAnswer::Kind::Written, std::move(answer->revision)};
}

}  // namespace corsac::redis_store
