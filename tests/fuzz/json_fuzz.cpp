// A JSON document through feed_json into the core. The input is a document.

#include "corsac/policy/reader.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "fuzz/checked_sink.hpp"
#include "fuzz/document_checks.hpp"
#include "fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  const CheckedSink::Format json = {.text = "\"",
                                    .number = "-0123456789",
                                    .flag = "tf",
                                    .null = "n",
                                    .list = "[",
                                    .item = "{",
                                    .deepest = kNestingLimit,
                                    .longest_name = SIZE_MAX};
  const std::string_view document = to_text(data, size);
  PolicyReader reader;
  SinkAdapter adapter;
  adapter.begin(reader);
  CheckedSink checked(adapter.table(), document, json);
  const corsac_sink& sink = checked.table();
  sink.source(sink.context, {"policy", 6});
  const std::int32_t status = feed_json(nullptr, &sink, document.data(), document.size());
  switch (status) {
    case CORSAC_OK:
      checked.expect_complete();
      sink.finish(sink.context, {"1", 1});
      break;
    case CORSAC_CANCELLED:
      if (!checked.is_stopped()) fail_with("cancelled by nobody");
      break;
    case CORSAC_INVALID:
      if (!checked.has_problem()) fail_with("invalid, and nobody says why");
      break;
    default:
      fail_with("status " + std::to_string(status));
  }
  if (status != CORSAC_CANCELLED && checked.is_stopped()) fail_with("not cancelled by a stop");
  adapter.end();
  (void)take_document(reader);
  return 0;
}
