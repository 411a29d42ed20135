#pragma once

// A store of the real redis plugin that is written to, by all of its extensions, and that tells
// changes.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/runtime/feed_json.hpp"
#include "corsac_store_changes.h"
#include "corsac_store_records.h"
#include "corsac_store_write.h"
#include "redis_store_fixture.hpp"
#include "support/recording_store_host.hpp"

namespace corsac::test {

[[nodiscard]] inline corsac_text to_text(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

// What read_changes answers, and told. "+https://a.example" came, "-https://a.example" went.
struct ToldChanges {
  std::int32_t status = CORSAC_FAILED;
  std::string source = {};
  std::vector<std::string> changes = {};
  std::string revision = {};  // empty without a finish
};

class WritingStore {
 public:
  // Ids with records; an empty record goes.
  using Changes = std::vector<std::pair<std::string, std::string>>;

  explicit WritingStore(const OpenStore::Settings& settings) : table_(load_built_plugin("redis")) {
    std::vector<corsac_setting> entries;
    for (const auto& [name, value] : settings) entries.push_back({to_text(name), to_text(value)});
    const corsac_settings c_settings = {sizeof(corsac_settings), to_text("/"), entries.data(),
                                        entries.size()};
    host_.set_feed_json(feed_json);
    set_time_limit(std::chrono::seconds(60));
    EXPECT_EQ(table_.open(host_.host(), &c_settings, &store_), CORSAC_OK);
    write_ = static_cast<const corsac_store_write_v1*>(
        table_.extension(to_text(CORSAC_STORE_WRITE_NAME)));
    records_ = static_cast<const corsac_store_records_v1*>(
        table_.extension(to_text(CORSAC_STORE_RECORDS_NAME)));
    changes_ = static_cast<const corsac_store_changes_v1*>(
        table_.extension(to_text(CORSAC_STORE_CHANGES_NAME)));
  }
  explicit WritingStore(const std::string& url) : WritingStore(OpenStore::Settings{{"url", url}}) {}
  ~WritingStore() { table_.close(store_); }
  WritingStore(const WritingStore&) = delete;
  WritingStore& operator=(const WritingStore&) = delete;

  [[nodiscard]] RecordingHost& host() { return host_; }
  void set_time_limit(std::chrono::milliseconds limit) {
    host_.set_deadline(std::chrono::steady_clock::now() + limit);
  }
  std::int32_t put(std::string_view document, std::string_view expected) {
    revisions.clear();
    return write_->put_document(store_, to_text(document), to_text(expected), this, on_revision);
  }
  std::int32_t put_records(const Changes& changes, const std::string& expected) {
    revisions.clear();
    std::vector<corsac_record_change> c_changes;
    c_changes.reserve(changes.size());
    for (const auto& [id, record] : changes) c_changes.push_back({to_text(id), to_text(record)});
    return records_->put_records(store_, c_changes.data(), c_changes.size(), {nullptr, 0},
                                 to_text(expected), this, on_revision);
  }
  // Each with its sign, as in ToldChanges.
  std::int32_t change_origins(const std::vector<std::string>& changes,
                              std::string_view expected = {}) {
    revisions.clear();
    std::vector<corsac_origin_change> c_changes;
    c_changes.reserve(changes.size());
    for (const std::string& change : changes) {
      c_changes.push_back({to_text(std::string_view(change).substr(1)), change[0] == '+' ? 1 : 0});
    }
    return changes_->change_origins(store_, c_changes.data(), c_changes.size(), to_text(expected),
                                    this, on_revision);
  }
  // With `stop_at` the sink says stop in the call with that number, from 1.
  ToldChanges read_changes(std::string_view since, std::size_t stop_at = 0) {
    struct Recorder {
      ToldChanges told = {};
      std::size_t calls_left = 0;
      static Recorder& of(void* context) { return *static_cast<Recorder*>(context); }
      int answer() { return calls_left != 0 && --calls_left == 0 ? 0 : 1; }
    } recorder;
    recorder.calls_left = stop_at;
    const corsac_changes_sink sink = {
        sizeof(corsac_changes_sink), &recorder,
        [](void* context, corsac_text name) {
          Recorder::of(context).told.source = to_string(name);
          return Recorder::of(context).answer();
        },
        [](void* context, const corsac_origin_change* change) {
          Recorder::of(context).told.changes.push_back((change->is_added != 0 ? "+" : "-") +
                                                       to_string(change->origin));
          return Recorder::of(context).answer();
        },
        [](void* context, corsac_text revision) {
          Recorder::of(context).told.revision = to_string(revision);
          return Recorder::of(context).answer();
        }};
    recorder.told.status = changes_->read_changes(store_, to_text(since), &sink);
    return recorder.told;
  }
  std::int32_t read(const RecordingSink& sink) { return table_.read(store_, sink.sink()); }
  // With the revision that the last put was told; "" when it was told none.
  [[nodiscard]] std::string revision() const {
    return revisions.empty() ? std::string() : revisions.back();
  }
  // Of the document, by a read that succeeds.
  std::string read_revision() {
    const RecordingSink sink;
    EXPECT_EQ(table_.read(store_, sink.sink()), CORSAC_OK);
    return sink.revision();
  }
  std::int32_t read_records(const RecordingSink& sink) {
    return records_->read_records(store_, sink.sink());
  }
  // Of a read that succeeds.
  std::string records_revision() {
    const RecordingSink sink;
    EXPECT_EQ(read_records(sink), CORSAC_OK);
    return sink.revision();
  }
  [[nodiscard]] std::vector<std::string> log() const { return host_.log(); }

  std::vector<std::string> revisions = {};  // that the last put was told

 private:
  static void on_revision(void* context, corsac_text revision) {
    static_cast<WritingStore*>(context)->revisions.push_back(to_string(revision));
  }

  const corsac_store_plugin_v1& table_;
  RecordingHost host_;
  void* store_ = nullptr;
  const corsac_store_write_v1* write_ = nullptr;
  const corsac_store_records_v1* records_ = nullptr;
  const corsac_store_changes_v1* changes_ = nullptr;
};

}  // namespace corsac::test
