#pragma once

// Rules, requests and decisions as text, for findings.

#include <string>
#include <vector>

#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "corsac/stage/reason.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_cors.hpp"

namespace corsac::fuzz {

inline std::string told(const Grant& grant) {
  std::string text;
  for (const auto& [name, value] : grant) text += "\n    " + name + ": " + value;
  return text;
}

inline std::string told(const CorsReading& reading) {
  return "outcome " + std::to_string(static_cast<int>(reading.outcome)) + ", status " +
         std::to_string(reading.status) + ", reason " +
         std::string(reason_info(reading.reason).code) + ", " +
         shown("offending", reading.offending) + ", vary \"" + reading.vary +
         "\", handler headers " + std::to_string(static_cast<int>(reading.handler_headers)) +
         told(reading.grant);
}

inline std::string told(const CorsRules& rule, Reason denies_all) {
  const CorsBehaviour& knobs = rule.behaviour;
  std::string text = "rule: profile " + std::string(rule.profile->text);
  const auto add_list = [&](const char* name, const std::vector<PlacedText>& list) {
    text += std::string("\n    ") + name + ":";
    for (const PlacedText& entry : list) text += ' ' + std::string(entry.text);
  };
  text += "\n    origins:";
  for (const std::string_view origin : rule.allowed_origins) text += ' ' + std::string(origin);
  add_list("methods", rule.allowed_methods);
  add_list("headers", rule.allowed_headers);
  add_list("exposed", rule.exposed_headers);
  const auto add = [&](const char* name, auto value) {
    text += std::string(" ") + name + '=' + std::to_string(static_cast<int>(value));
  };
  text += "\n   ";
  add("credentials", rule.allow_credentials);
  add("max_age", rule.max_age_seconds.value_or(-99));
  add("null", rule.allow_null_origin);
  add("private_network", rule.allow_private_network);
  add("timing", rule.timing_allow_origin);
  add("report_only", rule.report_only);
  add("excluded", rule.is_excluded);
  add("echo", rule.dangerously_echo_any_origin);
  add("denies_all", denies_all);
  text += "\n   ";
  add("preflight", knobs.preflight);
  add("on_denied", knobs.on_denied);
  add("websocket", knobs.websocket);
  add("actual_answers", knobs.actual_answers);
  add("enforces_methods", knobs.enforces_methods);
  add("checks_requested", knobs.checks_requested);
  add("method_case", knobs.requested_method_case);
  add("methods_answer", knobs.methods_answer);
  add("headers_answer", knobs.headers_answer);
  add("exact_methods", knobs.has_exact_methods);
  add("exposes_on_preflight", knobs.exposes_on_preflight);
  add("on_options", knobs.has_preflight_headers_on_options);
  text += "\n   ";
  add("vary", knobs.vary);
  add("preflight_vary", knobs.preflight_vary);
  add("same_origin", knobs.same_origin);
  add("malformed", knobs.malformed_origin);
  add("post", knobs.post_without_content_type);
  add("empty_method", knobs.empty_requested_method);
  add("needs_origin", knobs.preflight_needs_origin);
  add("outside", knobs.preflight_outside_paths);
  return text;
}

inline std::string told(const RequestView& request) {
  const auto field = [](const char* name, const HeaderField& value) {
    return value.lines == 0
               ? std::string()
               : "\n    " + shown(name, value.value) + " x " + std::to_string(value.lines);
  };
  std::string text =
      "request: " + shown("method", request.method) + field("origin", request.origin) +
      field("requested method", request.requested_method) +
      field("private network", request.requested_private_network) +
      field("content type", request.content_type) + field("sec-fetch-site", request.sec_fetch_site);
  for (const std::string_view line : request.requested_headers) {
    text += "\n    " + shown("requested headers", line);
  }
  if (request.has_cookie) text += "\n    cookie";
  if (request.has_authorization) text += "\n    authorization";
  if (request.is_websocket_upgrade) text += "\n    upgrade";
  if (request.is_allowed_by_application) text += "\n    allowed by the application";
  return text;
}

}  // namespace corsac::fuzz
