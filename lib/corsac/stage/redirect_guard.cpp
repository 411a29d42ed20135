// The guard against open redirects. Entries: RedirectGuard::on_request, RedirectGuard::allows.
// Spec: policy document, 4 "redirects"; URL standard, 5.1 (application/x-www-form-urlencoded
// parsing). What a browser makes of a target: origin/target.cpp.
// Test: tests/stage/redirect_guard_test.cpp.

#include "corsac/stage/redirect_guard.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "corsac/base/ascii.hpp"
#include "corsac/http/own_origin.hpp"

namespace corsac {
namespace {

constexpr int hex_value(char c) noexcept {
  if (is_ascii_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A form's text, decoded into memory of its own.
class DecodedText {
 public:
  DecodedText() noexcept {}  // leaves bytes_ unfilled: most requests have no such parameter
  // Nothing when it is too long, or has `%u`, which some hosts decode and others do not.
  [[nodiscard]] std::optional<std::string_view> decode(std::string_view text) noexcept {
    std::size_t size = 0;
    while (!text.empty()) {
      if (size == bytes_.size()) return std::nullopt;
      char c = text.front();
      text.remove_prefix(1);
      if (c == '+') c = ' ';
      if (c == '%' && !text.empty() && ascii_lower(text.front()) == 'u') return std::nullopt;
      if (c == '%' && text.size() >= 2 && hex_value(text[0]) >= 0 && hex_value(text[1]) >= 0) {
        c = static_cast<char>(hex_value(text[0]) * 16 + hex_value(text[1]));
        text.remove_prefix(2);
      }
      bytes_[size++] = c;
    }
    return std::string_view(bytes_.data(), size);
  }

 private:
  std::array<char, kRedirectParameterLimitBytes> bytes_;
};

PageScheme page_of(bool is_https) noexcept {
  return is_https ? PageScheme::Https : PageScheme::Http;
}

// Where browsers see https although this connection may be plain.
bool is_https_page(const RequestView& request) noexcept {
  return request.own != nullptr ? request.own->is_https_page(request) : request.is_tls;
}

std::string_view take_pair(std::string_view& query) noexcept {
  const std::size_t end = std::min(query.find('&'), query.size());
  const std::string_view pair = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  return pair;
}

// The raw value of the first judged parameter that may not be gone to; without data when there is
// none. Out of line for its memory.
[[gnu::noinline]] std::string_view find_refused(const RedirectGuard& guard,
                                                const std::vector<std::string>& parameters,
                                                const RequestView& request,
                                                std::string_view query) noexcept {
  DecodedText decoded;
  const PageScheme page = page_of(is_https_page(request));
  while (!query.empty()) {
    const std::string_view pair = take_pair(query);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = decoded.decode(pair.substr(0, equals));
    // A name that cannot be read for sure may be any.
    const bool is_judged =
        !name || std::find(parameters.begin(), parameters.end(), *name) != parameters.end();
    if (!is_judged) continue;
    const std::string_view value = pair.substr(equals + 1);
    const auto target = decoded.decode(value);
    if (!target || !guard.allows(*target, page, request.own)) return value;
  }
  return {};
}

// The first place of `plain`, written so or percent-encoded.
std::size_t find_either(std::string_view text, char plain, std::string_view encoded) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == plain || equals_ignoring_case(text.substr(i, encoded.size()), encoded)) return i;
  }
  return text.size();
}

}  // namespace

std::string_view shown_target(std::string_view target) noexcept {
  target = target.substr(0, find_either(target, '?', "%3f"));
  target = target.substr(0, find_either(target, '#', "%23"));
  while (true) {
    const std::size_t at = find_either(target, '@', "%40");
    if (at == target.size()) return target;
    target.remove_prefix(target[at] == '@' ? at + 1 : at + 3);
  }
}

bool RedirectGuard::allows(std::string_view target, PageScheme page,
                           const OwnOrigin* own) const noexcept {
  const Target parsed = parse_target(target, page);
  if (parsed.kind != TargetKind::Origin) return parsed.kind == TargetKind::Relative;
  if (own != nullptr && own->is_public_origin(parsed.origin())) return true;
  return rules_.origins && rules_.origins->find(parsed.origin()).kind != OriginMatchKind::None;
}

StageResult RedirectGuard::on_request(const RequestView& request,
                                      Decision& decision) const noexcept {
  decision.judges_location = true;
  decision.is_https_page = is_https_page(request);
  if (rules_.parameters.empty()) return StageResult::Continue;
  const std::string_view target = request.target.substr(0, request.target.find('#'));
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return StageResult::Continue;
  const std::string_view refused =
      find_refused(*this, rules_.parameters, request, target.substr(question + 1));
  if (refused.data() == nullptr) return StageResult::Continue;
  decision.outcome = Outcome::Refuse;
  decision.status = 403;
  decision.reason = Reason::RedirectNotAllowed;
  decision.offending = shown_target(refused);
  return StageResult::Stop;
}

}  // namespace corsac
