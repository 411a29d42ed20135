#pragma once

#include <memory>
#include <string>

#include <corsac/policy/policy.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/policy/snapshot.hpp>

namespace corsac::server {

// A policy file as the commands need it: read once, through the same store plugin and the same
// reader that a server uses.
struct LoadedPolicy {
  Policy policy = {};
  SnapshotPtr snapshot = {};  // null when the report has errors
  Report report = {};         // errors and warnings; empty = clean
};

[[nodiscard]] LoadedPolicy load_policy(const std::string& file);

}  // namespace corsac::server
