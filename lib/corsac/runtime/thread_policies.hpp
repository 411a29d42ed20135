#pragma once

namespace corsac {

// The calling thread lets go of the policies that it keeps. It has the last one of each gate that
// it decided with, so that the next request finds it without a lock; while the thread sleeps an old
// one stays in memory, 50 MiB for a million origins and each thread that saw another one. For the
// threads of a pool before they wait for work: the next decision takes a lock once, and 100 bytes.
// A policy that a decision still points into stays. From any thread, at any time but within decide.
void forget_policies_of_this_thread() noexcept;

}  // namespace corsac
