// Entry: write_records. Spec: lib/abi/corsac_store_records.h. Test:
// tests/plugins/toml_records_write_test.cpp.

#include "records_write.hpp"

#include <optional>

#include "document_limits.hpp"
#include "records_file.hpp"

namespace corsac::toml_store {
namespace {

using plugin::Status;

constexpr std::string_view kComment =
    "# Written by Corsac's authority, anew with each change: no comment is kept.\n";
constexpr const char* kFixOfTooMany = "keep so many records in Redis";

// What is written must be what can be read. Ok, Invalid or Cancelled.
ExchangeFault check_readable(std::string_view content, const std::function<bool()>& is_wanted) {
  if (content.size() > kDocumentLimitBytes) {
    return {Status::Invalid,
            {"file-too-large",
             "the records have more than " + std::to_string(kDocumentLimitBytes) + " bytes as TOML",
             kFixOfTooMany}};
  }
  const auto beyond = find_beyond_limits(content, is_wanted);
  if (!is_wanted()) return {Status::Cancelled};
  if (!beyond) return {};
  return {Status::Invalid, {beyond->code, "of the records: " + beyond->what, kFixOfTooMany}};
}

}  // namespace

ExchangeFault write_records(const TomlSettings& settings, std::string_view all,
                            std::string_view expected,
                            std::chrono::steady_clock::time_point deadline,
                            const std::function<bool()>& is_wanted, FileState& written) {
  const std::string content = std::string(kComment).append(all);
  if (ExchangeFault fault = check_readable(content, is_wanted)) return fault;
  FileExchange exchange(settings.records_path, deadline, is_wanted);
  if (exchange.fault()) return exchange.fault();
  const ReadFile now = read_records_file(settings, is_wanted);
  if (!is_wanted()) return {Status::Cancelled};
  if (now.problem) {
    return {now.problem.is_unreachable ? Status::Unreachable : Status::Invalid, now.problem};
  }
  if (records_revision(now) != expected) return {Status::Conflict};
  // Before it is written: whoever looks at the file later does not trust its times, and compares
  // what is in it. Another writer may have replaced it again when it is looked at here.
  written.read_at_ns = realtime_ns();
  if (ExchangeFault fault = exchange.replace(content)) return fault;
  written.path = settings.records_path;
  written.limit_bytes = kDocumentLimitBytes;
  written.identity = identity_of(settings.records_path);
  written.hash = {};
  written.hash.add(content);
  return {};
}

}  // namespace corsac::toml_store
