// What [store] may say to the toml plugin.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

using testing::ElementsAreArray;

struct Row {
  const char* desc;
  test::OpenStore::Settings settings;
  std::vector<std::string> problems;  // empty = opens
};

TEST(TomlSettings, AreAllCheckedAtOnce) {
  const std::string no_number =
      "setting-value poll_seconds: this is no number of seconds from 1 to 3600; write "
      "poll_seconds = 5";
  const std::string no_file =
      "setting-missing file: nothing says which file holds the policy; add file = \"policy.toml\"";
  const std::string no_records =
      "setting-value records_file: this is no path of a file; write records_file = "
      "\"records.toml\"";
  const std::string policy_itself =
      "setting-value records_file: this is the policy itself, which people write; write "
      "records_file = \"records.toml\"";
  const Row rows[] = {
      {"file alone", {{"file", "policy.toml"}}, {}},
      {"both", {{"file", "/etc/policy.toml"}, {"poll_seconds", "1"}}, {}},
      {"the largest interval", {{"file", "p"}, {"poll_seconds", "3600"}}, {}},
      {"nothing", {}, {no_file}},
      {"empty file",
       {{"file", ""}},
       {"setting-value file: this is no path; write file = \"policy.toml\""}},
      {"NUL in file",
       {{"file", std::string("a\0b", 3)}},
       {"setting-value file: this is no path; write file = \"policy.toml\""}},
      {"records", {{"file", "p"}, {"records_file", "records.toml"}}, {}},
      {"records elsewhere", {{"file", "p"}, {"records_file", "/var/lib/corsac/r.toml"}}, {}},
      {"no path of records", {{"file", "p"}, {"records_file", ""}}, {no_records}},
      {"a folder of records", {{"file", "p"}, {"records_file", "records/"}}, {no_records}},
      {"the folder itself", {{"file", "p"}, {"records_file", "."}}, {no_records}},
      {"the folder above", {{"file", "p"}, {"records_file", "x/.."}}, {no_records}},
      {"records in the policy", {{"file", "p"}, {"records_file", "p"}}, {policy_itself}},
      {"in another spelling", {{"file", "p"}, {"records_file", "./x/../p"}}, {policy_itself}},
      {"with the whole path", {{"file", "p"}, {"records_file", "/nowhere/p"}}, {policy_itself}},
      {"zero", {{"file", "p"}, {"poll_seconds", "0"}}, {no_number}},
      {"negative", {{"file", "p"}, {"poll_seconds", "-5"}}, {no_number}},
      {"too many", {{"file", "p"}, {"poll_seconds", "3601"}}, {no_number}},
      {"far too many", {{"file", "p"}, {"poll_seconds", "99999999999999999999"}}, {no_number}},
      {"with a unit", {{"file", "p"}, {"poll_seconds", "5s"}}, {no_number}},
      {"a switch", {{"file", "p"}, {"poll_seconds", "true"}}, {no_number}},
      {"a slip",
       {{"fiel", "p"}},
       {"setting-unknown fiel: the store \"toml\" has no such setting; write file, or remove it",
        no_file}},
      {"another slip",
       {{"file", "p"}, {"poll_second", "5"}},
       {"setting-unknown poll_second: the store \"toml\" has no such setting; write poll_seconds, "
        "or remove it"}},
      {"twice",
       {{"file", "p"}, {"file", "q"}},
       {"setting-repeated file: the setting stands here twice; remove one of the two"}},
      {"everything wrong",
       {{"", "x"}, {"poll_seconds", ""}},
       {"setting-unknown : the store \"toml\" has no such setting; remove it; the settings are "
        "file, poll_seconds, records_file",
        no_number, no_file}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const test::RecordingHost host;
    const test::OpenStore store(test::load_built_plugin("toml"), host, "/nowhere", row.settings);
    EXPECT_EQ(store.status(), row.problems.empty() ? CORSAC_OK : CORSAC_INVALID);
    EXPECT_THAT(host.problems(), ElementsAreArray(row.problems));
  }
}

}  // namespace
}  // namespace corsac
