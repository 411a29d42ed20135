// Asks the server of a store. Entry: Source. Tests: tests/plugins/remote_policy_test.cpp,
// remote_okta_test.cpp, remote_faults_test.cpp.

#include "source.hpp"

#include <chrono>
#include <utility>

#include "fault.hpp"
#include "http_get.hpp"
#include "retry_hint.hpp"

namespace corsac::remote_store {

Source::Source(plugin::Host host, RemoteSettings settings)
    : host_(host), settings_(std::move(settings)), watch_(host_), names_(settings_.url.host) {}

Source::Answer Source::ask(const std::string& target, const std::string& etag,
                           std::size_t limit_bytes, plugin::Sink& sink) {
  HttpGet get{.url = settings_.url, .target = target, .limit_bytes = limit_bytes};
  get.ca_file = settings_.ca_file;
  get.headers.emplace_back("Accept", "application/json");
  if (!settings_.authorization.empty()) {
    get.headers.emplace_back("Authorization", settings_.authorization);
  }
  if (!etag.empty()) get.headers.emplace_back("If-None-Match", etag);
  Answer answer{.http = http_get(get, names_, watch_)};
  const auto fault = find_fault(answer.http, {.url = settings_.url,
                                              .has_token = !settings_.authorization.empty(),
                                              .is_conditional = !etag.empty(),
                                              .limit_bytes = settings_.limit_bytes});
  tell_retry(answer.http);
  answer.status = fault ? report(*fault, sink) : plugin::Status::Ok;
  return answer;
}

// 429 and 503 are what the headers are for; Okta sends its reset time with every answer.
void Source::tell_retry(const HttpAnswer& answer) const {
  if (answer.status != 429 && answer.status != 503) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto wait = retry_hint(answer, now);
  if (!wait) return;
  host_.retry_after(*wait);
  host_.log(plugin::LogLevel::Info,
            "the server asks for a pause of " + std::to_string(wait->count()) + " s");
}

plugin::Status report(const Fault& fault, plugin::Sink& sink) {
  if (!fault.code.empty()) sink.problem(fault.code, fault.what, fault.fix);
  return fault.status;
}

}  // namespace corsac::remote_store
