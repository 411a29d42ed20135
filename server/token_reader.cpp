// Entry: TokenReader. Test: tests/server/program_test.py.

#include "token_reader.hpp"

#include <string>
#include <utility>
#include <vector>

#include "token_file.hpp"

namespace corsac::server {
namespace {

bool names_nobody(const Report& report) {
  return report.problems().size() == 1 && report.problems().front().code == "token-none";
}

Report as_warning(const Report& report) {
  std::vector<Problem> problems = report.problems();
  for (Problem& problem : problems) problem.severity = Severity::Warning;
  return Report(std::move(problems), report.sources());
}

}  // namespace

TokenReader::TokenReader(std::filesystem::path file, std::shared_ptr<Log> log, AdminTokenSet tokens)
    : file_(std::move(file)), log_(std::move(log)), tokens_(std::move(tokens)) {}

Result<std::shared_ptr<TokenReader>, Report> TokenReader::open(std::filesystem::path file,
                                                               std::shared_ptr<Log> log) {
  auto read = read_token_file(file);
  if (!read) return fail(std::move(read.error()));
  return std::shared_ptr<TokenReader>(
      new TokenReader(std::move(file), std::move(log), std::move(*read)));
}

Report TokenReader::read_again() {
  const std::lock_guard lock(mutex_);
  Report report = replace_tokens();
  for (const Problem& problem : report.problems()) {
    const bool is_error = problem.severity == Severity::Error;
    log_->message(is_error ? LogLevel::Error : LogLevel::Warning,
                  place_text(problem.place, report.sources()) + ": " + std::string(problem.code) +
                      ": " + problem.what + (is_error ? "; the tokens stay as they were" : ""));
  }
  if (!report.has_errors()) {
    log_->message(LogLevel::Info, "tokens were read again: there are " +
                                      std::to_string(tokens_.get()->size()) + " now");
  }
  return report;
}

Report TokenReader::replace_tokens() {
  auto read = read_token_file(file_);
  if (!read && !names_nobody(read.error())) return std::move(read.error());
  Report report = read ? Report() : as_warning(read.error());
  tokens_.replace(read ? std::move(*read) : AdminTokenSet::List());
  return report;
}

}  // namespace corsac::server
