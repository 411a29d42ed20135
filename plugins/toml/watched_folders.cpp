// Walks a path as the kernel does and notes where it could be changed. Entry:
// steps_on_the_way_to, folders_on_the_way_to. The rules: path_resolution(7). Test:
// tests/plugins/toml_watch_test.cpp.

#include "watched_folders.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace corsac::toml_store {
namespace {

constexpr int kLinkLimit = 40;  // as the kernel's

// Appended in reverse, so that the next name is the last one.
void push_names(std::string_view path, std::vector<std::string>& names) {
  const std::size_t first = names.size();
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) names.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  std::reverse(names.begin() + static_cast<std::ptrdiff_t>(first), names.end());
}

std::string parent_of(const std::string& folder) {
  const std::size_t slash = folder.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : folder.substr(0, slash);
}

std::string read_link(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  return size <= 0 ? std::string() : std::string(target, static_cast<std::size_t>(size));
}

}  // namespace

std::vector<PathStep> steps_on_the_way_to(const std::string& path) {
  std::vector<PathStep> steps;
  std::vector<std::string> names;
  push_names(path, names);
  std::string folder = "/";
  for (int links = 0; !names.empty() && links <= kLinkLimit;) {
    const std::string name = std::move(names.back());
    names.pop_back();
    if (name == ".") continue;
    if (name == "..") {
      folder = parent_of(folder);
      continue;
    }
    const std::string next = (folder == "/" ? "" : folder) + "/" + name;
    steps.push_back({folder, name, false});
    struct stat entry = {};
    if (::lstat(next.c_str(), &entry) != 0) break;
    if (S_ISLNK(entry.st_mode)) {
      ++links;
      const std::string target = read_link(next);
      if (!target.empty() && target.front() == '/') folder.assign(1, '/');
      push_names(target, names);
    } else if (names.empty() || !S_ISDIR(entry.st_mode)) {
      break;
    } else {
      steps.back().is_folder = true;
      folder = next;
    }
  }
  return steps;
}

std::vector<std::string> folders_on_the_way_to(const std::string& path) {
  std::vector<std::string> folders;
  for (PathStep& step : steps_on_the_way_to(path)) {
    if (!step.is_folder) folders.push_back(std::move(step.folder));
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

}  // namespace corsac::toml_store
