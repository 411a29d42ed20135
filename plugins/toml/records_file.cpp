// Reads the records file. Entries: read_records_file, records_revision. Test:
// tests/plugins/toml_records_test.cpp.

#include "records_file.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "document_limits.hpp"

namespace corsac::toml_store {
namespace {

constexpr const char* kRevisionOfNoFile = "no-file";

bool is_link(const std::string& path) {
  struct stat entry = {};
  return ::lstat(path.c_str(), &entry) == 0 && S_ISLNK(entry.st_mode);
}

FileProblem problem_of_no_file(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  if (!S_ISDIR(identity_of(folder).mode)) {
    return {"folder-not-found", "there is no folder " + folder + " for the records",
            "make it, or correct records_file", true};
  }
  return problem_of_way_to(path);
}

FileProblem problem_of_place(const TomlSettings& settings, const FileIdentity& records) {
  const std::string& path = settings.records_path;
  if (is_link(path)) {
    return {"file-is-link", path + " is a link, which a write would replace",
            "write the path that it leads to as records_file"};
  }
  const FileIdentity policy = identity_of(settings.path);
  if (records.error == 0 && policy.error == 0 && records.device == policy.device &&
      records.inode == policy.inode) {
    return {"file-is-policy", path + " is the policy itself, which people write",
            "write records_file = \"records.toml\""};
  }
  return {};
}

}  // namespace

ReadFile read_records_file(const TomlSettings& settings, const std::function<bool()>& is_wanted) {
  ReadFile file =
      read_file(settings.records_path, kDocumentLimitBytes, kDocumentLimitBytes, is_wanted);
  if (FileProblem problem = problem_of_place(settings, file.state.identity)) {
    file.problem = problem;
  } else if (file.state.identity.error == ENOENT || file.state.identity.error == ENOTDIR) {
    file.problem = problem_of_no_file(settings.records_path);
  } else if (file.problem.code == "file-too-large") {
    file.problem.fix = "keep so many records in Redis";
  }
  return file;
}

std::string records_revision(const ReadFile& file) {
  return file.state.identity.error == ENOENT ? kRevisionOfNoFile : file.state.hash.text();
}

}  // namespace corsac::toml_store
