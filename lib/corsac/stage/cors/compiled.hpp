#pragma once

// One CORS rule ready to decide with. Immutable; shared between threads and snapshots.

#include <cstdint>
#include <memory>
#include <string>

#include "corsac/http/header_name_set.hpp"
#include "corsac/http/method.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {

struct CompiledCors {
  // is_excluded => nothing below is looked at but `preflight`, `is_report_only` and the status.
  bool is_excluded = false;
  // allows_any_origin => !allows_credentials. `*` goes out as a constant; no Origin is looked at.
  bool allows_any_origin = false;
  bool allows_credentials = false;
  bool allows_null = false;  // => !allows_credentials
  bool allows_any_method = false;
  bool allows_any_header = false;
  bool allows_private_network = false;
  bool sends_timing_allow_origin = false;
  bool is_report_only = false;
  PreflightMode preflight = PreflightMode::Answer;
  OnDenied on_denied = OnDenied::Block;
  HandlerWins handler_headers = HandlerWins::Replace;
  WebSocketMode websocket = WebSocketMode::Block;
  std::uint16_t preflight_status = 204;
  std::uint16_t refused_preflight_status = 403;
  // Not None: every origin is as one that is not listed, with this reason, whatever the lists and
  // `*` say: PolicyUnavailable (closed), PathAmbiguous (the variant for ambiguous paths).
  Reason denies_all = Reason::None;

  std::shared_ptr<const OriginSet> origins = {};  // never null once compiled
  MethodSet methods = {};
  HeaderNameSet headers = {};
  std::string exposed_headers = {};  // joined with ","; empty = header absent
  std::string max_age = {};          // decimal; empty = header absent
};

}  // namespace corsac
