// Events out of a file that anybody may have written. Entry: read_events. Spec: README, "Replay".
// Test: tests/server/replay_test.py.

#include "replay_events.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include <corsac/base/ascii.hpp>
#include <corsac/base/printable.hpp>

namespace corsac::server {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kCut = "...";          // what to_printable puts behind what it cut
constexpr std::string_view kQueryCut = "%3F...";  // of a target

bool is_cut_text(std::string_view text) {
  return text.size() > kPrintableLimitBytes && text.ends_with(kCut);
}

// What to_printable has escaped, as it was.
std::string unescaped(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
    } else if (text[i + 1] == 'x' && i + 3 < text.size() && hex_value(text[i + 2]) >= 0 &&
               hex_value(text[i + 3]) >= 0) {
      bytes += static_cast<char>(hex_value(text[i + 2]) * 16 + hex_value(text[i + 3]));
      i += 3;
    } else {
      bytes += text[++i];
    }
  }
  return bytes;
}

// Takes the fields of one event out of its object; remembers the first that is wrong.
class EventReader {
 public:
  explicit EventReader(const Json& json) : json_(json) {}

  std::string text(const char* name) {
    const auto value = optional(name);
    if (!value) note(name, "it is missing");
    return value.value_or("");
  }
  std::optional<std::string> optional(const char* name) {
    const auto found = json_.find(name);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    if (!found->is_string()) {
      note(name, "it is no text");
      return std::nullopt;
    }
    const auto& text = found->get_ref<const std::string&>();
    is_cut_ |= is_cut_text(text);
    return unescaped(text);
  }
  std::vector<std::string> names(const char* name) {
    std::vector<std::string> names;
    const auto found = json_.find(name);
    if (found == json_.end()) return names;
    if (!found->is_array()) note(name, "it is no list");
    for (const Json& element : *found) {
      if (!element.is_string()) {
        note(name, "an element is no text");
        break;
      }
      names.push_back(unescaped(element.get_ref<const std::string&>()));
    }
    return names;
  }
  void note(const char* name, const std::string& what) {
    if (problem_.empty()) problem_ = std::string(name) + ": " + what;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  const Json& json_;
  std::string problem_ = {};
  bool is_cut_ = false;
};

class EventLines {
 public:
  explicit EventLines(const ReplaySink& sink) : sink_(sink) {}

  void take(std::uint64_t number, std::string_view line);
  void refuse(std::uint64_t number, const std::string& what) {
    ++counts_.unreadable;
    sink_.unreadable(number, what);
  }
  [[nodiscard]] const ReplayCounts& counts() const { return counts_; }

 private:
  void take_object(std::uint64_t number, const Json& json);
  void take_refusal(std::uint64_t number, const Json& json);

  const ReplaySink& sink_;
  ReplayCounts counts_ = {};
};

void EventLines::take(std::uint64_t number, std::string_view line) {
  if (trim_ows(line).empty()) {
    ++counts_.other_lines;
    return;
  }
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return refuse(number, "this is no JSON, or it is cut");
  if (!json.is_object()) return refuse(number, "this is no JSON object");
  const auto events = json.find("events");
  if (events == json.end() || json.contains("type")) return take_object(number, json);
  if (!events->is_array()) return refuse(number, "events: it is no list");
  for (const Json& event : *events) {
    if (event.is_object()) {
      take_object(number, event);
    } else {
      refuse(number, "events: an element is no JSON object");
    }
  }
}

void EventLines::take_object(std::uint64_t number, const Json& json) {
  EventReader reader(json);
  const std::string type = reader.text("type");
  if (!reader.problem().empty()) return refuse(number, reader.problem());
  if (type == "event") return take_refusal(number, json);
  if (type == "shadow") {
    ++counts_.shadows;
    return;
  }
  ++counts_.other_lines;
  if (type != "suppressed") return;
  const auto count = json.find("count");
  if (count != json.end() && count->is_number_unsigned()) {
    counts_.suppressed += count->get<std::uint64_t>();
  }
}

void EventLines::take_refusal(std::uint64_t number, const Json& json) {
  EventReader reader(json);
  ReplayedEvent event{.time = reader.text("time"),
                      .outcome = reader.text("outcome"),
                      .value = reader.optional("value").value_or(""),
                      .rule = reader.optional("rule").value_or(""),
                      .own_origin = reader.optional("own_origin").value_or(""),
                      .method = reader.text("method"),
                      .path = reader.text("path"),
                      .target = reader.optional("target").value_or(""),
                      .content_type = reader.optional("content_type"),
                      .host = reader.optional("host"),
                      .origin = reader.optional("origin"),
                      .referer = reader.optional("referer"),
                      .header_names = reader.names("header_names")};
  const auto reason = parse_reason(reader.text("reason"));
  if (!reason || *reason == Reason::None) reader.note("reason", "this version knows no such one");
  if (event.outcome == "diagnostic") {
    ++counts_.diagnostics;
    return;
  }
  if (event.outcome != "blocked" && event.outcome != "marked") {
    reader.note("outcome", "it is neither blocked, marked nor diagnostic");
  }
  if (!reader.problem().empty()) return refuse(number, reader.problem());
  event.reason = *reason;
  event.is_cut = reader.is_cut();
  event.is_target_cut = is_cut_text(event.target) || event.target.ends_with(kQueryCut);
  sink_.event(event);
}

// The next line without its end into `line`, of which no more than the limit is kept; false at the
// end of the input. A last line without an end is one.
bool next_line(std::istream& input, std::string& line, bool& is_too_long) {
  std::array<char, 16'384> part;
  line.clear();
  is_too_long = false;
  while (true) {
    input.getline(part.data(), part.size());
    const auto size = static_cast<std::size_t>(input.gcount());
    // getline fails, and has taken no line end, when the buffer is full.
    const bool is_full = input.fail() && !input.eof() && size == part.size() - 1;
    if (size == 0 && !is_full) return !line.empty() || is_too_long;
    const bool has_end = !is_full && !input.eof();
    if (line.size() + size <= kEventLineLimitBytes) {
      line.append(part.data(), has_end ? size - 1 : size);
    } else {
      is_too_long = true;
    }
    if (!is_full) return true;
    input.clear();
  }
}

}  // namespace

ReplayCounts read_events(std::istream& input, const ReplaySink& sink) {
  EventLines lines(sink);
  std::string line;
  bool is_too_long = false;
  for (std::uint64_t number = 1; next_line(input, line, is_too_long); ++number) {
    if (is_too_long) {
      lines.refuse(number, "it is longer than " + std::to_string(kEventLineLimitBytes) + " bytes");
    } else {
      lines.take(number, line);
    }
  }
  return lines.counts();
}

}  // namespace corsac::server
