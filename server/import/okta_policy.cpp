// Entry: complete_okta_policy. Test: tests/import/import_test.py.

#include "okta_policy.hpp"

namespace corsac::server {

void complete_okta_policy(Imported& imported) {
  if (imported.policy.trusted_origins.empty() && !has_error(imported.problems)) {
    imported.refuse("nothing-to-import", "", {}, "there is no trusted origin in it",
                    "give the answer of GET /api/v1/trustedOrigins");
  }
  imported.policy.cors.profile = "okta";
  imported.remarks.push_back(
      "Records name no methods and no headers: GET, HEAD and POST pass. Add allowed_methods and "
      "allowed_headers for more.");
}

}  // namespace corsac::server
