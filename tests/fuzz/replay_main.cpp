// Feeds files to a fuzzer in builds without libFuzzer: what was found once is looked at in every
// build.
//
//   x_replay PATH...    each a file, or a folder of files
//
// Exit status 0 when every file passed; 1 when there was none. A finding ends the process, and the
// last line tells the file.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "cannot read " << path << '\n';
    return false;
  }
  std::cerr << path.string() << std::endl;  // before the input, which may end the process
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  // Memory of exactly that size, so that a sanitizer sees a read behind it.
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t replayed = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& file : files_of(arguments[i])) {
      if (!replay(file)) return 1;
      ++replayed;
    }
  }
  if (replayed == 0) {
    std::cerr << "no input\n";
    return 1;
  }
  std::cout << replayed << " inputs passed\n";
  return 0;
}
