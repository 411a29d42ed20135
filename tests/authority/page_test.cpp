#include "corsac/authority/page.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "corsac/authority/record_table.hpp"
#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

using ScopeType = TrustedOrigin::ScopeType;
using Status = TrustedOrigin::Status;
using Ids = std::vector<std::string>;

struct Made {
  std::string id;
  std::string name;
  std::string origin;
  std::string created = "2026-01-01T00:00:00.000Z";
  Status status = Status::Active;
  std::vector<TrustedOrigin::Scope> scopes = {{ScopeType::Cors}};
};

RecordPtr to_record(const Made& made) {
  return std::make_shared<TrustedOrigin>(TrustedOrigin{.name = made.name,
                                                       .origin = made.origin,
                                                       .scopes = made.scopes,
                                                       .status = made.status,
                                                       .id = made.id,
                                                       .created = made.created});
}

RecordTable table_of(const std::vector<Made>& records) {
  RecordTable table;
  for (const Made& made : records) table.put(to_record(made));
  return table;
}

PageQuery query_of(const std::string& q, const std::string& filter, std::size_t limit) {
  PageQuery query{.q = q, .limit = limit};
  if (!filter.empty()) query.filter = parse_filter(filter).value();
  return query;
}

Ids ids_of(const Page& page) {
  Ids ids;
  for (const RecordPtr& record : page.records) ids.push_back(record->id);
  return ids;
}

// All pages, each cursor by way of its text.
std::vector<Ids> pages_of(const RecordTable& table, PageQuery query) {
  std::vector<Ids> pages;
  while (true) {
    const Page page = find_page(table, query);
    pages.push_back(ids_of(page));
    if (!page.next) return pages;
    query.after = parse_cursor(to_cursor(*page.next)).value();
  }
}

const std::vector<Made> kRecords = {
    {"1", "Alpha", "https://alpha.example", "2026-01-01T00:00:05.000Z"},
    {"2", "beta", "https://beta.example", "2026-01-01T00:00:01.000Z", Status::Inactive},
    {"3",
     "Alphabet",
     "ftp://c.example",
     "2026-01-01T00:00:02.000Z",
     Status::Active,
     {{ScopeType::Redirect}, {ScopeType::Cors}}},
    {"4",
     "https app",
     "https://d.example",
     "2026-01-01T01:00:01.000+01:00",
     Status::Inactive,
     {{ScopeType::Redirect}}},
    {"5", "no time", "https://e.example", ""},
};

TEST(Page, FindsWhatIsAskedFor) {
  const struct {
    const char* desc;
    std::string q;
    std::string filter;
    std::size_t limit;
    std::vector<Ids> pages;
  } rows[] = {
      {"M9: everything, oldest first", "", "", 20, {{"5", "2", "4", "3", "1"}}},
      {"M13: in pages", "", "", 2, {{"5", "2"}, {"4", "3"}, {"1"}}},
      {"M14: no page behind a full last one", "", "", 5, {{"5", "2", "4", "3", "1"}}},
      {"M10: the begin of a name, in any case", "aLPHA", "", 20, {{"1", "3"}}},
      {"M10: the begin of an origin", "ftp:", "", 20, {{"3"}}},
      {"M10: of either, each once, by the text", "https", "", 20, {{"4", "1", "2", "5"}}},
      {"M10: the same in pages", "https", "", 1, {{"4"}, {"1"}, {"2"}, {"5"}}},
      {"M10: not the middle", "pha", "", 20, {{}}},
      {"M11: id", "", R"(id eq "3")", 20, {{"3"}}},
      {"M11: ids", "", R"((id eq "3") or (id eq "5" or id eq "9"))", 20, {{"5", "3"}}},
      {"M11: name", "", R"(name eq "beta")", 20, {{"2"}}},
      {"M11: origin", "", R"(origin eq "https://beta.example")", 20, {{"2"}}},
      {"M11: status", "", R"(status eq "INACTIVE")", 20, {{"2", "4"}}},
      {"M11: type in pages", "", R"(type eq "REDIRECT")", 1, {{"4"}, {"3"}}},
      {"M12: and", "", R"(type eq "REDIRECT" and status eq "ACTIVE")", 20, {{"3"}}},
      {"M12: a part that nothing has", "", R"(type eq "REDIRECT" and name eq "x")", 20, {{}}},
      {"M12: or of overlapping sets",
       "",
       R"(type eq "REDIRECT" or status eq "INACTIVE")",
       20,
       {{"2", "4", "3"}}},
      {"M12: not", "", R"(not type eq "CORS")", 20, {{"4"}}},
      {"M12: not in or", "", R"(name eq "beta" or not status eq "ACTIVE")", 20, {{"2", "4"}}},
  };
  const RecordTable table = table_of(kRecords);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(pages_of(table, query_of(row.q, row.filter, row.limit)), row.pages);
  }
}

TEST(Page, FindsNothingInNothing) {
  const RecordTable table;
  for (const char* const filter : {"", R"(id eq "1")", R"(not id eq "1")"}) {
    EXPECT_EQ(pages_of(table, query_of("", filter, 20)), std::vector<Ids>{{}}) << filter;
  }
  EXPECT_EQ(pages_of(table, query_of("a", "", 20)), std::vector<Ids>{{}});
}

TEST(Page, ShowsWhatChanged) {
  RecordTable table = table_of(kRecords);
  table.put(to_record({"2", "Alpha 2", "ftp://beta.example"}));
  EXPECT_EQ(pages_of(table, query_of("", R"(status eq "INACTIVE")", 20)), std::vector<Ids>{{"4"}});
  EXPECT_EQ(pages_of(table, query_of("beta", "", 20)), std::vector<Ids>{{}});
  EXPECT_EQ(pages_of(table, query_of("ftp", "", 20)), (std::vector<Ids>{{"2", "3"}}));
  table.remove("2");
  table.remove("nobody");
  EXPECT_EQ(pages_of(table, query_of("ftp", "", 20)), std::vector<Ids>{{"3"}});
  EXPECT_EQ(table.find("2"), nullptr);
  EXPECT_EQ(table.size(), 4U);
}

// Proves M14.
TEST(Page, CursorsStayRightWhileRecordsComeAndGo) {
  const struct {
    const char* desc;
    std::string q;
    std::string filter;
  } rows[] = {{"the list", "", ""},
              {"a search", "n", ""},
              {"a filter", "", R"(status eq "ACTIVE" or type eq "CORS")"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordTable table;
    const auto put = [&table](int number, const std::string& id) {
      table.put(to_record({.id = id,
                           .name = "n" + std::to_string(number),
                           .origin = "https://o" + std::to_string(number) + ".example"}));
    };
    for (int i = 100; i < 160; ++i) put(i, std::to_string(i));
    Ids seen;
    PageQuery query = query_of(row.q, row.filter, 7);
    for (int round = 0;; ++round) {
      const Page page = find_page(table, query);
      for (const std::string& id : ids_of(page)) seen.push_back(id);
      if (!page.next) break;
      query.after = page.next;
      table.remove(seen.back());                    // the very one that the cursor names
      table.remove(seen[seen.size() / 2]);          // one that was passed
      put(99 - round, std::to_string(99 - round));  // one before the cursor, and one that
      put(150, "150" + std::string(1, static_cast<char>('a' + round)));  // stands further on
    }
    for (int i = 100; i < 160; ++i) {
      EXPECT_EQ(std::count(seen.begin(), seen.end(), std::to_string(i)), 1) << i;
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end()) << "none stands on two pages";
  }
}

// Proves M10, M11. No clock: what a page costs is how many records it looks at.
TEST(Page, LooksAtWhatThePageHasAmong100000Records) {
  constexpr int kRecordCount = 100'000;
  RecordTable table;
  for (int i = 0; i < kRecordCount; ++i) {
    const std::string number = std::to_string(i);
    const bool is_rare = i % 1000 == 999;
    table.put(to_record({.id = "tos" + number,
                         .name = "name " + number,
                         .origin = "https://o" + number + ".example",
                         .status = is_rare ? Status::Inactive : Status::Active,
                         .scopes = {{is_rare ? ScopeType::Redirect : ScopeType::Cors}}}));
  }
  const struct {
    const char* desc;
    std::string q;
    std::string filter;
    std::size_t records;
    std::size_t most_looks;
  } rows[] = {
      {"the list", "", "", 20, 20},
      {"a search that all match by name", "name", "", 20, 20},
      {"a search that all match by origin", "HTTPS://", "", 20, 20},
      {"a search that one matches", "name 99999", "", 1, 1},
      {"a search that none matches", "other", "", 0, 0},
      {"id", "", R"(id eq "tos77")", 1, 1},
      {"name", "", R"(name eq "name 500")", 1, 1},
      {"origin", "", R"(origin eq "https://o7.example")", 1, 1},
      {"the status of most", "", R"(status eq "ACTIVE")", 20, 20},
      {"the status of few", "", R"(status eq "INACTIVE")", 20, 20},
      {"the type of few", "", R"(type eq "REDIRECT")", 20, 20},
      {"one of two", "", R"(type eq "REDIRECT" or status eq "ACTIVE")", 20, 20},
      {"both of two", "", R"(status eq "ACTIVE" and name eq "name 3")", 1, 1},
      {"both of two that are few", "", R"(status eq "INACTIVE" and type eq "REDIRECT")", 20, 20},
      {"none of many", "", R"(status eq "ACTIVE" and not type eq "CORS")", 0, kPageLimitLooks},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const Page page = find_page(table, query_of(row.q, row.filter, 20));
    EXPECT_EQ(page.records.size(), row.records);
    EXPECT_LE(page.looked_at, row.most_looks);
    if (!page.next) continue;
    PageQuery second = query_of(row.q, row.filter, 20);
    second.after = page.next;
    EXPECT_LE(find_page(table, second).looked_at, row.most_looks) << "nor does the second page";
  }
}

TEST(Page, EndsEarlyRatherThanLookForEver) {
  RecordTable table;
  for (int i = 0; i < 25'000; ++i) {
    table.put(to_record({.id = std::to_string(100'000 + i),
                         .name = "h" + std::to_string(100'000 + i),
                         .origin = "https://" + std::to_string(i) + ".example",
                         .status = i == 24'000 ? Status::Inactive : Status::Active}));
  }
  EXPECT_EQ(pages_of(table, query_of("", R"(not status eq "ACTIVE")", 20)),
            (std::vector<Ids>{{}, {}, {"124000"}}));
  // Every name and every origin match, so each record comes at its name, and its origin is passed.
  std::size_t found = 0;
  for (const Ids& page : pages_of(table, query_of("h", "", 200))) found += page.size();
  EXPECT_EQ(found, 25'000U);
}

TEST(Page, ReadsItsOwnCursorsAlone) {
  const std::vector<PagePlace> places = {
      RecordKey{}, RecordKey{-1, "tos1"}, RecordKey{1'767'225'600'000'000'000, "\xFF x"},
      TextPlace{"", {5, "a"}}, TextPlace{"https://a.example", {0, "tos1"}}};
  for (const PagePlace& place : places) {
    const std::string text = to_cursor(place);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
      return is_ascii_alpha(c) || is_ascii_digit(c);
    })) << text;
    const auto read = parse_cursor(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_cursor(*read), text);
    EXPECT_EQ(is_place_of_search(*read), is_place_of_search(place));
  }
  const std::string good = to_cursor(RecordKey{1, "tos1"});
  const std::string bad[] = {"",
                             "x",
                             "k",
                             "k0",
                             "k00000000000000",
                             good + "0",
                             good + "x",
                             "t" + good.substr(1),
                             good + " ",
                             good + "0g",
                             "K" + good.substr(1),
                             "tos1",
                             "kABCDEF0123456789AB"};
  for (const std::string& text : bad) EXPECT_FALSE(parse_cursor(text)) << text;
}

// The plain way: every record, asked one by one.
std::vector<Ids> plain_pages(std::vector<RecordPtr> records, const PageQuery& query) {
  const std::string prefix = to_ascii_lower(query.q);
  const auto text_of = [&](const TrustedOrigin& record) {
    const std::string name = to_ascii_lower(record.name);
    const std::string origin = to_ascii_lower(record.origin);
    if (!origin.starts_with(prefix)) return name;
    return name.starts_with(prefix) ? std::min(name, origin) : origin;
  };
  std::erase_if(records, [&](const RecordPtr& record) {
    if (!text_of(*record).starts_with(prefix)) return true;
    return query.filter && !matches(*query.filter, *record);
  });
  std::sort(records.begin(), records.end(), [&](const RecordPtr& a, const RecordPtr& b) {
    const auto key = [&](const TrustedOrigin& record) {
      return std::tuple(prefix.empty() ? "" : text_of(record), record.created, record.id);
    };
    return key(*a) < key(*b);
  });
  std::vector<Ids> pages = {{}};
  for (const RecordPtr& record : records) {
    if (pages.back().size() == query.limit) pages.emplace_back();
    pages.back().push_back(record->id);
  }
  return pages;
}

TEST(Page, AgreesWithThePlainWay) {
  std::mt19937 random(7);
  const auto one_of = [&random](const auto& list) { return list[random() % std::size(list)]; };
  const std::string names[] = {"a", "A", "ab", "https", "http://x", "B"};
  const std::string origins[] = {"http://x", "https://a", "ftp://b", "A", "ab"};
  const std::string filters[] = {R"(name eq "a")",        R"(origin eq "ab")",
                                 R"(type eq "CORS")",     R"(id eq "7")",
                                 R"(type eq "REDIRECT")", R"(status eq "ACTIVE")"};
  for (int round = 0; round < 300; ++round) {
    RecordTable table;
    for (int i = 0; i < 60; ++i) {
      Made made{std::to_string(random() % 30), one_of(names), one_of(origins)};
      made.created = "2026-01-01T00:00:0" + std::to_string(random() % 5) + ".000Z";
      made.status = random() % 2 == 0 ? Status::Active : Status::Inactive;
      made.scopes = {{random() % 2 == 0 ? ScopeType::Cors : ScopeType::Redirect}};
      if (random() % 3 == 0) {
        table.remove(made.id);
      } else {
        table.put(to_record(made));
      }
    }
    std::vector<RecordPtr> records;
    for (const RecordTable::Row* row : table.all()) records.push_back(row->record);
    std::string filter = one_of(filters);
    for (int more = 0; more < 3; ++more) {
      const bool is_negated = random() % 3 == 0;
      filter = (is_negated ? "not (" : "(") + filter + (random() % 2 == 0 ? ") and " : ") or ") +
               one_of(filters);
    }
    const std::size_t limit = 1 + random() % 10;
    for (const PageQuery& query : {query_of("", filter, limit), query_of("", "", limit),
                                   query_of(one_of(names), "", limit)}) {
      EXPECT_EQ(pages_of(table, query), plain_pages(records, query)) << filter << query.q;
    }
  }
}

}  // namespace
}  // namespace corsac
