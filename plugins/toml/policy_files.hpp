#pragma once

// All files of one policy, read so that they belong together.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "file_watch.hpp"
#include "read_file.hpp"
#include "settings.hpp"

namespace corsac::toml_store {

// What one look at a policy, its files of origins and its records saw. Everything is in memory
// before the first byte is handed over: a link that leads to another version half-way (a
// ConfigMap's, a deployment's) must not give a policy with the origins of the next one.
class PolicyFiles {
 public:
  // Reads until `is_wanted`, asked between pieces, says false: then the object means nothing.
  PolicyFiles(const TomlSettings& settings, const std::function<bool()>& is_wanted);
  PolicyFiles(const PolicyFiles&) = delete;  // the document points into the policy's content
  PolicyFiles& operator=(const PolicyFiles&) = delete;

  // Looks at every path again. False when one of them leads to another file than the one that was
  // read, or to one that was written meanwhile; those have the problem file-changing from now on.
  [[nodiscard]] bool check_settled();

  [[nodiscard]] const ReadFile& policy() const noexcept { return policy_; }
  // Null when the policy could not be read.
  [[nodiscard]] const Document* document() const noexcept { return document_.get(); }
  // The file that the document names so, once for each time that it does: null for a name that is
  // no path. `is_last`: nobody asks for it again, so that its bytes may go as they are read.
  struct OriginsFile {
    const ReadFile* file = nullptr;
    bool is_last = false;
  };
  [[nodiscard]] OriginsFile next_origins(std::string_view name);
  // Null when the settings name no file of records.
  [[nodiscard]] const ReadFile* records() const noexcept { return records_ ? &*records_ : nullptr; }
  // The policy first, then the records, then the files of origins, each once.
  [[nodiscard]] std::vector<FileState> states() const;

 private:
  void read_origins(const std::function<bool()>& is_wanted);
  [[nodiscard]] std::string path_of(std::string_view name) const;

  const std::string folder_;  // of the policy, with its slash
  ReadFile policy_;
  std::optional<ReadFile> records_ = {};
  std::unique_ptr<Document> document_ = {};
  struct Origins {
    ReadFile file = {};
    std::size_t uses_left = 0;
  };
  std::map<std::string, Origins> origins_ = {};  // by path
};

}  // namespace corsac::toml_store
