#include "corsac/stage/csrf_guard.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kEvil = "https://evil.example";
constexpr const char* kOwn = "https://api.example.com";

std::shared_ptr<const OriginSet> trusted(const std::vector<std::string_view>& origins) {
  std::vector<OriginPattern> patterns;
  for (const std::string_view origin : origins) {
    patterns.push_back(parse_origin_pattern(origin).value());
  }
  return OriginSet::build({}, patterns, 1);
}

// nullptr = no such header; several lines of one value are `lines`.
struct Row {
  const char* desc;
  const char* method;
  const char* origin;
  const char* site;
  bool passes;
  const char* offending = "";
  unsigned origin_lines = 1;
  unsigned site_lines = 1;
};

RequestView view(const Row& row, const OwnOrigin* own) {
  RequestView request;
  request.method = row.method;
  request.target = request.path = "/api/items";
  request.host = {.value = "api.example.com", .lines = 1};
  if (row.origin != nullptr) request.origin = {.value = row.origin, .lines = row.origin_lines};
  if (row.site != nullptr) request.sec_fetch_site = {.value = row.site, .lines = row.site_lines};
  request.own = own;
  return request;
}

void expect_rows(const CsrfGuard& guard, const OwnOrigin* own, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const RequestView request = view(row, own);
    Decision decision;
    const testing::AllocationCounter counter;
    const StageResult result = guard.on_request(request, decision);
    const std::size_t allocations = counter.count();
    EXPECT_EQ(allocations, 0U) << row.desc;
    EXPECT_EQ(result == StageResult::Continue, row.passes) << row.desc;
    EXPECT_EQ(decision.outcome, row.passes ? Outcome::Pass : Outcome::Refuse) << row.desc;
    EXPECT_EQ(decision.status, row.passes ? 0 : 403) << row.desc;
    EXPECT_EQ(decision.reason, row.passes ? Reason::None : Reason::CrossSiteWrite) << row.desc;
    EXPECT_EQ(decision.offending, row.offending) << row.desc;
  }
}

const std::vector<const char*> kWrites = {"POST",  "PUT",  "PATCH", "DELETE",
                                          "TRACE", "post", "PURGE"};

TEST(CsrfGuard, JudgesWritesByWhatTheBrowserSays) {
  const CsrfGuard guard({.origins = trusted({kApp, "https://*.preview.example.com"})});
  const OwnOrigin own({.public_origins = {kOwn}});
  EXPECT_EQ(guard.name(), "csrf");
  for (const char* write : kWrites) {
    expect_rows(
        guard, &own,
        {{"no browser", write, nullptr, nullptr, true},
         {"a page of our own", write, nullptr, "same-origin", true},
         {"the user himself", write, nullptr, "none", true},
         {"the user himself, from nowhere", write, "null", "none", true},
         {"S28: another site, without Origin", write, nullptr, "cross-site", false, "cross-site"},
         {"the same site is another origin", write, nullptr, "same-site", false, "same-site"},
         {"S28: another site", write, kEvil, "cross-site", false, kEvil},
         {"S28: another site, an old browser", write, kEvil, nullptr, false, kEvil},
         {"same site, not trusted", write, "https://x.example.com", "same-site", false,
          "https://x.example.com"},
         {"a trusted origin", write, kApp, "cross-site", true},
         {"a trusted origin, an old browser", write, kApp, nullptr, true},
         {"a trusted origin of the same site", write, kApp, "same-site", true},
         {"a trusted pattern", write, "https://pr1.preview.example.com", nullptr, true},
         {"S2: what only begins like a trusted one", write, "https://app.example.com.evil.example",
          nullptr, false, "https://app.example.com.evil.example"},
         {"a public origin", write, kOwn, "cross-site", true},
         {"our host without being a public origin", write, "http://api.example.com", nullptr, false,
          "http://api.example.com"},
         {"S5: null", write, "null", nullptr, false, "null"},
         {"S5: null from another site", write, "null", "cross-site", false, "null"},
         {"an empty Origin", write, "", nullptr, false, ""},
         {"a malformed Origin", write, "https://app.example.com/", nullptr, false,
          "https://app.example.com/"},
         {"Sec-Fetch-Site with case", write, kEvil, "Same-Origin", false, kEvil},
         {"an unknown Sec-Fetch-Site", write, nullptr, "same-origin, none", false,
          "same-origin, none"},
         {"two Sec-Fetch-Site", write, kEvil, "same-origin", false, kEvil, 1, 2},
         {"two Origins", write, kApp, nullptr, false, kApp, 2},
         {"two Origins of an own page", write, kOwn, "same-origin", false, kOwn, 2}});
  }
}

TEST(CsrfGuard, LetsReadsPass) {
  const CsrfGuard guard({});
  for (const char* read : {"GET", "HEAD", "OPTIONS"}) {
    expect_rows(guard, nullptr,
                {{"another site", read, kEvil, "cross-site", true},
                 {"null", read, "null", nullptr, true},
                 {"two Origins", read, kEvil, nullptr, true, "", 2}});
  }
  Decision decision;
  EXPECT_EQ(guard.on_request(RequestView{}, decision), StageResult::Continue)
      << "nothing was parsed";
}

// Proves S30.
TEST(CsrfGuard, BelievesTheHostOnlyWhereItIsTold) {
  const OwnOrigin own;
  const Row by_host = {"an old browser's form", "POST", "http://api.example.com", nullptr, true};
  const Row refused = {"at a cold start", "POST", "http://api.example.com",
                       nullptr,           false,  "http://api.example.com"};
  const Row with_site = {
      "a browser that says more", "POST", "http://api.example.com", "cross-site", false,
      "http://api.example.com"};
  expect_rows(CsrfGuard({}), &own, {by_host, with_site});
  expect_rows(CsrfGuard({.is_own_by_host = false}), &own, {refused, with_site});
  expect_rows(CsrfGuard({}), nullptr, {refused});
}

}  // namespace
}  // namespace corsac
