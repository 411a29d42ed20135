#include "corsac/runtime/plugin_extensions.hpp"

#include <string_view>

#include <gtest/gtest.h>

#include "corsac/runtime/c_text.hpp"

namespace corsac {
namespace {

std::int32_t read_changes(void*, corsac_text, const corsac_changes_sink*) { return CORSAC_OK; }
std::int32_t change_origins(void*, const corsac_origin_change*, std::size_t, corsac_text, void*,
                            void (*)(void*, corsac_text)) {
  return CORSAC_OK;
}

// What the plugin of a row answers to the name of the extension.
const corsac_store_changes_v1* answered = nullptr;

const void* extension(corsac_text name) {
  const std::string_view asked(name.data, name.size);
  return asked == CORSAC_STORE_CHANGES_NAME ? answered : nullptr;
}

TEST(PluginExtensions, TakesAWholeTableOfChangesOnly) {
  constexpr std::uint32_t kSize = sizeof(corsac_store_changes_v1);
  const struct {
    const char* desc;
    corsac_store_changes_v1 table;
    bool is_taken;
  } rows[] = {
      {"both functions", {kSize, read_changes, change_origins}, true},
      {"one that tells and makes none", {kSize, read_changes, nullptr}, true},
      {"a later one, which is longer", {kSize + 8, read_changes, change_origins}, true},
      {"one that is too short", {kSize - 1, read_changes, change_origins}, false},
      {"one that tells nothing", {kSize, nullptr, change_origins}, false},
  };
  corsac_store_plugin_v1 plugin = {};
  plugin.extension = extension;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    answered = &row.table;
    EXPECT_EQ(changes_table(plugin), row.is_taken ? &row.table : nullptr);
    EXPECT_EQ(write_table(plugin), nullptr) << "another name";
    EXPECT_EQ(records_table(plugin), nullptr);
  }
  answered = nullptr;
  EXPECT_EQ(changes_table(plugin), nullptr);
  plugin.extension = nullptr;
  EXPECT_EQ(changes_table(plugin), nullptr);
}

}  // namespace
}  // namespace corsac
