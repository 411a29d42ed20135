#pragma once

#include "imported.hpp"

namespace corsac::server {

// What a policy has besides the records, wherever they were read. No record at all is an error.
void complete_okta_policy(Imported& imported);

}  // namespace corsac::server
