// YAML to a tree with lines. Entry: read_yaml. Test: tests/import/hostile_test.py.
//
// By the events of the parser and not by its own tree: that one holds aliases as references, so
// that a file of some lines is a tree without end.

#include "read_yaml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace corsac::server {
namespace {

using Kind = SourceValue::Kind;

// Thrown through the parser, which has no other way to be stopped.
struct Stopped : std::exception {};

Place to_place(const YAML::Mark& mark) noexcept {
  return {.line = static_cast<std::uint32_t>(mark.line + 1)};
}

template <std::size_t kSize>
bool is_one_of(const std::array<std::string_view, kSize>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

SourceValue plain_value(const std::string& text, Place place) {
  constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
  constexpr std::array<std::string_view, 9> kTrue = {"true", "True", "TRUE", "yes", "Yes",
                                                     "YES",  "on",   "On",   "ON"};
  constexpr std::array<std::string_view, 9> kFalse = {"false", "False", "FALSE", "no", "No",
                                                      "NO",    "off",   "Off",   "OFF"};
  if (is_one_of(kNull, text)) return {.place = place};
  const bool is_true = is_one_of(kTrue, text);
  if (is_true || is_one_of(kFalse, text)) {
    return {.kind = Kind::Flag, .flag = is_true, .place = place};
  }
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stop == end) {
    return {.kind = Kind::Integer, .integer = number, .place = place};
  }
  return {.kind = Kind::Text, .text = text, .place = place};
}

class YamlToTree final : public YAML::EventHandler {
 public:
  explicit YamlToTree(SourceBuilder& builder) : builder_(builder) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    no_key(mark);
    keep(builder_.value({.place = to_place(mark)}, anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    no_key(mark);
    keep(builder_.alias(anchor, to_place(mark)));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const Place place = to_place(mark);
    if (builder_.expects_key()) {
      if (value == "<<" && tag != "!") {
        keep(builder_.fail_with("yaml-merge-key", place, "merge keys (<<) are not read",
                                "write the fields out"));
      }
      keep(builder_.key(value, place));
      return;
    }
    const bool is_text = tag == "!" || tag == "tag:yaml.org,2002:str";
    keep(builder_.value(is_text ? SourceValue{.kind = Kind::Text, .text = value, .place = place}
                                : plain_value(value, place),
                        anchor));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    no_key(mark);
    keep(builder_.open(Kind::List, to_place(mark), anchor));
  }
  void OnSequenceEnd() override { keep(builder_.close()); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    no_key(mark);
    keep(builder_.open(Kind::Object, to_place(mark), anchor));
  }
  void OnMapEnd() override { keep(builder_.close()); }

 private:
  static void keep(bool goes_on) {
    if (!goes_on) throw Stopped();
  }
  void no_key(const YAML::Mark& mark) {
    if (!builder_.expects_key()) return;
    keep(builder_.fail_with("yaml-key", to_place(mark), "a name of a field is a text",
                            "write the name as a text"));
  }

  SourceBuilder& builder_;
};

// Only where the other documents begin.
class DocumentStarts final : public YAML::EventHandler {
 public:
  explicit DocumentStarts(std::vector<Place>& starts) : starts_(starts) {}
  void OnDocumentStart(const YAML::Mark& mark) override { starts_.push_back(to_place(mark)); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  std::vector<Place>& starts_;
};

Problem syntax_problem(const YAML::Exception& error) {
  // Behind a colon the parser shows what it met.
  const std::string words = error.msg.substr(0, error.msg.find(':'));
  return {.code = "yaml-syntax",
          .place = to_place(error.mark),
          .what = words,
          .fix = "correct it, and put the file through a YAML parser first"};
}

}  // namespace

Result<YamlFile, Problem> read_yaml(std::string_view text) {
  SourceBuilder builder;
  YamlFile file;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    YamlToTree handler(builder);
    if (parser.HandleNextDocument(handler)) {
      DocumentStarts others(file.more);
      while (parser.HandleNextDocument(others)) {
      }
    }
  } catch (const Stopped&) {  // the builder has the reason
  } catch (const YAML::Exception& error) {
    return fail(syntax_problem(error));
  }
  auto document = builder.take();
  if (!document) return fail(std::move(document.error()));
  file.document = *std::move(document);
  return file;
}

}  // namespace corsac::server
