#pragma once

// One CORS rule ready to decide with. Immutable; shared between threads and snapshots.

#include <cstdint>
#include <memory>
#include <string>

#include "corsac/http/header_name_set.hpp"
#include "corsac/http/method.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "corsac/stage/decision.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {

struct CompiledCors {
  // is_excluded => of what is below only the behaviour and `is_report_only` are looked at.
  bool is_excluded = false;
  // allows_any_origin => !allows_credentials. `*` goes out as a constant; no Origin is looked at.
  bool allows_any_origin = false;
  // Any well-formed origin but `null` is granted as it is, with credentials:
  // dangerously_echo_any_origin. => allows_credentials and not allows_any_origin.
  bool echoes_any_origin = false;
  bool allows_credentials = false;
  bool allows_null = false;  // => !allows_credentials
  bool allows_any_method = false;
  bool allows_any_header = false;
  bool allows_private_network = false;
  bool sends_timing_allow_origin = false;
  bool is_report_only = false;
  // takes_file_origins, echoes_any_origin or origin_regexes.
  bool asks_further = false;
  // Where nothing guards the Host, DNS rebinding makes it equal to any Origin.
  bool is_own_by_host = true;
  bool takes_file_origins = false;  // a file:// value is an origin, listed or not
  CorsBehaviour behaviour = {};
  bool has_knobs = false;      // behaviour.has_knobs()
  bool judges_actual = false;  // a knob that looks at the method or the type of actual requests
  // What answers vary by, whatever is decided, and what a specific allowed origin adds to it.
  VaryOn vary_of_actual = VaryOn::Origin;
  VaryOn vary_of_preflight = VaryOn::OriginRequestedMethodAndHeaders;
  bool adds_vary_to_grants = false;
  // Not None: every origin is as one that is not listed, with this reason, whatever the lists and
  // `*` say: PolicyUnavailable (closed), PathAmbiguous (the variant for ambiguous paths).
  Reason denies_all = Reason::None;

  std::shared_ptr<const OriginSet> origins = {};        // never null once compiled
  std::shared_ptr<const RegexSet> origin_regexes = {};  // may be null
  MethodSet methods = {};
  HeaderNameSet headers = {};
  // Whole lists, joined with the separator of the behaviour; empty = header absent, and also where
  // an answer names only what was asked for.
  std::string exposed_headers = {};
  std::string methods_list = {};
  std::string headers_list = {};
  std::string max_age = {};  // decimal; empty = header absent
};

}  // namespace corsac
