#include "corsac/runtime/changes_sink.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

namespace corsac {
namespace {

// The plugin's side.
struct Plugin {
  const corsac_changes_sink& sink;

  static corsac_text text(std::string_view view) { return {view.data(), view.size()}; }
  int source(std::string_view name) { return sink.source(sink.context, text(name)); }
  int origin(std::string_view origin, bool is_added = true) {
    const corsac_origin_change change = {text(origin), is_added ? 1 : 0};
    return sink.origin(sink.context, &change);
  }
  int finish(std::string_view revision) { return sink.finish(sink.context, text(revision)); }
};

TEST(ChangesSink, TakesWhatIsTold) {
  ChangesSink sink;
  Plugin plugin{sink.table()};
  for (int call = 0; call < 2; ++call) {
    sink.begin();
    EXPECT_EQ(plugin.source("set"), 1);
    EXPECT_EQ(plugin.origin("https://a.example"), 1);
    EXPECT_EQ(plugin.source("set"), 1) << "said again";
    EXPECT_EQ(plugin.origin("https://b.example", false), 1);
    EXPECT_EQ(plugin.finish("7:a"), 1);
    const auto told = sink.end();
    ASSERT_TRUE(told);
    EXPECT_EQ(told->revision, "7:a");
    EXPECT_EQ(told->changes.source, "set");
    ASSERT_EQ(told->changes.made.size(), 2U);
    EXPECT_EQ(told->changes.made[0].origin, "https://a.example");
    EXPECT_TRUE(told->changes.made[0].is_added);
    EXPECT_FALSE(told->changes.made[1].is_added);
    EXPECT_FALSE(sink.end()) << "once";
  }
}

TEST(ChangesSink, TakesThatNothingChanged) {
  ChangesSink sink;
  sink.begin();
  EXPECT_EQ(Plugin{sink.table()}.finish("7:a"), 1);
  const auto told = sink.end();
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->changes.made.empty());
}

struct Row {
  const char* desc;
  std::function<void(Plugin&)> calls;
};

TEST(ChangesSink, MakesNothingOfWhatTheContractDoesNotHave) {
  const std::string long_text(100'000, 'x');
  const Row rows[] = {
      {"no finish", [](Plugin& p) { p.source("set"), p.origin("https://a.example"); }},
      {"no source", [](Plugin& p) { p.origin("https://a.example"), p.finish("7"); }},
      {"two sources", [](Plugin& p) { p.source("a"), p.source("b"), p.finish("7"); }},
      {"no revision", [](Plugin& p) { p.source("set"), p.finish(""); }},
      {"a long revision", [](Plugin& p) { p.source("set"), p.finish(std::string(256, '7')); }},
      {"a revision that is no text", [](Plugin& p) { p.source("set"), p.finish("\xFF"); }},
      {"a long origin", [&](Plugin& p) { p.source("set"), p.origin(long_text), p.finish("7"); }},
      {"a text without bytes",
       [](Plugin& p) {
         p.source("set");
         const corsac_origin_change change = {{nullptr, 5}, 1};
         p.sink.origin(p.sink.context, &change);
         p.finish("7");
       }},
      {"no change",
       [](Plugin& p) { p.source("set"), p.sink.origin(p.sink.context, nullptr), p.finish("7"); }},
      {"a call after the end",
       [](Plugin& p) { p.source("set"), p.finish("7"), p.origin("https://a.example"); }},
      {"two ends", [](Plugin& p) { p.source("set"), p.finish("7"), p.finish("8"); }},
      {"a call from another thread",
       [](Plugin& p) {
         p.source("set");
         std::thread([&p] { EXPECT_EQ(p.origin("https://a.example"), 0); }).join();
         p.finish("7");
       }},
      {"without end",
       [](Plugin& p) {
         p.source("set");
         std::size_t count = 0;
         while (p.origin("https://a.example") == 1) ++count;
         EXPECT_EQ(count, ChangesSink::kMostChanges);
         p.finish("7");
       }},
  };
  ChangesSink sink;
  for (const Row& row : rows) {
    Plugin plugin{sink.table()};
    sink.begin();
    row.calls(plugin);
    EXPECT_FALSE(sink.end()) << row.desc;
  }
}

TEST(ChangesSink, StopsWhenItIsTold) {
  ChangesSink sink;
  Plugin plugin{sink.table()};
  EXPECT_EQ(plugin.source("set"), 0) << "outside of a call";
  sink.begin();
  EXPECT_EQ(plugin.source("set"), 1);
  sink.stop();
  EXPECT_EQ(plugin.origin("https://a.example"), 0);
  EXPECT_EQ(plugin.finish("7"), 0);
  EXPECT_FALSE(sink.end());
  sink.begin();
  EXPECT_EQ(plugin.finish("7"), 1);
  EXPECT_TRUE(sink.end());
}

}  // namespace
}  // namespace corsac
