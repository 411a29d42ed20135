// The table of evaluate_*_test.cpp: from its rows to policies, requests and decisions.

#include "stage/cors_table.hpp"

#include <ostream>

#include <gtest/gtest.h>

#include "corsac/stage/cors/compile.hpp"
#include "corsac/stage/cors/evaluate.hpp"

namespace corsac::testing {
namespace {

std::vector<PlacedText> placed(const Texts& texts) {
  std::vector<PlacedText> entries;
  for (const std::string& text : texts) entries.push_back({.text = text});
  return entries;
}

HeaderField field(const Texts& lines) {
  if (lines.empty()) return {};
  return {.value = lines.front(), .lines = static_cast<std::uint32_t>(lines.size())};
}

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return "pass";
    case Outcome::Answer:
      return "answer";
    case Outcome::Refuse:
      return "refuse";
  }
  return "?";
}

const char* name_of(HandlerHeaders headers) {
  switch (headers) {
    case HandlerHeaders::Untouched:
      return "untouched";
    case HandlerHeaders::Replace:
      return "replace";
    case HandlerHeaders::Keep:
      return "keep";
  }
  return "?";
}

}  // namespace

CompiledCors compile(const TestPolicy& policy) {
  const CorsRules rules = {.allowed_origins = TextList(placed(policy.origins)),
                           .allowed_methods = placed(policy.methods),
                           .allowed_headers = placed(policy.headers),
                           .exposed_headers = placed(policy.exposed),
                           .allow_credentials = policy.allow_credentials,
                           .max_age_seconds = policy.max_age_seconds,
                           .profile = &profile(policy.profile),
                           .behaviour = policy.behaviour,
                           .allow_null_origin = policy.allow_null_origin,
                           .allow_private_network = policy.allow_private_network,
                           .timing_allow_origin = policy.timing_allow_origin,
                           .report_only = policy.report_only,
                           .dangerously_echo_any_origin = policy.dangerously_echo_any_origin,
                           .is_excluded = policy.is_excluded};
  std::vector<Problem> problems;
  CompiledCors compiled = compile_cors(rules, problems);
  for (const Problem& problem : problems) {
    EXPECT_EQ(problem.severity, Severity::Warning) << problem.code << " " << problem.value;
  }
  return policy.denies_all == Reason::None ? compiled
                                           : with_all_denied(compiled, policy.denies_all);
}

TestRequest preflight(std::string origin, std::string method, Texts requested_headers) {
  return {.method = "OPTIONS",
          .origin = {std::move(origin)},
          .requested_method = {std::move(method)},
          .requested_headers = std::move(requested_headers)};
}

TestRequest get(std::string origin) { return {.origin = {std::move(origin)}}; }

BuiltRequest::BuiltRequest(const TestRequest& request)
    : requested_headers_(request.requested_headers.begin(), request.requested_headers.end()) {
  view_.method = request.method;
  view_.target = "/path?query";
  view_.path = "/path";
  view_.origin = field(request.origin);
  view_.requested_method = field(request.requested_method);
  view_.requested_headers = requested_headers_;
  view_.requested_private_network = field(request.private_network);
  view_.content_type = field(request.content_type);
  view_.host = {.value = "server.example", .lines = 1};
  if (request.is_own) view_.sec_fetch_site = {.value = "same-origin", .lines = 1};
  view_.has_cookie = request.has_cookie;
  view_.has_authorization = request.has_authorization;
  view_.is_websocket_upgrade = request.is_upgrade;
  view_.is_allowed_by_application = request.is_allowed_by_application;
  view_.own = &own_;
}

std::ostream& operator<<(std::ostream& out, const Expected& expected) {
  out << name_of(expected.outcome) << ' ' << expected.status << ", reason "
      << reason_info(expected.reason).code << " about \"" << expected.offending << "\", vary \""
      << vary_value(expected.vary) << "\", handler headers " << name_of(expected.handler_headers)
      << (expected.is_preflight ? ", preflight" : "") << (expected.is_own_origin ? ", own" : "");
  for (const auto& [name, value] : expected.grant) out << "\n    " << name << ": " << value;
  return out;
}

Expected whole(const Decision& decision) {
  return {.outcome = decision.outcome,
          .status = decision.status,
          .reason = decision.reason,
          .offending = std::string(decision.offending),
          .vary = decision.vary,
          .handler_headers = decision.handler_headers,
          .is_preflight = decision.is_preflight,
          .is_own_origin = decision.is_own_origin,
          .grant = grant_headers(decision)};
}

Expected granted(Headers grant) { return {.grant = std::move(grant)}; }

Expected answered(Headers grant) {
  return {.outcome = Outcome::Answer,
          .status = 204,
          .vary = VaryOn::OriginRequestedMethodAndHeaders,
          .is_preflight = true,
          .grant = std::move(grant)};
}

Expected blocked(Reason reason, std::string offending) {
  return {.outcome = Outcome::Refuse,
          .status = 403,
          .reason = reason,
          .offending = std::move(offending)};
}

Expected refused_preflight(Reason reason, std::string offending) {
  return {.outcome = Outcome::Refuse,
          .status = 403,
          .reason = reason,
          .offending = std::move(offending),
          .vary = VaryOn::OriginRequestedMethodAndHeaders,
          .is_preflight = true};
}

Expected no_grant() { return {}; }

Expected untouched() {
  return {.vary = VaryOn::Nothing, .handler_headers = HandlerHeaders::Untouched};
}

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const CompiledCors compiled = compile(row.policy);
    const BuiltRequest request(row.request);
    const Decision decision = evaluate(compiled, request.view());
    EXPECT_EQ(whole(decision), row.expected) << row.desc;
    const Decision copy(decision);  // NOLINT: the copy is what is tested
    EXPECT_EQ(whole(copy), row.expected) << row.desc << " (copied)";
  }
}

}  // namespace corsac::testing
