#pragma once

// The real toml plugin, through the real loader, on files of the test's own.

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/runtime/store_loader.hpp"
#include "support/recording_store_host.hpp"
#include "support/temp_folder.hpp"

namespace corsac::test {

[[nodiscard]] inline const corsac_store_plugin_v1& load_built_plugin(const std::string& name) {
  const auto plugin = load_store_plugin(name, {CORSAC_TEST_PLUGINS});
  if (!plugin) throw std::runtime_error(plugin.error().problems().front().what);
  return *plugin->table;
}

class TomlStoreTest : public testing::Test {
 protected:
  // Opens a store on policy.toml of the folder; poll_seconds is so long that only notices help.
  OpenStore& open(const OpenStore::Settings& settings = {{"file", "policy.toml"},
                                                         {"poll_seconds", "3600"}}) {
    store_ = std::make_unique<OpenStore>(load_built_plugin("toml"), host_, folder_.path().string(),
                                         settings);
    return *store_;
  }
  // Writes the policy, reads it, and answers the calls of the sink between source() and finish().
  std::vector<std::string> read(std::string_view policy) {
    folder_.write("policy.toml", policy);
    return read_again();
  }
  std::vector<std::string> read_again() {
    if (!store_) open();
    RecordingSink sink;
    status_ = store_->read(sink);
    revision_ = sink.revision();
    std::vector<std::string> calls = sink.calls();
    if (!calls.empty() && calls.front() == "source policy.toml") calls.erase(calls.begin());
    if (!calls.empty() && calls.back() == "finish") calls.pop_back();
    return calls;
  }

  TempFolder folder_;
  RecordingHost host_;
  std::unique_ptr<OpenStore> store_;
  std::int32_t status_ = CORSAC_FAILED;  // of the last read
  std::string revision_;                 // of the last read; empty without a finish
};

}  // namespace corsac::test
