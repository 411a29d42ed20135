#pragma once

// What a browser does with the answers to one request of a page: whether a preflight and the
// request are sent, whether cookies go along, and whether the page reads the answer. Pure, like
// browser_check.hpp.

#include <string>
#include <string_view>

#include "corsac/policy/browser_check.hpp"

namespace corsac {

struct BrowserOutcome {
  enum class Readable : unsigned char {
    Yes,
    No,
    Application,  // the application's own headers decide
  };
  bool sends_preflight = false;
  std::string preflight = {};  // why one is sent, or why none is; and what became of it
  bool sends_request = true;   // false: the preflight failed
  bool sends_cookies = false;
  std::string cookies = {};  // which, and why
  Readable is_readable = Readable::Yes;
  std::string answer = {};   // whether the page may read the answer, and why
  std::string console = {};  // the line in Chromium's console; empty = none
};
[[nodiscard]] std::string_view to_text(BrowserOutcome::Readable readable) noexcept;

// What comes of both. `preflight`: null where none was sent; `answer`: null where the request was
// not. Every text is escaped.
[[nodiscard]] BrowserOutcome browser_outcome(const BrowserRequest& request,
                                             const BrowserAnswer* preflight,
                                             const BrowserAnswer* answer);

}  // namespace corsac
