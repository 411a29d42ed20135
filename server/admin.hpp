#pragma once

#include <memory>
#include <string>

#include <corsac/base/result.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/runtime/gate.hpp>

#include "config.hpp"
#include "listener.hpp"

namespace corsac::server {

// Puts the admin API on `listener`. The answer is what to print behind the listener's address: the
// token of this run as a fragment, which browsers do not send; empty when a token file is
// configured. The error side: what is wrong with the token file or the public URL.
[[nodiscard]] Result<std::string, Report> add_admin(Listener& listener, const AdminConfig& config,
                                                    const std::shared_ptr<Gate>& gate);

}  // namespace corsac::server
