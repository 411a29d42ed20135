#pragma once

// What a store is asked. To add a check: a function in the checks_*.cpp that it is like, and a row
// in checks.cpp.

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <corsac/runtime/store_loader.hpp>

#include "conformance/outcome.hpp"
#include "conformance/subject.hpp"
#include "conformance/tested_store.hpp"

namespace corsac::conformance {

struct Check {
  const char* name;
  const char* asks;     // a sentence without its subject, the store
  const char* section;  // of plugins/README.md: a heading, or the bold words of a paragraph
  // Checks without which this one proves nothing; they stand before it.
  std::vector<std::string_view> needs;
  // Returns what was seen, in a few words (may be empty), or throws a CheckEnd.
  std::string (*run)(const Context&);
};

// In the order in which they run.
[[nodiscard]] std::span<const Check> all_checks();

// Runs one check in a process of its own. Never throws for what the plugin does.
[[nodiscard]] Outcome run_check(const Check& check, const Subject& subject, const Found& found);

// The plugin; one that does not load ends the check with the loader's reason.
[[nodiscard]] LoadedPlugin load_plugin(const Context& context);

// The checks, by the file that they stand in. Each is called in a fresh process.
std::string check_descriptor(const Context& context);  // loads the plugin itself, as the next
std::string check_link_flags(const Context& context);
std::string check_extensions(const Context& context);
std::string check_open(const Context& context);
std::string check_unknown_setting(const Context& context);
std::string check_two_stores(const Context& context);

std::string check_read(const Context& context);
std::string check_nesting(const Context& context);
std::string check_texts(const Context& context);
std::string check_one_thread(const Context& context);
std::string check_document(const Context& context);
std::string check_same_revision(const Context& context);

std::string check_stop(const Context& context);
std::string check_deadline(const Context& context);
std::string check_interrupt(const Context& context);
std::string check_idle_interrupt(const Context& context);
std::string check_frozen(const Context& context);

std::string check_change(const Context& context);
std::string check_notice(const Context& context);
std::string check_bad_data(const Context& context);
std::string check_empty(const Context& context);

std::string check_close(const Context& context);
std::string check_close_under_change(const Context& context);
std::string check_leaks(const Context& context);
std::string check_secrets(const Context& context);

std::string check_write(const Context& context);
std::string check_write_conflict(const Context& context);
std::string check_write_race(const Context& context);

std::string check_records(const Context& context);
std::string check_records_conflict(const Context& context);
std::string check_records_race(const Context& context);

std::string check_changes(const Context& context);
std::string check_changes_conflict(const Context& context);
std::string check_changes_race(const Context& context);

}  // namespace corsac::conformance
