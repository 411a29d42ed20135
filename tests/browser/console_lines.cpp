// What corsac/policy/browser_outcome.hpp says of answers, for the comparison with a browser. Reads
// one JSON object a line from standard input (origin, url, method, headers, credentials; preflight
// and answer, each with status and headers, a list of pairs) and prints a line for each: the line
// that Chromium should write, or nothing.

#include <iostream>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <corsac/policy/browser_outcome.hpp>

namespace {

corsac::BrowserAnswer answer_of(const nlohmann::json& json) {
  corsac::BrowserAnswer answer{.status = json.at("status").get<int>()};
  for (const auto& pair : json.at("headers")) {
    answer.headers.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  }
  return answer;
}

std::string console_line(const nlohmann::json& row) {
  const corsac::BrowserRequest request{
      .origin = row.at("origin").get<std::string>(),
      .url = row.at("url").get<std::string>(),
      .method = row.at("method").get<std::string>(),
      .requested_headers = row.at("headers").get<std::string>(),
      .credentials =
          corsac::parse_credentials_mode(row.at("credentials").get<std::string>()).value()};
  const corsac::BrowserAnswer preflight = answer_of(row.at("preflight"));
  const corsac::BrowserAnswer answer = answer_of(row.at("answer"));
  const bool has_preflight = corsac::preflight_cause(request).has_value();
  return corsac::browser_outcome(request, has_preflight ? &preflight : nullptr, &answer).console;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << console_line(nlohmann::json::parse(line)) << '\n';
  }
}
