// Rows for write_decision on the two kinds of containers that hosts have: one sorted by name, one
// in the order of insertion.

#include "corsac/adapter/response_pass.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Line = std::pair<std::string, std::string>;

struct IgnoringCase {
  bool operator()(const std::string& a, const std::string& b) const {
    return to_ascii_lower(a) < to_ascii_lower(b);
  }
};
using SortedHeaders = std::multimap<std::string, std::string, IgnoringCase>;

class OrderedHeaders : public std::vector<Line> {
 public:
  using std::vector<Line>::vector;
  void emplace(std::string name, std::string value) {
    emplace_back(std::move(name), std::move(value));
  }
};

template <class Headers>
std::vector<Line> sorted(const Headers& headers) {
  std::vector<Line> lines;
  for (const auto& [name, value] : headers) lines.emplace_back(to_ascii_lower(name), value);
  std::sort(lines.begin(), lines.end());
  return lines;
}

template <class Headers>
Headers make_headers(const std::vector<Line>& lines) {
  Headers headers;
  for (const auto& [name, value] : lines) headers.emplace(name, value);
  return headers;
}

Decision granting(HandlerHeaders handler_headers) {
  Decision decision;
  decision.handler_headers = handler_headers;
  decision.vary = VaryOn::Origin;
  decision.add_grant(GrantHeader::AllowOrigin, "https://a.example");
  decision.add_grant(GrantHeader::AllowCredentials, "true");
  return decision;
}

Decision denying(HandlerHeaders handler_headers) {
  Decision decision;
  decision.handler_headers = handler_headers;
  decision.vary = VaryOn::Origin;
  decision.reason = Reason::OriginNotAllowed;
  return decision;
}

const Line kOrigin = {"access-control-allow-origin", "https://a.example"};
const Line kCredentials = {"access-control-allow-credentials", "true"};
const Line kVary = {"vary", "Origin"};

struct Row {
  const char* desc;
  Decision decision;
  AnsweredBy answered_by;
  std::vector<std::string_view> extra_vary;
  std::vector<Line> before;
  std::vector<Line> after;
  bool is_replaced;
};

const AnsweredBy kHandler = AnsweredBy::Handler;
const AnsweredBy kAdapter = AnsweredBy::Adapter;

std::vector<Row> rows() {
  using enum HandlerHeaders;
  return {
      {"a grant", granting(Replace), kHandler, {}, {}, {kCredentials, kOrigin, kVary}, false},
      {"what is not CORS stays",
       granting(Replace),
       kHandler,
       {},
       {{"Content-Type", "a/b"}, {"Set-Cookie", "x"}, {"Set-Cookie", "y"}},
       {kCredentials,
        kOrigin,
        {"content-type", "a/b"},
        {"set-cookie", "x"},
        {"set-cookie", "y"},
        kVary},
       false},
      {"the handler's own give way, in any case and however many",
       granting(Replace),
       kHandler,
       {},
       {{"access-control-allow-origin", "*"},
        {"ACCESS-CONTROL-ALLOW-ORIGIN", "x"},
        {"Access-Control-Max-Age", "1"},
        {"Timing-Allow-Origin", "*"}},
       {kCredentials, kOrigin, kVary},
       true},
      {"a denied one loses them as well",
       denying(Replace),
       kHandler,
       {},
       {{"Access-Control-Allow-Origin", "*"}},
       {kVary},
       true},
      {"default headers on an answer of ours are no handler's",
       denying(Keep),
       kAdapter,
       {},
       {{"Access-Control-Allow-Origin", "*"}},
       {kVary},
       false},
      {"nor on a refusal that leaves the handler's alone, as that of a Host",
       denying(Untouched),
       kAdapter,
       {},
       {{"Access-Control-Allow-Origin", "*"}},
       {kVary},
       false},
      {"keep: the handler's stay, none of ours is added",
       granting(Keep),
       kHandler,
       {},
       {{"Access-Control-Allow-Origin", "https://own.example"}, {"Access-Control-Max-Age", "1"}},
       {{"access-control-allow-origin", "https://own.example"},
        {"access-control-max-age", "1"},
        kVary},
       false},
      {"keep: never two lines of one name",
       granting(Keep),
       kHandler,
       {},
       {{"Access-Control-Allow-Origin", "*"},
        {"access-control-allow-origin", "https://own.example"},
        {"Access-Control-Expose-Headers", "x-a"},
        {"Access-Control-Expose-Headers", "x-b"}},
       {{"access-control-allow-origin", "https://own.example"},
        {"access-control-expose-headers", "x-a, x-b"},
        kVary},
       false},
      {"keep without the handler's Allow-Origin is replace",
       granting(Keep),
       kHandler,
       {},
       {{"Access-Control-Max-Age", "1"}},
       {kCredentials, kOrigin, kVary},
       true},
      {"untouched: nothing is erased or added",
       Decision(),
       kHandler,
       {},
       {{"Access-Control-Allow-Origin", "*"}, {"Vary", "Accept"}},
       {{"access-control-allow-origin", "*"}, {"vary", "Accept"}},
       false},
      {"untouched still varies by what a predicate looked at",
       Decision(),
       kHandler,
       {"X-Tenant"},
       {},
       {{"vary", "X-Tenant"}},
       false},
      {"the handler's Vary is merged",
       denying(Replace),
       kHandler,
       {},
       {{"Vary", "Accept-Encoding"}},
       {{"vary", "Accept-Encoding, Origin"}},
       false},
      {"several Vary lines become one, in order, without repeats",
       denying(Replace),
       kHandler,
       {"X-Tenant", "origin, Accept"},
       {{"Vary", "Accept, accept-encoding"}, {"vary", "ORIGIN, Accept"}},
       {{"vary", "Accept, accept-encoding, ORIGIN, X-Tenant"}},
       false},
      {"Vary: * says more than any list",
       denying(Replace),
       kHandler,
       {"X-Tenant"},
       {{"Vary", "*"}},
       {{"vary", "*"}},
       false},
  };
}

template <class Headers>
void check_rows() {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.desc);
    auto headers = make_headers<Headers>(row.before);
    EXPECT_EQ(write_decision(headers, row.decision, row.extra_vary, row.answered_by),
              row.is_replaced);
    auto expected = row.after;
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(sorted(headers), expected);
  }
}

TEST(ResponsePass, WritesTheWholeSetIntoSortedHeaders) { check_rows<SortedHeaders>(); }

TEST(ResponsePass, WritesTheWholeSetIntoOrderedHeaders) { check_rows<OrderedHeaders>(); }

TEST(ResponsePass, JoinsATolerantListOfHeaders) {
  Decision decision = granting(HandlerHeaders::Replace);
  decision.add_grant(GrantHeader::AllowHeaders, {});
  decision.requested.count = 2;
  decision.requested.names[0] = BytesRef::of("x-a");
  decision.requested.names[1] = BytesRef::of("x-b");
  OrderedHeaders headers;
  EXPECT_FALSE(write_decision(headers, decision, {}, kAdapter));
  EXPECT_EQ(sorted(headers),
            (std::vector<Line>{
                kCredentials, {"access-control-allow-headers", "x-a,x-b"}, kOrigin, kVary}));
}

TEST(ResponsePass, ErasesWhatItIsAskedForAndSaysSo) {
  auto headers = make_headers<SortedHeaders>({{"A", "1"}, {"B", "2"}, {"b", "3"}});
  const auto is_b = [](std::string_view name) { return equals_ignoring_case(name, "b"); };
  EXPECT_TRUE(erase_lines(headers, is_b));
  EXPECT_EQ(sorted(headers), (std::vector<Line>{{"a", "1"}}));
  EXPECT_FALSE(erase_lines(headers, is_b));
}

template <class Headers>
void check_last_line() {
  Headers headers = make_headers<Headers>(
      {{"Content-Type", "text/plain"}, {"X-A", "a"}, {"content-type", "text/html"}, {"X-A", "b"}});
  keep_last_line(headers, "Content-Type");
  keep_last_line(headers, "X-Absent");
  EXPECT_EQ(sorted(headers),
            (std::vector<Line>{{"content-type", "text/html"}, {"x-a", "a"}, {"x-a", "b"}}));
}

TEST(ResponsePass, KeepsWhatWasSetLast) {
  check_last_line<SortedHeaders>();
  check_last_line<OrderedHeaders>();
}

template <class Headers>
std::vector<Line> varied_by_everything(const std::vector<Line>& lines, bool has_body) {
  Headers headers = make_headers<Headers>(lines);
  vary_by_everything(headers, has_body);
  return sorted(headers);
}

// Proves 111.
TEST(VaryByEverything, TakesThePlaceOfALine) {
  const struct {
    const char* desc;
    std::vector<Line> before;
    std::vector<Line> after;  // sorted
    bool has_body = false;
  } rows[] = {
      {"what the handler wrote",
       {{"vary", "Accept-Language"}, {"X", "1"}},
       {{"vary", "*"}, {"x", "1"}}},
      {"how long the connection is kept",
       {{"Content-Length", "2"}, {"Keep-Alive", "timeout=5"}},
       {{"content-length", "2"}, {"vary", "*"}}},
      {"that it is closed", {{"Connection", "close"}, {"X", "1"}}, {{"vary", "*"}, {"x", "1"}}},
      {"that it is closed, behind a body",
       {{"Connection", "close"}, {"X", "1"}},
       {{"connection", "close"}, {"x", "1"}},
       true},
      {"how long the connection is kept, behind a body",
       {{"Keep-Alive", "timeout=5"}},
       {{"vary", "*"}},
       true},
      {"no line to spare", {{"Content-Length", "2"}}, {{"content-length", "2"}}},
      {"no line", {}, {}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(varied_by_everything<SortedHeaders>(row.before, row.has_body), row.after) << row.desc;
    EXPECT_EQ(varied_by_everything<OrderedHeaders>(row.before, row.has_body), row.after)
        << row.desc;
  }
}

}  // namespace
}  // namespace corsac
