// Entry: StoreRecords. Test: tests/authority/store_records_test.cpp.

#include "corsac/authority/store_records.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "corsac/base/low_priority.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"
#include "corsac/runtime/store_client.hpp"

namespace corsac {
namespace {

using Status = RecordWrite::Status;

constexpr const char* kHangs = "the store plugin does not return from its last call";

std::string in_words(const Problem& problem) {
  std::string text = problem.what;
  if (!problem.fix.empty()) text += "; " + problem.fix;
  return text;
}

std::string in_words(const std::vector<Problem>& problems, const std::string& otherwise) {
  return problems.empty() ? otherwise : in_words(problems.front());
}

Status status_of(WriteStatus status) noexcept {
  switch (status) {
    case WriteStatus::Written:
      return Status::Ok;
    case WriteStatus::Conflict:
      return Status::Conflict;
    case WriteStatus::Refused:
      return Status::ReadOnly;
    case WriteStatus::NotReached:
      return Status::NotWritten;
    case WriteStatus::Failed:
      break;
  }
  return Status::Unreachable;
}

// The last change of each id.
std::vector<RecordText> texts_of(std::span<const RecordChange> changes) {
  std::vector<RecordText> texts;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const RecordChange& change : changes) {
    const auto [place, is_new] = places.emplace(change.id, texts.size());
    if (is_new) texts.push_back({.id = change.id});
    texts[place->second].json = change.record != nullptr ? record_to_json(*change.record) : "";
  }
  return texts;
}

std::string document_of(const std::vector<RecordPtr>& records, RecordsForm form) {
  Policy document;
  document.trusted_origins.reserve(records.size());
  for (const RecordPtr& record : records) document.trusted_origins.push_back(*record);
  return form == RecordsForm::Toml ? policy_to_toml(document) : policy_to_json(document);
}

// Why a reader would refuse what is to be written; empty = nothing. Records that can be written and
// not read would keep every other one from being read.
std::string why_unreadable(const std::vector<RecordText>& changes) {
  std::string document = R"({"version":1,"trusted_origins":[)";
  bool is_first = true;
  for (const RecordText& change : changes) {
    if (change.json.empty()) continue;
    document += (is_first ? "" : ",") + change.json;
    is_first = false;
  }
  document += "]}";
  PolicyReader reader;
  SinkAdapter sink;
  sink.begin(reader);
  static_cast<void>(feed_json(nullptr, &sink.table(), document.data(), document.size()));
  sink.end();
  for (const Problem& problem : reader.take_problems()) {
    if (problem.severity == Severity::Error) return problem.path + ": " + in_words(problem);
  }
  return {};
}

// What a read came to.
struct Loaded {
  ReadResult read = {};
  std::string why_read_only = {};
};

// Of a document that has one.
std::string first_error_of(const ReadResult& read) {
  const auto error =
      std::find_if(read.problems.begin(), read.problems.end(),
                   [](const Problem& problem) { return problem.severity == Severity::Error; });
  return place_text(error->place, read.policy.sources) + ": " + error->path + ": " +
         in_words(*error);
}

// Of one that gave none.
std::string why_not_read(const ReadResult& read) {
  if (read.problems.empty()) return read.detail;
  const Problem& first = read.problems.front();
  const std::string place =
      first.place.is_known() ? place_text(first.place, read.policy.sources) + ": " : "";
  return place + in_words(first);
}

Loaded load_from(StoreClient& client) {
  Problem why_none;
  if (auto kept = client.read_records(&why_none)) return {.read = *std::move(kept)};
  // The whole document, which may be long, to know what is read-only here: on this store nobody
  // waits for a write, and requests come first.
  lower_own_priority();
  return {.read = client.read(ReaderKeeps::AllButNames), .why_read_only = in_words(why_none)};
}

}  // namespace

Result<std::unique_ptr<StoreRecords>, Report> StoreRecords::open(StoreConfig config,
                                                                 std::function<void()> changed,
                                                                 LogSink log) {
  auto store = StoreCaller::open(std::move(config), std::move(changed), std::move(log));
  if (!store) return fail(std::move(store.error()));
  return std::unique_ptr<StoreRecords>(new StoreRecords(*std::move(store)));
}

Result<std::unique_ptr<StoreRecords>, Report> StoreRecords::open(const LoadedPlugin& plugin,
                                                                 StoreConfig config,
                                                                 std::function<void()> changed,
                                                                 LogSink log) {
  auto store = StoreCaller::open(plugin, std::move(config), std::move(changed), std::move(log));
  if (!store) return fail(std::move(store.error()));
  return std::unique_ptr<StoreRecords>(new StoreRecords(*std::move(store)));
}

StoreRecords::StoreRecords(std::unique_ptr<StoreCaller> store) : store_(std::move(store)) {}

StoreRecords::~StoreRecords() = default;

Result<StoredRecords, std::string> StoreRecords::load() {
  auto loaded = store_->call<Loaded>(load_from);
  if (!loaded) return fail(std::string(kHangs));
  ReadResult& read = loaded->read;
  if (read.status != ReadStatus::Read) return fail(why_not_read(read));
  if (has_error(read.problems)) return fail(first_error_of(read));
  why_read_only_ = std::move(loaded->why_read_only);
  return StoredRecords{std::move(read.policy.revision), std::move(read.policy.trusted_origins)};
}

RecordWrite StoreRecords::write(std::span<const RecordChange> changes, const AllRecords& all,
                                std::string_view expected) {
  if (!why_read_only_.empty()) return {.status = Status::ReadOnly, .detail = why_read_only_};
  const auto form = store_->call<std::optional<RecordsForm>>(
      [](StoreClient& client) { return client.records_form(); });
  if (!form) return {.status = Status::Unreachable, .detail = kHangs};
  std::vector<RecordText> texts = texts_of(changes);
  if (std::string why = why_unreadable(texts); !why.empty()) {
    return {.status = Status::ReadOnly, .detail = std::move(why)};
  }
  std::string document;
  if (form->value_or(RecordsForm::Changes) != RecordsForm::Changes) {
    document = document_of(all(), **form);
  }
  auto written = store_->call<WriteResult>(
      [texts = std::move(texts), document = std::move(document), revision = std::string(expected)](
          StoreClient& client) { return client.put_records(texts, document, revision); });
  if (!written) return {.status = Status::Unreachable, .detail = kHangs};
  RecordWrite result{.status = status_of(written->status), .revision = written->revision};
  if (result.status != Status::Ok) result.detail = in_words(written->problems, {});
  return result;
}

}  // namespace corsac
