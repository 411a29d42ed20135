#pragma once

// Hosts that compare mount points as raw prefixes answer a path with the file of another one:
// RequestView::mounts_by_raw_prefix.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "corsac/http/request_view.hpp"

namespace corsac {

// cpp-httplib takes no longer target than 8192 bytes; mount points are written by hand.
inline constexpr std::size_t kLongestMountedPath = 8192;
inline constexpr std::size_t kLongestMountPoint = 256;

// The mount points are the host's secret. With one at `mount` the path `mount` + "rest" is the file
// of `mount` + "/rest", so each beginning of the path for which `may_be_mounted(mount)` is tried.
// True when `is_other(file)` for one of those files, or when the path is too long to tell. No
// method but GET and HEAD gets a file. No allocation.
template <class MayBeMounted, class IsOther>
[[nodiscard]] bool may_be_file_of_another(const RequestView& request, MayBeMounted may_be_mounted,
                                          IsOther is_other) noexcept {
  const std::string_view path = request.path;
  std::array<char, kLongestMountedPath + 1> bytes;  // NOLINT: filled where it is read
  if (path.size() > kLongestMountedPath) return true;
  const std::size_t last = std::min(path.size(), kLongestMountPoint + 1);
  for (std::size_t i = 2; i < last; ++i) {
    if (path[i] == '/' || path[i - 1] == '/') continue;
    const std::string_view mount = path.substr(0, i);
    if (!may_be_mounted(mount)) continue;
    char* const rest = std::copy(mount.begin(), mount.end(), bytes.data());
    *rest = '/';
    std::copy(path.begin() + i, path.end(), rest + 1);
    if (is_other(std::string_view(bytes.data(), path.size() + 1))) return true;
  }
  return false;
}

}  // namespace corsac
