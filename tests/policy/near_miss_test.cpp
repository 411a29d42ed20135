#include "corsac/policy/near_miss.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "policy/asked.hpp"

namespace corsac {
namespace {

using testing::Asked;
using testing::get;
using testing::preflight;

std::shared_ptr<const Snapshot> compiled(const Policy& policy) {
  auto result = compile_policy(policy, {.application = {.has_public_origins = true}});
  if (result) return result->snapshot;
  ADD_FAILURE() << result.error().text();
  return Snapshot::closed_at_start();
}

std::string near_of(const Snapshot& snapshot, Asked asked) {
  const RequestView& request = asked.view();
  return near_miss(snapshot, request, snapshot.decide(request));
}

std::string hint_of(const Snapshot& snapshot, Asked asked) {
  const RequestView& request = asked.view();
  return hint(snapshot, request, snapshot.decide(request));
}

struct OriginRow {
  const char* desc;
  const char* listed;
  const char* origin;
  const char* near;
};

TEST(NearMiss, TellsInWhatAnOriginDiffers) {
  const OriginRow rows[] = {
      {"another port", "https://a.example", "https://a.example:8443",
       "\"https://a.example\" is listed; the request has port 8443; write "
       "\"https://a.example:8443\" to allow it too"},
      {"no port", "http://localhost:3000", "http://localhost",
       "\"http://localhost:3000\" is listed; the request has no port; write \"http://localhost\" "
       "to allow it too"},
      {"a port outside a set", "http://localhost:[3000-3010,80]", "http://localhost:4000",
       "\"http://localhost:[3000-3010,80]\" is listed; the request has port 4000; write "
       "\"http://localhost:4000\" to allow it too"},
      {"another scheme", "https://a.example", "http://a.example",
       "\"https://a.example\" is listed; the request has the scheme http; open the page under "
       "https"},
      {"another scheme under any port", "https://localhost:*", "http://localhost:3000",
       "\"https://localhost:*\" is listed; the request has the scheme http; open the page under "
       "https"},
      {"scheme and port", "https://a.example:8443", "http://a.example:8080",
       "\"https://a.example:8443\" is listed; the request has the scheme http and port 8080; "
       "write \"http://a.example:8080\" to allow it too"},
      {"upper case", "https://a.example", "HTTPS://A.example",
       "\"https://a.example\" is listed; the client sent \"HTTPS://A.example\", and browsers "
       "write an origin in lower case"},
      {"a trailing slash", "https://a.example", "https://a.example/",
       "\"https://a.example\" is listed; the client sent \"https://a.example/\", and browsers "
       "write an origin without a path or a trailing slash"},
      {"a path", "https://a.example", "https://a.example/page?x",
       "\"https://a.example\" is listed; the client sent \"https://a.example/page?x\", and "
       "browsers write an origin without a path or a trailing slash"},
      {"the default port", "https://*.a.example", "https://b.a.example:443",
       "\"https://b.a.example\" is listed; the client sent \"https://b.a.example:443\", and "
       "browsers write an origin without the default port"},
      {"the apex of a wildcard", "https://*.a.example", "https://a.example",
       "\"https://*.a.example\" is listed, which covers subdomains and not \"https://a.example\" "
       "itself; write \"https://a.example\" to allow it too"},
      {"a subdomain of a listed origin", "https://a.example", "https://www.a.example",
       "\"https://a.example\" is listed, which covers no subdomain such as "
       "\"https://www.a.example\"; write \"https://www.a.example\" to allow it too"},
      {"without www", "https://www.a.example", "https://a.example",
       "\"https://www.a.example\" is listed; the request comes from \"https://a.example\"; write "
       "\"https://a.example\" to allow it too"},
      {"one label too deep for a glob", "https://pr-*.p.example.com",
       "https://pr-1.x.p.example.com",
       "\"https://pr-*.p.example.com\" is listed; its * covers one label, and "
       "\"https://pr-1.x.p.example.com\" has a dot there; write \"https://pr-1.x.p.example.com\" "
       "to allow it too"},
      {"nothing for a glob", "https://pr-*.p.example.com", "https://pr-.p.example.com",
       "\"https://pr-*.p.example.com\" is listed; its * covers at least one byte, and "
       "\"https://pr-.p.example.com\" has none there; write \"https://pr-.p.example.com\" to "
       "allow it too"},
      {"null in another case", "https://a.example", "Null",
       "the client sent \"Null\"; browsers write null in lower case"},
      {"no scheme", "https://a.example", "a.example",
       "\"https://a.example\" is listed; the client sent \"a.example\", and browsers write an "
       "origin with its scheme"},
      {"no scheme, and http is listed", "http://a.example:8080", "a.example:8080",
       "\"http://a.example:8080\" is listed; the client sent \"a.example:8080\", and browsers "
       "write an origin with its scheme"},
      {"no scheme, of this machine", "http://localhost:3000", "localhost:3000",
       "\"http://localhost:3000\" is listed; the client sent \"localhost:3000\", and browsers "
       "write an origin with its scheme"},
      {"international letters", "https://xn--mnchen-3ya.example", "https://m\xC3\xBCnchen.example",
       "\"https://xn--mnchen-3ya.example\" is listed; the client sent "
       "\"https://m\\xC3\\xBCnchen.example\", and browsers write an origin with its host in "
       "punycode"},
      {"international letters that are not listed", "https://a.example", "https://\xC3\xA9.example",
       "the client sent \"https://\\xC3\\xA9.example\"; browsers write an international name in "
       "punycode, here \"https://xn--9ca.example\""},
      {"blanks", "https://a.example", " https://a.example",
       "\"https://a.example\" is listed; the client sent \" https://a.example\", and browsers "
       "write an origin without anything around it"},
      {"two at once", "https://a.example", "https://a.example,https://b.example",
       "the client sent several origins at once; browsers send one: look for a proxy or a client "
       "that joins them"},
      {"a dot at the end", "https://a.example", "https://a.example.",
       "\"https://a.example\" is listed; \"https://a.example.\" ends with a dot, which makes it "
       "another host; open the page without it"},
      {"another name of this machine", "http://localhost:3000", "http://127.0.0.1:3000",
       "\"http://localhost:3000\" is listed; \"http://127.0.0.1:3000\" is another origin, although "
       "both hosts name this machine; write \"http://127.0.0.1:3000\" to allow it too"},
      {"an unlisted host without a scheme", "https://a.example", "b.example", ""},
      {"a password", "https://a.example", "https://u:secret@a.example", ""},
      {"another host altogether", "https://a.example", "https://b.example", ""},
      {"a host that only ends so", "https://a.example", "https://nota.example", ""},
      {"a listed name as a subdomain of another", "https://a.example",
       "https://a.example.evil.test", ""},
      {"a subdomain on another port", "https://a.example", "https://b.a.example:81", ""},
      {"null itself", "https://a.example", "null", ""},
      {"no origin at all", "https://a.example", "?", ""},
      {"empty", "https://a.example", "", ""},
      {"a wildcard on the wire", "https://*.a.example", "https://*.a.example", ""},
  };
  for (const OriginRow& row : rows) {
    Policy policy;
    policy.cors.allowed_origins = {row.listed};
    EXPECT_EQ(near_of(*compiled(policy), get(row.origin)), row.near) << row.desc;
  }
}

TEST(NearMiss, ChoosesTheNearestOfSeveralOrigins) {
  Policy policy;
  policy.cors.allowed_origins = {"https://example.com", "http://a.example.com:81",
                                 "https://a.example.com:8443"};
  EXPECT_EQ(near_of(*compiled(policy), get("https://a.example.com")),
            "\"https://a.example.com:8443\" is listed; the request has no port; write "
            "\"https://a.example.com\" to allow it too");
}

// Proves S33.
TEST(NearMiss, EscapesAndCutsWhatComesFromTheWire) {
  Policy policy;
  policy.cors.allowed_origins = {"https://a.example"};
  const auto snapshot = compiled(policy);
  EXPECT_EQ(near_of(*snapshot, get("https://a.example/\x1b[31m\r\n")),
            "\"https://a.example\" is listed; the client sent "
            "\"https://a.example/\\x1B[31m\\x0D\\x0A\", and browsers write an origin without a "
            "path or a trailing slash");
  EXPECT_EQ(near_of(*snapshot, get("https://a.example/" + std::string(8000, 'x'))), "");
}

TEST(NearMiss, NamesARecordThatGivesNothingAndWhy) {
  using Status = TrustedOrigin::Status;
  using Scope = TrustedOrigin::ScopeType;
  const struct {
    const char* desc;
    Status status;
    Scope scope;
    bool is_over;
    const char* near;
  } rows[] = {
      {"inactive", Status::Inactive, Scope::Cors, false,
       "the record \"Partner\" names \"https://partner.example\" and gives it nothing: its status "
       "is INACTIVE; write status = \"ACTIVE\" to allow it again"},
      {"over", Status::Active, Scope::Cors, true,
       "the record \"Partner\" names \"https://partner.example\" and gives it nothing: its "
       "valid_until is past; write a later one to allow it again"},
      {"another scope", Status::Active, Scope::Redirect, false,
       "the record \"Partner\" names \"https://partner.example\" and gives it nothing: its scopes "
       "have no CORS; write \"CORS\" into them to allow it"},
  };
  const std::chrono::system_clock::time_point now{std::chrono::hours(1000)};
  for (const auto& row : rows) {
    Policy policy;
    policy.cors.allowed_origins = {"https://a.example"};
    policy.cors.rules.push_back({.name = "own", .paths = {"/own"}});
    policy.cors.rules.back().allowed_origins = {"https://b.example"};
    TrustedOrigin record = {.name = "Partner", .origin = "https://partner.example"};
    record.scopes = {{.type = row.scope}};
    record.status = row.status;
    if (row.is_over) record.valid_until = now;
    policy.trusted_origins = {record};
    auto result = compile_policy(policy, {.now = now});
    ASSERT_TRUE(result) << row.desc;
    const Snapshot& snapshot = *result->snapshot;
    EXPECT_EQ(near_of(snapshot, get("https://partner.example")), row.near) << row.desc;
    EXPECT_EQ(hint_of(snapshot, get("https://partner.example")),
              "Change the record as the near miss says, if this page shall be allowed.")
        << row.desc;
    EXPECT_EQ(near_of(snapshot, get("https://partner.example:81")), "") << row.desc;
    EXPECT_EQ(near_of(snapshot, get("https://partner.example", "/own")), "") << row.desc;
  }
}

TEST(NearMiss, TellsThatARuleReplacedTheListOfCors) {
  Policy policy;
  policy.cors.allowed_origins = {"https://app.example"};
  policy.cors.rules.push_back({.name = "upload", .paths = {"/upload"}});
  policy.cors.rules.back().allowed_origins = {"https://b.example"};
  const auto snapshot = compiled(policy);
  EXPECT_EQ(near_of(*snapshot, get("https://app.example", "/upload")),
            "[cors] allows \"https://app.example\", and the rule \"upload\" replaces that list by "
            "its own; write \"https://app.example\" there too, or take allowed_origins out of the "
            "rule");
  EXPECT_EQ(near_of(*snapshot, get("https://stranger.example", "/upload")), "");
}

// A record that was not granted is not listed.
TEST(NearMiss, NamesOnlyRecordsThatAreGranted) {
  Policy policy;
  policy.cors.allow_credentials = true;
  policy.trusted_origins.resize(2);
  for (TrustedOrigin& record : policy.trusted_origins) record.scopes.emplace_back();
  policy.trusted_origins[0].origin = "http://plain.example";
  policy.trusted_origins[1].origin = "https://fine.example/";
  const auto snapshot = compiled(policy);
  EXPECT_EQ(near_of(*snapshot, get("http://plain.example:81")), "");
  EXPECT_EQ(near_of(*snapshot, get("https://fine.example:81")),
            "\"https://fine.example\" is listed; the request has port 81; write "
            "\"https://fine.example:81\" to allow it too");
}

struct Row {
  const char* desc;
  std::function<void(Policy&)> change;
  Asked asked;
  const char* text;
};

TEST(NearMiss, TellsHowMethodsHeadersAndHostsDiffer) {
  const auto at_host = [](std::string host) {
    Asked asked = get("https://a.example");
    asked.host = std::move(host);
    return asked;
  };
  const Row rows[] = {
      {"53: patch in lower case", [](Policy& p) { p.cors.allowed_methods = {"PATCH"}; },
       preflight("https://a.example", "patch"),
       "the client sent \"patch\"; write \"PATCH\" in fetch()"},
      {"a safelisted method in lower case", [](Policy&) {}, preflight("https://a.example", "post"),
       "the client sent \"post\"; write \"POST\" in fetch()"},
      {"the policy has it in lower case", [](Policy& p) { p.cors.allowed_methods = {"patch"}; },
       preflight("https://a.example", "PATCH"),
       "allowed_methods has \"patch\", and methods are compared with case; write \"PATCH\""},
      {"another method", [](Policy& p) { p.cors.allowed_methods = {"PATCH"}; },
       preflight("https://a.example", "DELETE"), ""},
      {"a header spelled differently",
       [](Policy& p) {
         p.cors.allowed_headers = {"X-Request-Id", "X-Other"};
       },
       preflight("https://a.example", "GET", "/", {"x-requestid"}),
       "\"x-request-id\" is allowed; the client asks for \"x-requestid\""},
      {"another header", [](Policy& p) { p.cors.allowed_headers = {"X-Request-Id"}; },
       preflight("https://a.example", "GET", "/", {"range"}), ""},
      {"Authorization under `*`", [](Policy& p) { p.cors.allowed_headers = {"*"}; },
       preflight("https://a.example", "GET", "/", {"authorization"}),
       "\"*\" does not cover Authorization; write allowed_headers = [\"*\", \"authorization\"]"},
      {"a host on another port", [](Policy& p) { p.hosts.allowed = {"localhost"}; },
       at_host("LocalHost:8080"),
       "\"localhost\" is allowed; the request has port 8080; write \"localhost:8080\" to allow it "
       "too"},
      {"a subdomain of a host", [](Policy& p) { p.hosts.allowed = {"a.example:*"}; },
       at_host("WWW.a.example"),
       "\"a.example:*\" is allowed, which covers no subdomain such as \"www.a.example\"; write "
       "\"www.a.example\" to allow it too"},
      {"the apex of a wildcard host",
       [](Policy& p) {
         p.hosts.allowed = {"b.example", "*.a.example"};
       },
       at_host("a.example:8080"),
       "\"*.a.example\" is allowed, which covers subdomains and not \"a.example:8080\" itself; "
       "write "
       "\"a.example:8080\" to allow it too"},
      {"a host without www", [](Policy& p) { p.hosts.allowed = {"www.a.example"}; },
       at_host("a.example"),
       "\"www.a.example\" is allowed; the request has \"a.example\"; write \"a.example\" to allow "
       "it too"},
      {"another name of the machine", [](Policy& p) { p.hosts.allowed = {"localhost:*"}; },
       at_host("[::1]:8080"),
       "\"localhost:*\" is allowed; the request has \"[::1]:8080\", another name of this machine; "
       "write \"[::1]:8080\" to allow it too"},
      {"another host",
       [](Policy& p) {
         p.hosts.allowed = {"localhost", "127.0.0.1"};
       },
       at_host("evil.test"), ""},
      {"a host that only ends so", [](Policy& p) { p.hosts.allowed = {"a.example"}; },
       at_host("nota.example"), ""},
      {"a host below an address", [](Policy& p) { p.hosts.allowed = {"127.0.0.1"}; },
       at_host("a.127.0.0.1"), ""},
      {"0.0.0.0 is no name of the machine", [](Policy& p) { p.hosts.allowed = {"localhost:*"}; },
       at_host("0.0.0.0:8080"), ""},
      {"no host at all", [](Policy& p) { p.hosts.allowed = {"a.example"}; }, at_host("a b"), ""},
      {"what is allowed misses nothing", [](Policy&) {}, get("https://a.example"), ""},
      {"an excluded path", [](Policy& p) { p.cors.excluded_paths = {"/x"}; },
       preflight("https://a.example:81", "GET", "/x"), ""},
  };
  for (const Row& row : rows) {
    Policy policy;
    policy.cors.allowed_origins = {"https://a.example"};
    row.change(policy);
    EXPECT_EQ(near_of(*compiled(policy), row.asked), row.text) << row.desc;
  }
}

TEST(NearMiss, TellsWhatAWriteOrARedirectLacked) {
  const auto post = [](std::string origin) {
    Asked asked = get(std::move(origin));
    asked.method = "POST";
    return asked;
  };
  const auto to = [](const std::string& target) {
    Asked asked;
    asked.target = "/in?to=" + target;
    return asked;
  };
  const auto trusted = [](Policy& p) { p.csrf.trusted_origins = {"https://a.example"}; };
  const auto by_cors = [](Policy& p) {
    p.csrf.enabled = true;
    p.cors = {.allowed_origins = {"https://a.example"}, .on_denied = "mark"};
  };
  const auto by_credentials = [&](Policy& p) {
    by_cors(p);
    p.cors.allow_credentials = true;
  };
  const auto redirects = [](Policy& p) {
    p.redirects = {.allowed_origins = {"https://a.example", "https://*.b.example"},
                   .parameters = {"to"}};
  };
  const char* const other_port =
      "\"https://a.example\" is listed; the request has port 81; write \"https://a.example:81\" to "
      "allow it too";
  const char* const other_target =
      "\"https://a.example\" is listed; the target has port 81; write \"https://a.example:81\" to "
      "allow it too";
  const Row rows[] = {
      {"a trusted page on another port", trusted, post("https://a.example:81"), other_port},
      {"a trusted page, spelled otherwise", trusted, post("https://A.example"),
       "\"https://a.example\" is listed; the client sent \"https://A.example\", and browsers write "
       "an origin in lower case"},
      {"a page that may read, and is not in the list",
       [&](Policy& p) {
         by_credentials(p);
         p.csrf.trusted_origins = {"https://b.example"};
       },
       post("https://a.example"),
       "\"https://a.example\" may read by allowed_origins, and is not in csrf.trusted_origins; "
       "write \"https://a.example\" into csrf.trusted_origins to trust it"},
      {"a page that may read without credentials", by_cors, post("https://a.example"),
       "\"https://a.example\" may read by allowed_origins, but without credentials, which is no "
       "trust to write; write \"https://a.example\" into csrf.trusted_origins to trust it"},
      {"near one that may read without credentials", by_cors, post("https://a.example:81"), ""},
      {"near one that may send them", by_credentials, post("https://a.example:81"), other_port},
      {"an excluded path trusts nobody",
       [&](Policy& p) {
         by_credentials(p);
         p.cors.excluded_paths = {"/"};
       },
       post("https://a.example"), ""},
      {"any page may read",
       [](Policy& p) {
         p.csrf.enabled = true;
         p.cors.allowed_origins = {"*"};
       },
       post("https://a.example"), ""},
      {"another page", trusted, post("https://b.example"), ""},
      {"null", trusted, post("null"), ""},
      {"nobody is trusted", [](Policy& p) { p.csrf.trusted_origins = Names::none(); },
       post("https://a.example"), ""},
      {"no origin", trusted,
       [&] {
         Asked asked = post("");
         asked.origin.reset();
         asked.sec_fetch_site = "cross-site";
         return asked;
       }(),
       ""},
      {"a target on another port", redirects, to("https://a.example:81/path?code=1"), other_target},
      {"the same, encoded", redirects, to("https%3A%2F%2Fa.example%3A81%2Fpath%3Fcode%3D1"),
       other_target},
      {"by two slashes, on a page over http", redirects, to("//a.example"),
       "\"https://a.example\" is listed; the target has the scheme http; let it begin with https"},
      {"the apex of a wildcard", redirects, to("https://b.example"),
       "\"https://*.b.example\" is listed, which covers subdomains and not \"https://b.example\" "
       "itself; write \"https://b.example\" to allow it too"},
      {"a subdomain", redirects, to("https://www.a.example"),
       "\"https://a.example\" is listed, which covers no subdomain such as "
       "\"https://www.a.example\"; write \"https://www.a.example\" to allow it too"},
      {"another target", redirects, to("https://evil.example"), ""},
      {"one with a user", redirects, to("https://name:secret@a.example:81"), ""},
      {"no http", redirects, to("javascript:alert(1)"), ""},
  };
  for (const Row& row : rows) {
    Policy policy;
    row.change(policy);
    EXPECT_EQ(near_of(*compiled(policy), row.asked), row.text) << row.desc;
  }
}

TEST(Hint, SaysWhatThisRequestTellsBeyondItsReason) {
  static const OwnOrigin kNoOwn;
  static const OwnOrigin kPublic({.public_origins = {"https://api.example.com"}});
  const auto asked = [](std::string origin, const OwnOrigin* own, std::string host,
                        std::string method = "GET") {
    Asked made = get(std::move(origin));
    made.own = own;
    made.host = std::move(host);
    made.method = std::move(method);
    return made;
  };
  const auto upgrade = [](std::string origin, bool has_cookie) {
    Asked made = get(std::move(origin));
    made.is_websocket_upgrade = true;
    made.has_cookie = has_cookie;
    return made;
  };
  const auto nothing_more = [](Reason reason) { return std::string(reason_info(reason).hint); };
  Asked form = asked("null", &kNoOwn, "api.example.com", "POST");
  Asked known_form = form;
  known_form.sec_fetch_site = "cross-site";
  Asked behind_mount = get("https://a.example", "/excludedness");
  behind_mount.mounts_by_raw_prefix = true;
  const struct {
    const char* desc;
    Asked asked;
    std::string hint;
  } rows[] = {
      {"nothing was refused", get("https://a.example"), ""},
      {"another origin", asked("https://b.example", &kNoOwn, "api.example.com"),
       nothing_more(Reason::OriginNotAllowed)},
      {"the own host on another port",
       asked("https://api.example.com:8443", &kNoOwn, "API.example.com"),
       "The page comes from the host that it calls, but its port or scheme differs, which makes "
       "it another origin. If a proxy stands between, set public_origins to what browsers see, or "
       "name the proxy in trusted_proxies; else add \"https://api.example.com:8443\" to "
       "allowed_origins."},
      {"public origins that lack it", asked("http://api.example.com", &kPublic, "api.example.com"),
       "The page comes from the host that it calls, but \"http://api.example.com\" is not among "
       "public_origins; add it there if browsers reach this server under it."},
      {"null of a read", asked("null", &kNoOwn, "api.example.com"),
       nothing_more(Reason::OriginNull)},
      {"null of a write that nothing proves own", form,
       nothing_more(Reason::OriginNull) +
           " A form of this server's own pages under Referrer-Policy: no-referrer sends null too, "
           "and over plain http nothing proves it own: serve it over https, or use another "
           "Referrer-Policy."},
      {"null of a write that the browser calls foreign", known_form,
       nothing_more(Reason::OriginNull)},
      {"an upgrade of another origin", upgrade("https://b.example", false),
       "WebSockets always send cookies, so their origin needs a rule that lists it with "
       "allow_credentials = true."},
      {"an upgrade on an excluded path",
       [&] {
         Asked excluded = upgrade("https://a.example", false);
         excluded.target = "/excluded";
         return excluded;
       }(),
       "WebSockets always send cookies, so where the policy excludes a path only this server's own "
       "pages may connect: write a rule for the path that lists the origin with "
       "allow_credentials = true, and do not exclude it."},
      {"an upgrade with a cookie", upgrade("https://a.example", true),
       "WebSockets always send cookies, so their origin needs a rule that lists it with "
       "allow_credentials = true."},
      {"a method", preflight("https://a.example", "PUT"),
       nothing_more(Reason::RequestedMethodNotAllowed)},
      {"a path that is ambiguous as it is written", get("https://a.example", "/x//y"),
       nothing_more(Reason::PathAmbiguous)},
      {"a path that a mount point makes ambiguous", behind_mount,
       "The path goes on behind a segment of the policy's paths without \"/\", and a mount point "
       "there (cpp-httplib before 0.53) would answer with the file of another path: name the path "
       "otherwise, or, where nothing is mounted, set InstallOptions::has_no_mount_points."},
  };
  Policy policy;
  policy.cors.allowed_origins = {"https://a.example"};
  policy.cors.excluded_paths = {"/excluded"};
  const auto snapshot = compiled(policy);
  for (const auto& row : rows) EXPECT_EQ(hint_of(*snapshot, row.asked), row.hint) << row.desc;
}

Names at_line(std::string value, std::uint32_t line) {
  return Names({std::move(value)}, {Place{.line = line, .column = 2}});
}

TEST(PlaceOfRefusal, IsTheListThatWasAsked) {
  Policy policy;
  policy.sources = {"policy.toml"};
  policy.cors.place = {.line = 3, .column = 1};
  policy.cors.allowed_origins = at_line("https://a.example", 4);
  policy.cors.allowed_methods = at_line("PUT", 5);
  policy.cors.allowed_headers = at_line("content-type", 6);
  policy.cors.excluded_paths = at_line("/x", 7);
  policy.hosts.allowed = at_line("api.example.com", 20);
  policy.cors.rules.resize(1);
  policy.cors.rules[0].place = {.line = 10, .column = 1};
  policy.cors.rules[0].paths = {"/r"};
  policy.cors.rules[0].allowed_methods = Names::none();
  Asked rebound = get("https://a.example");
  rebound.host = "evil.example";
  const struct {
    const char* desc;
    Asked asked;
    const char* place;
  } rows[] = {
      {"an origin", get("https://b.example"), "policy.toml:4:2"},
      {"null", get("null"), "policy.toml:4:2"},
      {"an inherited origin", get("https://b.example", "/r"), "policy.toml:4:2"},
      {"a method", preflight("https://a.example", "DELETE"), "policy.toml:5:2"},
      {"a method of a rule without methods", preflight("https://a.example", "PUT", "/r"),
       "policy.toml:10:1"},
      {"a header", preflight("https://a.example", "PUT", "/", {"x-a"}), "policy.toml:6:2"},
      {"an excluded path", preflight("https://a.example", "PUT", "/x"), "policy.toml:7:2"},
      {"an ambiguous path", get("https://a.example", "/a//b"), "policy.toml:3:1"},
      {"a host", rebound, "policy.toml:20:2"},
      {"nothing", get("https://a.example"), ""},
  };
  const auto snapshot = compiled(policy);
  for (const auto& row : rows) {
    Asked asked = row.asked;
    EXPECT_EQ(place_of_refusal(*snapshot, snapshot->decide(asked.view())), row.place) << row.desc;
  }
  Asked asked = get("https://a.example");
  const auto closed = Snapshot::closed(*snapshot);
  EXPECT_EQ(place_of_refusal(*closed, closed->decide(asked.view())), "");
}

}  // namespace
}  // namespace corsac
