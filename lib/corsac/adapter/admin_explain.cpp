// The parameters of GET /api/explain. Entry: question_of_query. Spec: README, "Operating". Test:
// tests/adapter/admin_explain_test.cpp.

#include "corsac/adapter/admin_explain.hpp"

#include <algorithm>
#include <string>

namespace corsac {
namespace {

constexpr std::string_view kParameters[] = {"origin", "method", "path",       "header",
                                            "host",   "mode",   "credentials"};

Problem problem(const char* code, std::string_view name, std::string_view value, const char* what,
                std::string fix) {
  return {.code = code,
          .path = std::string(name),
          .value = std::string(value),
          .what = what,
          .fix = std::move(fix)};
}

std::string known_parameters() {
  std::string text = "write one of";
  for (const std::string_view name : kParameters) text += " " + std::string(name);
  return text;
}

// One parameter into the question; what is wrong with it is added to `problems`.
void take(std::string_view name, std::string_view value, ExplainQuestion& question,
          std::vector<Problem>& problems) {
  if (name == "origin") {
    question.origin = value;
  } else if (name == "method") {
    question.method = value;
  } else if (name == "path") {
    question.path = value;
  } else if (name == "header") {
    question.headers.emplace_back(value);
  } else if (name == "host") {
    question.host = value;
  } else if (name == "mode") {
    const auto mode = parse_request_mode(value);
    if (mode) question.mode = *mode;
    if (mode) return;
    problems.push_back(problem("option-value", name, value, "this is no mode",
                               "write cors, no-cors, navigate or websocket"));
  } else if (name == "credentials") {
    const auto mode = parse_credentials_mode(value);
    if (mode) question.credentials = *mode;
    if (mode) return;
    problems.push_back(problem("option-value", name, value, "fetch() knows no such credentials",
                               "write same-origin, include or omit"));
  } else {
    problems.push_back(problem("parameter-unknown", name, value, "there is no such parameter",
                               known_parameters()));
  }
}

}  // namespace

Result<ExplainQuestion, Report> question_of_query(
    const std::vector<std::pair<std::string_view, std::string_view>>& query) {
  ExplainQuestion question;
  std::vector<Problem> problems;
  for (auto each = query.begin(); each != query.end(); ++each) {
    const std::string_view name = each->first;
    const std::string_view value = each->second;
    const auto has_name = [&](const auto& other) { return other.first == name; };
    if (name != "header" && std::any_of(query.begin(), each, has_name)) {
      problems.push_back(
          problem("parameter-repeated", name, value, "it was given before", "write it once"));
      continue;
    }
    take(name, value, question, problems);
  }
  const auto is_origin = [](const auto& each) { return each.first == "origin"; };
  if (std::none_of(query.begin(), query.end(), is_origin)) {
    problems.push_back(problem("option-value", "origin", {}, "the page's origin is missing",
                               "write origin=https://app.example.com"));
  } else if (question.origin && question.origin->empty()) {
    problems.push_back(problem("option-value", "origin", {}, "the page's origin is empty",
                               "write origin=https://app.example.com"));
  }
  for (Problem& found : question_problems(question)) problems.push_back(std::move(found));
  if (!problems.empty()) return fail(Report(std::move(problems)));
  return question;
}

}  // namespace corsac
