// Finds, checks and loads a store plugin. Entry: load_store_plugin. The contract that is checked:
// lib/abi/corsac_store_plugin.h. Test: tests/plugins/store_loader_test.cpp, with the broken plugins
// of tests/plugins/broken.
//
// A plugin runs with all rights of the program, so file and folder are looked at before the library
// is opened: opening alone runs its constructors.

#include "corsac/runtime/store_loader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <boost/dll/shared_library_load_mode.hpp>

#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;

// Where `meson install` puts plugins; set by the build.
constexpr std::string_view kInstalledFolder = CORSAC_PLUGIN_FOLDER;
// As the C header says of `name`.
constexpr std::size_t kPluginNameLimitBytes = 32;
// Paths stand in messages whole: a path that is cut cannot be looked up.
constexpr std::size_t kPathLimitBytes = 4096;

std::string quoted(const fs::path& path) { return to_printable(path.string(), kPathLimitBytes); }

// Every problem of this file names the setting that chose the plugin.
Problem problem(std::string_view code, std::string_view value, std::string what, std::string fix) {
  return {.severity = Severity::Error,
          .code = code,
          .path = "store.plugin",
          .value = std::string(value),
          .place = {},
          .what = std::move(what),
          .fix = std::move(fix)};
}

bool is_plugin_name(std::string_view name) {
  return !name.empty() && name.size() <= kPluginNameLimitBytes &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

// Folders of CORSAC_PLUGIN_PATH. An entry that is not absolute would mean another folder for each
// working directory, and is left out; a program with set-user-id sees none of them.
std::vector<fs::path> folders_of_environment() {
  std::vector<fs::path> folders;
  const char* value = ::secure_getenv("CORSAC_PLUGIN_PATH");
  std::string_view rest = value == nullptr ? "" : value;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (rest.front() == '/') folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return folders;
}

// Where Meson puts the plugins of the build tree that `file` lies in, built alone or as a
// subproject; nothing for a file that lies in none. What is there is checked like all others.
std::vector<fs::path> folders_of_build_tree(const fs::path& file) {
  std::error_code error;
  for (fs::path root = file.parent_path(); root != root.root_path(); root = root.parent_path()) {
    if (!fs::is_directory(root / "meson-private", error)) continue;
    return {root / "plugins", root / "subprojects" / "corsac" / "plugins"};
  }
  return {};
}

std::vector<fs::path> search_folders(const std::vector<fs::path>& first) {
  std::vector<fs::path> folders;
  std::error_code error;
  folders.reserve(first.size() + 4);
  for (const fs::path& folder : first) folders.push_back(fs::absolute(folder, error));
  for (fs::path& folder : folders_of_environment()) folders.push_back(std::move(folder));
  folders.emplace_back(kInstalledFolder);
  // Beside libcorsac's own file, or beside the program that holds it: a subproject is not
  // installed.
  fs::path own = boost::dll::this_line_location(error);
  if (!error) own = fs::canonical(own, error);
  if (error) return folders;
  folders.push_back(own.parent_path());
  for (fs::path& folder : folders_of_build_tree(own)) folders.push_back(std::move(folder));
  return folders;
}

Result<fs::path, Problem> find_file(const std::string& name, const std::vector<fs::path>& folders) {
  if (name.starts_with('/')) return fs::path(name);
  if (!is_plugin_name(name)) {
    return fail(problem("plugin-name", name, "this is neither a plugin's name nor an absolute path",
                        "write a name of a-z, 0-9, _ and - like \"toml\", or the whole path of the "
                        "library"));
  }
  std::string tried;
  std::vector<fs::path> files;
  for (const fs::path& folder : search_folders(folders)) {
    fs::path file = (folder / ("corsac_" + name + ".so")).lexically_normal();
    std::error_code error;
    if (fs::exists(file, error)) return file;
    if (std::find(files.begin(), files.end(), file) != files.end()) continue;
    tried += (tried.empty() ? "" : ", ") + quoted(file);
    files.push_back(std::move(file));
  }
  return fail(problem("plugin-not-found", name, "no such plugin was found; tried: " + tried,
                      "install it, or name the folder that holds corsac_" + name +
                          ".so in CORSAC_PLUGIN_PATH (in a build tree \"plugins\", or "
                          "\"subprojects/corsac/plugins\"), or write its absolute path"));
}

Problem owner_problem(const fs::path& path, const std::string& subject, uid_t owner) {
  return problem("plugin-owner", path.string(),
                 subject + " belongs to user " + std::to_string(owner) +
                     ", who could replace the code that runs here",
                 "chown it to root or to the user that runs this program");
}

bool is_trusted(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

// Whether nobody but root and ourselves can change what lies at `path`.
Result<void, Problem> check_access(const fs::path& path, bool is_folder,
                                   std::vector<Problem>& warnings) {
  struct stat entry = {};
  if (::stat(path.c_str(), &entry) != 0) {
    const std::string_view code =
        errno == ENOENT || errno == ENOTDIR ? "plugin-not-found" : "plugin-load";
    return fail(problem(code, path.string(),
                        quoted(path) + ": " + std::generic_category().message(errno),
                        "check the path and the access to its folders"));
  }
  if (!is_folder && !S_ISREG(entry.st_mode)) {
    // Opening a FIFO would wait for ever.
    return fail(problem("plugin-load", path.string(), quoted(path) + " is not a regular file",
                        "write the path of a shared library"));
  }
  const std::string subject = quoted(path) + (is_folder ? " (the plugin's folder)" : "");
  if (!is_trusted(entry.st_uid)) return fail(owner_problem(path, subject, entry.st_uid));
  if ((entry.st_mode & S_IWOTH) != 0) {
    return fail(problem("plugin-world-writable", path.string(),
                        subject + " can be written by everyone", "run chmod o-w on it"));
  }
  if ((entry.st_mode & S_IWGRP) != 0) {
    Problem warning =
        problem("plugin-group-writable", path.string(), subject + " can be written by its group",
                "run chmod g-w on it, unless the group is trusted like the program");
    warning.severity = Severity::Warning;
    warnings.push_back(std::move(warning));
  }
  return {};
}

// Whether nobody else can make a name on the way to a plugin mean something else. A folder that
// everybody can write may be sticky (/tmp): what lies there is checked for its owner, too.
Result<void, Problem> check_step(const fs::path& path, const struct stat& entry) {
  const std::string subject = quoted(path) + " (on the way to the plugin)";
  if (!is_trusted(entry.st_uid)) return fail(owner_problem(path, subject, entry.st_uid));
  const bool is_open = S_ISDIR(entry.st_mode) && (entry.st_mode & S_IWOTH) != 0;
  if (is_open && (entry.st_mode & S_ISVTX) == 0) {
    return fail(problem("plugin-world-writable", path.string(),
                        subject + " can be written by everyone", "run chmod o-w on it"));
  }
  return {};
}

Result<struct stat, Problem> look_at(const fs::path& path) {
  struct stat entry = {};
  if (::lstat(path.c_str(), &entry) == 0) return entry;
  return fail(problem("plugin-not-found", path.string(),
                      quoted(path) + ": " + std::generic_category().message(errno),
                      "check the path and the access to its folders"));
}

// Checks every folder and every link between the root and the file, those behind links too:
// path_resolution(7).
Result<void, Problem> check_way(const fs::path& named) {
  constexpr int kLinkLimit = 40;  // as the kernel's
  std::deque<fs::path> names(named.begin(), named.end());
  fs::path folder = "/";
  for (int links = 0; !names.empty() && links <= kLinkLimit;) {
    const fs::path name = std::move(names.front());
    names.pop_front();
    if (name == "..") folder = folder.parent_path();
    if (name.empty() || name == "." || name == "..") continue;
    const fs::path path = folder / name;  // "/" for a name that is "/"
    const auto entry = look_at(path);
    if (!entry) return fail(entry.error());
    if (auto checked = check_step(path, *entry); !checked) return checked;
    if (S_ISLNK(entry->st_mode)) {
      ++links;
      std::error_code error;
      const fs::path target = fs::read_symlink(path, error);
      names.insert(names.begin(), target.begin(), target.end());
    } else {
      folder = path;
    }
  }
  return {};
}

// Checks the way, then the folder that was named, and, when links lead elsewhere, the place that
// they lead to.
Result<fs::path, Problem> check_file(const fs::path& named, std::vector<Problem>& warnings) {
  std::error_code error;
  const fs::path file = fs::canonical(named, error);
  if (error) {
    return fail(problem("plugin-not-found", named.string(), quoted(named) + ": " + error.message(),
                        "check the path"));
  }
  if (auto checked = check_way(named); !checked) return fail(std::move(checked).error());
  std::vector<fs::path> folders = {file.parent_path()};
  const fs::path named_folder = fs::canonical(named.parent_path(), error);
  if (!error && named_folder != folders.front()) folders.push_back(named_folder);
  for (const fs::path& folder : folders) {
    if (auto checked = check_access(folder, true, warnings); !checked) {
      return fail(std::move(checked).error());
    }
  }
  if (auto checked = check_access(file, false, warnings); !checked) {
    return fail(std::move(checked).error());
  }
  return file;
}

// The loader's own words, out of Boost's sentence round them. The overload with an error_code loses
// them, and its codes mean nothing (reference: Boost.DLL 1.74, detail/system_error.hpp).
std::string loader_text(const std::exception& error) {
  constexpr std::string_view kBefore = "(dlerror system message: ";
  std::string text = error.what();
  const std::size_t begin = text.find(kBefore);
  const std::size_t end = text.rfind("): ");
  if (begin != std::string::npos && end != std::string::npos && begin + kBefore.size() < end) {
    text = text.substr(begin + kBefore.size(), end - begin - kBefore.size());
  }
  return to_printable(text, kPathLimitBytes);
}

std::string version_text(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

// The first null function's name; empty when there is none.
std::string_view missing_function(const corsac_store_plugin_v1& table) {
  if (table.open == nullptr) return "open";
  if (table.read == nullptr) return "read";
  if (table.interrupt == nullptr) return "interrupt";
  if (table.close == nullptr) return "close";
  return {};
}

// Reads the table as data, in an order in which each check makes the next one safe: what is not of
// our magic and version may end before the fields that follow.
Result<void, Problem> check_table(const corsac_store_plugin_v1& table, const fs::path& file,
                                  const std::string& name) {
  const std::string subject = quoted(file);
  if (table.magic != CORSAC_STORE_PLUGIN_MAGIC) {
    return fail(problem("plugin-magic", file.string(),
                        subject + " has the symbol, but it is no store plugin",
                        "define the symbol with CORSAC_STORE_PLUGIN(YourClass)"));
  }
  if (table.abi_major != CORSAC_STORE_PLUGIN_ABI_MAJOR) {
    const bool is_older = table.abi_major < CORSAC_STORE_PLUGIN_ABI_MAJOR;
    return fail(problem(
        "plugin-abi", file.string(),
        subject + " is built for plugin ABI " + version_text(table.abi_major, table.abi_minor) +
            ", this Corsac takes ABI " +
            version_text(CORSAC_STORE_PLUGIN_ABI_MAJOR, CORSAC_STORE_PLUGIN_ABI_MINOR),
        is_older
            ? "install a newer version of the plugin, or build it again with this Corsac's "
              "corsac_store_plugin.h"
            : "install a newer Corsac, or a version of the plugin that is built for this one"));
  }
  if (table.size != sizeof(corsac_store_plugin_v1)) {
    return fail(problem("plugin-size", file.string(),
                        subject + " says its table has " + std::to_string(table.size) +
                            " bytes, this Corsac's has " +
                            std::to_string(sizeof(corsac_store_plugin_v1)),
                        "build it again with an unchanged corsac_store_plugin.h"));
  }
  if (const std::string_view missing = missing_function(table); !missing.empty()) {
    return fail(problem("plugin-incomplete", file.string(),
                        subject + " has no function " + std::string(missing),
                        "give the table all of open, read, interrupt and close"));
  }
  if (table.name == nullptr || table.version == nullptr) {
    return fail(problem("plugin-incomplete", file.string(),
                        subject + " does not tell its name and version", "give the table both"));
  }
  const std::string_view own(table.name, ::strnlen(table.name, kPluginNameLimitBytes + 1));
  if (!is_plugin_name(own) || (!name.starts_with('/') && own != name)) {
    return fail(problem("plugin-name-differs", file.string(),
                        subject + " calls itself \"" + to_printable(own) + "\"",
                        is_plugin_name(own)
                            ? "rename the file to corsac_" + std::string(own) +
                                  ".so and write plugin = \"" + std::string(own) + "\""
                            : "give it a name of 1 to 32 of a-z, 0-9, _ and -"));
  }
  return {};
}

Result<const corsac_store_plugin_v1*, Problem> load(const fs::path& file, const std::string& name) {
  namespace dll = boost::dll;
  try {
    // Now and not lazily: a plugin with an undefined symbol would load and end the process later.
    const auto mode = dll::load_mode::rtld_now | dll::load_mode::rtld_local;
    const dll::shared_library library(file, mode);
    if (!library.has(CORSAC_STORE_PLUGIN_SYMBOL)) {
      return fail(problem("plugin-symbol", file.string(),
                          quoted(file) + " does not export " CORSAC_STORE_PLUGIN_SYMBOL,
                          "end the plugin with CORSAC_STORE_PLUGIN(YourClass), and export that one "
                          "symbol"));
    }
    const auto& table = library.get<const corsac_store_plugin_v1>(CORSAC_STORE_PLUGIN_SYMBOL);
    if (auto checked = check_table(table, file, name); !checked) {
      return fail(std::move(checked).error());
    }
    // Stays mapped even if it was linked without -z nodelete: the table is used for ever.
    const dll::shared_library pinned(file, mode | static_cast<dll::load_mode::type>(RTLD_NODELETE));
    return &table;
  } catch (const std::exception& error) {
    return fail(problem("plugin-load", file.string(),
                        quoted(file) + " cannot be loaded: " + loader_text(error),
                        "build it for this system, with -Wl,-z,defs to find what it misses"));
  }
}

}  // namespace

Result<LoadedPlugin, Report> load_store_plugin(const std::string& name,
                                               const std::vector<fs::path>& folders) {
  LoadedPlugin plugin;
  const auto failed = [](Problem reason) { return fail(Report({std::move(reason)})); };
  auto named = find_file(name, folders);
  if (!named) return failed(std::move(named).error());
  auto file = check_file(*named, plugin.warnings);
  if (!file) return failed(std::move(file).error());
  auto table = load(*file, name);
  if (!table) return failed(std::move(table).error());
  plugin.table = *table;
  plugin.path = *std::move(file);
  return plugin;
}

}  // namespace corsac
