#pragma once

// Policies and requests out of choices, and how a failing pair is shown: as a policy file and a
// curl line, which whoever reads the failure can run.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/policy/policy.hpp"
#include "properties/choices.hpp"

namespace corsac {
class Snapshot;
}

namespace corsac::testing {

// CORS and hosts: any profile, knobs, rules, records. About one in six loads; the plainest do.
[[nodiscard]] Policy generated_policy(Choices& choices);
// With the guards besides CORS.
[[nodiscard]] Policy generated_document(Choices& choices);
// Whose [cors] itself gives credentials to any origin, where it loads.
[[nodiscard]] Policy generated_echo(Choices& choices);

// A request with every line as on the wire; the view points into it.
class GeneratedRequest {
 public:
  using Lines = std::vector<std::pair<std::string, std::string>>;

  GeneratedRequest(std::string method, std::string target, Lines lines);
  GeneratedRequest(const GeneratedRequest& other)
      : GeneratedRequest(other.method_, other.target_, other.lines_) {}
  GeneratedRequest& operator=(const GeneratedRequest&) = delete;

  [[nodiscard]] const RequestView& view() const noexcept { return view_; }
  [[nodiscard]] const std::string& method() const noexcept { return method_; }
  [[nodiscard]] const std::string& target() const noexcept { return target_; }
  [[nodiscard]] const Lines& lines() const noexcept { return lines_; }
  // The only line of this name; empty when there is none.
  [[nodiscard]] std::string_view value(std::string_view name) const noexcept;

  // The same request with another method and target and without the lines of a preflight.
  [[nodiscard]] GeneratedRequest announced(std::string method) const;
  [[nodiscard]] GeneratedRequest with_target(std::string target) const;
  [[nodiscard]] GeneratedRequest with_line(std::string name, std::string value) const;

  // curl -i -X OPTIONS --path-as-is 'http://127.0.0.1:8080/path' -H 'Origin: ...'
  [[nodiscard]] std::string curl() const;

 private:
  void take(std::string_view name, std::string_view value);

  std::string method_;
  std::string target_;
  std::string path_;
  Lines lines_;
  std::vector<std::string_view> requested_headers_;
  OwnOrigin own_;
  RequestView view_;
};

// Anything that may arrive: browsers' requests, near misses, nonsense.
[[nodiscard]] GeneratedRequest generated_request(Choices& choices);
// A preflight as a browser sends it.
[[nodiscard]] GeneratedRequest generated_preflight(Choices& choices);

// The decision in one line, every header in it.
[[nodiscard]] std::string told(const Snapshot& snapshot, const GeneratedRequest& request);

// "what\n<policy as TOML>\n<curl>\n"
[[nodiscard]] std::string failure(std::string_view what, const Policy& policy,
                                  const GeneratedRequest& request);

}  // namespace corsac::testing
