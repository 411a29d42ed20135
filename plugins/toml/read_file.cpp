// Reads a file whole. Entries: read_file, check_settled. Test:
// tests/plugins/toml_versions_test.cpp.

#include "read_file.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace corsac::toml_store {

ReadFile read_file(std::string path, std::size_t limit_bytes, std::size_t watch_limit_bytes,
                   const std::function<bool()>& is_wanted) {
  ReadFile read;
  read.state.path = std::move(path);
  read.state.limit_bytes = watch_limit_bytes;
  read.state.read_at_ns = realtime_ns();
  CheckedFile file(read.state.path);
  read.state.identity = file.identity();
  read.content.reserve(std::min<std::size_t>(file.identity().size_bytes, limit_bytes));
  store_parts::ContentHash hash;
  const bool is_whole = file.read(limit_bytes, [&](std::string_view piece) {
    read.content.append(piece);
    hash.add(piece);
    return is_wanted();
  });
  read.problem = file.problem();
  if (is_whole) read.state.hash = hash;
  return read;
}

bool check_settled(ReadFile& file) {
  if (identity_of(file.state.path) == file.state.identity) return true;
  file.problem = {"file-changing", file.state.path + " is being written",
                  "write another file and rename it, so that it is never half there", true};
  return false;
}

}  // namespace corsac::toml_store
