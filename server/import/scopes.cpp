// Entry: place_scopes. Test: tests/import/import_test.py.

#include "scopes.hpp"

#include <algorithm>
#include <utility>

namespace corsac::server {
namespace {

bool is_for_every_path(const Scope& scope) {
  const auto& paths = scope.paths.values();
  return !scope.paths.is_set() || std::find(paths.begin(), paths.end(), "/") != paths.end();
}

void take(Scope scope, CorsPolicy& cors) {
  cors.allowed_origins = std::move(scope.allowed_origins);
  cors.allowed_origin_regexes = std::move(scope.allowed_origin_regexes);
  cors.allowed_methods = std::move(scope.allowed_methods);
  cors.allowed_headers = std::move(scope.allowed_headers);
  cors.exposed_headers = std::move(scope.exposed_headers);
  cors.allow_credentials = scope.allow_credentials;
  cors.max_age_seconds = scope.max_age_seconds;
  cors.allow_private_network = scope.allow_private_network;
  if (scope.knobs.actual_answers.is_set()) cors.knobs.actual_answers = scope.knobs.actual_answers;
  if (scope.preflight.is_set()) cors.preflight = scope.preflight;
  if (!is_for_every_path(scope)) cors.included_paths = std::move(scope.paths);
}

void include_paths_of(const std::vector<Scope>& scopes, CorsPolicy& cors) {
  Names paths;
  for (const Scope& scope : scopes) {
    if (is_for_every_path(scope) || scope.hosts.is_set()) return;
    for (std::size_t i = 0; i < scope.paths.size(); ++i) {
      paths.add(scope.paths.values()[i], scope.paths.place(i));
    }
  }
  cors.included_paths = std::move(paths);
}

}  // namespace

void place_scopes(std::vector<Scope> scopes, CorsPolicy& cors) {
  if (scopes.size() == 1 && !scopes.front().hosts.is_set()) {
    take(std::move(scopes.front()), cors);
    return;
  }
  include_paths_of(scopes, cors);
  cors.rules = std::move(scopes);
}

}  // namespace corsac::server
