// Judges the origins that operators and records trust. Entries: is_insecure, open_suffix,
// read_record. Spec: policy document, 1 and 2. Test: tests/stage/compile_test.cpp,
// tests/stage/guards_test.cpp.

#include "corsac/stage/record_origin.hpp"

#include <utility>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/public_suffix.hpp"

namespace corsac {
namespace {

bool has_several_labels(std::string_view suffix) noexcept {
  if (!suffix.empty() && suffix.back() == '.') suffix.remove_suffix(1);
  return suffix.find('.') != std::string_view::npos;
}

}  // namespace

bool is_insecure(const OriginPattern& pattern) noexcept {
  return (pattern.scheme == "http" || pattern.scheme == "ftp") &&
         !is_loopback_host(fixed_right_part(pattern));
}

std::string_view open_suffix(const OriginPattern& pattern) {
  if (pattern.host_form == HostForm::Exact) return {};
  const std::string_view suffix = fixed_right_part(pattern);
  return is_public_suffix(suffix) ? suffix : std::string_view();
}

Result<OriginPattern, RecordFault> read_record(std::string_view origin, RecordDemands demands) {
  auto pattern = parse_record_origin(origin);
  if (!pattern) {
    OriginPatternError& error = pattern.error();
    return fail(RecordFault{std::move(error.what), std::move(error.fix), error.may_show_value});
  }
  if (!pattern->is_exact()) {
    return fail(RecordFault{"a record names one origin, without wildcards",
                            "write a pattern into the list of origins"});
  }
  if (pattern->scheme == "ftp") {
    return fail(RecordFault{"no browser has pages of ftp", "write its https origin"});
  }
  if (demands.is_web && pattern->scheme != "http" && pattern->scheme != "https") {
    return fail(RecordFault{"browsers are sent to http and https only", "write its https origin"});
  }
  if (demands.is_secure && is_insecure(*pattern)) {
    return fail(RecordFault{"a plain http origin cannot be granted with credentials",
                            "write its https origin"});
  }
  if (demands.is_no_public_suffix && has_several_labels(pattern->host) &&
      is_public_suffix(pattern->host)) {
    return fail(RecordFault{"its host is a public suffix", "write your own name under it"});
  }
  return *std::move(pattern);
}

}  // namespace corsac
