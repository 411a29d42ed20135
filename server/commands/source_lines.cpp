// The lines that problems stand in. Entries: SourceLines, show_line, code_point_column. Test:
// tests/server/check_output_test.py.

#include "source_lines.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

#include <corsac/base/printable.hpp>

namespace corsac::server {
namespace {

// Cells on both sides of the caret.
constexpr std::size_t kCellsBefore = 60;
constexpr std::size_t kCellsBehind = 36;
constexpr std::string_view kCut = "...";

// Up to the line break, which is taken and not kept. False at the end of the file.
bool read_line(std::istream& file, bool is_wanted, std::string& line) {
  line.clear();
  bool has_read = false;
  for (int byte = file.get(); byte != std::istream::traits_type::eof(); byte = file.get()) {
    has_read = true;
    if (byte == '\n') return true;
    if (is_wanted && line.size() < kSourceLineLimitBytes) line += static_cast<char>(byte);
  }
  return has_read;
}

std::string escaped(char byte) {
  if (byte == '\t') return " ";
  return to_one_line(std::string_view(&byte, 1));
}

bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

SourceLines::SourceLines(const Report& report) {
  std::vector<std::set<std::uint32_t>> wanted(report.sources().size());
  const auto want = [&](const Place& place) {
    if (place.is_known() && place.source < wanted.size()) wanted[place.source].insert(place.line);
  };
  for (const Problem& problem : report.problems()) want(problem.place);
  for (const SilencedWarning& silenced : report.silenced()) {
    want(silenced.problem.place);
    want(silenced.place);
  }
  lines_.resize(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].empty()) continue;
    const std::filesystem::path path = report.sources()[i];
    std::error_code error;
    // Not a pipe: what a store has read from one is gone.
    if (!std::filesystem::is_regular_file(path, error)) continue;
    std::ifstream file(path, std::ios::binary);
    std::string line;
    std::uint32_t number = 0;
    for (const std::uint32_t next : wanted[i]) {
      bool is_there = true;
      while (is_there && number < next) {
        ++number;
        is_there = read_line(file, number == next, line);
      }
      if (!is_there) break;
      if (line.ends_with('\r')) line.pop_back();
      lines_[i].push_back({number, line});
    }
  }
}

const std::string* SourceLines::find(const Place& place) const {
  if (!place.is_known() || place.source >= lines_.size()) return nullptr;
  const auto& lines = lines_[place.source];
  const auto found =
      std::lower_bound(lines.begin(), lines.end(), std::uint32_t{place.line},
                       [](const Line& line, std::uint32_t number) { return line.number < number; });
  return found != lines.end() && found->number == place.line ? &found->text : nullptr;
}

ShownLine show_line(const std::string& line, std::uint32_t column) {
  const std::size_t at = std::min<std::size_t>(column == 0 ? 0 : column - 1, line.size());
  std::string before;
  std::size_t first = at;
  while (first != 0) {
    const std::string cell = escaped(line[first - 1]);
    if (before.size() + cell.size() > kCellsBefore) break;
    before.insert(0, cell);
    --first;
  }
  std::string behind;
  std::size_t last = at;
  while (last != line.size()) {
    const std::string cell = escaped(line[last]);
    if (behind.size() + cell.size() > kCellsBehind) break;
    behind += cell;
    ++last;
  }
  const std::string cut(first == 0 ? "" : kCut);
  return {
      .text = cut + before + behind + std::string(last == line.size() ? "" : kCut),
      .caret = column == 0 ? std::string() : std::string(cut.size() + before.size(), ' ') + '^'};
}

std::uint32_t code_point_column(const std::string& line, std::uint32_t column) {
  const std::size_t at = std::min<std::size_t>(column == 0 ? 0 : column - 1, line.size());
  const auto end = line.begin() + static_cast<std::ptrdiff_t>(at);
  const auto inside = std::count_if(line.begin(), end, is_continuation);
  return static_cast<std::uint32_t>(at - static_cast<std::size_t>(inside)) + 1;
}

}  // namespace corsac::server
