#pragma once

// The profiles: what one of the four systems, or Fetch itself, does where the document is silent.
// Policy document, 3; the behaviour behind each cell: the four systems' own documents and sources.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "corsac/stage/cors/behaviour.hpp"

namespace corsac {

enum class ProfileName : std::uint8_t { Fetch, Okta, OpenEdx, Django, FusionAuth, Cloudflare };

// Immutable; lives as long as the process.
struct Profile {
  ProfileName name = ProfileName::Fetch;
  std::string_view text = {};  // as the document writes it
  CorsBehaviour behaviour = {};

  // Values of fields that a document leaves out.
  bool is_enabled = true;
  bool allow_credentials = false;
  std::span<const std::string_view> allowed_methods = {};
  std::span<const std::string_view> allowed_headers = {};
  std::span<const std::string_view> exposed_headers = {};
  std::span<const std::string_view> excluded_paths = {};  // included_paths replace them too
  std::optional<std::int64_t> max_age_seconds = {};

  // What a document may say. A max-age of -1 prints 0.
  std::int64_t max_age_least = 0;
  std::int64_t max_age_most = 86400;
  // An Origin that begins with file:// is taken byte for byte, and a listed `null` is the switch
  // allow_null_origin: some app shells send the one, and the other two systems list the other.
  bool takes_opaque_origins = false;
  bool takes_all_verbs = false;           // CONNECT and TRACE; the nine verbs in any case
  bool takes_unsendable_headers = false;  // request headers that no page can set: a warning
  bool has_any_header = true;             // false: `*` among headers has no meaning and is an error
  bool may_echo_any_origin = false;       // dangerously_echo_any_origin
};

[[nodiscard]] std::span<const Profile> profiles() noexcept;

[[nodiscard]] const Profile& profile(ProfileName name) noexcept;

// Null for a name that is none.
[[nodiscard]] const Profile* find_profile(std::string_view text) noexcept;

}  // namespace corsac
