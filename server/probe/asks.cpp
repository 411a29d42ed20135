// The requests of `corsac probe`. Entry: ask_all. Test: tests/server/probe_test.py.

#include "asks.hpp"

#include <corsac/base/ascii.hpp>
#include <corsac/base/sha256.hpp>

namespace corsac::server {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

class Asker {
 public:
  explicit Asker(const ProbeQuestion& question) : question_(question) {}

  // `origin`: empty = none.
  ProbeAnswer get(std::string target, std::string_view origin, std::string_view host = {}) {
    ProbeRequest request{.target = std::move(target)};
    if (question_.method == "HEAD") request.method = "HEAD";
    request.headers = question_.headers;
    return send_with(std::move(request), origin, host);
  }
  ProbeAnswer preflight() {
    ProbeRequest request{.method = "OPTIONS", .target = question_.target};
    request.headers.emplace_back("Access-Control-Request-Method", question_.method);
    if (!question_.requested_headers.empty()) {
      request.headers.emplace_back("Access-Control-Request-Headers", question_.requested_headers);
    }
    return send_with(std::move(request), question_.origin, {});
  }
  // An address that nobody has asked for.
  [[nodiscard]] std::string new_target() const {
    const char between = question_.target.find('?') == std::string::npos ? '?' : '&';
    return question_.target + between + "corsac-probe=" + random();
  }
  [[nodiscard]] static std::string random() { return make_random_token().substr(0, 12); }
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  ProbeAnswer send_with(ProbeRequest request, std::string_view origin, std::string_view host) {
    if (has_failed_) return {.error = "not asked"};
    request.headers.emplace_back("Host", host.empty() ? question_.authority : std::string(host));
    if (!origin.empty()) request.headers.emplace_back("Origin", origin);
    request.headers.emplace_back("User-Agent", "corsac-probe");
    request.headers.emplace_back("Accept", "*/*");
    ProbeAnswer answer = send(question_.server, request);
    has_failed_ = answer.status == 0;
    return answer;
  }

  const ProbeQuestion& question_;
  bool has_failed_ = false;
};

// What stands in front of the last segment: a sibling of what was asked for.
std::string missing_target(const ProbeQuestion& question) {
  const std::string path = question.target.substr(0, question.target.find('?'));
  return path.substr(0, path.rfind('/') + 1) + "corsac-probe-" + Asker::random();
}

}  // namespace

BrowserRequest ProbeQuestion::as_browser() const {
  return {.origin = origin,
          .url = url,
          .method = method,
          .requested_headers = requested_headers,
          .credentials = credentials};
}

bool ProbeQuestion::is_same_origin() const {
  return origin == (server.is_tls ? "https://" : "http://") + authority;
}

std::vector<const Asked*> ProbeAnswers::all() const {
  return {&preflight,
          &actual,
          &none,
          &foreign,
          &null,
          &other_host,
          &missing,
          &allowed_after_foreign,
          &allowed_after_none,
          &foreign_after_allowed};
}

std::optional<std::string> header_of(const ProbeAnswer& answer, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [key, value] : answer.headers) {
    if (!equals_ignoring_case(key, name)) continue;
    joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

ProbeAnswers ask_all(const ProbeQuestion& question) {
  Asker asker(question);
  const std::string& origin = question.origin;
  ProbeAnswers answers;
  answers.preflight = {"preflight", asker.preflight()};
  answers.actual = {"allowed origin", asker.get(question.target, origin)};
  answers.none = {"without Origin", asker.get(asker.new_target(), {})};
  answers.foreign = {"foreign origin", asker.get(asker.new_target(), kForeignOrigin)};
  answers.null = {"Origin: null", asker.get(asker.new_target(), "null")};
  answers.other_host = {"wrong Host", asker.get(asker.new_target(), {}, kForeignHost)};
  answers.missing = {"a missing page", asker.get(missing_target(question), origin)};
  std::string shared = asker.new_target();
  static_cast<void>(asker.get(shared, kForeignOrigin));
  answers.allowed_after_foreign = {"allowed after foreign", asker.get(shared, origin)};
  shared = asker.new_target();
  static_cast<void>(asker.get(shared, {}));
  answers.allowed_after_none = {"allowed after none", asker.get(shared, origin)};
  shared = asker.new_target();
  static_cast<void>(asker.get(shared, origin));
  answers.foreign_after_allowed = {"foreign after allowed", asker.get(shared, kForeignOrigin)};
  return answers;
}

}  // namespace corsac::server
