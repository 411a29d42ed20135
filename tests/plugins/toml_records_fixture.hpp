#pragma once

// A toml store that keeps records, on a folder of the test's own.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac_store_records.h"
#include "toml_store_fixture.hpp"

namespace corsac::test {

[[nodiscard]] inline corsac_text to_text(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

inline constexpr const char* kNoFile = "no-file";  // the revision of records without a file
inline constexpr const char* kNewName = ".records.toml.corsac-new";  // while it is written

class RecordsStore {
 public:
  explicit RecordsStore(const std::filesystem::path& folder,
                        const OpenStore::Settings& settings = {{"file", "policy.toml"},
                                                               {"records_file", "records.toml"},
                                                               {"poll_seconds", "3600"}})
      : table_(load_built_plugin("toml")),
        records_(static_cast<const corsac_store_records_v1*>(
            table_.extension(to_text(CORSAC_STORE_RECORDS_NAME)))) {
    std::vector<corsac_setting> entries;
    for (const auto& [name, value] : settings) entries.push_back({to_text(name), to_text(value)});
    const std::string directory = folder.string();
    const corsac_settings c_settings = {sizeof(corsac_settings), to_text(directory), entries.data(),
                                        entries.size()};
    if (table_.open(host.host(), &c_settings, &store_) != CORSAC_OK) {
      throw std::runtime_error("the store does not open");
    }
  }
  ~RecordsStore() { table_.close(store_); }
  RecordsStore(const RecordsStore&) = delete;
  RecordsStore& operator=(const RecordsStore&) = delete;

  // All calls of the sink but finish, whose revision is kept in `revision`.
  std::vector<std::string> read() {
    return keep([this](const corsac_sink* sink) { return table_.read(store_, sink); });
  }
  std::vector<std::string> read_records() {
    return keep([this](const corsac_sink* sink) { return records_->read_records(store_, sink); });
  }
  // How many calls the sink gets, finish included: for what is too long to write down.
  std::size_t count_read() {
    return count([this](const corsac_sink* sink) { return table_.read(store_, sink); });
  }
  std::size_t count_read_records() {
    return count([this](const corsac_sink* sink) { return records_->read_records(store_, sink); });
  }
  // `expected` is a copy: it may stand in `told`.
  std::int32_t put(std::string_view all, std::string expected) {
    told.clear();
    const corsac_record_change change = {to_text("a"), to_text("{}")};
    status = records_->put_records(store_, &change, 1, to_text(all), to_text(expected), this,
                                   [](void* context, corsac_text now) {
                                     auto& self = *static_cast<RecordsStore*>(context);
                                     self.told.push_back(to_string(now));
                                   });
    return status;
  }

  RecordingHost host;
  std::int32_t status = CORSAC_FAILED;  // of the last call
  std::string revision;                 // of the last read; empty without a finish
  std::vector<std::string> told;        // by the last put

 private:
  template <class Read>
  std::vector<std::string> keep(Read read) {
    RecordingSink sink;
    status = read(sink.sink());
    revision = sink.revision();
    std::vector<std::string> calls = sink.calls();
    if (!calls.empty() && calls.back() == "finish") calls.pop_back();
    return calls;
  }

  template <class Read>
  std::size_t count(Read read) {
    RecordingSink sink;
    sink.count_only();
    status = read(sink.sink());
    return sink.count();
  }

  const corsac_store_plugin_v1& table_;
  const corsac_store_records_v1* records_;
  void* store_ = nullptr;
};

class TomlRecordsTest : public testing::Test {
 protected:
  TomlRecordsTest() { folder_.write("policy.toml", "version = 1\n"); }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The names in the folder.
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  TempFolder folder_;
};

}  // namespace corsac::test
