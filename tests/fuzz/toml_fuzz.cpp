// The TOML store's reading of a document, through the plugin contract into the core: the limits
// before the parser, the parser, the walk, the reader, the compiler; and lists that are read
// without the parser against the parser. The input is a document.

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "corsac/policy/reader.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "corsac_store_plugin.hpp"
#include "document.hpp"
#include "document_limits.hpp"
#include "fuzz/checked_sink.hpp"
#include "fuzz/document_checks.hpp"
#include "fuzz/fuzz.hpp"
#include "origins_file.hpp"
#include "support/recording_store_host.hpp"

namespace corsac::fuzz {
namespace {

constexpr CheckedSink::Format kToml = {
    .text = "\"'0123456789",
    .number = "+-0123456789in",
    .flag = "tf",
    .null = "",
    .list = "[",
    .item = "",
    // Each level of brackets, and the header above them, may have a dotted name.
    .deepest = toml_store::kNamePartLimit * (toml_store::kBracketLimit + 2),
    .longest_name = toml_store::kNameLimitBytes};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_wanted() { return true; }

// The places of what the reader found wrong are where the document says something.
void check_places(const Report& report, std::string_view document) {
  const std::size_t line_count = lines_of(document).size() + 1;
  for (const Problem& problem : report.problems()) {
    if (problem.place.source == 0 && problem.place.line > line_count) {
      fail_with("a problem behind the end", report.text());
    }
    if (!problem.place.is_known() && !problem.value.empty()) {
      fail_with("a value without a place", report.text());
    }
  }
}

std::vector<std::string> calls_of(std::string_view document, std::size_t long_list_from) {
  const toml_store::Document parsed(document, is_wanted, long_list_from);
  test::RecordingSink recording;
  plugin::Sink sink(*recording.sink());
  if (const auto& problem = parsed.problem()) {
    sink.problem(problem->code, problem->what, problem->fix, problem->place);
  } else {
    static_cast<void>(parsed.hand_over(sink, [](std::string_view, plugin::Place) {}, {}));
  }
  return recording.calls();
}

// Lists of any length that can be read without the parser, and none.
void compare_with_parser(std::string_view document) {
  const auto quick = calls_of(document, 0);
  const auto plain = calls_of(document, std::numeric_limits<std::size_t>::max());
  if (quick == plain) return;
  const auto differ = std::mismatch(quick.begin(), quick.end(), plain.begin(), plain.end());
  fail_with("the parser reads something else",
            "quick: " + (differ.first == quick.end() ? std::string("-") : *differ.first),
            "plain: " + (differ.second == plain.end() ? std::string("-") : *differ.second));
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  const std::string_view document = to_text(data, size);
  const std::string_view counted =
      document.starts_with(kByteOrderMark) ? document.substr(kByteOrderMark.size()) : document;
  PolicyReader reader;
  SinkAdapter adapter;
  adapter.begin(reader);
  CheckedSink checked(adapter.table(), counted, kToml);
  plugin::Sink sink(checked.table());
  sink.source("policy.toml");
  // The name of an origins file is the content of one as well.
  std::vector<std::string> named;
  const auto on_origins_file = [&](std::string_view name, plugin::Place) {
    named.emplace_back(name);
    checked.enter_other_source();
    sink.source(name.substr(0, 20));
    sink.begin_list("allowed_origins_from_file");
    toml_store::OriginLines lines(sink);
    if (lines.add(name.substr(0, name.size() / 2)) && lines.add(name.substr(name.size() / 2))) {
      lines.finish();
    }
    sink.end_list();
    sink.source("policy.toml");
    checked.leave_other_source();
  };
  const toml_store::Document parsed(document, is_wanted);
  if (const auto& problem = parsed.problem()) {
    sink.problem(problem->code, problem->what, problem->fix, problem->place);
  }
  // The document is its own file of records as well.
  const auto records = [&] {
    checked.enter_other_source();
    sink.source("records.toml");
    parsed.hand_over_records(sink);
    sink.source("policy.toml");
    checked.leave_other_source();
  };
  toml_store::MoreRecords more_records = {};
  if (!parsed.problem() && parsed.has_records()) more_records = records;
  for (const toml_store::DocumentProblem& problem : parsed.problems_of_records()) {
    if (problem.place.line > lines_of(document).size() + 1) fail_with("a problem behind the end");
  }
  const bool is_whole = !parsed.problem() && parsed.hand_over(sink, on_origins_file, more_records);
  if (is_whole && !checked.is_stopped()) {
    checked.expect_complete();
    std::vector<std::string> expected = parsed.origins_files();
    std::sort(named.begin(), named.end());
    std::sort(expected.begin(), expected.end());
    if (named != expected) fail_with("another number of files than was said");
  }
  if (!is_whole && !checked.has_problem()) fail_with("no document, and nobody says why");
  if (is_whole && toml_store::find_beyond_limits(counted, is_wanted)) {
    fail_with("beyond the limits");
  }
  if (is_whole) sink.finish("1");
  compare_with_parser(document);
  adapter.end();
  check_places(take_document(reader), document);
  return 0;
}
