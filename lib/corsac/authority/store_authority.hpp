#pragma once

// An authority over a store plugin.

#include <chrono>
#include <memory>

#include "corsac/authority/authority.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/gate.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

struct StoreAuthorityOptions {
  AuthorityOptions authority = {};
  // Reads its store again after each write, before that is answered. When it cannot take what it
  // reads, trust that the write took away is withdrawn from the policy in force all the same, and
  // what the write added is AuthorityError::Kind::NotInForce. Held as long as the authority; null =
  // a change is answered when it is kept.
  std::shared_ptr<Gate> gate = {};
  std::chrono::milliseconds gate_deadline{5000};  // of that read
  LogSink log = {};                               // empty = silent
};

// Opens the store of `config` once more, beside that of a gate, and follows it: what others write
// is read when the store tells, and each StoreConfig::refresh. Of `config` that, the deadline and
// what names the plugin count.
//
// A store that cannot be reached now is no error: the authority is unread until it can
// (Authority::why_unread), and the log says so. A store that keeps no records (README) gives those
// of its document to read, and refuses changes. The error side: codes of the loader, the store's
// own problems with its settings, store-not-opened.
[[nodiscard]] Result<std::shared_ptr<Authority>, Report> open_authority(
    StoreConfig config, StoreAuthorityOptions options = {});

}  // namespace corsac
