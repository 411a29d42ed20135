// An explained exchange as text and as JSON. Entries: ExplainedExchange::text, ::json. Test:
// tests/policy/explain_exchange_test.cpp.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "corsac/policy/explain_exchange.hpp"
#include "corsac/policy/explain_line.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ExplainedExchange& told) {
  const BrowserOutcome& browser = told.browser;
  Json json;
  json["sends_preflight"] = browser.sends_preflight;
  json["preflight"] = browser.preflight;
  json["sends_request"] = browser.sends_request;
  json["sends_cookies"] = browser.sends_cookies;
  json["cookies"] = browser.cookies;
  json["readable"] = to_text(browser.is_readable);
  json["answer"] = browser.answer;
  json["console"] = browser.console.empty() ? Json(nullptr) : Json(browser.console);
  json["dropped_headers"] = told.dropped_headers;
  return json;
}

Json json_of(const std::optional<Explanation>& explanation) {
  return explanation ? Json::parse(explanation->json()) : Json(nullptr);
}

std::string dropped_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  if (text.empty()) return text;
  return text +
         ": mode no-cors sends Accept, Accept-Language, Content-Language and Content-Type with the "
         "values of a form, and drops all others; leave the mode out to send them";
}

// What Corsac grants and the browser still withholds goes first: else ALLOWED is all that is read.
std::string disagreement(const ExplainedExchange& told) {
  const bool is_refused = (told.preflight && !told.preflight->is_allowed) ||
                          (told.request && !told.request->is_allowed);
  if (told.is_allowed || is_refused) return {};
  const std::string& why = told.request ? told.browser.answer : told.browser.preflight;
  return "BLOCKED BY THE BROWSER: " + why + "\n\n";
}

}  // namespace

std::string ExplainedExchange::text() const {
  std::string lines = disagreement(*this);
  if (preflight) lines += "PREFLIGHT\n" + preflight->text();
  if (preflight && request) lines += "\nREQUEST\n";
  if (request) lines += request->text();
  lines += "\nBROWSER\n";
  add_explained_line(lines, "preflight", browser.preflight);
  add_explained_line(lines, "dropped", dropped_text(dropped_headers));
  add_explained_line(lines, "cookies", browser.cookies);
  add_explained_line(lines, "answer", browser.answer);
  const bool is_left = browser.is_readable == BrowserOutcome::Readable::Application;
  const std::string_view only_then = is_left ? "if the application sends no grant: " : "";
  if (!browser.console.empty()) {
    add_explained_line(lines, "console", std::string(only_then) + browser.console);
  }
  if (is_ambiguous_with_mounts) {
    lines +=
        "\non cpp-httplib before 0.53 this path is refused (path_ambiguous): it goes on behind a "
        "segment of the policy's paths without \"/\", where a mount point would answer with "
        "another file; InstallOptions::has_no_mount_points says that there is none\n";
  }
  if (!host.empty()) {
    lines += "\nasked with Host: " + host + " (" + std::string(host_from) + ")\n";
  }
  return lines;
}

std::string ExplainedExchange::json() const {
  Json json;
  json["allowed"] = is_allowed;
  json["host"] = host.empty() ? Json(nullptr) : Json(host);
  json["server"] = server;
  json["preflight"] = json_of(preflight);
  json["request"] = json_of(request);
  json["browser"] = json_of(*this);
  json["ambiguous_with_mounts"] = is_ambiguous_with_mounts;
  return json.dump();
}

}  // namespace corsac
