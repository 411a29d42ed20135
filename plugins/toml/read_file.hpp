#pragma once

// One file in memory, as one look saw it.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "checked_file.hpp"
#include "file_watch.hpp"

namespace corsac::toml_store {

struct ReadFile {
  FileState state = {};
  FileProblem problem = {};
  std::string content = {};  // whole, unless there is a problem
};

// At most `limit_bytes` of it; `watch_limit_bytes` is what the watch reads of it later. Reads until
// `is_wanted`, asked between pieces, says false: then the answer means nothing.
[[nodiscard]] ReadFile read_file(std::string path, std::size_t limit_bytes,
                                 std::size_t watch_limit_bytes,
                                 const std::function<bool()>& is_wanted);

// Nobody looks at these bytes of a file's content again: the whole pages among them go back to the
// system, and what stands there means nothing from now on. A million origins are then not there
// twice while they are handed over.
void release_bytes(std::string_view bytes) noexcept;

// Looks at the path again. False when it leads to another file than the one that was read, or to
// one that was written meanwhile: then the file has the problem file-changing from now on.
[[nodiscard]] bool check_settled(ReadFile& file);

}  // namespace corsac::toml_store
