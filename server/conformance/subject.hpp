#pragma once

#include <string>
#include <utility>
#include <vector>

namespace corsac::conformance {

// The store that is tested, and how to make things happen on it. Commands are for /bin/sh; an empty
// one was not given, and what needs it is skipped.
struct Subject {
  std::string plugin = {};  // a name, or the absolute path of the shared library
  std::vector<std::pair<std::string, std::string>> settings = {};
  std::string directory = {};  // absolute; what relative file names are relative to

  std::string change_command = {};   // makes another document, a new one each time
  std::string break_command = {};    // makes something of it that is no document
  std::string empty_command = {};    // takes the document away, or all that is in it
  std::string restore_command = {};  // undoes the two
  std::string freeze_command = {};   // from now on the place gives no answer
  std::string thaw_command = {};     // undoes that
  bool may_write = false;            // the document may be replaced
  bool is_polled = false;            // the store does not tell changes: the core looks again
};

}  // namespace corsac::conformance
