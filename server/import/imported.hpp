#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/base/printable.hpp>
#include <corsac/base/problem.hpp>
#include <corsac/policy/policy.hpp>

namespace corsac::server {

// What an importer makes of the configuration of another system. Plain data.
struct Imported {
  // Values have the places at which the source says them (Place::source 0); what the importer adds
  // by itself has none.
  Policy policy = {};
  // Errors: the source is not understood, and nothing is imported. Warnings: what could not be
  // carried over, why, and what to do instead. No message shows a value that is not about CORS: the
  // same files hold keys and passwords.
  std::vector<Problem> problems = {};
  // For who reads the policy: a line of comment each, at its top.
  std::vector<std::string> remarks = {};

  // Not carried over. `path` and `value` are the source's.
  void leave_out(std::string_view code, std::string path, const std::string& value, Place place,
                 std::string what, std::string fix) {
    add(Severity::Warning, code, std::move(path), value, place, std::move(what), std::move(fix));
  }
  // Not understood.
  void refuse(std::string_view code, std::string path, Place place, std::string what,
              std::string fix) {
    add(Severity::Error, code, std::move(path), {}, place, std::move(what), std::move(fix));
  }

 private:
  void add(Severity severity, std::string_view code, std::string path, const std::string& value,
           Place place, std::string what, std::string fix) {
    problems.push_back({.severity = severity,
                        .code = code,
                        .path = std::move(path),
                        .value = without_userinfo(value),
                        .place = place,
                        .what = std::move(what),
                        .fix = std::move(fix)});
  }
};

}  // namespace corsac::server
