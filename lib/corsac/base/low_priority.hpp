#pragma once

#include <sys/resource.h>

namespace corsac {

// Loading waits for requests, not the other way round: the calling thread, and those that it starts
// from now on, get less of a busy processor. (On Linux a nice value belongs to a thread. SCHED_IDLE
// would not do: on a machine that is never idle a policy would never be loaded.)
inline void lower_own_priority() noexcept {
#ifdef __linux__
  constexpr int kNice = 10;
  (void)::setpriority(PRIO_PROCESS, 0, kNice);  // no right is needed to be nicer
#endif
}

}  // namespace corsac
