// A HAR file (HTTP Archive 1.2, as Chromium and Firefox write it) to entries. Entry: read_har.
// Tests: tests/server/har_test.cpp, tests/server/explain_har_test.py.

#include "read_har.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <system_error>

#include <nlohmann/json.hpp>

#include <corsac/base/ascii.hpp>
#include <corsac/runtime/json_places.hpp>

#include "har_text.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kNameLimitBytes = 64;
constexpr std::string_view kEntry = ".log.entries[].";

enum class Type : unsigned char { Text, Number, Object, List, Other };

// HAR 1.2, as far as it decides what an exchange says: a status that is a text must not pass for
// none.
constexpr std::pair<std::string_view, Type> kTypes[] = {
    {"request", Type::Object},
    {"request.headers", Type::List},
    {"request.headers[]", Type::Object},
    {"request.headers[].name", Type::Text},
    {"request.headers[].value", Type::Text},
    {"response", Type::Object},
    {"response.status", Type::Number},
    {"response.headers", Type::List},
    {"response.headers[]", Type::Object},
    {"response.headers[].name", Type::Text},
    {"response.headers[].value", Type::Text},
};

// What the parser calls (nlohmann's SAX interface; false = stop parsing). Where it stands is a text
// like ".log.entries[].request.url": there are a dozen places that matter.
class HarEvents final : public nlohmann::json_sax<Json> {
 public:
  HarEvents(const HarText& text, const std::function<void(const HarEntry&)>& take)
      : text_(text), take_(take) {}

  bool null() override { return no_object(Type::Other); }
  bool boolean(bool) override { return no_object(Type::Other); }
  bool number_integer(number_integer_t value) override {
    if (is_at(".log.entries[].response.status")) {
      const bool is_status = value > -1000 && value < 1000;
      entry_.status = is_status ? static_cast<int>(value) : 0;
      if (!is_status) entry_.has_wrong_type = true;
    }
    return no_object(Type::Number);
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number_integer(value > 999 ? 1000 : static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t, const string_t&) override { return no_object(Type::Other); }
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool string(string_t& value) override;
  bool start_object(std::size_t) override;
  bool end_object() override;
  bool key(string_t& name) override {
    cut_texts_ = text_.cut_texts();
    path_.resize(sizes_.back());
    path_ += '.';
    // A longer one is none that is looked for, and must not look like one.
    path_ +=
        name.size() > kNameLimitBytes || name.find_first_of(".[") != std::string::npos ? "?" : name;
    return true;
  }
  bool start_array(std::size_t) override {
    if (is_at(".log.entries")) has_entries_ = true;
    return no_object(Type::List) && open() && (path_ += "[]", true);
  }
  bool end_array() override {
    close();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    const JsonFault fault = to_json_fault(error.what());
    return stop("har-syntax", fault.what,
                "the file is cut or was changed; export it from the browser again");
  }

  [[nodiscard]] bool has_entries() const noexcept { return has_entries_; }
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  // Where an entry should stand, it is told that there is none.
  bool no_object(Type type) {
    check(type);
    if (is_at(".log.entries[]")) take_({.index = index_++, .line = text_.line()});
    return true;
  }
  void check(Type type) {
    if (!path_.starts_with(kEntry)) return;
    const std::string_view field = std::string_view(path_).substr(kEntry.size());
    for (const auto& [name, wanted] : kTypes) {
      if (field == name && type != wanted) entry_.has_wrong_type = true;
    }
  }
  [[nodiscard]] bool is_at(std::string_view place) const noexcept { return path_ == place; }
  bool open() {
    if (sizes_.size() >= kHarDepthLimit) {
      return stop("har-too-deep", "objects and lists stand more than 64 deep in each other",
                  "no browser writes that; export the file again");
    }
    sizes_.push_back(path_.size());
    return true;
  }
  void close() {
    path_.resize(sizes_.back());
    sizes_.pop_back();
  }
  bool stop(const char* code, std::string what, const char* fix) {
    problems_.push_back(
        {.code = code, .place = text_.place(), .what = std::move(what), .fix = fix});
    return false;
  }
  void end_header(HarMessage& message);

  const HarText& text_;
  const std::function<void(const HarEntry&)>& take_;
  std::string path_ = {};
  std::vector<std::size_t> sizes_ = {};  // of path_, for each object and list that is open
  HarEntry entry_ = {};
  std::size_t index_ = 0;
  std::string page_ref_ = {};  // of the entry
  std::string name_ = {};      // of the header, or of the page
  std::string value_ = {};
  bool is_header_cut_ = false;
  std::size_t cut_texts_ = 0;  // of the file, before the text that comes
  std::map<std::string, std::string, std::less<>> pages_ = {};
  bool has_entries_ = false;
  std::vector<Problem> problems_ = {};
};

bool HarEvents::string(string_t& value) {
  const std::string_view path = path_;
  const bool is_cut = std::exchange(cut_texts_, text_.cut_texts()) != text_.cut_texts();
  if (path.starts_with(kEntry)) {
    const std::string_view field = path.substr(kEntry.size());
    if (field == "pageref") {
      page_ref_ = std::move(value);
    } else if (field == "_resourceType") {
      entry_.resource_type = std::move(value);
    } else if (field == "request.method") {
      entry_.method = std::move(value);
    } else if (field == "request.url") {
      entry_.url = std::move(value);
      entry_.is_url_cut = is_cut;
    } else if (field == "request.headers[].name" || field == "response.headers[].name") {
      name_ = std::move(value);
    } else if (field == "request.headers[].value" || field == "response.headers[].value") {
      value_ = std::move(value);
    } else if (field == "_error" || field == "response._error" ||
               field == "response._failureText" || field == "_blockedReason") {
      entry_.error = std::move(value);
    }
  } else if (path == ".log.pages[].id") {
    name_ = std::move(value);
  } else if (path == ".log.pages[].title") {
    value_ = std::move(value);
  }
  is_header_cut_ = is_header_cut_ || is_cut;
  return no_object(Type::Text);
}

bool HarEvents::start_object(std::size_t) {
  if (is_at(".log.entries[]")) {
    entry_ = {};
    entry_.index = index_++;
    entry_.line = text_.place().line;
    page_ref_.clear();
  } else if (is_at(".log.entries[].request.cookies[]")) {
    entry_.has_cookies = true;
  }
  // Not for every list: a header may have fields of its own, with lists of objects in them.
  if (is_at(".log.entries[].request.headers[]") || is_at(".log.entries[].response.headers[]") ||
      is_at(".log.pages[]")) {
    name_.clear();
    value_.clear();
    is_header_cut_ = false;
  }
  check(Type::Object);
  return open();
}

void HarEvents::end_header(HarMessage& message) {
  const std::size_t bytes = name_.size() + value_.size();
  const bool is_kept =
      message.headers.size() < kHarHeaderLimit && message.bytes + bytes <= kHarHeadersLimitBytes;
  if (!is_kept || is_header_cut_) ++message.cut;
  if (!is_kept) return;
  message.bytes += bytes;
  message.headers.emplace_back(std::move(name_), std::move(value_));
}

bool HarEvents::end_object() {
  close();
  if (is_at(".log.entries[].request.headers[]")) end_header(entry_.request);
  if (is_at(".log.entries[].response.headers[]")) end_header(entry_.response);
  if (is_at(".log.pages[]") && pages_.size() < kHarPageLimit) {
    pages_.insert_or_assign(std::move(name_), std::move(value_));
  }
  if (!is_at(".log.entries[]")) return true;
  const auto page = pages_.find(page_ref_);
  if (page != pages_.end()) entry_.page_url = page->second;
  take_(entry_);
  return true;
}

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

Report failed(const std::string& file, Problem problem) {
  return Report({std::move(problem)}, {file});
}

Problem not_read() {
  return {.code = "har-not-read",
          .what = std::generic_category().message(errno),
          .fix = "name a HAR file that can be read"};
}

// Export tools compress, and some editors on Windows write UTF-16: no JSON, and nothing was cut.
// Looks at the first bytes, `head`; null for what may be JSON.
const char* other_format_of(std::string_view head, const char*& fix) {
  if (head.starts_with("\x1f\x8b")) {
    fix = "unpack it first: gzip -dc FILE > plain.har";
    return "the file is compressed with gzip";
  }
  if (head.starts_with("PK\x03\x04")) {
    fix = "unpack it first, and name the HAR file in it";
    return "the file is a ZIP archive";
  }
  if (head.starts_with("\x28\xb5\x2f\xfd")) {
    fix = "unpack it first: zstd -dc FILE > plain.har";
    return "the file is compressed with zstd";
  }
  const bool has_mark = head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff");
  const bool has_zero = head.size() >= 2 && (head[0] == '\0') != (head[1] == '\0');
  if (!has_mark && !has_zero) return nullptr;
  // Without a mark iconv has to be told which byte comes first.
  fix = has_mark          ? "write it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE > plain.har"
        : head[0] == '\0' ? "write it as UTF-8: iconv -f UTF-16BE -t UTF-8 FILE > plain.har"
                          : "write it as UTF-8: iconv -f UTF-16LE -t UTF-8 FILE > plain.har";
  return "the file is text in UTF-16";
}

}  // namespace

Result<void, Report> read_har(const std::string& file,
                              const std::function<void(const HarEntry&)>& take) {
  const std::unique_ptr<std::FILE, CloseFile> opened(std::fopen(file.c_str(), "rbe"));
  if (opened == nullptr) return fail(failed(file, not_read()));
  HarText text(opened.get(), kHarTextLimitBytes, kHarLimitBytes);
  const char* fix = nullptr;
  if (const char* what = other_format_of(text.ahead(), fix); what != nullptr)
    return fail(failed(file, {.code = "har-format", .what = what, .fix = fix}));
  HarEvents events(text, take);
  static_cast<void>(Json::sax_parse(HarIterator(text), HarIterator(), &events));
  if (text.has_failed()) return fail(failed(file, not_read()));
  if (text.is_too_large()) {
    return fail(failed(file, {.code = "har-too-large",
                              .place = text.place(),
                              .what = "the file has more than 1 GiB",
                              .fix = "record less, or export without the contents of answers"}));
  }
  if (!events.problems().empty()) return fail(Report(events.problems(), {file}));
  if (events.has_entries()) return {};
  return fail(failed(file, {.code = "har-no-entries",
                            .what = "this is JSON, and no HAR file: it has no log.entries",
                            .fix = "export one with \"Save all as HAR\" of the browser's network "
                                   "panel"}));
}

}  // namespace corsac::server
