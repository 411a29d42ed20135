// Entry: describe_start. Test: tests/server/program_test.py.

#include "start_state.hpp"

#include <corsac/base/printable.hpp>
#include <corsac/base/rfc3339.hpp>

namespace corsac::server {

std::string describe_start(const StoreStatus& status, std::string_view section) {
  const bool is_records = section == "records";
  const std::string begin = "corsac: " + std::string(section) + ": ";
  std::string reason = status.cache_error.empty() ? "" : begin + status.cache_error + "\n";
  if (status.state == StoreState::Closed) {
    return reason + begin +
           (is_records ? "closed: none of its trusted origins is in force until it gives them\n"
                       : "closed: no policy is in force, and every cross-origin request is "
                         "refused until the store gives one\n");
  }
  if (!status.is_cached) return reason;
  return reason + begin + "the " + (is_records ? "trusted origins" : "policy") +
         " of the cache, revision " + to_printable(status.revision) + ", read at " +
         time_text(status.last_answer_at) +
         (is_records ? ", are in force until the store gives others\n"
                     : ", is in force until the store gives another\n");
}

}  // namespace corsac::server
