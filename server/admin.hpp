#pragma once

#include <memory>
#include <string>

#include <corsac/adapter/live_events.hpp>
#include <corsac/base/result.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/runtime/gate.hpp>

#include "config.hpp"
#include "listener.hpp"
#include "log.hpp"
#include "token_reader.hpp"

namespace corsac::server {

struct AddedAdmin {
  std::string token_of_this_run = {};        // empty: there is a file of tokens
  std::shared_ptr<TokenReader> tokens = {};  // of that file; null without one
  std::shared_ptr<LiveEvents> live = {};     // to be ended before the listener
};

// Puts the admin API on `listener`, the policy of [store], and the Trusted Origins API over the
// records of [records] or, without it, of [store]; /metrics says what `log` has lost.
// `config.admin` is there. The error side: what is wrong with the token file or the store.
[[nodiscard]] Result<AddedAdmin, Report> add_admin(Listener& listener, const ServerConfig& config,
                                                   const std::shared_ptr<Gate>& gate,
                                                   const std::shared_ptr<Log>& log);

}  // namespace corsac::server
