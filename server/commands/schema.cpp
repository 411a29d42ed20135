// corsac schema: the JSON Schema of policies. Entry: print_schema. Test:
// tests/server/schema_test.py.

#include <cstdio>

#include <corsac/policy/schema.hpp>

#include "commands.hpp"

namespace corsac::server {

int print_schema() {
  std::fputs(policy_schema().c_str(), stdout);
  return 0;
}

}  // namespace corsac::server
