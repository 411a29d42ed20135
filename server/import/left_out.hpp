#pragma once

#include "imported.hpp"

namespace corsac::server {

// Takes out of the policy what does not compile and whose absence only ever grants less: elements
// of the lists of origins, regexes, methods and headers; the settings of one rule without origins,
// where the profile wants some. A max-age outside of the range becomes the nearest in it. Each is
// told as a warning, with the reason and the advice of the compiler. Then the policy compiles, or
// the problems have its errors.
void leave_out_what_does_not_compile(Imported& imported);

}  // namespace corsac::server
