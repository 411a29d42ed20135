#include "corsac/runtime/store_loader.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_folder.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;
using testing::HasSubstr;

const fs::path kBroken = CORSAC_TEST_BROKEN_PLUGINS;

// The one problem of a load that must fail.
Problem failure(const std::string& name, const std::vector<fs::path>& folders) {
  const auto plugin = load_store_plugin(name, folders);
  EXPECT_FALSE(plugin.has_value()) << name;
  if (plugin.has_value() || plugin.error().problems().size() != 1) return {};
  return plugin.error().problems().front();
}

// A loadable plugin under the name that is asked for, in a folder of its own.
fs::path copy_plugin(const fs::path& folder, const std::string& name) {
  const fs::path file = folder / ("corsac_" + name + ".so");
  fs::copy_file(kBroken / ("corsac_" + name + ".so"), file);
  ::chmod(file.c_str(), 0644);
  return file;
}

struct BrokenRow {
  const char* desc;
  const char* name;
  const char* code;
  std::vector<const char*> texts;  // in `what` and `fix`
};

// Proves 140.
TEST(StoreLoader, RefusesEachKindOfBrokenPluginWithoutCallingIt) {
  const BrokenRow rows[] = {
      {"another magic", "wrong_magic", "plugin-magic", {"no store plugin"}},
      {"older major", "older_abi", "plugin-abi", {"ABI 0.0", "takes ABI 1.0", "build it again"}},
      {"newer major", "newer_abi", "plugin-abi", {"ABI 2.3", "takes ABI 1.0", "newer Corsac"}},
      {"another size", "wrong_size", "plugin-size", {"64 bytes"}},
      {"open is null", "no_open", "plugin-incomplete", {"no function open"}},
      {"read is null", "no_read", "plugin-incomplete", {"no function read"}},
      {"interrupt is null", "no_interrupt", "plugin-incomplete", {"no function interrupt"}},
      {"close is null", "no_close", "plugin-incomplete", {"no function close"}},
      {"name is null", "null_name", "plugin-incomplete", {"name and version"}},
      {"version is null", "null_version", "plugin-incomplete", {"name and version"}},
      {"another name", "other_name", "plugin-name-differs", {"calls itself \"toml\""}},
      {"a name that is none", "bad_name", "plugin-name-differs", {"Bad Name!", "a-z"}},
      {"no symbol", "no_symbol", "plugin-symbol", {"corsac_store_plugin"}},
      {"an undefined symbol",
       "undefined_symbol",
       "plugin-load",
       {"undefined symbol: corsac_test_defined_nowhere"}},
      {"not a library", "not_a_library", "plugin-load", {"too short"}},
  };
  for (const BrokenRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const Problem problem = failure(row.name, {kBroken});
    EXPECT_EQ(problem.code, row.code);
    EXPECT_EQ(problem.path, "store.plugin");
    EXPECT_EQ(problem.severity, Severity::Error);
    const std::string text = problem.what + "; " + problem.fix;
    EXPECT_THAT(text, HasSubstr("corsac_" + std::string(row.name) + ".so"));
    for (const char* part : row.texts) EXPECT_THAT(text, HasSubstr(part));
    EXPECT_FALSE(problem.fix.empty());
  }
}

TEST(StoreLoader, LoadsByNameAndByPath) {
  for (const std::string& name : {std::string("fine"), (kBroken / "corsac_fine.so").string()}) {
    const auto plugin = load_store_plugin(name, {kBroken});
    ASSERT_TRUE(plugin.has_value()) << plugin.error().problems().front().what;
    EXPECT_STREQ(plugin->table->name, "fine");
    EXPECT_EQ(plugin->path, fs::canonical(kBroken / "corsac_fine.so"));
  }
}

TEST(StoreLoader, FindsThePluginsOfTheBuildTreeThatItLiesIn) {
  const char* before = ::getenv("CORSAC_PLUGIN_PATH");
  const std::string kept = before == nullptr ? "" : before;
  ::unsetenv("CORSAC_PLUGIN_PATH");
  const auto plugin = load_store_plugin("example", {});
  const std::string tried = failure("nowhere", {}).what;
  ::setenv("CORSAC_PLUGIN_PATH", kept.c_str(), 1);
  EXPECT_THAT(tried, HasSubstr(CORSAC_TEST_PLUGINS "/corsac_nowhere.so"));
  EXPECT_THAT(tried, HasSubstr("/subprojects/corsac/plugins/corsac_nowhere.so"));
  if (!fs::exists(fs::path(CORSAC_TEST_PLUGINS) / "corsac_example.so")) GTEST_SKIP();
  EXPECT_TRUE(plugin.has_value());
}

TEST(StoreLoader, SaysWhereABuildTreeHasItsPlugins) {
  EXPECT_THAT(failure("nowhere", {}).fix,
              HasSubstr("the folder that holds corsac_nowhere.so in CORSAC_PLUGIN_PATH"));
}

TEST(StoreLoader, TakesANewerMinorVersion) {
  const auto plugin = load_store_plugin("newer_minor", {kBroken});
  ASSERT_TRUE(plugin.has_value());
  EXPECT_EQ(plugin->table->abi_minor, 9);
}

TEST(StoreLoader, RefusesNamesThatAreNeitherNameNorPath) {
  const std::string names[] = {"",
                               "Toml",
                               "../toml",
                               "a/b",
                               "toml.so",
                               "to ml",
                               "./toml",
                               std::string(33, 'a'),
                               std::string("a\0b", 3)};
  for (const std::string& name : names) {
    EXPECT_EQ(failure(name, {kBroken}).code, "plugin-name") << name;
  }
}

TEST(StoreLoader, NamesEveryPathThatItTried) {
  const TempFolder first;
  const TempFolder second;
  ::setenv("CORSAC_PLUGIN_PATH", (second.path().string() + ":relative:").c_str(), 1);
  const Problem problem = failure("absent", {first.path(), first.path() / "."});
  ::unsetenv("CORSAC_PLUGIN_PATH");
  EXPECT_EQ(problem.code, "plugin-not-found");
  const fs::path own = fs::canonical("/proc/self/exe").parent_path();
  for (const fs::path& folder :
       {first.path(), second.path(), fs::path(CORSAC_PLUGIN_FOLDER), own}) {
    const std::string file = (folder / "corsac_absent.so").string();
    EXPECT_THAT(problem.what, HasSubstr(file));
    EXPECT_EQ(problem.what.find(file), problem.what.rfind(file)) << "each once";
  }
  // A relative entry would be another folder for each working directory.
  EXPECT_THAT(problem.what, Not(HasSubstr("relative")));
  EXPECT_THAT(problem.fix, HasSubstr("CORSAC_PLUGIN_PATH"));
}

TEST(StoreLoader, SearchesItsFoldersInOrder) {
  const TempFolder first;
  const TempFolder second;
  const TempFolder named_by_environment;
  ::setenv("CORSAC_PLUGIN_PATH", named_by_environment.path().c_str(), 1);
  std::vector<fs::path> found;
  // Copied from the last place to the first, so that each load finds an earlier one.
  for (const TempFolder* folder : {&named_by_environment, &second, &first}) {
    copy_plugin(folder->path(), "fine");
    const auto plugin = load_store_plugin("fine", {first.path(), second.path()});
    found.push_back(plugin.has_value() ? plugin->path.parent_path() : fs::path());
  }
  ::unsetenv("CORSAC_PLUGIN_PATH");
  EXPECT_THAT(found,
              testing::ElementsAre(named_by_environment.path(), second.path(), first.path()));
}

TEST(StoreLoader, StopsAtAnUnsafeFileInsteadOfSearchingOn) {
  const TempFolder first;
  const TempFolder second;
  const fs::path unsafe = copy_plugin(first.path(), "fine");
  copy_plugin(second.path(), "fine");
  ::chmod(unsafe.c_str(), 0646);
  EXPECT_EQ(failure("fine", {first.path(), second.path()}).code, "plugin-world-writable");
}

struct ModeRow {
  const char* desc;
  mode_t folder_mode;
  mode_t file_mode;
  const char* code;      // of the error; "" = loaded
  std::size_t warnings;  // plugin-group-writable
};

// Proves S36.
TEST(StoreLoader, ChecksTheModesOfFileAndFolder) {
  const ModeRow rows[] = {
      {"private", 0700, 0600, "", 0},
      {"usual", 0755, 0755, "", 0},
      {"file of the world", 0755, 0757, "plugin-world-writable", 0},
      {"folder of the world", 0777, 0755, "plugin-world-writable", 0},
      {"folder of the world, sticky", 01777, 0755, "plugin-world-writable", 0},
      {"file of the group", 0755, 0775, "", 1},
      {"folder of the group", 0775, 0755, "", 1},
      {"both of the group", 0775, 0775, "", 2},
  };
  for (const ModeRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const TempFolder folder;
    const fs::path file = copy_plugin(folder.path(), "fine");
    ::chmod(file.c_str(), row.file_mode);
    ::chmod(folder.path().c_str(), row.folder_mode);
    const auto plugin = load_store_plugin("fine", {folder.path()});
    EXPECT_EQ(plugin.has_value() ? ProblemCode("") : plugin.error().problems().front().code,
              row.code);
    ASSERT_EQ(plugin.has_value() ? plugin->warnings.size() : 0, row.warnings);
    for (std::size_t i = 0; i < row.warnings; ++i) {
      EXPECT_EQ(plugin->warnings[i].code, "plugin-group-writable");
      EXPECT_EQ(plugin->warnings[i].severity, Severity::Warning);
    }
    ::chmod(folder.path().c_str(), 0700);
  }
}

TEST(StoreLoader, RefusesWhatBelongsToAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  constexpr uid_t kOther = 65534;
  const TempFolder folder;
  const fs::path file = copy_plugin(folder.path(), "fine");
  ASSERT_EQ(::chown(file.c_str(), kOther, kOther), 0);
  EXPECT_EQ(failure("fine", {folder.path()}).code, "plugin-owner");
  ASSERT_EQ(::chown(file.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(folder.path().c_str(), kOther, kOther), 0);
  EXPECT_EQ(failure("fine", {folder.path()}).code, "plugin-owner");
}

TEST(StoreLoader, ChecksBothEndsOfALink) {
  const TempFolder links;
  const TempFolder files;
  const fs::path file = copy_plugin(files.path(), "fine");
  fs::create_symlink(file, links.path() / "corsac_fine.so");
  EXPECT_TRUE(load_store_plugin("fine", {links.path()}).has_value());
  ::chmod(files.path().c_str(), 0777);
  EXPECT_EQ(failure("fine", {links.path()}).code, "plugin-world-writable");
  ::chmod(files.path().c_str(), 0700);
  ::chmod(links.path().c_str(), 0777);
  EXPECT_EQ(failure("fine", {links.path()}).code, "plugin-world-writable");
}

struct WayRow {
  const char* desc;
  const char* folder;  // whose mode or owner is another, below the test's own
  mode_t mode;
  const char* code;  // "" = loaded
};

// named/corsac_fine.so -> ../middle/inner/link.so -> ../../files/inner/corsac_fine.so
// Proves S35.
TEST(StoreLoader, ChecksEveryFolderOnTheWay) {
  const WayRow rows[] = {
      {"the usual modes", "named", 0755, ""},
      {"a folder above the one that was named", "above", 0777, "plugin-world-writable"},
      {"a sticky one", "above", 01777, ""},
      {"the folder of a link in the middle", "above/middle/inner", 0777, "plugin-world-writable"},
      {"a sticky one of a link", "above/middle/inner", 01777, ""},
      {"a folder above a link", "above/middle", 0777, "plugin-world-writable"},
      {"a folder above the file", "above/files", 0777, "plugin-world-writable"},
  };
  const TempFolder root;
  const fs::path above = root.path() / "above";
  for (const char* folder : {"named", "middle/inner", "files/inner"}) {
    fs::create_directories(above / folder);
  }
  fs::create_directory(root.path() / "named");
  copy_plugin(above / "files/inner", "fine");
  fs::create_symlink("../../files/inner/corsac_fine.so", above / "middle/inner/link.so");
  fs::create_symlink("../middle/inner/link.so", above / "named/corsac_fine.so");
  const auto code_of_load = [&above]() -> ProblemCode {
    const auto plugin = load_store_plugin("fine", {above / "named"});
    return plugin.has_value() ? ProblemCode("") : plugin.error().problems().front().code;
  };
  for (const WayRow& row : rows) {
    const fs::path folder = root.path() / row.folder;
    ::chmod(folder.c_str(), row.mode);
    EXPECT_EQ(code_of_load(), row.code) << row.desc;
    ::chmod(folder.c_str(), 0755);
  }
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  constexpr uid_t kOther = 65534;
  for (const char* name :
       {"", "middle", "middle/inner", "middle/inner/link.so", "files", "named/corsac_fine.so"}) {
    const fs::path path = above / name;
    ASSERT_EQ(::lchown(path.c_str(), kOther, kOther), 0);
    EXPECT_EQ(code_of_load(), "plugin-owner") << name;
    ASSERT_EQ(::lchown(path.c_str(), 0, 0), 0);
  }
  EXPECT_EQ(code_of_load(), "");
}

TEST(StoreLoader, OpensOnlyRegularFiles) {
  const TempFolder folder;
  const fs::path fifo = folder.path() / "corsac_pipe.so";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const Problem of_fifo = failure("pipe", {folder.path()});
  EXPECT_EQ(of_fifo.code, "plugin-load");
  EXPECT_THAT(of_fifo.what, HasSubstr("not a regular file"));
  fs::create_directory(folder.path() / "corsac_folder.so");
  EXPECT_EQ(failure("folder", {folder.path()}).code, "plugin-load");
  EXPECT_EQ(failure(folder.path() / "absent.so", {}).code, "plugin-not-found");
}

}  // namespace
}  // namespace corsac
