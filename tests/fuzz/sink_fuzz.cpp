// A store that breaks the plugin contract in every way: any calls in any order and nesting, with
// any bytes, through the sink into the core. The input chooses the calls.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "corsac/policy/reader.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "fuzz/document_checks.hpp"
#include "fuzz/fuzz.hpp"

namespace corsac::fuzz {
namespace {

const std::string_view kFields[] = {"",
                                    "version",
                                    "cors",
                                    "rules",
                                    "paths",
                                    "methods",
                                    "hosts",
                                    "name",
                                    "allowed_origins",
                                    "allowed_origins_file",
                                    "allowed_origins_from_file",
                                    "allowed_methods",
                                    "allowed_headers",
                                    "exposed_headers",
                                    "allow_credentials",
                                    "max_age_seconds",
                                    "excluded_paths",
                                    "included_paths",
                                    "profile",
                                    "vary",
                                    "preflight_status",
                                    "trusted_origins",
                                    "origin",
                                    "scopes",
                                    "type",
                                    "allowed_okta_apps",
                                    "status",
                                    "valid_until",
                                    "allowed",
                                    "lint",
                                    "allow",
                                    "code",
                                    "path",
                                    "reason",
                                    "test",
                                    "headers",
                                    "expect",
                                    "request",
                                    "at",
                                    "enabled",
                                    "debug",
                                    "redirects",
                                    "csrf",
                                    "frames",
                                    "shadow",
                                    "allow_null_origin",
                                    "method"};
const std::string_view kTexts[] = {"",
                                   "https://a.example",
                                   "*",
                                   "https://*.example.com",
                                   "GET",
                                   "PUT",
                                   "content-type",
                                   "/a",
                                   "/a*",
                                   "/",
                                   "fetch",
                                   "django",
                                   "cloudflare",
                                   "fusionauth",
                                   "always",
                                   "CORS",
                                   "IFRAME_EMBED",
                                   "OKTA_ENDUSER",
                                   "ACTIVE",
                                   "2027-01-31T00:00:00Z",
                                   "api.example.com",
                                   "allow",
                                   "deny",
                                   "preflight",
                                   "null",
                                   "\xFF",
                                   "dangerous-switch"};

corsac_text to_c(std::string_view text) { return {text.data(), text.size()}; }

std::string_view choose(Choices& choices, const std::string_view* table, std::size_t count) {
  const std::size_t index = choices.index(count + 1);
  return index == count ? choices.text() : table[index];
}

// Makes one call after the other and remembers what the contract says about them.
class HostileStore {
 public:
  HostileStore(const corsac_sink& sink, Choices& choices) : sink_(sink), choices_(choices) {}

  void make_calls() {
    while (!choices_.is_at_end()) {
      const bool was_stopped = is_stopped_;
      const int answer = make_call();
      if (answer != 0 && answer != 1) fail_with("an answer that is none");
      if (was_stopped && answer != 0) fail_with("goes on after a stop");
      is_stopped_ = answer == 0;
    }
  }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }
  // Every list and item was closed, and finish() was the last call.
  [[nodiscard]] bool is_complete() const { return is_finished_ && !is_stopped_; }
  // JSON came behind finish(): whether that made a call is its own affair.
  [[nodiscard]] bool is_unsure() const { return is_unsure_; }

 private:
  enum Call {
    BeginItem,
    EndItem,
    BeginList,
    EndList,
    Text,
    Integer,
    Flag,
    Real,
    Null,
    Source,
    Problem,
    Json,
    NoBytes,
    Finish
  };

  int make_call() {
    constexpr Call kCalls[] = {BeginItem, BeginItem, EndItem, BeginList, BeginList, EndList,
                               Text,      Text,      Text,    Integer,   Flag,      Real,
                               Null,      Source,    Problem, Json,      NoBytes,   Finish};
    const Call call = choices_.one_of(kCalls);
    if (is_finished_ && call == Json) is_unsure_ = true;
    if (call != Finish) is_finished_ = false;
    switch (call) {
      case BeginItem:
        return note_begin('i', sink_.begin_item(sink_.context, field(), place()));
      case BeginList:
        return note_begin('l', sink_.begin_list(sink_.context, field(), place()));
      case EndItem:
        return note_end('i', sink_.end_item(sink_.context));
      case EndList:
        return note_end('l', sink_.end_list(sink_.context));
      case Text: {
        const corsac_text name = field();
        const corsac_text value = text();
        return sink_.text(sink_.context, name, value, place());
      }
      case Integer: {
        constexpr std::int64_t kIntegers[] = {0, 1, -1, 204, 600, 86'400, INT64_MAX, INT64_MIN};
        const corsac_text name = field();
        return sink_.integer(sink_.context, name, choices_.one_of(kIntegers), place());
      }
      case Flag: {
        const corsac_text name = field();
        return sink_.flag(sink_.context, name, choices_.byte() - 1, place());
      }
      case Real: {
        const corsac_text name = field();
        const auto high = std::uint64_t{choices_.byte()} << 56U;
        return sink_.real(sink_.context, name, std::bit_cast<double>(high | 7), place());
      }
      case Null:
        return sink_.null_value(sink_.context, field(), place());
      case Source:
        return sink_.source(sink_.context, text());
      case Problem: {
        const corsac_text code = text();
        const corsac_text what = text();
        return sink_.problem(sink_.context, code, what, text(), place());
      }
      case Json:
        return feed();
      case NoBytes:
        return sink_.text(sink_.context, field(), {nullptr, 3}, place());
      case Finish:
        break;
    }
    const int answer = sink_.finish(sink_.context, text());
    if (answer == 1 && !open_.empty()) fail_with("finished with something open");
    is_finished_ = answer == 1;
    return answer;
  }

  int feed() {
    const std::string_view json = choices_.text();
    const std::int32_t status = feed_json(nullptr, &sink_, json.data(), json.size());
    // What was wrong with the text was told; whether more may follow, the next call says.
    return status == CORSAC_CANCELLED || is_stopped_ ? 0 : 1;
  }

  int note_begin(char kind, int answer) {
    if (answer == 1) open_.push_back(kind);
    if (open_.size() > kNestingLimit + 1) fail_with("nests deeper than the limit");
    return answer;
  }
  int note_end(char kind, int answer) {
    const bool is_open = !open_.empty() && open_.back() == kind;
    if (answer == 1 && !is_open) fail_with("ends what was not begun");
    if (answer == 1) open_.pop_back();
    return answer;
  }

  corsac_text field() { return to_c(choose(choices_, kFields, std::size(kFields))); }
  corsac_text text() { return to_c(choose(choices_, kTexts, std::size(kTexts))); }
  corsac_place place() {
    constexpr std::uint32_t kNumbers[] = {1, 0, 7, 0xFFFFFF, 0x1000000, UINT32_MAX};
    const std::uint8_t byte = choices_.byte();
    return {kNumbers[byte % 6], kNumbers[byte / 6 % 6]};
  }

  const corsac_sink& sink_;
  Choices& choices_;
  std::string open_ = {};
  bool is_stopped_ = false;
  bool is_finished_ = false;
  bool is_unsure_ = false;
};

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  Choices choices(data, size);
  PolicyReader reader;
  SinkAdapter adapter;
  adapter.begin(reader);
  HostileStore store(adapter.table(), choices);
  store.make_calls();
  adapter.end();
  const corsac_sink& late = adapter.table();
  if (late.finish(late.context, {"r", 1}) != 0) fail_with("a call behind the end is taken");
  if (!store.is_unsure() && reader.is_finished() != store.is_complete()) {
    fail_with(store.is_complete() ? "not finished" : "finished too early");
  }
  const Report report = take_document(reader);
  if (store.is_stopped() && !report.has_errors()) fail_with("stopped without a word");
  return 0;
}
