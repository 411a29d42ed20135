// Reads the files of one policy and tells whether they belong together. Entry: PolicyFiles. Test:
// tests/plugins/toml_versions_test.cpp.
//
// A path that leads to the same unchanged file before and after all of them were opened did so in
// between: whoever exchanges a link or a folder changes all of them or none.

#include "policy_files.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "document_limits.hpp"
#include "origins_file.hpp"
#include "records_file.hpp"

namespace corsac::toml_store {
namespace {

bool is_path(std::string_view name) {
  return !name.empty() && name.find('\0') == std::string_view::npos;
}

}  // namespace

PolicyFiles::PolicyFiles(const TomlSettings& settings, const std::function<bool()>& is_wanted)
    : folder_(settings.path.substr(0, settings.path.rfind('/') + 1)),
      policy_(read_file(settings.path, kDocumentLimitBytes, kDocumentLimitBytes, is_wanted)) {
  if (!is_wanted()) return;
  if (!settings.records_path.empty()) records_ = read_records_file(settings, is_wanted);
  if (policy_.problem || !is_wanted()) return;
  document_ = std::make_unique<Document>(policy_.content, is_wanted);
  if (!document_->problem()) read_origins(is_wanted);
}

void PolicyFiles::read_origins(const std::function<bool()>& is_wanted) {
  std::size_t left_bytes = kOriginsFilesLimitBytes;
  for (const std::string& name : document_->origins_files()) {
    if (!is_wanted()) return;
    if (!is_path(name)) continue;
    const auto [entry, is_new] = origins_.try_emplace(path_of(name));
    auto& [path, origins] = *entry;
    ++origins.uses_left;
    if (!is_new) continue;
    origins.file = read_file(path, left_bytes, kOriginsFilesLimitBytes, is_wanted);
    if (origins.file.problem.code == "file-too-large") {
      origins.file.problem.what = path + ": the files of origins have more than " +
                                  std::to_string(kOriginsFilesLimitBytes) + " bytes together";
      origins.file.problem.fix = "replace subdomains by one pattern, as https://*.example.com";
    }
    left_bytes -= std::min(left_bytes, origins.file.content.size());
  }
}

bool PolicyFiles::check_settled() {
  bool is_settled = toml_store::check_settled(policy_);
  if (records_) is_settled = toml_store::check_settled(*records_) && is_settled;
  for (auto& [path, origins] : origins_) {
    is_settled = toml_store::check_settled(origins.file) && is_settled;
  }
  return is_settled;
}

PolicyFiles::OriginsFile PolicyFiles::next_origins(std::string_view name) {
  if (!is_path(name)) return {};
  const auto found = origins_.find(path_of(name));
  if (found == origins_.end() || found->second.uses_left == 0) return {};
  return {.file = &found->second.file, .is_last = --found->second.uses_left == 0};
}

std::vector<FileState> PolicyFiles::states() const {
  std::vector<FileState> states = {policy_.state};
  if (records_) states.push_back(records_->state);
  for (const auto& [path, origins] : origins_) states.push_back(origins.file.state);
  return states;
}

std::string PolicyFiles::path_of(std::string_view name) const {
  return !name.empty() && name.front() == '/' ? std::string(name) : folder_ + std::string(name);
}

}  // namespace corsac::toml_store
