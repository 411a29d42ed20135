// The file of an import. Entry: read_source_text. Test: tests/import/hostile_test.py.

#include "source_text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <corsac/base/descriptor.hpp>
#include <corsac/base/utf8.hpp>

namespace corsac::server {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Problem not_read() {
  return {.code = "file-not-read",
          .what = std::generic_category().message(errno),
          .fix = "name a file that can be read, or - for standard input"};
}

Result<std::string, Problem> read_all(int file) {
  std::string text;
  constexpr std::size_t kPart = 65'536;
  while (text.size() <= kSourceLimitBytes) {
    const std::size_t size = text.size();
    text.resize(size + kPart);
    const ssize_t count = ::read(file, text.data() + size, kPart);
    text.resize(size + static_cast<std::size_t>(count > 0 ? count : 0));
    if (count == 0) return text;
    if (count < 0 && errno != EINTR) return fail(not_read());
  }
  return fail(Problem{.code = "file-too-large",
                      .what = "the file has more than 16 MiB",
                      .fix = "take out what is not about CORS"});
}

// The first line that is no text.
Result<std::string, Problem> check_text(std::string text) {
  if (is_utf8(text) && text.find('\0') == std::string::npos) return text;
  std::uint32_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view bytes = std::string_view(text).substr(begin, end - begin);
    if (!is_utf8(bytes) || bytes.find('\0') != std::string_view::npos) break;
    begin = end + 1;
  }
  return fail(Problem{.code = "text-not-utf8",
                      .place = {.line = line},
                      .what = "this line is no UTF-8, or holds a NUL byte",
                      .fix = "save the file as UTF-8"});
}

}  // namespace

Result<std::string, Problem> read_source_text(const std::string& file) {
  const Descriptor opened(file == "-" ? ::dup(STDIN_FILENO)
                                      : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.is_open()) return fail(not_read());
  auto text = read_all(opened.get());
  if (!text) return text;
  if (text->starts_with(kByteOrderMark)) text->erase(0, kByteOrderMark.size());
  return check_text(*std::move(text));
}

}  // namespace corsac::server
