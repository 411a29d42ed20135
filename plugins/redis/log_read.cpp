// Entry: read_log. Tests: tests/plugins/redis_changes_test.cpp, redis_changes_race_test.cpp.

#include "log_read.hpp"

#include <array>
#include <string>
#include <utility>

namespace corsac::redis_store {
namespace {

// Mostly one change is new, or a few.
constexpr std::array<std::size_t, 3> kPieceEnds = {8, 64, kLogEntriesLimit};

}  // namespace

std::optional<Fault> read_log(Connection& connection, const Keys& keys, std::size_t limit_bytes,
                              const Waiter& waiter, ChangeChain& chain) {
  std::size_t first = 0;
  for (const std::size_t end : kPieceEnds) {
    const std::string from = std::to_string(first);
    const std::string to = std::to_string(end - 1);
    auto piece = connection.ask_for_data({"LRANGE", keys.changes, from, to}, waiter, limit_bytes);
    if (!piece) return std::move(piece.fault());
    if (piece->kind != Reply::Kind::List) return shape_fault(connection.name(), "LRANGE");
    for (Reply& entry : piece->elements) {
      if (!entry.is_text()) return shape_fault(connection.name(), "LRANGE");
      if (chain.add(std::move(entry.text)) != ChangeChain::State::Open) return std::nullopt;
    }
    if (piece->elements.size() < end - first) return std::nullopt;
    first = end;
  }
  return std::nullopt;
}

}  // namespace corsac::redis_store
