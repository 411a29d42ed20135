#pragma once

// What one CORS rule says, after inheritance and profile defaults: every value is set, nothing is
// checked yet. Input of compile_cors.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/place.hpp"
#include "corsac/base/text_list.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/regex_set.hpp"
#include "corsac/stage/cors/behaviour.hpp"
#include "corsac/stage/cors/profile.hpp"

namespace corsac {

struct CorsRules {
  // The rule itself: "cors" or "cors.rules[2]". An error's field path is this and the field's name:
  // "cors.rules[2].allowed_origins[1]".
  std::string field = "cors";
  // A field that was inherited stands somewhere else: its path begins with `inherited_field`. What
  // several rules inherit is thus reported with one path and one place, and the caller can drop the
  // repeats.
  std::string inherited_field = "cors";
  struct Inherited {
    bool allowed_origins = false;
    bool allowed_origins_file = false;
    bool allowed_methods = false;
    bool allowed_headers = false;
    bool exposed_headers = false;
    bool allow_credentials = false;
    bool max_age_seconds = false;
    bool allow_null_origin = false;
    bool allow_private_network = false;
    bool dangerously_allow_insecure_origins = false;
    bool dangerously_allow_public_suffixes = false;
    bool dangerously_echo_any_origin = false;
    bool checks_requested = false;
  };
  Inherited inherited = {};

  // Entries as written, shared with the document. Entry i of the first list has the path
  // "allowed_origins[i]", of the second one "allowed_origins_file[i]". Both together are the list.
  TextList allowed_origins = {};
  TextList allowed_origins_from_file = {};
  // Inherited together with the lists, and then filled too. Views into the document, as all texts
  // that follow.
  std::vector<PlacedText> allowed_origin_regexes = {};
  // Active records with the scope CORS. The grant uses the normal form (parse_record_origin). One
  // that cannot be granted draws the warning record-not-granted and no grant, never an error.
  struct RecordOrigin {
    std::string origin = {};  // verbatim
    std::string field = {};   // "trusted_origins[3].origin"
    Place place = {};
  };
  std::vector<RecordOrigin> record_origins = {};
  std::vector<PlacedText> allowed_methods = {};
  std::vector<PlacedText> allowed_headers = {};
  bool allowed_headers_are_defaults = false;  // the profile's own list: no warnings about it
  std::vector<PlacedText> exposed_headers = {};
  bool allow_credentials = false;
  std::optional<std::int64_t> max_age_seconds = {};
  Place max_age_place = {};
  Place credentials_place = {};
  Place dangerously_allow_insecure_origins_place = {};
  Place dangerously_allow_public_suffixes_place = {};
  Place dangerously_echo_any_origin_place = {};

  // What the document may say here, and its own behaviour. Never null; lives as long as the
  // process.
  const Profile* profile = &corsac::profile(ProfileName::Fetch);
  CorsBehaviour behaviour = {};
  Place checks_requested_place = {};
  bool allow_null_origin = false;
  Place null_place = {};
  bool allow_private_network = false;
  Place private_network_place = {};
  bool timing_allow_origin = false;
  bool report_only = false;
  bool dangerously_allow_insecure_origins = false;
  bool dangerously_allow_public_suffixes = false;
  bool dangerously_echo_any_origin = false;
  // No CORS here: a preflight is refused, everything else passes untouched.
  bool is_excluded = false;

  // An origin set compiled earlier from the very same input (origins, records, credentials and the
  // two dangerous switches): shared instead of built again, unless null. The entries are checked
  // all the same, so that a warning is given at every load.
  std::shared_ptr<const OriginSet> known_origins = {};
  // Likewise for the regexes.
  std::shared_ptr<const RegexSet> known_origin_regexes = {};
};

}  // namespace corsac
