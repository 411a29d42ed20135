// parse_target against the URL standard. The input is a target.

#include "corsac/origin/target.hpp"

#include <string>

#include "corsac/origin/origin.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_url.hpp"

namespace corsac::fuzz {
namespace {

using Kind = UrlReading::Kind;

struct Case {
  std::string_view text;
  std::string page_scheme;
  Target target;
  UrlReading browser;  // on a page of that scheme
};

[[noreturn]] void fail(std::string_view what, const Case& row) {
  fail_with(what, shown("target", row.text), "page: " + row.page_scheme,
            shown("read as origin", row.target.origin()),
            "fault: " + std::to_string(static_cast<int>(row.target.fault)),
            shown("browser goes to", row.browser.origin()));
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool has_control_byte(std::string_view text) {
  for (const char c : trimmed(text)) {
    const bool is_dropped = c == '\t' || c == '\n' || c == '\r';
    if ((static_cast<unsigned char>(c) < 0x20 && !is_dropped) || c == 0x7F) return true;
  }
  return false;
}

// `http:path` and `https:path`: a browser's answer depends on the scheme of the page.
bool depends_on_page(std::string_view text) {
  const Kind on_http = read_url(text, "http").kind;
  const Kind on_https = read_url(text, "https").kind;
  return (on_http == Kind::OfBase) != (on_https == Kind::OfBase);
}

// A label that browsers of some years read as the ASCII in it.
bool has_plain_punycode(const std::string& host) {
  for (const std::string& label : url::split(host, '.')) {
    if (label.starts_with("xn--") && label.ends_with('-')) return true;
  }
  return false;
}

// What target.hpp says it refuses although browsers take it.
bool may_refuse_host(const UrlReading& browser) {
  if (browser.is_host_unsure || browser.port == 0) return true;
  return !parse_origin(browser.origin()) || browser.host.front() == '[';
}

void judge_refused(const Case& row) {
  const std::string_view text = trimmed(row.text);
  const bool is_web_or_none = row.browser.kind == Kind::Web || row.browser.kind == Kind::Failure;
  switch (row.target.fault) {
    case TargetFault::None:
      fail("refused without a fault", row);
    case TargetFault::TooLong:
      if (row.text.size() <= kTargetLimitBytes) fail("not too long", row);
      return;
    case TargetFault::ControlByte:
      if (!has_control_byte(row.text)) fail("no control byte", row);
      return;
    case TargetFault::FirstByte:
      if (text.empty() || static_cast<unsigned char>(text.front()) < 0x80) fail("in ASCII", row);
      return;
    case TargetFault::Scheme:
      if (row.browser.kind != Kind::OtherScheme) fail("no other scheme", row);
      return;
    case TargetFault::NoHost:
    case TargetFault::NonAsciiHost:
    case TargetFault::Host:
    case TargetFault::Port:
      if (depends_on_page(row.text)) return;
      if (!is_web_or_none) fail("a fault of a host in what names none", row);
      if (row.browser.kind == Kind::Web && !may_refuse_host(row.browser)) {
        fail("refuses a plain origin", row);
      }
      return;
  }
}

void judge(const Case& row) {
  switch (row.target.kind) {
    case TargetKind::Relative:
      if (row.browser.kind != Kind::OfBase) fail("relative, but a browser leaves the page", row);
      if (depends_on_page(row.text)) fail("relative on pages of one scheme only", row);
      break;
    case TargetKind::Origin:
      if (!parse_origin(row.target.origin())) fail("an origin that is none", row);
      if (row.browser.kind == Kind::OfBase && depends_on_page(row.text)) break;
      if (row.browser.kind != Kind::Web) fail("a browser goes to no such origin", row);
      if (row.browser.origin() != row.target.origin()) fail("another origin", row);
      if (has_plain_punycode(row.browser.host)) fail("browsers differ", row);
      break;
    case TargetKind::Refused:
      judge_refused(row);
      break;
  }
  if ((row.target.fault == TargetFault::None) == (row.target.kind == TargetKind::Refused)) {
    fail("fault and kind", row);
  }
  if (row.target.origin().empty() != (row.target.kind != TargetKind::Origin)) {
    fail("origin and kind", row);
  }
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  const std::string_view text = to_text(data, size);
  judge({text, "http", parse_target(text, PageScheme::Http), read_url(text, "http")});
  judge({text, "https", parse_target(text, PageScheme::Https), read_url(text, "https")});
  return 0;
}
