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
#include "corsac/origin/origin_set.hpp"

namespace corsac {

enum class PreflightMode : std::uint8_t { Answer, PassThrough, Reject };
enum class OnDenied : std::uint8_t { Block, Mark };
enum class HandlerWins : std::uint8_t { Replace, Keep };
enum class WebSocketMode : std::uint8_t { Block, AsRule };

// A configured text and where it stands; the text is the caller's.
struct PlacedText {
  std::string_view text = {};
  Place place = {};
};

struct CorsRules {
  // "cors" or "cors.rules[2]": the start of every error's field path.
  std::string field = "cors";
  // Entries as written, of all sources together; views into the document.
  std::vector<PlacedText> allowed_origins = {};
  // The field path of entry i is `origins_field[i]`; records and origin files have others. Entries
  // from `allowed_origins` itself are "<field>.allowed_origins[i]".
  std::vector<PlacedText> allowed_origins_from_file = {};
  // Origins of active records in their normal form. One that cannot be granted draws the warning
  // record-not-granted and no grant, never an error.
  struct RecordOrigin {
    std::string origin = {};  // verbatim
    std::string field = {};   // "trusted_origins[3].origin"
    Place place = {};
  };
  std::vector<RecordOrigin> record_origins = {};
  std::vector<PlacedText> allowed_methods = {};
  std::vector<PlacedText> allowed_headers = {};
  std::vector<PlacedText> exposed_headers = {};
  bool allow_credentials = false;
  std::optional<std::int64_t> max_age_seconds = {};
  Place max_age_place = {};
  Place credentials_place = {};

  PreflightMode preflight = PreflightMode::Answer;
  OnDenied on_denied = OnDenied::Block;
  HandlerWins handler_headers = HandlerWins::Replace;
  WebSocketMode websocket = WebSocketMode::Block;
  bool allow_null_origin = false;
  Place null_place = {};
  bool allow_private_network = false;
  bool timing_allow_origin = false;
  bool report_only = false;
  bool dangerously_allow_insecure_origins = false;
  bool dangerously_allow_public_suffixes = false;
  // No CORS here: a preflight is refused, everything else passes untouched.
  bool is_excluded = false;

  // An origin set compiled earlier from the very same input (origins, records, credentials and the
  // two dangerous switches): taken as it is, unless null.
  std::shared_ptr<const OriginSet> known_origins = {};
};

}  // namespace corsac
