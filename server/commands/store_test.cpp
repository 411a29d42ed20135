// corsac store-test: does a store plugin keep the contract? Entry: test_store. The checks:
// conformance/checks.hpp. Test: tests/server/store_test_test.py.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/base/printable.hpp>
#include <corsac/policy/report.hpp>

#include "commands.hpp"
#include "conformance/checks.hpp"

namespace corsac::server {
namespace {

using conformance::Check;
using conformance::Kind;
using conformance::Outcome;
using conformance::Subject;
using Json = nlohmann::ordered_json;

std::string section_text(const Check& check) {
  return "plugins/README.md, \"" + std::string(check.section) + "\"";
}

// The options as a subject; nothing when they are wrong, which was said.
std::optional<Subject> to_subject(const StoreTestOptions& options) {
  Subject subject;
  subject.directory = std::filesystem::current_path().string();
  // A path as a shell has it; the loader takes absolute ones only.
  const bool is_path = options.plugin.find('/') != std::string::npos;
  subject.plugin = is_path ? std::filesystem::absolute(options.plugin).lexically_normal().string()
                           : options.plugin;
  for (const std::string& setting : options.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) {
      // Not the value: it may be a secret.
      std::fprintf(stderr, "--settings takes KEY=VALUE, for example --settings file=policy.toml\n");
      return std::nullopt;
    }
    subject.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  subject.change_command = options.change_command;
  subject.break_command = options.break_command;
  subject.empty_command = options.empty_command;
  subject.restore_command = options.restore_command;
  subject.freeze_command = options.freeze_command;
  subject.thaw_command = options.thaw_command;
  subject.may_write = options.may_write;
  subject.is_polled = options.is_polled;
  return subject;
}

bool are_known(const std::vector<std::string>& wanted) {
  std::vector<std::string_view> names;
  for (const Check& check : conformance::all_checks()) names.emplace_back(check.name);
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string nearest(nearest_name(name, names));
    std::fprintf(stderr, "There is no check %s; %s\n", to_quoted(name).c_str(),
                 nearest.empty() ? "corsac store-test --list tells them"
                                 : ("did you mean \"" + nearest + "\"?").c_str());
    return false;
  }
  return true;
}

int list_checks(bool as_json) {
  Json listed = Json::array();
  for (const Check& check : conformance::all_checks()) {
    if (as_json) {
      listed.push_back({{"check", check.name}, {"asks", check.asks}, {"section", check.section}});
    } else {
      std::printf("%-19s %s\n", check.name, check.asks);
    }
  }
  if (as_json) std::printf("%s\n", listed.dump(2).c_str());
  return 0;
}

const char* kind_text(Kind kind) {
  switch (kind) {
    case Kind::Ok:
      return "ok";
    case Kind::Skipped:
      return "skipped";
    default:
      return "FAILED";
  }
}

// As https://no-color.org says.
bool has_colour() {
  const char* no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): one thread
  return ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

const char* colour_of(Kind kind) {
  switch (kind) {
    case Kind::Ok:
      return "\x1b[32m";
    case Kind::Skipped:
      return "\x1b[33m";
    default:
      return "\x1b[1;31m";
  }
}

// Says how each check ended, as soon as it did.
class Printer {
 public:
  explicit Printer(bool as_json) : as_json_(as_json), has_colour_(!as_json && has_colour()) {}

  void tell(const Check& check, const Outcome& outcome) {
    ++counts_[static_cast<std::size_t>(outcome.kind)];
    if (as_json_) {
      Json told = {
          {"check", check.name}, {"outcome", outcome_name(outcome.kind)}, {"asks", check.asks}};
      if (!outcome.what.empty()) told["what"] = outcome.what;
      if (!outcome.fix.empty()) told["fix"] = outcome.fix;
      if (outcome.kind == Kind::Failed) told["section"] = section_text(check);
      checks_.push_back(std::move(told));
      return;
    }
    if (is_brief_) return;
    std::printf("%s%-7s%s  %-18s  %s", has_colour_ ? colour_of(outcome.kind) : "",
                kind_text(outcome.kind), has_colour_ ? "\x1b[0m" : "", check.name, check.asks);
    if (outcome.kind == Kind::Failed) {
      std::printf("\n         %s\n         %s%s(%s)\n", outcome.what.c_str(), outcome.fix.c_str(),
                  outcome.fix.empty() ? "" : " ", section_text(check).c_str());
    } else if (!outcome.what.empty()) {
      std::printf(": %s\n", outcome.what.c_str());
    } else {
      std::printf("\n");
    }
    std::fflush(stdout);
  }

  void tell_end(const Subject& subject) const {
    if (as_json_) {
      const Json told = {{"plugin", subject.plugin},
                         {"ok", count(Kind::Ok)},
                         {"failed", count(Kind::Failed)},
                         {"skipped", count(Kind::Skipped)},
                         {"checks", checks_}};
      // The bytes of a path need not be text.
      std::printf("%s\n", told.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
      return;
    }
    if (is_brief_) std::printf("Every other check needs a library that can be loaded\n");
    std::printf("%zu ok, %zu failed, %zu skipped\n", count(Kind::Ok), count(Kind::Failed),
                count(Kind::Skipped));
  }

  // What follows is counted, and in words told at the end only.
  void be_brief() { is_brief_ = !as_json_; }

  [[nodiscard]] std::size_t count(Kind kind) const {
    return counts_[static_cast<std::size_t>(kind)];
  }

 private:
  static const char* outcome_name(Kind kind) {
    return kind == Kind::Failed ? "failed" : kind_text(kind);
  }

  const bool as_json_;
  const bool has_colour_;
  bool is_brief_ = false;
  std::size_t counts_[3] = {};
  Json checks_ = Json::array();
};

// The check that this one needs and that failed, or could not run because another one failed; empty
// = none. One that was skipped for an option does not count: those that need it say the same.
std::string_view missing_need(const Check& check, const std::set<std::string_view>& broken) {
  for (const std::string_view need : check.needs) {
    if (broken.contains(need)) return need;
  }
  return {};
}

}  // namespace

int test_store(const StoreTestOptions& options) {
  if (options.is_list) return list_checks(options.as_json);
  if (options.plugin.empty()) {
    std::fprintf(stderr, "Name the plugin: corsac store-test PLUGIN --settings KEY=VALUE\n");
    return 1;
  }
  const std::optional<Subject> subject = to_subject(options);
  if (!subject || !are_known(options.only)) return 1;

  Printer printer(options.as_json);
  std::set<std::string_view> broken;
  for (const Check& check : conformance::all_checks()) {
    const auto& only = options.only;
    if (!only.empty() && std::find(only.begin(), only.end(), check.name) == only.end()) continue;
    const std::string_view need = missing_need(check, broken);
    const Outcome outcome = need.empty()
                                ? conformance::run_check(check, *subject)
                                : Outcome{Kind::Skipped, std::string(need) + " did not pass", {}};
    if (outcome.kind == Kind::Failed || !need.empty()) broken.insert(check.name);
    printer.tell(check, outcome);
    const bool is_library = &check == &conformance::all_checks().front();
    if (is_library && outcome.kind == Kind::Failed) printer.be_brief();
  }
  printer.tell_end(*subject);
  if (printer.count(Kind::Failed) != 0) return 1;
  if (printer.count(Kind::Ok) != 0) return 0;
  std::fprintf(stderr, "Nothing was tested\n");
  return 1;
}

}  // namespace corsac::server
