// The parts of the remote plugin that need no server.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_answer.hpp"
#include "name_lookup.hpp"
#include "next_link.hpp"
#include "read_watch.hpp"
#include "retry_hint.hpp"
#include "support/recording_store_host.hpp"
#include "url.hpp"

namespace corsac::remote_store {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(RemoteUrl, Parses) {
  struct Row {
    const char* text;
    const char* origin;  // null = refused
    const char* target;
  };
  const Row rows[] = {
      {"https://a.example", "https://a.example", "/"},
      {"HTTPS://A.Example:443/P?q=%20", "https://a.example", "/P?q=%20"},
      {"http://a.example:443/", "http://a.example:443", "/"},
      {"https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443", "/x"},
      {"https://a.example?q=1", "https://a.example", "/?q=1"},
      {"https://a_b.example/@x", "https://a_b.example", "/@x"},
      {"", nullptr, ""},
      {"https://", nullptr, ""},
      {"https://:443/", nullptr, ""},
      {"https://a.example:/", nullptr, ""},
      {"https://a.example:0/", nullptr, ""},
      {"https://a.example:+80/", nullptr, ""},
      {"https://a.example:80a/", nullptr, ""},
      {"https://user@a.example/", nullptr, ""},
      {"https://user:pass@a.example/", nullptr, ""},
      {"https://a.example\\@evil.example/", nullptr, ""},
      {"https://a.example/#top", nullptr, ""},
      {"https://a.example/a b", nullptr, ""},
      {"https://a.example/\xc3\xa9", nullptr, ""},
      {"https://[::1", nullptr, ""},
      {"https://[::1]x/", nullptr, ""},
      {"https://[a.example]/", nullptr, ""},
      {"https://::1/", nullptr, ""},
      {"unix:/run/policy.sock", nullptr, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto url = parse_url(row.text);
    ASSERT_EQ(url.has_value(), row.origin != nullptr);
    if (!url) continue;
    EXPECT_EQ(origin_text(*url), row.origin);
    EXPECT_EQ(url->target, row.target);
  }
}

TEST(RemoteUrl, KnowsThisMachine) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"localhost.example", "127.0.0.1.example", "128.0.0.1", "0.0.0.0",
                           "::", "127.1", "::ffff:1.2.3.4", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(RemoteUrl, ResolvesReferences) {
  const Url base = *parse_url("https://a.example/v1/list?limit=2");
  struct Row {
    const char* reference;
    const char* whole;  // null = refused
  };
  const Row rows[] = {
      {"http://b.example/x", "http://b.example/x"},
      {"//b.example/x", "https://b.example/x"},
      {"/x?y", "https://a.example/x?y"},
      {"?after=1", "https://a.example/v1/list?after=1"},
      {"next", "https://a.example/v1/next"},
      {"javascript:x", nullptr},
      {"//u@b.example/", nullptr},
  };
  for (const Row& row : rows) {
    const auto url = resolve(base, row.reference);
    ASSERT_EQ(url.has_value(), row.whole != nullptr) << row.reference;
    if (url) {
      EXPECT_EQ(origin_text(*url) + url->target, row.whole);
    }
  }
}

TEST(RemoteUrl, ReadsAndWritesParameters) {
  EXPECT_EQ(find_parameter("a=1&after=x%20&after=y", "after"), "x%20");
  EXPECT_EQ(find_parameter("after", "after"), "");
  EXPECT_EQ(find_parameter("xafter=1&after2=2&a", "after"), std::nullopt);
  EXPECT_EQ(without_parameter("/p?after=1&a=2&after=3&b", "after"), "/p?a=2&b");
  EXPECT_EQ(without_parameter("/p?after=1", "after"), "/p");
  EXPECT_EQ(with_parameter("/p", "a", "b c&d/~\xff"), "/p?a=b%20c%26d%2F~%FF");
  EXPECT_EQ(with_parameter("/p?x", "a", "+"), "/p?x&a=%2B");
  EXPECT_EQ(percent_decoded("a%20%2fb%zz%4"), "a /b%zz%4");
}

TEST(RemoteLink, FindsTheNextPage) {
  struct Row {
    const char* desc;
    std::vector<std::string_view> values;
    std::vector<std::string> next;
  };
  const Row rows[] = {
      {"none", {}, {}},
      {"a line for each", {"<a>; rel=\"self\"", "<b>; rel=\"next\""}, {"b"}},
      {"joined", {"<a>; rel=\"self\", <b>; rel=\"next\""}, {"b"}},
      {"joined without blanks", {"<a>;rel=self,<b>;rel=next,<c>;rel=last"}, {"b"}},
      {"a comma in the target", {"<a,b>; rel=next"}, {"a,b"}},
      {"a comma and a relation in a title", {"<a>; title=\"x, <y>; rel=next\"; rel=prev"}, {}},
      {"several relations", {"<a>; rel=\"last  NEXT\""}, {"a"}},
      {"the first relation counts", {"<a>; rel=prev; rel=next"}, {}},
      {"other cases", {"<a>; Rel=Next"}, {"a"}},
      {"blanks", {" <a> ; rel = \"next\" , <b> ; rel = prev"}, {"a"}},
      {"two", {"<a>; rel=next", "<b>; rel=next"}, {"a", "b"}},
      {"another relation that begins so", {"<a>; rel=nextpage", "<b>; rel=\"x-next\""}, {}},
      {"no brackets", {"a; rel=next"}, {}},
      {"no end", {"<a; rel=next"}, {}},
      {"no relation", {"<a>", "<b>; rel", "<c>; rel=", "<d>;;;"}, {}},
      {"a quote without end", {"<a>; rel=\"next"}, {"a"}},
      {"a quote that ends in an escape", {"<a>; rel=\"next\\"}, {}},
      {"an empty element", {"<a>; rel=prev, , <b>; rel=next"}, {"b"}},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(next_links(row.values), ElementsAreArray(row.next)) << row.desc;
  }
}

constexpr sys_seconds kNow{seconds(784'111'777)};  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RemoteRetry, ReadsDatesInTheThreeForms) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, kNow), kNow) << text;
  }
  EXPECT_EQ(parse_http_date("Friday, 06-Nov-20 08:49:37 GMT", kNow),
            parse_http_date("Fri, 06 Nov 2020 08:49:37 GMT", kNow))
      << "less than 50 years ahead";
  EXPECT_EQ(parse_http_date("Saturday, 06-Nov-48 08:49:37 GMT", kNow),
            parse_http_date("Sat, 06 Nov 1948 08:49:37 GMT", kNow));
  for (const char* text :
       {"", "soon", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994",
        "Sun, 06 Nov 199 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT x",
        "1994-11-06T08:49:37Z"}) {
    EXPECT_EQ(parse_http_date(text, kNow), std::nullopt) << text;
  }
}

TEST(RemoteRetry, SaysHowLongTheServerWantsToBeLeftAlone) {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::string in_a_minute = "Sun, 06 Nov 1994 08:50:37 GMT";
  struct Row {
    const char* desc;
    Headers headers;
    std::optional<seconds> wait;
    sys_seconds now = kNow;
  };
  const Row rows[] = {
      {"nothing", {}, std::nullopt},
      {"seconds", {{"retry-after", "120"}}, seconds(120)},
      {"no seconds", {{"Retry-After", "0"}}, std::nullopt},
      {"negative", {{"Retry-After", "-5"}}, std::nullopt},
      {"with a fraction", {{"Retry-After", "1.5"}}, std::nullopt},
      {"far too long", {{"Retry-After", "99999999999999999999"}}, std::nullopt},
      {"a year", {{"Retry-After", "31536000"}}, seconds(31'536'000)},
      {"a date by the server's clock",
       {{"Retry-After", in_a_minute}, {"Date", date}},
       seconds(60),
       kNow + seconds(100'000)},
      {"a date by ours", {{"Retry-After", in_a_minute}}, seconds(60)},
      {"a date that is over", {{"Retry-After", date}, {"Date", in_a_minute}}, std::nullopt},
      {"Okta's reset by the server's clock",
       {{"X-Rate-Limit-Reset", "784111807"}, {"Date", date}},
       seconds(31),
       kNow - seconds(100'000)},
      {"Okta's reset by ours", {{"X-Rate-Limit-Reset", "784111807"}}, seconds(31)},
      {"Okta's reset twice",
       {{"X-Rate-Limit-Reset", "784111807"}, {"X-Rate-Limit-Reset", "784111808"}},
       std::nullopt},
      {"Okta's reset that is over", {{"X-Rate-Limit-Reset", "784111700"}}, std::nullopt},
      {"both: the longer",
       {{"X-Rate-Limit-Reset", "784111807"}, {"Retry-After", "7"}, {"Date", date}},
       seconds(31)},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(retry_hint({.headers = row.headers}, row.now), row.wait) << row.desc;
  }
}

TEST(RemoteAnswer, SendsBackOnlyWhatIsATag) {
  for (const char* tag : {"\"a\"", "W/\"a\"", "\"\"", "\"!#~\""}) {
    EXPECT_EQ(checked_etag(tag), tag);
  }
  for (const char* text : {"", "\"", "a", "W/a", "w/\"a\"", "\"a\"b\"", "\"a b\"", "\"a\r\nX: y\"",
                           "\"\xc3\xa9\"", "\"a\x01\""}) {
    EXPECT_EQ(checked_etag(text), "") << text;
  }
  EXPECT_EQ(checked_etag("\"" + std::string(2'000, 'a') + "\""), "");
}

// A resolver that answers when it is told to.
struct SlowResolver {
  std::mutex mutex = {};
  std::condition_variable changed = {};
  bool is_held = true;
  int calls = 0;

  std::vector<std::string> resolve() {
    std::unique_lock lock(mutex);
    ++calls;
    changed.wait(lock, [this] { return !is_held; });
    return {"192.0.2.1"};
  }
  void release() {
    const std::lock_guard lock(mutex);
    is_held = false;
    changed.notify_all();
  }
};

TEST(RemoteNameLookup, DoesNotWaitLongerThanTheRead) {
  test::RecordingHost host;
  ReadWatch watch{plugin::Host(*host.host())};
  const auto resolver = std::make_shared<SlowResolver>();
  NameLookup names("policy.example", [resolver](const std::string& name) {
    EXPECT_EQ(name, "policy.example");
    return resolver->resolve();
  });
  const auto timed = [&] {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(names.addresses(watch), ElementsAre());
    return std::chrono::steady_clock::now() - begin;
  };
  host.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
  EXPECT_LT(timed(), seconds(1));
  EXPECT_EQ(watch.end(), ReadEnd::OutOfTime);

  host.set_deadline(std::chrono::steady_clock::now() + seconds(20));
  host.cancel();
  EXPECT_LT(timed(), seconds(1));
  EXPECT_EQ(watch.end(), ReadEnd::Interrupted);
  host.cancel(false);

  resolver->release();
  EXPECT_THAT(names.addresses(watch), ElementsAre("192.0.2.1"));
  EXPECT_EQ(resolver->calls, 1) << "the thread that was left behind answers";
  EXPECT_THAT(names.addresses(watch), ElementsAre("192.0.2.1"));
  EXPECT_EQ(resolver->calls, 2) << "an answer is used once";
}

TEST(RemoteNameLookup, AsksNobodyForAddressesAndThisMachine) {
  test::RecordingHost host;
  ReadWatch watch{plugin::Host(*host.host())};
  const auto refuse = [](const std::string&) -> std::vector<std::string> {
    ADD_FAILURE();
    return {};
  };
  EXPECT_THAT(NameLookup("127.0.0.1", refuse).addresses(watch), ElementsAre("127.0.0.1"));
  EXPECT_THAT(NameLookup("2001:db8::1", refuse).addresses(watch), ElementsAre("2001:db8::1"));
  EXPECT_THAT(NameLookup("localhost", refuse).addresses(watch), ElementsAre("127.0.0.1", "::1"));
}

}  // namespace
}  // namespace corsac::remote_store
