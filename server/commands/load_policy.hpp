#pragma once

#include <memory>
#include <string>

#include <corsac/policy/policy.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/policy/snapshot.hpp>
#include <corsac/runtime/store_worker.hpp>

namespace corsac::server {

// A policy as the commands need it, read through the same store plugin and the same reader that a
// server uses.
struct LoadedPolicy {
  Policy policy = {};
  SnapshotPtr snapshot = {};  // null when the report has errors
  Report report = {};         // errors and warnings; empty = clean
};

// The TOML file.
[[nodiscard]] LoadedPolicy load_policy(const std::string& file);
// What a store has read, or why it has not.
[[nodiscard]] LoadedPolicy compile_read(ReadResult read);
// What loading would say: its report, and the [[test]] cases that fail, which stop a load.
[[nodiscard]] Report report_as_loaded(const LoadedPolicy& loaded);

}  // namespace corsac::server
