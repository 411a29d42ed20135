#pragma once

#include <string>

#include <corsac/policy/report.hpp>
#include <corsac/runtime/store_client.hpp>

#include "commands.hpp"

namespace corsac::server {

// How a command that writes into a store ended, and what is told of it.
struct WriteEnding {
  int status = 1;
  std::string outcome = {};   // "written", "conflict", "refused", "unreachable", "invalid"
  std::string revision = {};  // that the store is in, when it is known
  std::string line = {};      // in words; may be empty
  Report refusal = {};        // why the store did not write it
};

// What the command was given, and what it says in its own words.
struct WriteWords {
  const StorePlace& to;
  const std::string& if_revision;  // empty = not given
  std::string written = {};        // behind "written as revision 8:b, "
  // After a conflict: what to do, which ends before the revision that --if-revision then takes; and
  // where the store holds nothing that has one.
  std::string advice = {};
  std::string advice_without_revision = {};
  std::string what_shows = {};  // "corsac pull", what shows later whether it was written
};

// Nothing was written: what was to be is wrong.
[[nodiscard]] WriteEnding nothing_written();
[[nodiscard]] WriteEnding ending_of(const WriteResult& result, const WriteWords& words);

// Prints it, behind `report`, which is about what was to be written; answers the exit status.
[[nodiscard]] int tell_ending(const WriteEnding& ending, const Report& report,
                              const std::string& if_revision, bool as_json);

}  // namespace corsac::server
