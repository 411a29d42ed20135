// Reads a file whole. Entries: read_file, release_bytes, check_settled. Test:
// tests/plugins/toml_versions_test.cpp.

#include "read_file.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

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

void release_bytes(std::string_view bytes) noexcept {
#ifdef MADV_DONTNEED
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::size_t before = (page - begin % page) % page;
  if (bytes.size() < before + page) return;
  const std::size_t size = (bytes.size() - before) / page * page;
  // A system that keeps them all the same only has less memory for others.
  (void)::madvise(const_cast<char*>(bytes.data()) + before, size, MADV_DONTNEED);
#endif
}

bool check_settled(ReadFile& file) {
  if (identity_of(file.state.path) == file.state.identity) return true;
  file.problem = {"file-changing", file.state.path + " is being written",
                  "write another file and rename it, so that it is never half there", true};
  return false;
}

}  // namespace corsac::toml_store
