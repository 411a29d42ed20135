// Checks of what a plugin is before it reads. Entry: the check_ functions. Test:
// tests/server/store_test_test.py.

#include <algorithm>
#include <string_view>
#include <vector>

#include <corsac/base/printable.hpp>

#include "conformance/checks.hpp"
#include "conformance/link_facts.hpp"

namespace corsac::conformance {
namespace {

constexpr const char* kUnknownSetting = "corsac_store_test_unknown";

corsac_text to_c(std::string_view text) noexcept { return {text.data(), text.size()}; }

// "it exports 212 symbols besides corsac_store_plugin ..."; empty = none.
std::string export_fault(std::vector<ExportedSymbol> exported) {
  std::erase_if(exported, [](const auto& symbol) { return symbol.name == "corsac_store_plugin"; });
  if (exported.empty()) return {};
  const auto merged = std::count_if(exported.begin(), exported.end(),
                                    [](const auto& symbol) { return symbol.is_merged; });
  return "it exports " + std::to_string(exported.size()) +
         " symbols besides corsac_store_plugin (weak or unique: " + std::to_string(merged) +
         "), the first: " + to_printable(exported.front().name);
}

void expect_whole_table(const char* name, std::size_t size, std::size_t least, bool is_filled) {
  if (size >= least && is_filled) return;
  fail_check("the table of " + std::string(name) + " has " + std::to_string(size) +
                 " bytes, or a member that is missing or unknown",
             "set size to the sizeof of its struct, and every member");
}

// What a revision is and what it is not; the order of a set may differ between two reads.
void expect_same_document(const ReadFacts& first, const ReadFacts& second) {
  if (first.revision == second.revision && first.calls == second.calls) return;
  fail_check("two stores with the same settings read different documents at once",
             "share nothing between stores that is not guarded");
}

}  // namespace

LoadedPlugin load_plugin(const Context& context) {
  context.note.begin("the loading");
  auto plugin = load_store_plugin(context.subject.plugin, {});
  context.note.end();
  if (plugin) return *std::move(plugin);
  const Problem& problem = plugin.error().problems().front();
  fail_check(std::string(std::string_view(problem.code)) + ": " + problem.what, problem.fix,
             "What the loader checks");
}

std::string check_descriptor(const Context& context) {
  const LoadedPlugin plugin = load_plugin(context);
  std::string seen =
      std::string(plugin.table->name) + " " + plugin.table->version + ", " + plugin.path.string();
  for (const Problem& warning : plugin.warnings) seen += "; warning: " + warning.what;
  return seen;
}

std::string check_link_flags(const Context& context) {
  const std::optional<LinkFacts> facts = read_link_facts(load_plugin(context).path);
  if (!facts) skip_check("the file has no section headers that tell how it was linked");
  std::string fault = export_fault(facts->exported);
  if (!facts->is_nodelete) {
    fault += std::string(fault.empty() ? "" : "; ") + "it is not linked with -z nodelete";
  }
  if (fault.empty()) return {};
  fail_check(fault,
             "link with the flags of pkg-config --libs corsac-store-plugin: -Wl,-z,nodelete and "
             "-Wl,--version-script=plugin.map");
}

std::string check_extensions(const Context& context) {
  const auto extension = context.table->extension;
  if (extension == nullptr) return "none";
  context.note.begin("extension()");
  if (extension(to_c("corsac.store-test.no-such-extension/1")) != nullptr) {
    fail_check("extension() answered a table for a name that nobody knows",
               "compare the whole name, and answer null for every other");
  }
  const corsac_store_write_v1* write = write_table(context);
  const corsac_store_records_v1* records = records_table(context);
  const corsac_store_changes_v1* changes = changes_table(context);
  context.note.end();
  std::string known;
  if (write != nullptr) {
    expect_whole_table(CORSAC_STORE_WRITE_NAME, write->size, sizeof(*write),
                       write->put_document != nullptr);
    known = CORSAC_STORE_WRITE_NAME;
  }
  if (records != nullptr) {
    expect_whole_table(CORSAC_STORE_RECORDS_NAME, records->size, sizeof(*records),
                       records->read_records != nullptr && records->put_records != nullptr &&
                           records->form >= CORSAC_RECORDS_CHANGES &&
                           records->form <= CORSAC_RECORDS_TOML);
    known += (known.empty() ? "" : ", ") + std::string(CORSAC_STORE_RECORDS_NAME);
  }
  if (changes != nullptr) {
    expect_whole_table(CORSAC_STORE_CHANGES_NAME, changes->size, sizeof(*changes),
                       changes->read_changes != nullptr);
    known += (known.empty() ? "" : ", ") + std::string(CORSAC_STORE_CHANGES_NAME);
  }
  return known.empty() ? "none that is known here" : known;
}

std::string check_open(const Context& context) {
  TestedStore store(context);
  store.open();
  return {};
}

std::string check_unknown_setting(const Context& context) {
  TestedStore store(context);
  Settings settings = context.subject.settings;
  settings.emplace_back(kUnknownSetting, "1");
  const std::int32_t status = store.try_open(settings);
  constexpr const char* kFix =
      "answer CORSAC_INVALID, after host.problem(\"setting-unknown\", the name, ...)";
  if (status != CORSAC_INVALID) {
    fail_check("open() answered " + status_text(status) + " to a setting that cannot be known",
               kFix);
  }
  for (const ToldProblem& problem : store.host().problems()) {
    if (problem.setting == kUnknownSetting) return context.secrets.shown(problem.text());
  }
  fail_check("no problem names the setting that is not known", kFix);
}

std::string check_two_stores(const Context& context) {
  constexpr int kRounds = 20;
  TestedStore first(context);
  TestedStore second(context);
  first.open();
  second.open();
  for (int round = 0; round < kRounds; ++round) {
    first.start_read({});
    second.start_read({});
    const auto end = Steady::now() + kDeadline + kReturnLimit;
    const ReadAnswer answers[] = {first.end_read(end, "its deadline"),
                                  second.end_read(end, "its deadline")};
    if (answers[0].status != CORSAC_OK || answers[1].status != CORSAC_OK) {
      fail_check("of two reads at once one gave no document: " + first.answer_text(answers[0]) +
                     ", " + second.answer_text(answers[1]),
                 "share nothing between stores that is not guarded");
    }
    expect_same_document(answers[0].facts, answers[1].facts);
  }
  first.close();
  // What one store frees must not be the other's.
  static_cast<void>(second.read_document());
  second.close();
  return {};
}

}  // namespace corsac::conformance
