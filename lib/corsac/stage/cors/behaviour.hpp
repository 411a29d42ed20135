#pragma once

// How one CORS rule behaves beside what it lists: every knob of the policy document, 3, and the
// modes of 1. Plain data; a profile is a set of defaults for it (profile.hpp). The initialisers are
// the profile "fetch".

#include <cstdint>

namespace corsac {

enum class PreflightMode : std::uint8_t { Answer, PassThrough, Reject };
enum class OnDenied : std::uint8_t { Block, Mark };
enum class HandlerWins : std::uint8_t { Replace, Keep };
enum class WebSocketMode : std::uint8_t { Block, AsRule };

// Answers to actual requests: with a grant, or left to the application altogether.
enum class ActualAnswers : std::uint8_t { Grant, Leave };
enum class MethodCase : std::uint8_t { Exact, Fold };
// What a preflight's answer names: what was asked for, or the whole list.
enum class AnswerList : std::uint8_t { Requested, List };
enum class ListSeparator : std::uint8_t { Comma, CommaBlank };
enum class VaryMode : std::uint8_t {
  Dynamic,       // Vary: Origin on every answer, unless the grant is a constant `*`
  Always,        // even then
  SpecificOnly,  // only beside a specific allowed origin
};
// Whether a preflight's answer varies by the two request headers as well.
enum class PreflightVary : std::uint8_t { Full, Origin };
enum class SameOrigin : std::uint8_t {
  Exempt,       // granted when listed, never refused
  ExemptFirst,  // passes before anything is looked at, and nothing is added
  Judge,        // like any other
};
enum class MalformedOrigin : std::uint8_t {
  Refuse,  // as an origin that is not listed
  Ignore,  // as if there was none
};
enum class PostWithoutContentType : std::uint8_t { Pass, Refuse };
enum class EmptyRequestedMethod : std::uint8_t { Refuse, Preflight, Actual };
enum class OutsidePaths : std::uint8_t { Refuse, Pass };
enum class ZeroMaxAge : std::uint8_t { Print, Omit };

struct CorsBehaviour {
  PreflightMode preflight = PreflightMode::Answer;
  OnDenied on_denied = OnDenied::Block;
  HandlerWins handler_headers = HandlerWins::Replace;
  WebSocketMode websocket = WebSocketMode::Block;

  ActualAnswers actual_answers = ActualAnswers::Grant;
  bool enforces_methods = false;  // actual requests with a method that is not listed are refused
  std::uint16_t preflight_status = 204;
  std::uint16_t refused_preflight_status = 403;
  bool checks_requested = true;  // false => both answers are List
  MethodCase requested_method_case = MethodCase::Exact;
  AnswerList methods_answer = AnswerList::Requested;
  AnswerList headers_answer = AnswerList::Requested;
  ListSeparator list_separator = ListSeparator::Comma;
  bool has_exact_methods = false;  // GET, HEAD and POST must be listed too
  bool exposes_on_preflight = false;
  bool has_preflight_headers_on_options = false;
  VaryMode vary = VaryMode::Dynamic;
  PreflightVary preflight_vary = PreflightVary::Full;
  SameOrigin same_origin = SameOrigin::Exempt;
  MalformedOrigin malformed_origin = MalformedOrigin::Refuse;
  PostWithoutContentType post_without_content_type = PostWithoutContentType::Pass;
  EmptyRequestedMethod empty_requested_method = EmptyRequestedMethod::Refuse;
  bool preflight_needs_origin = true;
  OutsidePaths preflight_outside_paths = OutsidePaths::Refuse;
  ZeroMaxAge zero_max_age = ZeroMaxAge::Print;

  // True when a knob is turned away from Fetch that deciding looks at; the modes and the statuses,
  // and what only compiling looks at, are none.
  [[nodiscard]] constexpr bool has_knobs() const noexcept;
  friend constexpr bool operator==(const CorsBehaviour&, const CorsBehaviour&) = default;
};

inline constexpr CorsBehaviour kFetchBehaviour = {};

constexpr bool CorsBehaviour::has_knobs() const noexcept {
  const CorsBehaviour& fetch = kFetchBehaviour;
  return actual_answers != fetch.actual_answers || enforces_methods != fetch.enforces_methods ||
         checks_requested != fetch.checks_requested ||
         requested_method_case != fetch.requested_method_case ||
         methods_answer != fetch.methods_answer || headers_answer != fetch.headers_answer ||
         has_exact_methods != fetch.has_exact_methods ||
         exposes_on_preflight != fetch.exposes_on_preflight ||
         has_preflight_headers_on_options != fetch.has_preflight_headers_on_options ||
         vary != fetch.vary || same_origin != fetch.same_origin ||
         malformed_origin != fetch.malformed_origin ||
         post_without_content_type != fetch.post_without_content_type ||
         empty_requested_method != fetch.empty_requested_method ||
         preflight_needs_origin != fetch.preflight_needs_origin ||
         preflight_outside_paths != fetch.preflight_outside_paths;
}

}  // namespace corsac
