#include "har/har_text.hpp"

#include <cstdio>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace corsac::server {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

// What passes of `text` when texts may have four bytes.
std::string passed(std::string text, std::uint64_t limit = 1 << 20U) {
  const std::unique_ptr<std::FILE, CloseFile> file(::fmemopen(text.data(), text.size(), "rb"));
  HarText har(file.get(), 4, limit);
  std::string all;
  for (int byte = har.next(); byte != EOF; byte = har.next()) all += static_cast<char>(byte);
  return all;
}

TEST(HarText, CutsLongTextsAndKeepsJson) {
  const struct {
    const char* desc;
    const char* text;
    const char* expected;
  } kRows[] = {
      {"a short one", R"({"a":"1234"})", R"({"a":"1234"})"},
      {"a long one", R"({"a":"12345678","b":1})", R"({"a":"1234","b":1})"},
      {"a long name", R"({"12345":1})", R"({"1234":1})"},
      {"numbers are kept", R"([123456789])", R"([123456789])"},
      {"an escape is not cut", R"(["123\u00e9456"])", R"(["123\u00e9"])"},
      {"a quote in the dropped part", R"(["12345\"6\\","b"])", R"(["1234","b"])"},
      {"a quote at the limit", R"(["1234\"5"])", R"(["1234"])"},
      {"a pair is not cut", R"(["12\ud83d\ude0056"])", R"(["12\ud83d\ude00"])"},
      {"half a pair in front of the limit", R"(["\ud83d\ude0056"])", R"(["\ud83d\ude00"])"},
      {"UTF-8 is not cut", "[\"123\xc3\xa9xy\"]", "[\"123\xc3\xa9\"]"},
      {"an end in a dropped part", R"(["123456)", R"(["1234)"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(passed(row.text), row.expected) << row.desc;
    const bool was_json = nlohmann::json::accept(row.text);
    EXPECT_EQ(nlohmann::json::accept(passed(row.text)), was_json) << row.desc;
  }
}

TEST(HarText, CountsWhatItCuts) {
  std::string text = R"({"a":"1234","b":"12345678","c":["12345","\u00e9\u00e9"],"d":123456})";
  const std::unique_ptr<std::FILE, CloseFile> file(::fmemopen(text.data(), text.size(), "rb"));
  HarText har(file.get(), 4, 1 << 20U);
  while (har.next() != EOF) {
  }
  EXPECT_EQ(har.cut_texts(), 3U);
}

TEST(HarText, KeepsAFewBytesOfATextWithoutAnEnd) {
  std::string escapes = "[\"";
  for (int i = 0; i < 10'000; ++i) escapes += "\\u00e9";
  EXPECT_LT(passed(escapes).size(), 20U);
  std::string halves = "[\"";
  for (int i = 0; i < 10'000; ++i) halves += "\\ud83dx";
  EXPECT_LT(passed(halves).size(), 20U);
}

TEST(HarText, EndsBehindTheLimit) {
  const std::string text(200'000, ' ');
  EXPECT_LE(passed(text, 1).size(), 65'536U);
}

TEST(HarText, TellsPlaces) {
  std::string text = "{\n  x";
  const std::unique_ptr<std::FILE, CloseFile> file(::fmemopen(text.data(), text.size(), "rb"));
  HarText har(file.get(), 4, 100);
  while (har.next() != EOF) {
  }
  EXPECT_EQ(har.place().line, 2U);
  EXPECT_EQ(har.place().column, 3U);
}

}  // namespace
}  // namespace corsac::server
