#pragma once

namespace corsac::server {

// Keeps SIGTERM, SIGINT and SIGHUP from every thread that is started from now on, and SIGPIPE and
// SIGXFSZ from all. Call it first thing in main's thread.
void block_signals();

enum class Signal : unsigned char { Reload, Stop };

// Waits for the next of them: SIGHUP = Reload, SIGTERM and SIGINT = Stop. One thread only.
[[nodiscard]] Signal wait_for_signal();

}  // namespace corsac::server
