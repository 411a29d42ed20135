// A shared cache between the pages and the host: what it stored for one must never be wrong for the
// next one (Fetch, "CORS protocol and HTTP caches"; RFC 9111, 4.1).

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapter/host_policy.hpp"
#include "corsac/base/ascii.hpp"

namespace corsac::testing {
namespace {

// Who asks: two pages that are allowed, one that is not, and a navigation.
constexpr std::array<const char*, 4> kAskers = {kApp, kPreview, kEvil, ""};
constexpr std::array<const char*, 4> kNames = {"app", "preview", "evil", "none"};
using Asker = std::size_t;

bool is_stored(const RawResponse& response) {
  for (const std::string& value : response.values("cache-control")) {
    if (value.find("no-store") != std::string::npos) return false;
  }
  return response.value("vary") != "*";
}

bool varies_by_origin(const RawResponse& response) {
  for (std::string_view rest : response.values("vary")) {
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      if (equals_ignoring_case(trim_ows(rest.substr(0, comma)), "Origin")) return true;
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  return false;
}

// What the page may read of an answer: "granted", or "not".
std::string readable(const RawResponse& response, Asker asker) {
  const std::string granted = response.value("access-control-allow-origin");
  const bool is_page = kAskers[asker][0] != '\0';
  return is_page && (granted == "*" || granted == kAskers[asker]) ? "granted" : "not";
}

// One address in a cache; the host's answers are known.
class SharedCache {
 public:
  explicit SharedCache(const std::vector<RawResponse>& answers) : answers_(answers) {}

  // For whom the answer was made that this one gets.
  Asker ask(Asker asker) {
    for (const Asker stored : stored_) {
      const bool is_same = std::string_view(kAskers[stored]) == kAskers[asker];
      if (is_same || !varies_by_origin(answers_[stored])) return stored;
    }
    if (is_stored(answers_[asker])) stored_.push_back(asker);
    return asker;
  }

 private:
  const std::vector<RawResponse>& answers_;
  std::vector<Asker> stored_ = {};
};

// "none then app": the answer that was made for the one is wrong for the other.
std::set<std::string> wrong_answers(const std::vector<RawResponse>& answers) {
  std::set<std::string> wrong;
  std::array<Asker, 4> order = {};
  for (order[0] = 0; order[0] < 4; ++order[0]) {
    for (order[1] = 0; order[1] < 4; ++order[1]) {
      for (order[2] = 0; order[2] < 4; ++order[2]) {
        for (order[3] = 0; order[3] < 4; ++order[3]) {
          SharedCache cache(answers);
          for (std::size_t i = 0; i < order.size(); ++i) {
            const Asker asker = order[i];
            const Asker made_for = cache.ask(asker);
            const std::string told = readable(answers[made_for], asker);
            if (told == readable(answers[asker], asker)) continue;
            wrong.insert(std::string(kNames[made_for]) + " then " + kNames[asker]);
          }
        }
      }
    }
  }
  return wrong;
}

std::vector<RawResponse> answers_of(const TestHost& host, const char* target) {
  std::vector<RawResponse> answers;
  for (const char* asker : kAskers) {
    answers.push_back(exchange(host.port(), head("GET", target, asker)));
  }
  return answers;
}

struct Row {
  const char* desc;
  void (*change)(Policy&);
  std::set<std::string> wrong;
};

// Proves 97, S23, S24.
TEST(HostCache, ASharedOneIsNeverWrong) {
  const Row rows[] = {
      {"blocked", [](Policy&) {}, {}},
      {"marked", [](Policy& p) { p.cors.on_denied = "mark"; }, {}},
      {"any origin",
       [](Policy& p) {
         p.cors.allowed_origins = {"*"};
         p.cors.allow_credentials = false;
       },
       {}},
      {"report only", [](Policy& p) { p.cors.report_only = true; }, {}},
      {"okta", [](Policy& p) { p.cors.profile = "okta"; }, {}},
      {"django", [](Policy& p) { p.cors.profile = "django"; }, {}},
      {"fusionauth with another vary",
       [](Policy& p) {
         p.cors.profile = "fusionauth";
         p.cors.enabled = true;
         p.cors.knobs.vary = "dynamic";
       },
       {}},
      // What vary-specific-only warns of, and all of it: a refusal is not stored there.
      {"fusionauth as it is",
       [](Policy& p) {
         p.cors.profile = "fusionauth";
         p.cors.enabled = true;
       },
       {"none then app", "none then preview"}},
      {"specific_only, marked",
       [](Policy& p) {
         p.cors.on_denied = "mark";
         p.cors.knobs.vary = "specific_only";
       },
       {"evil then app", "evil then preview", "none then app", "none then preview"}},
  };
  const char* const targets[] = {"/ok",   "/error/404", "/error/500",    "/nowhere", "/redirect",
                                 "/vary", "/stream",    "/static/a.txt", "/throw"};
  for (const Row& row : rows) {
    Policy policy = app_policy();
    row.change(policy);
    const TestHost host(make_test_gate(std::move(policy)));
    for (const char* target : targets) {
      EXPECT_EQ(wrong_answers(answers_of(host, target)), row.wrong) << row.desc << ' ' << target;
    }
    EXPECT_EQ(wrong_answers(answers_of(host, "/vary-star")), std::set<std::string>())
        << "Vary: * is stored by nobody";
  }
}

// Proves 99, S26.
TEST(HostCache, OneAnswerServesAllWhereNothingVaries) {
  Policy policy = app_policy();
  policy.cors.allowed_origins = {"*"};
  policy.cors.allow_credentials = false;
  const TestHost host(make_test_gate(std::move(policy)));
  for (const char* asker : kAskers) {
    const RawResponse response = exchange(host.port(), head("GET", "/ok", asker));
    EXPECT_EQ(response.values("vary"), std::vector<std::string>()) << asker;
    EXPECT_EQ(response.value("access-control-allow-origin"), "*") << asker;
  }
}

}  // namespace
}  // namespace corsac::testing
