// corsac import: the configuration of another system as a policy. Entry: import_policy. Test:
// tests/import/.

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <corsac/base/printable.hpp>
#include <corsac/policy/writer.hpp>
#include <corsac/runtime/store_client.hpp>

#include "commands.hpp"
#include "import/importers.hpp"
#include "import/left_out.hpp"
#include "import/meaning_tests.hpp"
#include "import/okta_policy.hpp"
#include "import/source_text.hpp"
#include "load_policy.hpp"
#include "store_place.hpp"
#include "write_file.hpp"

namespace corsac::server {
namespace {

constexpr int kExitLeftOut = 3;
// A person waits, and an organisation may have many pages of records.
constexpr std::chrono::seconds kDeadline{60};

// The command line takes no other name.
const Importer& importer_of(const ImportOptions& options) {
  const auto all = importers();
  return *std::find_if(all.begin(), all.end(),
                       [&](const Importer& row) { return row.name == options.source; });
}

Imported from_file(const ImportOptions& options) {
  Imported imported;
  auto text = read_source_text(options.file);
  if (!text) {
    imported.problems.push_back(std::move(text.error()));
  } else {
    imported = importer_of(options).import(*text);
  }
  imported.policy.sources = {options.file == "-" ? "stdin" : options.file};
  return imported;
}

// What a store says of its settings, with the names that they have here.
std::vector<Problem> with_option_names(std::vector<Problem> problems, bool has_token) {
  for (Problem& problem : problems) {
    if (problem.path == "store.url") problem.path = "--url";
    if (problem.path == "store.token_env") problem.path = "--token-env";
    if (problem.code != "remote-unauthorized") continue;
    problem.fix = has_token
                      ? "renew the token in the variable of --token-env: it is one of Okta's own, "
                        "sent as SSWS"
                      : "name the variable that has the token with --token-env";
  }
  return problems;
}

struct Live {
  Imported imported = {};
  bool is_unreachable = false;
};

Live from_okta(const ImportOptions& options) {
  Live live;
  StoreConfig store;
  store.plugin = "remote";
  store.settings = {{"kind", "okta"}, {"url", options.url}};
  const bool has_token = !options.token_env.empty();
  if (has_token) store.settings.emplace_back("token_env", options.token_env);
  store.deadline = kDeadline;
  std::vector<Problem> told;
  WorkerCallbacks callbacks;
  callbacks.log = [&told](const LogRecord& record) {
    if (record.level == LogLevel::Info) return;
    told.push_back(
        {.severity = Severity::Warning, .code = "store-warning", .what = std::string(record.line)});
  };
  const auto client = StoreClient::open(std::move(store), {}, std::move(callbacks));
  if (!client) {
    live.imported.problems = with_option_names(client.error().problems(), has_token);
    return live;
  }
  ReadResult read = (*client)->read();
  live.imported.policy = std::move(read.policy);
  live.imported.problems = with_option_names(std::move(read.problems), has_token);
  live.is_unreachable = read.status == ReadStatus::Unreachable;
  if (read.status != ReadStatus::Read) {
    if (!has_error(live.imported.problems)) {
      live.imported.refuse("records-not-read", "", {}, std::move(read.detail), "");
    }
    return live;
  }
  live.imported.problems.insert(live.imported.problems.end(), told.begin(), told.end());
  complete_okta_policy(live.imported);
  return live;
}

// A comment, which no byte of a name may leave.
std::string comment(const std::string& text) { return "# " + to_one_line(text) + '\n'; }

std::string to_document(const ImportOptions& options, const Imported& imported) {
  // A store names its source without what may be secret in a URL.
  const auto& sources = imported.policy.sources;
  std::string text = comment("corsac import " + options.source + ' ' +
                             (sources.empty() ? std::string() : sources.front()));
  for (const std::string& remark : imported.remarks) text += comment(remark);
  return text + '\n' + policy_to_toml_with_places(imported.policy);
}

// For who goes on to change it through the API of the system it came from.
std::string without_tests(const ImportOptions& options, Imported& imported) {
  imported.policy.tests.clear();
  imported.remarks.push_back(
      "No [[test]] stands here: one that says what is imported today would forbid a change by that "
      "system's API. Write your own for what must stay.");
  return to_document(options, imported);
}

Report could_not_prove() {
  return Report({{.code = "policy-not-proved",
                  .what = "there is no folder for a file to read the policy again from: " +
                          std::generic_category().message(errno),
                  .fix = "make room, or name another folder in TMPDIR"}});
}

// What is handed out is read once more, as a server reads it: through the store, with its tests.
Report read_again(const std::string& document) {
  std::string folder = (std::filesystem::temp_directory_path() / "corsac-import-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return could_not_prove();
  const std::string file = folder + "/policy.toml";
  const std::string error = write_file(file, document);
  Report report = error.empty() ? report_as_loaded(load_policy(file)) : could_not_prove();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return Report(report.problems(), {"the imported policy"});
}

int tell_failure(const Imported& imported, int status) {
  std::fputs(Report(imported.problems, imported.policy.sources).text().c_str(), stderr);
  std::fputs("nothing was imported\n", stderr);
  return status;
}

}  // namespace

int import_policy(const ImportOptions& options) {
  Live source = options.url.empty() ? Live{.imported = from_file(options)} : from_okta(options);
  Imported& imported = source.imported;
  // What was understood is judged in any case: every problem at once.
  leave_out_what_does_not_compile(imported);
  if (has_error(imported.problems)) {
    return tell_failure(imported, source.is_unreachable ? kExitUnreachable : 1);
  }
  add_meaning_tests(imported.policy);
  std::string document = to_document(options, imported);
  const Report proof = read_again(document);
  if (proof.has_errors()) {
    std::fputs(proof.text().c_str(), stderr);
    return tell_failure(imported, 1);
  }
  if (importer_of(options).is_changed_by_its_api) document = without_tests(options, imported);
  std::fputs(Report(imported.problems, imported.policy.sources).text().c_str(), stderr);
  if (options.out.empty()) {
    std::fputs(document.c_str(), stdout);
  } else if (std::string error = write_file(options.out, document); !error.empty()) {
    const Report unwritten(
        {{.code = "file-not-written", .path = "--out", .what = std::move(error)}});
    std::fputs(unwritten.text().c_str(), stderr);
    return 1;
  }
  return imported.problems.empty() ? 0 : kExitLeftOut;
}

}  // namespace corsac::server
