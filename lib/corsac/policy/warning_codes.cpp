// The table of warnings. Entries: warning_codes, find_warning_code. Spec: policy document, 1, 2 and
// 5; the edge cases that say "lint". Test: tests/policy/lint_test.cpp.

#include "corsac/policy/warning_codes.hpp"

#include <algorithm>
#include <array>

namespace corsac {
namespace {

constexpr bool kLint = true;
constexpr bool kAtEachLoad = false;

constexpr auto kCodes = std::to_array<WarningCode>({
    {"app-scheme", kLint, "An origin of an app shell is granted.",
     "Any app on a device may claim it. Grant it nothing that needs a known page."},
    {"content-type-missing", kAtEachLoad,
     "A method with a body is allowed and Content-Type is not.",
     "JSON bodies will fail in the preflight. Add \"Content-Type\" to allowed_headers."},
    {"cookie-domain-other", kAtEachLoad, "The cross-domain cookie is for hosts that are not ours.",
     "No host of hosts.allowed lies in its domain, so browsers drop it. Write a domain that holds "
     "the host of this server."},
    {"dangerous-switch", kAtEachLoad, "A switch goes round a safety rule.",
     "It is said at every load and cannot be allowed. Take the switch out as soon as nothing needs "
     "it."},
    {"debug-headers", kAtEachLoad, "X-Corsac-Reason tells every caller why it was refused.",
     "Take debug_headers out when the search is over; debug = true tells only you."},
    {"exposed-needless", kLint, "A response header is exposed that pages may read anyway.",
     "Take it out."},
    {"extension-id", kLint, "An extension of Firefox is granted by its id.",
     "Firefox gives an extension another id in each installation. Let the extension ask for host "
     "permissions instead."},
    {"header-forbidden", kAtEachLoad, "A request header is allowed that no page can set.",
     "Take it out; browsers send it without asking, or never."},
    {"lint-allow-unknown", kAtEachLoad, "A [[lint.allow]] names no code of a warning.",
     "Write the code as corsac check prints it, or take the entry out."},
    {"lint-allow-unused", kAtEachLoad, "A [[lint.allow]] keeps no warning silent.",
     "Take it out: it would hide the next warning of its kind."},
    {"loopback-origin", kLint, "An origin of the user's own machine is granted.",
     "Any program of that machine may serve it. Leave it to policies for development."},
    {"max-age-long", kLint, "A preflight's answer is kept longer than most browsers keep it.",
     "Only Firefox honours more than two hours. Write 7200 or less."},
    {"max-age-revocation", kLint, "A grant with credentials outlives its end by a day.",
     "A browser that asked just before goes on without a preflight. Write 7200 or less."},
    {"method-case", kLint, "A method is written in a case that is another method.",
     "fetch() sends the case in which a page writes PATCH. Write \"PATCH\"."},
    {"method-override", kLint, "A header is allowed that replaces the method.",
     "A server that obeys it runs methods that allowed_methods does not name. Take it out, or make "
     "the server ignore it."},
    {"options-needless", kLint, "OPTIONS is allowed.",
     "Preflights are answered without it. Take it out unless pages call OPTIONS."},
    {"origin-public-suffix", kAtEachLoad, "A wildcard stands on a public suffix.",
     "Anybody can get a name below it. List the names that are yours."},
    {"origin-redundant", kLint, "An origin is covered by another entry of its list.",
     "Take one of the two out: taking the other away later would change nothing."},
    {"own-origin-by-host", kAtEachLoad, "Requests are blocked and [hosts] is absent.",
     "Old browsers' requests count as own when Origin and Host agree, which DNS rebinding brings "
     "about. Write [hosts], or configure public_origins."},
    {"port-blocked", kLint, "An origin has a port that browsers block.",
     "No page is loaded from it, so no page has this origin. Take it out."},
    {"port-suspicious", kLint, "An origin has the other scheme's default port.",
     "Change the scheme, or take the port out."},
    {"private-network-any", kAtEachLoad,
     "The answer for private networks is never given beside \"*\".",
     "List the origins, or take allow_private_network out."},
    {"private-network-obsolete", kAtEachLoad,
     "The old private-network preflight header is answered.",
     "Browsers ask the user now. Take it out unless old browsers need it."},
    {"problems-left-out", kAtEachLoad, "There are more warnings than are shown.",
     "Mend the ones that are shown first."},
    {"punycode-unknown", kLint, "What follows xn-- stands for no name.", "Convert the name again."},
    {"record-beside-any", kAtEachLoad, "A trusted origin changes nothing beside \"*\".",
     "Take \"*\" out of allowed_origins, or the scope CORS out of the record."},
    {"record-not-granted", kAtEachLoad, "A trusted origin cannot be granted.",
     "The record stays and gives nothing. The message says what its origin would have to be."},
    {"records-without-cors", kAtEachLoad, "There are trusted origins and no [cors].",
     "Write [cors], or take the scope CORS out of the records."},
    {"rule-unreachable", kAtEachLoad, "No request can reach a rule.",
     "Take the rule out, or include its paths."},
    {"setting-has-no-effect", kAtEachLoad, "A setting has no effect beside the others.",
     "Take it out, or change what the message names."},
    {"suffix-list-old", kLint, "The list of public suffixes is more than a year old.",
     "A wildcard with credentials may stand on a suffix that the list does not know yet. Install a "
     "newer libpsl, or list the names that are yours."},
    {"test-failed", kAtEachLoad, "A [[test]] fails after trust was taken away.",
     "Mend the policy, or the test if it asks for the wrong thing."},
    {"trailing-dot", kLint, "The host of an origin ends in a dot.",
     "Browsers tell it from the one without the dot. List the other one too, or instead."},
    {"vary-specific-only", kAtEachLoad, "Answers without a grant do not vary by Origin.",
     "A shared cache may hand one to the page of an allowed origin. Write vary = \"dynamic\", or "
     "keep such answers out of shared caches."},
    {"verb-unsendable", kLint, "CONNECT or TRACE is allowed.", "No page can send it. Take it out."},
});

constexpr bool is_before(const WarningCode& row, std::string_view code) { return row.code < code; }

}  // namespace

std::span<const WarningCode> warning_codes() noexcept { return kCodes; }

const WarningCode* find_warning_code(std::string_view code) noexcept {
  const auto found = std::lower_bound(kCodes.begin(), kCodes.end(), code, is_before);
  return found != kCodes.end() && found->code == code ? &*found : nullptr;
}

}  // namespace corsac
