#pragma once

// What must hold for a document after it was read, whatever stood in it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/explain.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/policy_in_force.hpp"
#include "fuzz/fuzz.hpp"
#include "support/fake_clock.hpp"

namespace corsac::fuzz {

// Printable ASCII and line breaks: what a terminal and a log may get.
inline void check_printable(std::string_view text) {
  for (const char c : text) {
    if (c != '\n' && (c < ' ' || c > '~')) fail_with("unprintable bytes", shown("text", text));
  }
}

inline void check_report(const Report& report) {
  check_printable(report.text());
  check_printable(report.json());
  for (const Problem& problem : report.problems()) {
    if (std::string_view(problem.code).empty()) fail_with("a problem without a code");
    if (problem.place.is_known() && problem.place.source >= report.sources().size() &&
        problem.place.source != 0) {
      fail_with("a place in no source", shown("code", problem.code));
    }
  }
}

// One request of a page for a path that a policy may speak about.
class AskedRequest {
 public:
  AskedRequest(std::string_view origin, std::string_view method, std::string_view path) {
    view_.method = method;
    view_.target = view_.path = path;
    view_.host = {"api.example.com", 1};
    view_.origin = {origin, 1};
    view_.own = &own_;
    if (method != "OPTIONS") return;
    view_.requested_method = {"PUT", 1};
    view_.requested_headers = {&header_, 1};
  }
  AskedRequest(const AskedRequest&) = delete;
  AskedRequest& operator=(const AskedRequest&) = delete;
  [[nodiscard]] const RequestView& view() const { return view_; }

 private:
  std::string_view header_ = "content-type,x-a";
  OwnOrigin own_ = {};
  RequestView view_ = {};
};

// What no policy can make Corsac say.
inline void check_decision(const Decision& decision, const RequestView& request) {
  std::string origin;
  std::string credentials;
  for (const auto& [name, value] : grant_headers(decision)) {
    check_printable(value);
    if (value.find('\n') != std::string::npos) fail_with("a line break in a header: " + name);
    if (name == "Access-Control-Allow-Origin") origin = value;
    if (name == "Access-Control-Allow-Credentials") credentials = value;
  }
  if (!origin.empty() && origin != "*" && origin != request.origin.value) {
    fail_with("grants another origin", shown("granted", origin));
  }
  if (!credentials.empty() && (origin.empty() || origin == "*" || origin == "null")) {
    fail_with("credentials for anybody", shown("granted", origin));
  }
  if (decision.outcome == Outcome::Refuse && decision.reason == Reason::None) {
    fail_with("refused without a reason");
  }
}

// What a few pages would ask.
template <class Visit>
void for_each_request(Visit visit) {
  for (const std::string_view origin : {"https://a.example", "null", "https://x.example.com"}) {
    for (const std::string_view method : {"GET", "OPTIONS"}) {
      for (const std::string_view path : {"/", "/a/b", "/a//b"}) {
        const AskedRequest request(origin, method, path);
        visit(request.view());
      }
    }
  }
}

// All decisions as one text.
inline std::string decide_some(const Snapshot& snapshot) {
  std::string answers;
  for_each_request([&](const RequestView& request) {
    const Decision decision = snapshot.decide(request);
    check_decision(decision, request);
    answers += std::to_string(static_cast<int>(decision.outcome)) + ' ' +
               std::to_string(decision.status) + ' ' +
               std::string(reason_info(decision.reason).code) + '\n';
    for (const auto& [name, value] : grant_headers(decision)) {
      answers.append(name).append(": ").append(value) += '\n';
    }
  });
  return answers;
}

inline void explain_some(const Snapshot& snapshot) {
  for_each_request([&](const RequestView& request) {
    const Explanation explanation = explain(snapshot, request);
    check_printable(explanation.text());
    check_printable(explanation.json());
  });
}

// Takes the document of `reader` as a gate does. Returns what was found wrong.
inline Report take_document(PolicyReader& reader) {
  const bool is_finished = reader.is_finished();
  const std::vector<Problem> problems = reader.take_problems();
  const Policy policy = reader.take_policy();
  const Report found(problems, policy.sources);
  check_report(found);
  if (!is_finished) return found;

  PolicyInForce in_force(std::make_shared<test::FakeClock>());
  const auto take = [&] {
    Judgement judgement = judge_document(policy, problems, in_force.basis());
    Report report = judgement.report;
    if (judgement.snapshot != nullptr) in_force.take(std::move(judgement));
    return report;
  };
  const Report report = take();
  check_report(report);
  if (report.has_errors() != (in_force.snapshot() == nullptr)) {
    fail_with("in force in spite of errors, or not in spite of none", report.text());
  }
  if (in_force.snapshot() == nullptr) return report;
  explain_some(*in_force.snapshot());
  const std::string answers = decide_some(*in_force.snapshot());
  // The same document once more shares what it can with itself, and changes nothing.
  const Report again = take();
  if (again.text() != report.text()) {
    fail_with("another report for the same document", report.text(), again.text());
  }
  if (decide_some(*in_force.snapshot()) != answers) fail_with("other answers after a reload");
  (void)in_force.expire();
  if (in_force.snapshot() == nullptr) fail_with("nothing in force after an expiry");
  return report;
}

}  // namespace corsac::fuzz
