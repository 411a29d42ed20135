// Rows for RequestScan: what lands in the view, and what says that a body follows.

#include "corsac/adapter/request_scan.hpp"

#include <cctype>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

// A scan together with the lines that its views show.
class Scanned {
 public:
  explicit Scanned(Lines lines) : lines_(std::move(lines)) {
    for (const auto& [name, value] : lines_) scan_.add(name, value);
  }
  [[nodiscard]] const RequestView& view() const { return scan_.view(); }
  [[nodiscard]] const RequestFraming& framing() const { return scan_.framing(); }
  [[nodiscard]] bool asks_for_websocket() const { return scan_.asks_for_websocket(); }

 private:
  Lines lines_;
  RequestScan scan_;
};

struct FieldRow {
  const char* desc;
  const char* name;
  HeaderField RequestView::*field;
};

const FieldRow kFieldRows[] = {
    {"origin", "Origin", &RequestView::origin},
    {"requested method", "Access-Control-Request-Method", &RequestView::requested_method},
    {"private network", "Access-Control-Request-Private-Network",
     &RequestView::requested_private_network},
    {"host", "Host", &RequestView::host},
    {"fetch metadata", "Sec-Fetch-Site", &RequestView::sec_fetch_site},
    {"content type", "Content-Type", &RequestView::content_type},
    {"referer", "Referer", &RequestView::referer},
    {"forwarded scheme", "X-Forwarded-Proto", &RequestView::forwarded_proto},
    {"forwarded host", "X-Forwarded-Host", &RequestView::forwarded_host},
    {"forwarded port", "X-Forwarded-Port", &RequestView::forwarded_port},
};

TEST(RequestScan, FindsEachFieldInAnyCase) {
  for (const FieldRow& row : kFieldRows) {
    SCOPED_TRACE(row.desc);
    std::string lower = row.name;
    std::string upper = row.name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (const std::string& name : {std::string(row.name), lower, upper}) {
      const Scanned scan(Lines{{name, "value"}});
      EXPECT_EQ((scan.view().*row.field).value, "value") << name;
      EXPECT_EQ((scan.view().*row.field).lines, 1U) << name;
    }
  }
}

TEST(RequestScan, LeavesEveryOtherFieldAlone) {
  for (const FieldRow& row : kFieldRows) {
    SCOPED_TRACE(row.desc);
    const Scanned scan(Lines{{row.name, "value"}});
    for (const FieldRow& other : kFieldRows) {
      EXPECT_EQ((scan.view().*other.field).is_present(), other.field == row.field);
    }
    EXPECT_TRUE(scan.view().requested_headers.empty());
    EXPECT_FALSE(scan.view().has_cookie);
    EXPECT_FALSE(scan.view().has_authorization);
    EXPECT_FALSE(scan.asks_for_websocket());
    EXPECT_FALSE(scan.framing().has_body);
  }
}

TEST(RequestScan, CountsRepeatedLinesAndKeepsTheFirst) {
  const Scanned scan(Lines{{"Origin", "https://a.example"}, {"origin", "https://b.example"}});
  EXPECT_EQ(scan.view().origin.value, "https://a.example");
  EXPECT_EQ(scan.view().origin.lines, 2U);
}

TEST(RequestScan, TellsEmptyFromAbsent) {
  const Scanned scan(Lines{{"Origin", " \t "}});
  EXPECT_TRUE(scan.view().origin.is_present());
  EXPECT_EQ(scan.view().origin.value, "");
  EXPECT_FALSE(scan.view().host.is_present());
}

TEST(RequestScan, DropsBlanksAtTheEndsOnly) {
  const Scanned scan(Lines{{"Origin", "\t https://a.example b \t"}, {"Host", "\x0b host"}});
  EXPECT_EQ(scan.view().origin.value, "https://a.example b");
  EXPECT_EQ(scan.view().host.value, "\x0b host");
}

TEST(RequestScan, KeepsTheLinesOfRequestedHeadersInOrder) {
  const Scanned scan(Lines{{"Access-Control-Request-Headers", " x-a"},
                           {"X-Other", "x"},
                           {"access-control-request-headers", "x-b,x-c "}});
  ASSERT_EQ(scan.view().requested_headers.size(), 2U);
  EXPECT_EQ(scan.view().requested_headers[0], "x-a");
  EXPECT_EQ(scan.view().requested_headers[1], "x-b,x-c");
}

TEST(RequestScan, TakesNoMoreRequestedHeaderLinesThanTheBudgetCanHold) {
  RequestScan scan;
  for (int i = 0; i < 5000; ++i) scan.add("Access-Control-Request-Headers", "x");
  EXPECT_EQ(scan.view().requested_headers.size(), kRequestedHeadersLimitLines);
  EXPECT_GT(scan.view().requested_headers.size(),
            kRequestedHeadersLimitNames + kRequestedHeadersLimitEmpty);
}

TEST(RequestScan, SeesCredentials) {
  const Scanned scan(Lines{{"COOKIE", ""}, {"authorization", "Basic x"}});
  EXPECT_TRUE(scan.view().has_cookie);
  EXPECT_TRUE(scan.view().has_authorization);
}

struct UpgradeRow {
  const char* desc;
  Lines lines;
  bool is_upgrade;
};

TEST(RequestScan, SeesWhoAsksForAWebSocket) {
  const std::pair<std::string, std::string> connection = {"Connection", "Upgrade"};
  const std::pair<std::string, std::string> key = {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="};
  const std::pair<std::string, std::string> upgrade = {"Upgrade", "websocket"};
  const UpgradeRow rows[] = {
      {"as browsers send it", {upgrade, connection, key}, true},
      {"in any case",
       {{"upgrade", "WebSocket"}, {"connection", "UPGRADE"}, {"sec-websocket-KEY", ""}},
       true},
      {"in lists",
       {{"Upgrade", "h2c, websocket"}, {"Connection", "uhm, keep-alive, upgrade"}, key},
       true},
      {"on second lines",
       {{"Upgrade", "h2c"}, upgrade, {"Connection", "close"}, connection, key},
       true},
      {"part of a word of Connection, which is enough for hosts",
       {upgrade, {"Connection", "no-upgrades"}, key},
       true},
      {"Upgrade alone", {upgrade}, false},
      {"no Connection", {upgrade, key}, false},
      {"another Connection", {upgrade, {"Connection", "keep-alive, upgrad"}, key}, false},
      {"no key", {upgrade, connection}, false},
      {"no Upgrade", {connection, key}, false},
      {"another protocol", {{"Upgrade", "h2c"}, connection, key}, false},
      {"part of a word", {{"Upgrade", "websockets"}, connection, key}, false},
      {"empty", {{"Upgrade", ""}, connection, key}, false},
      {"only commas", {{"Upgrade", ",,"}, connection, key}, false},
  };
  for (const UpgradeRow& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(Scanned(row.lines).asks_for_websocket(), row.is_upgrade);
  }
}

struct BodyRow {
  const char* desc;
  Lines lines;
  bool has_body;
  bool has_length;
  std::uint64_t length = 0;
};

TEST(RequestScan, TakesEveryDoubtfulFramingForABody) {
  const BodyRow rows[] = {
      {"nothing", {}, false, false},
      {"zero", {{"Content-Length", "0"}}, false, true},
      {"zero with blanks", {{"Content-Length", " 0 "}}, false, true},
      {"some", {{"content-length", "7"}}, true, true, 7},
      {"some with blanks", {{"Content-Length", "\t7 "}}, true, true, 7},
      {"a number with a tail", {{"Content-Length", "7x"}}, true, true},
      {"more than any counter holds", {{"Content-Length", "99999999999999999999"}}, true, true},
      {"two lines that differ, a body first",
       {{"Content-Length", "7"}, {"Content-Length", "8"}},
       true,
       true,
       7},
      {"not a number", {{"Content-Length", "x"}}, true, true},
      {"zero in another spelling", {{"Content-Length", "00"}}, true, true},
      {"signed", {{"Content-Length", "+0"}}, true, true},
      {"empty", {{"Content-Length", ""}}, true, true},
      {"two lines that differ", {{"Content-Length", "0"}, {"Content-Length", "7"}}, true, true},
      {"two zeros", {{"Content-Length", "0"}, {"Content-Length", "0"}}, false, true},
      {"a list", {{"Content-Length", "0, 7"}}, true, true},
      {"chunked", {{"Transfer-Encoding", "chunked"}}, true, false},
      {"unknown coding", {{"transfer-encoding", "identity"}}, true, false},
      {"both", {{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}}, true, true},
  };
  for (const BodyRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const Scanned scan(row.lines);
    EXPECT_EQ(scan.framing().has_body, row.has_body);
    EXPECT_EQ(scan.framing().has_content_length, row.has_length);
    EXPECT_EQ(scan.framing().content_length, row.length);
  }
}

TEST(RequestScan, SaysWhereTheEndOfARequestIsNotKnown) {
  const struct {
    const char* desc;
    Lines lines;
    bool is_ambiguous;
  } rows[] = {
      {"nothing", {{"Host", "h"}}, false},
      {"a length", {{"Content-Length", "7"}}, false},
      {"a coding", {{"Transfer-Encoding", "Chunked "}}, false},
      {"a length, then a coding",
       {{"Content-Length", "7"}, {"Transfer-Encoding", "chunked"}},
       true},
      {"a coding, then a length",
       {{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}},
       true},
      {"two lengths", {{"Content-Length", "7"}, {"content-length", "7"}}, true},
      {"no digits", {{"Content-Length", ""}}, true},
      {"digits and more", {{"Content-Length", "7 7"}}, true},
      {"a sign", {{"Content-Length", "-7"}}, true},
      {"too many digits", {{"Content-Length", "99999999999999999999"}}, true},
      {"two codings on a line", {{"Transfer-Encoding", "gzip, chunked"}}, true},
      {"two codings on two lines",
       {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
       true},
      {"another coding", {{"Transfer-Encoding", "xchunked"}}, true},
      {"no coding", {{"Transfer-Encoding", ""}}, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(Scanned(row.lines).framing().is_ambiguous, row.is_ambiguous);
  }
  for (const char* name :
       {"Content-Length ", " Content-Length", "Content\tLength", "", "X:", "\xC3"}) {
    RequestScan scan;
    scan.check_name(name);
    EXPECT_TRUE(scan.framing().is_ambiguous) << name;
  }
  for (const char* name : {"Content-Length", "x", "REMOTE_ADDR", "X.Y!#$%&'*+^`|~"}) {
    RequestScan scan;
    scan.check_name(name);
    EXPECT_FALSE(scan.framing().is_ambiguous) << name;
  }
}

TEST(RequestScan, SeesThatABodyIsCoded) {
  EXPECT_TRUE(Scanned(Lines{{"content-encoding", "gzip"}}).framing().has_content_encoding);
  EXPECT_FALSE(Scanned(Lines{{"accept-encoding", "gzip"}}).framing().has_content_encoding);
}

TEST(RequestScan, IgnoresNamesOfTheSameLength) {
  const Scanned scan(Lines{{"Hopt", "x"},
                           {"Origan", "x"},
                           {"Cookee", "x"},
                           {"Upgrads", "websocket"},
                           {"Connectiom", "upgrade"},
                           {"Sec-WebSocket-Kez", "x"},
                           {"Content-Typo", "x"},
                           {"Authorizatiom", "x"},
                           {"Content-Lenght", "7"},
                           {"X-Forwarded-Hosf", "x"},
                           {"Content-Encodinh", "gzip"},
                           {"Transfer-Encodimg", "chunked"},
                           {"Access-Control-Request-Methof", "x"},
                           {"Access-Control-Request-Headert", "x"},
                           {"Access-Control-Request-Private-Networm", "x"},
                           {"", "x"}});
  for (const FieldRow& row : kFieldRows) EXPECT_FALSE((scan.view().*row.field).is_present());
  EXPECT_TRUE(scan.view().requested_headers.empty());
  EXPECT_FALSE(scan.view().has_cookie || scan.view().has_authorization);
  EXPECT_FALSE(scan.asks_for_websocket() || scan.framing().has_body);
  EXPECT_FALSE(scan.framing().has_content_encoding);
}

// Every byte in the place of every byte of a name: what is compared a word at a time must tell
// letters from all that differs from them in one bit, and "-" from CR.
TEST(RequestScan, TakesNoOtherByteForOneOfAName) {
  struct Row {
    std::string name;
    std::string value;
    std::function<bool(const Scanned&)> is_taken;
  };
  std::vector<Row> rows = {
      {"Cookie", "", [](const Scanned& scan) { return scan.view().has_cookie; }},
      {"Authorization", "", [](const Scanned& scan) { return scan.view().has_authorization; }},
      {"Access-Control-Request-Headers", "x",
       [](const Scanned& scan) { return !scan.view().requested_headers.empty(); }},
      {"Content-Length", "7",
       [](const Scanned& scan) { return scan.framing().has_content_length; }},
      {"Transfer-Encoding", "chunked",
       [](const Scanned& scan) { return scan.framing().has_transfer_encoding; }},
      {"Content-Encoding", "gzip",
       [](const Scanned& scan) { return scan.framing().has_content_encoding; }},
  };
  for (const FieldRow& row : kFieldRows) {
    rows.push_back({row.name, "value",
                    [&row](const Scanned& scan) { return (scan.view().*row.field).is_present(); }});
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.name.size(); ++i) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string name = row.name;
        const bool is_same = std::tolower(byte) == std::tolower(name[i]);
        name[i] = static_cast<char>(byte);
        EXPECT_EQ(row.is_taken(Scanned(Lines{{name, row.value}})), is_same)
            << row.name << i << ':' << byte;
      }
    }
  }
}

// The three of an upgrade, each in the place of the others.
TEST(RequestScan, TakesNoOtherByteForOneOfAnUpgrade) {
  const Lines upgrade = {
      {"Upgrade", "websocket"}, {"Connection", "upgrade"}, {"Sec-WebSocket-Key", "x"}};
  for (std::size_t line = 0; line < upgrade.size(); ++line) {
    for (std::size_t i = 0; i < upgrade[line].first.size(); ++i) {
      for (int byte = 0; byte < 256; ++byte) {
        Lines lines = upgrade;
        char& at = lines[line].first[i];
        const bool is_same = std::tolower(byte) == std::tolower(at);
        at = static_cast<char>(byte);
        EXPECT_EQ(Scanned(lines).asks_for_websocket(), is_same) << line << ':' << i << ':' << byte;
      }
    }
  }
}

TEST(RequestScan, AllocatesNothing) {
  const Lines lines = {{"Host", "h"},
                       {"Origin", "https://a.example"},
                       {"Upgrade", "a,b,c"},
                       {"Access-Control-Request-Headers", "x-a"},
                       {"X-Other-Header", "x"}};
  const testing::AllocationCounter allocations;
  RequestScan scan;
  for (const auto& [name, value] : lines) scan.add(name, value);
  const std::size_t count = allocations.count();
  EXPECT_EQ(count, 0U);
}

}  // namespace
}  // namespace corsac
