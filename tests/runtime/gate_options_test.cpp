#include "corsac/runtime/gate_options.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct Row {
  const char* desc;
  std::vector<std::string> public_origins;
  std::vector<std::string> trusted_proxies;
  std::vector<std::string> problems;  // "code path value"
};

TEST(GateOptions, AreCheckedAllAtOnce) {
  const Row rows[] = {
      {"nothing", {}, {}, {}},
      {"origins and proxies",
       {"https://api.example.com", "http://localhost:8080", "https://[::1]:8443"},
       {"127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"},
       {}},
      {"a trailing slash",
       {"https://api.example.com/"},
       {},
       {"option-public-origin options.public_origins[0] https://api.example.com/"}},
      {"a wildcard is not one origin",
       {"https://*.example.com"},
       {},
       {"option-public-origin options.public_origins[0] https://*.example.com"}},
      {"any port is not one origin",
       {"http://localhost:*"},
       {},
       {"option-public-origin options.public_origins[0] http://localhost:*"}},
      {"no scheme of a server",
       {"capacitor://localhost"},
       {},
       {"option-public-origin options.public_origins[0] capacitor://localhost"}},
      {"a password is not shown",
       {"https://user:secret@api.example.com"},
       {},
       {"option-public-origin options.public_origins[0] "}},
      {"a name is no address",
       {},
       {"proxy.example.com"},
       {"option-trusted-proxy options.trusted_proxies[0] proxy.example.com"}},
      {"bits beyond the length",
       {},
       {"10.0.0.1/8"},
       {"option-trusted-proxy options.trusted_proxies[0] 10.0.0.1/8"}},
      {"everything that is wrong, with its number",
       {"https://api.example.com", "null", "HTTPS://api.example.com"},
       {"127.0.0.1", "", "*"},
       {"option-public-origin options.public_origins[1] null",
        "option-public-origin options.public_origins[2] HTTPS://api.example.com",
        "option-trusted-proxy options.trusted_proxies[1] ",
        "option-trusted-proxy options.trusted_proxies[2] *"}},
  };
  for (const Row& row : rows) {
    GateOptions options;
    options.public_origins = row.public_origins;
    options.trusted_proxies = row.trusted_proxies;
    std::vector<Problem> problems;
    const OwnOrigin::Config config = own_origin_config(options, problems);
    std::vector<std::string> found;
    for (const Problem& problem : problems) {
      EXPECT_EQ(problem.severity, Severity::Error) << row.desc;
      EXPECT_NE(problem.what, "") << row.desc;
      found.push_back(std::string(std::string_view(problem.code)) + " " + problem.path + " " +
                      problem.value);
    }
    EXPECT_EQ(found, row.problems) << row.desc;
    if (!row.problems.empty()) continue;
    EXPECT_EQ(config.public_origins, row.public_origins) << row.desc;
    EXPECT_EQ(config.trusted_proxies.size(), row.trusted_proxies.size()) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
