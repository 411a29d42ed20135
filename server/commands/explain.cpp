// corsac explain: why one request is allowed or refused. Entry: explain_request. Test:
// tests/server/commands_test.cpp.

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <corsac/http/own_origin.hpp>
#include <corsac/policy/explain_exchange.hpp>
#include <corsac/runtime/gate_options.hpp>

#include "commands.hpp"
#include "har/explain_har.hpp"
#include "load_policy.hpp"

namespace corsac::server {
namespace {

ExplainQuestion question_of(const ExplainOptions& options) {
  ExplainQuestion question;
  question.origin = options.origin;
  question.method = options.method;
  question.path = options.path;
  question.headers = options.headers;
  question.host = options.host;
  // The command line takes no other texts.
  question.mode = parse_request_mode(options.mode).value_or(RequestMode::Cors);
  question.credentials =
      parse_credentials_mode(options.credentials).value_or(CredentialsMode::SameOrigin);
  return question;
}

// All that is wrong, by the names of the options.
std::vector<Problem> check_options(const ExplainOptions& options, const ExplainQuestion& question,
                                   OwnOrigin::Config& own) {
  std::vector<Problem> problems = question_problems(question);
  for (Problem& problem : problems) problem.path.insert(0, "--");
  if (options.public_origin.empty()) return problems;
  GateOptions gate;
  gate.public_origins = {options.public_origin};
  const std::size_t begin = problems.size();
  own = own_origin_config(gate, problems);
  if (problems.size() != begin) problems.back().path = "--public-origin";
  return problems;
}

}  // namespace

int explain_request(const ExplainOptions& options) {
  const ExplainQuestion question = question_of(options);
  OwnOrigin::Config own_config;
  if (const Report wrong(check_options(options, question, own_config)); wrong.has_errors()) {
    std::fputs(wrong.text().c_str(), stderr);
    return 1;
  }
  const LoadedPolicy loaded = load_policy(options.policy);
  if (loaded.snapshot == nullptr) {
    std::fputs(loaded.report.text().c_str(), stderr);
    return 1;
  }
  const OwnOrigin own(std::move(own_config));
  if (!options.har.empty()) return explain_har(options, *loaded.snapshot, own);
  const ExplainedExchange told = explain_exchange(*loaded.snapshot, own, question);
  std::fputs((options.as_json ? told.json() + '\n' : told.text()).c_str(), stdout);
  return told.is_allowed ? 0 : 2;
}

}  // namespace corsac::server
