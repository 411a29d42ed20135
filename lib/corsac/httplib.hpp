#pragma once

// What an application built on cpp-httplib includes: make_gate and open_gate for the policy,
// local_server_policy for one on localhost, install and Hooks for the server. Link libcorsac; bring
// your own cpp-httplib, 0.11.4 or 0.53.

#include "corsac/adapter/httplib.hpp"
#include "corsac/adapter/httplib_csrf.hpp"
#include "corsac/policy/local_server.hpp"
#include "corsac/runtime/gate.hpp"
