// The policy cache on disk. Entry: write_policy_cache, renew_policy_cache, read_policy_cache. Spec:
// design, 6 "Supervisor"; the program's document, [store]. Test:
// tests/runtime/policy_cache_test.cpp.

#include "corsac/runtime/policy_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include "corsac/base/descriptor.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/base/rfc3339.hpp"
#include "corsac/base/sha256.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "corsac policy cache 1\n";
constexpr std::string_view kTimeName = "read-at ";
constexpr std::string_view kHashName = "sha256 ";
constexpr std::string_view kRevisionName = "revision ";
constexpr std::size_t kTimeBytes = 20;  // "2027-01-31T00:00:00Z"
constexpr std::size_t kTimeAt = kFirstLine.size() + kTimeName.size();
// What stands before the document, with the longest revision, is far below this.
constexpr std::size_t kHeadLimitBytes = 4096;

std::string system_text(int error) { return std::generic_category().message(error); }

Problem cache_problem(const char* code, const fs::path& file, std::string what, std::string fix) {
  return {.severity = Severity::Warning,
          .code = code,
          .path = "store.cache_file",
          .value = file.string(),
          .what = std::move(what),
          .fix = std::move(fix)};
}

Problem not_written(const fs::path& file, int error) {
  return cache_problem("cache-not-written", file,
                       "the policy could not be written there: " + system_text(error),
                       "make room, or name a file in a folder that this program may write");
}

// Whole seconds, so that the text has always the same length.
std::string second_text(std::chrono::system_clock::time_point time) {
  return time_text(std::chrono::floor<std::chrono::seconds>(time));
}

// 0, or errno. The file is new, and ours alone.
int write_new(const fs::path& file, std::string_view head, std::string_view document) {
  static_cast<void>(::unlink(file.c_str()));  // what an earlier run left behind
  const Descriptor opened(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.is_open()) return errno;
  if (const int error = write_all(opened.get(), head)) return error;
  if (const int error = write_all(opened.get(), document)) return error;
  return ::fsync(opened.get()) == 0 ? 0 : errno;
}

// 0, or errno. A device or a pipe of that name is somebody's, and is never replaced.
int rename_over_file(const fs::path& from, const fs::path& to) {
  struct stat status = {};
  if (::lstat(to.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

// So that the rename outlives a loss of power; where a folder cannot be opened, the cache is what
// it was.
void sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) static_cast<void>(::fsync(opened.get()));
}

// Empty = it may be believed.
std::string why_untrusted(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "it is no regular file";
  if (status.st_uid != ::geteuid() && status.st_uid != 0) return "it belongs to another user";
  if ((status.st_mode & 022) != 0) return "others may write it";
  return {};
}

Problem not_opened(const fs::path& file, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return cache_problem("cache-missing", file, "there is no cached policy yet",
                         "start once while the store answers");
  }
  if (error == ELOOP) {
    return cache_problem("cache-untrusted", file, "it is a link", "name the file itself");
  }
  return cache_problem("cache-unreadable", file, "it cannot be read: " + system_text(error),
                       "let the user of this program read it");
}

Result<std::string, Problem> read_bytes(const fs::path& file) {
  const Descriptor opened(
      ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!opened.is_open()) return fail(not_opened(file, errno));
  struct stat status = {};
  if (::fstat(opened.get(), &status) != 0) return fail(not_opened(file, errno));
  std::string why = why_untrusted(status);
  if (!why.empty()) {
    return fail(cache_problem("cache-untrusted", file, std::move(why),
                              "remove it; it is written again, with mode 0600"));
  }
  std::string bytes;
  constexpr std::size_t kStep = std::size_t{256} * 1024;
  while (bytes.size() <= kHeadLimitBytes + kDocumentLimitBytes) {
    const std::size_t had = bytes.size();
    bytes.resize(had + kStep);
    const ssize_t count = ::read(opened.get(), bytes.data() + had, kStep);
    bytes.resize(had + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(not_opened(file, errno));
    if (count == 0) return bytes;
  }
  return fail(cache_problem("cache-damaged", file, "it is larger than any that was written", ""));
}

// Takes "NAME...\n" from the front; nothing when the line is another one.
std::optional<std::string_view> take_line(std::string_view& rest, std::string_view name) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || !rest.starts_with(name)) return std::nullopt;
  const std::string_view value = rest.substr(name.size(), end - name.size());
  rest.remove_prefix(end + 1);
  return value;
}

struct CacheParts {
  std::chrono::system_clock::time_point read_at = {};
  std::string_view revision = {};
  std::string_view json = {};
};

std::optional<CacheParts> take_apart(std::string_view bytes) {
  if (!bytes.starts_with(kFirstLine)) return std::nullopt;
  bytes.remove_prefix(kFirstLine.size());
  const auto time_line = take_line(bytes, kTimeName);
  const auto hash_line = take_line(bytes, kHashName);
  if (!time_line || !hash_line) return std::nullopt;
  const auto read_at = parse_time(*time_line);
  const auto hash = parse_sha256(*hash_line);
  if (!read_at || !hash || sha256(bytes) != *hash) return std::nullopt;
  const auto revision = take_line(bytes, kRevisionName);
  if (!revision) return std::nullopt;
  return CacheParts{.read_at = *read_at, .revision = *revision, .json = bytes};
}

}  // namespace

std::optional<Problem> write_policy_cache(const fs::path& file, std::string_view json,
                                          std::string_view revision,
                                          std::chrono::system_clock::time_point read_at) {
  if (json.size() > kDocumentLimitBytes) {
    return cache_problem("cache-too-large", file,
                         "the policy has more than 64 MiB as a document; it is not cached", "");
  }
  const std::string revision_line =
      std::string(kRevisionName) + to_printable(revision, kNameLimitBytes) + '\n';
  std::string hashed = revision_line;
  hashed += json;
  const std::string head = std::string(kFirstLine) + std::string(kTimeName) + second_text(read_at) +
                           '\n' + std::string(kHashName) + to_text(sha256(hashed)) + '\n';
  // A name of our own: two programs that were given one file must not take each other's away.
  fs::path fresh = file;
  fresh += ".new-" + std::to_string(::getpid());
  int error = write_new(fresh, head, hashed);
  if (error == 0) error = rename_over_file(fresh, file);
  if (error != 0) {
    static_cast<void>(::unlink(fresh.c_str()));
    return not_written(file, error);
  }
  sync_folder(file);
  return std::nullopt;
}

std::optional<Problem> renew_policy_cache(const fs::path& file,
                                          std::chrono::system_clock::time_point read_at) {
  const Descriptor opened(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.is_open()) return not_written(file, errno);
  struct stat status = {};
  const bool is_ours = ::fstat(opened.get(), &status) == 0 && why_untrusted(status).empty() &&
                       status.st_size > static_cast<off_t>(kTimeAt + kTimeBytes);
  if (!is_ours) return not_written(file, EPERM);
  const std::string text = second_text(read_at);
  const ssize_t count = ::pwrite(opened.get(), text.data(), kTimeBytes, kTimeAt);
  if (count == static_cast<ssize_t>(kTimeBytes)) return std::nullopt;
  return not_written(file, count < 0 ? errno : EIO);
}

Result<CachedPolicy, Problem> read_policy_cache(const fs::path& file) {
  const auto bytes = read_bytes(file);
  if (!bytes) return fail(bytes.error());
  const auto parts = take_apart(*bytes);
  if (!parts) {
    return fail(cache_problem("cache-damaged", file, "it does not hold what was written",
                              "remove it; it is written again when the store answers"));
  }
  PolicyReader reader;
  SinkAdapter sink;
  sink.begin(reader);
  reader.source(file.string());
  static_cast<void>(feed_json(nullptr, &sink.table(), parts->json.data(), parts->json.size()));
  sink.end();
  reader.finish(parts->revision);
  CachedPolicy cached{.problems = reader.take_problems(), .read_at = parts->read_at};
  if (sink.has_failed() || !reader.is_finished()) {
    return fail(cache_problem("cache-damaged", file, "its document cannot be read",
                              "remove it; it is written again when the store answers"));
  }
  cached.policy = reader.take_policy();
  return cached;
}

}  // namespace corsac
