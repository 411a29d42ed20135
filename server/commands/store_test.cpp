// corsac store-test: does a store plugin keep the contract? Entry: test_store. The checks:
// conformance/checks.hpp. Test: tests/server/store_test_test.py.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
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
using conformance::Found;
using conformance::Kind;
using conformance::Outcome;
using conformance::Subject;
using Json = nlohmann::ordered_json;

std::string section_text(const Check& check, const Outcome& outcome) {
  return "plugins/README.md, \"" +
         (outcome.section.empty() ? std::string(check.section) : outcome.section) + "\"";
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

// Says how each check ended: as soon as it did, and what another one made pointless at the end.
class Printer {
 public:
  explicit Printer(bool as_json) : as_json_(as_json), has_colour_(!as_json && has_colour()) {}

  // `broken` is the check whose failure leaves nothing to find here.
  void tell_pointless(const Check& check, std::string_view broken) {
    if (as_json_) {
      tell(check, {Kind::Skipped, std::string(broken) + " did not pass"});
      return;
    }
    ++counts_[static_cast<std::size_t>(Kind::Skipped)];
    pointless_[broken].push_back(check.name);
  }

  void tell(const Check& check, const Outcome& outcome) {
    ++counts_[static_cast<std::size_t>(outcome.kind)];
    if (as_json_) {
      Json told = {
          {"check", check.name}, {"outcome", outcome_name(outcome.kind)}, {"asks", check.asks}};
      if (!outcome.what.empty()) told["what"] = outcome.what;
      if (!outcome.fix.empty()) told["fix"] = outcome.fix;
      if (outcome.kind == Kind::Failed) told["section"] = section_text(check, outcome);
      checks_.push_back(std::move(told));
      return;
    }
    print_kind(outcome.kind);
    std::printf("%-18s  %s", check.name, check.asks);
    if (outcome.kind == Kind::Failed) {
      std::printf("\n         %s\n         %s%s(%s)\n", outcome.what.c_str(), outcome.fix.c_str(),
                  outcome.fix.empty() ? "" : " ", section_text(check, outcome).c_str());
    } else if (!outcome.what.empty()) {
      std::printf(": %s\n", outcome.what.c_str());
    } else {
      std::printf("\n");
    }
    std::fflush(stdout);
  }

  void tell_end(const Subject& subject) {
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
    for (const auto& [broken, names] : pointless_) {
      print_kind(Kind::Skipped);
      std::printf("%s: %s did not pass\n", names_text(names).c_str(), std::string(broken).c_str());
    }
    std::printf("%zu ok, %zu failed, %zu skipped\n", count(Kind::Ok), count(Kind::Failed),
                count(Kind::Skipped));
  }

  [[nodiscard]] std::size_t count(Kind kind) const {
    return counts_[static_cast<std::size_t>(kind)];
  }

 private:
  void print_kind(Kind kind) const {
    std::printf("%s%-7s%s  ", has_colour_ ? colour_of(kind) : "", kind_text(kind),
                has_colour_ ? "\x1b[0m" : "");
  }
  // "write, write-conflict"; after a plugin that does not load all would be named.
  [[nodiscard]] std::string names_text(const std::vector<std::string_view>& names) const {
    if (count(Kind::Ok) == 0 && names.size() > 1 && names.size() == count(Kind::Skipped)) {
      return "all others";
    }
    std::string text;
    for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
  }
  static const char* outcome_name(Kind kind) {
    return kind == Kind::Failed ? "failed" : kind_text(kind);
  }

  const bool as_json_;
  const bool has_colour_;
  std::size_t counts_[3] = {};
  Json checks_ = Json::array();
  std::map<std::string_view, std::vector<std::string_view>> pointless_ = {};
};

// Of each check that failed or that another one made pointless, the one that failed.
using Broken = std::map<std::string_view, std::string_view>;

// The failed check that makes this one pointless; empty = none. One that was skipped for an option
// does not count: those that need it say the same.
std::string_view broken_need(const Check& check, const Broken& broken) {
  for (const std::string_view need : check.needs) {
    if (const auto found = broken.find(need); found != broken.end()) return found->second;
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
  Broken broken;
  Found found;
  for (const Check& check : conformance::all_checks()) {
    const auto& only = options.only;
    if (!only.empty() && std::find(only.begin(), only.end(), check.name) == only.end()) continue;
    if (const std::string_view need = broken_need(check, broken); !need.empty()) {
      broken.emplace(check.name, need);
      printer.tell_pointless(check, need);
      continue;
    }
    const Outcome outcome = conformance::run_check(check, *subject, found);
    printer.tell(check, outcome);
    if (outcome.kind != Kind::Failed) continue;
    broken.emplace(check.name, check.name);
    if (check.run == conformance::check_close) found.is_close_broken = true;
  }
  printer.tell_end(*subject);
  if (printer.count(Kind::Failed) != 0) return 1;
  if (printer.count(Kind::Ok) != 0) return 0;
  std::fprintf(stderr, "Nothing was tested\n");
  return 1;
}

}  // namespace corsac::server
