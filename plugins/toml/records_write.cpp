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
                            const std::function<bool()>& is_wanted, std::string& revision) {
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
  if (ExchangeFault fault = exchange.replace(content)) return fault;
  store_parts::ContentHash hash;
  hash.add(content);
  revision = hash.text();
  return {};
}

}  // namespace corsac::toml_store
