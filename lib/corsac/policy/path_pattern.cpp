// Reads one path of a policy, strictly: what two readers could take for two things is an error.
// Entry: parse_path_pattern. Spec: policy document, 2 "Paths". Test:
// tests/policy/path_pattern_test.cpp.

#include "corsac/policy/path_pattern.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

using Error = PathPatternError;

[[nodiscard]] std::string write(std::string_view text) {
  return "write \"" + std::string(text) + "\"";
}

// `fix` when it is a pattern itself; a wrong proposal is worse than none.
[[nodiscard]] std::string write_if_fine(const std::string& fix) {
  return parse_path_pattern(fix) ? write(fix) : std::string();
}

// Where "%" and two hexadecimal digits stand.
[[nodiscard]] std::size_t find_escape(std::string_view text, std::size_t from) noexcept {
  for (std::size_t i = from; i + 2 < text.size(); ++i) {
    if (text[i] == '%' && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) return i;
  }
  return std::string_view::npos;
}

[[nodiscard]] std::string decoded(std::string_view text) {
  std::string plain;
  std::size_t from = 0;
  for (std::size_t at = find_escape(text, 0); at != std::string_view::npos;
       at = find_escape(text, from)) {
    plain += text.substr(from, at - from);
    plain += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
    from = at + 3;
  }
  return plain += text.substr(from);
}

[[nodiscard]] Error error_of_no_slash(std::string_view text) {
  if (text.empty()) return {"path-malformed", "a path is never empty", write("/")};
  if (text == "*") return {"path-malformed", "a path begins with \"/\"", write("/")};
  const std::size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    const std::size_t slash = text.find('/', scheme + 3);
    const std::string path(slash == std::string_view::npos ? "/" : text.substr(slash));
    return {"path-malformed", "a path has no scheme and host", write_if_fine(path)};
  }
  return {"path-malformed", "a path begins with \"/\"", write_if_fine("/" + std::string(text))};
}

// What no router matches, whatever the form.
[[nodiscard]] std::optional<Error> error_of_bytes(std::string_view text) {
  if (text.empty() || text.front() != '/') return error_of_no_slash(text);
  if (text.size() > kPathPatternLimitBytes) {
    return Error{"path-malformed", "a path has at most 1,024 bytes", ""};
  }
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7F';
  };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return Error{"path-malformed", "a path holds no control byte", ""};
  }
  const std::size_t query = text.find_first_of("?#");
  if (query != std::string_view::npos) {
    return Error{"path-malformed", "a path is compared without query and fragment",
                 write_if_fine(std::string(text.substr(0, query)))};
  }
  if (text.find('\\') != std::string_view::npos) {
    return Error{"path-ambiguous-form", "a request with a backslash in its path gets no grant", ""};
  }
  if (find_escape(text, 0) != std::string_view::npos) {
    return Error{"path-malformed", "a path is compared as the router sees it, decoded",
                 write_if_fine(decoded(text))};
  }
  return std::nullopt;
}

// `text` without "$", and not "/" alone.
[[nodiscard]] std::optional<Error> error_of_segments(std::string_view text, bool is_exact) {
  if (text.find("//") != std::string_view::npos) {
    return Error{"path-ambiguous-form", "a request with \"//\" in its path gets no grant", ""};
  }
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t slash = rest.find('/', 1);
    const std::string_view segment =
        rest.substr(1, slash == std::string_view::npos ? slash : slash - 1);
    if (segment == "." || segment == "..") {
      return Error{"path-ambiguous-form",
                   "a request with a \"" + std::string(segment) + "\" segment gets no grant", ""};
    }
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  if (text.size() > 1 && text.back() == '/' && !is_exact) {
    return Error{"path-ambiguous-form",
                 "a path that ends in \"/\" could mean itself or all that is below",
                 write(text.substr(0, text.size() - 1)) + " for both, \"" + std::string(text) +
                     "$\" for exactly this path"};
  }
  return std::nullopt;
}

[[nodiscard]] Error error_of_star(std::string_view text) {
  const std::string what =
      "\"*\" stands for one whole segment, or once at the very end for any rest";
  if (text.ends_with("/**")) {
    const std::string below(text.size() == 3 ? "/" : text.substr(0, text.size() - 3));
    return {"path-star-place", what, write_if_fine(below)};
  }
  return {"path-star-place", what, ""};
}

[[nodiscard]] bool is_parameter_name(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_ascii_alpha(c) || is_ascii_digit(c) || c == '_';
  });
}

// Adds one segment. `is_last` and not exact: it may end in "*".
[[nodiscard]] std::optional<Error> add_segment(std::string_view text, std::string_view whole,
                                               bool may_be_raw, PathPattern& pattern) {
  if (text == "*") {
    pattern.segments.push_back({.is_any = true});
    return std::nullopt;
  }
  if (text.starts_with(':')) {
    if (text.find('*') != std::string_view::npos) return error_of_star(whole);
    if (!is_parameter_name(text.substr(1))) {
      return Error{"path-malformed", "after \":\" stands a name of letters, digits and \"_\"", ""};
    }
    pattern.segments.push_back({.is_any = true});
    return std::nullopt;
  }
  const std::size_t star = text.find('*');
  if (star != std::string_view::npos) {
    if (!may_be_raw || star + 1 != text.size()) return error_of_star(whole);
    pattern.end = PathPattern::End::Raw;
    text.remove_suffix(1);
  }
  pattern.segments.push_back({.text = std::string(text)});
  return std::nullopt;
}

}  // namespace

Result<PathPattern, PathPatternError> parse_path_pattern(std::string_view text) {
  if (auto error = error_of_bytes(text)) return fail(std::move(*error));
  const bool is_exact = text.back() == '$';
  std::string_view rest = is_exact ? text.substr(0, text.size() - 1) : text;
  if (auto error = error_of_segments(rest, is_exact)) return fail(std::move(*error));

  PathPattern pattern;
  if (is_exact) pattern.end = PathPattern::End::Exact;
  if (rest == "/" && !is_exact) return pattern;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/', 1);
    const bool is_last = slash == std::string_view::npos;
    const std::string_view segment = rest.substr(1, is_last ? slash : slash - 1);
    if (auto error = add_segment(segment, text, is_last && !is_exact, pattern)) {
      return fail(std::move(*error));
    }
    rest = is_last ? std::string_view() : rest.substr(slash);
  }
  if (pattern.segments.size() > kPathSegmentLimit) {
    return fail(Error{"path-malformed", "a path has at most 64 segments", ""});
  }
  return pattern;
}

}  // namespace corsac
