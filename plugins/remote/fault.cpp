// Tells apart what a server may answer. Entry: find_fault. Spec: RFC 9110, 15. Tests:
// tests/plugins/remote_policy_test.cpp and remote_faults_test.cpp.
//
// A server that refuses our credentials, or knows no such document, is there: its operator and ours
// have to talk, and until then the last good policy is the best one. A server that is overloaded or
// broken counts as one that cannot be reached: its policy may be another by now.

#include "fault.hpp"

#include <algorithm>
#include <string_view>

namespace corsac::remote_store {
namespace {

using plugin::Status;

constexpr std::size_t kMediaTypeLimitBytes = 60;

std::string lower_media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find_first_of("; ,\t")));
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

bool is_json(const std::string& type) {
  constexpr std::string_view kSuffix = "+json";  // RFC 6839
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with(kSuffix));
}

// A media type as it may stand in a message; anything else may be anything.
std::string shown(const std::string& type) {
  const bool is_plain = !type.empty() && type.size() <= kMediaTypeLimitBytes &&
                        std::all_of(type.begin(), type.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                                 std::string_view("/+-.").find(c) != std::string_view::npos;
                        });
  return is_plain ? type : type.empty() ? "of no type" : "of a strange type";
}

Fault fault_of_connection(const HttpAnswer& answer, const Asked& asked) {
  const std::string server = origin_text(asked.url);
  switch (answer.outcome) {
    case HttpOutcome::NoAddress:
      return {Status::Unreachable, "remote-no-address", "the name of " + server + " has no address",
              "check the URL, and the resolver of this machine"};
    case HttpOutcome::NotConnected:
      return {Status::Unreachable, "remote-not-connected", server + " takes no connection",
              "check that it runs, and the network between"};
    case HttpOutcome::CaFile:
      return {Status::Unreachable, "remote-ca-file", "the trusted certificates cannot be read",
              "name a file of certificates in PEM in ca_file"};
    case HttpOutcome::NotTrusted:
      return {Status::Unreachable, "remote-not-trusted",
              "the certificate of " + server +
                  " is not signed by a trusted authority, is over, or is another host's",
              "check the name in the URL, the certificate, and ca_file"};
    case HttpOutcome::TlsFailed:
      return {Status::Unreachable, "remote-tls", "there is no TLS handshake with " + server,
              "check that the port speaks TLS, and which versions"};
    case HttpOutcome::TooLarge:
      return {Status::Invalid, "remote-too-large",
              "the answer is larger than " + std::to_string(asked.limit_bytes) + " bytes",
              "raise limit_bytes, or check that the URL names the policy"};
    case HttpOutcome::OutOfTime:
      return {Status::Unreachable, "remote-deadline",
              server + " gave no whole answer within the deadline",
              "check the server, or raise deadline_seconds"};
    case HttpOutcome::Interrupted:
      return {Status::Cancelled};
    case HttpOutcome::Broken:
    case HttpOutcome::Answered:
      break;
  }
  return {Status::Unreachable, "remote-broken",
          "the connection to " + server + " ended amid the answer, or what came is no HTTP",
          "check that the port speaks " + std::string(asked.url.is_tls ? "HTTPS" : "HTTP")};
}

Fault fault_of_redirect(const HttpAnswer& answer, const Asked& asked) {
  const std::string_view location = answer.value("Location");
  const auto target = resolve(asked.url, location);
  std::string where = "to an address that is none of a server";
  if (target && has_same_origin(*target, asked.url)) {
    where = "to another address of " + origin_text(asked.url);
  } else if (target) {
    where = "to " + origin_text(*target);
  }
  return {Status::Invalid, "remote-redirect",
          "the server redirects (" + std::to_string(answer.status) + ") " + where +
              "; redirects are not followed, so that the token stays where it belongs",
          "write the final address as url, if you trust it"};
}

Fault fault_of_refusal(int status, const Asked& asked) {
  const std::string number = " (" + std::to_string(status) + ")";
  switch (status) {
    case 401:
      return {
          Status::Invalid, "remote-unauthorized",
          (asked.has_token ? "the server does not accept the token" : "the server wants a token") +
              number,
          asked.has_token ? "renew the token, and check token_scheme" : "add token_env"};
    case 403:
      return {Status::Invalid, "remote-forbidden", "the server forbids us to read" + number,
              "give the token the right to read, or check the server's rules"};
    case 404:
      return {Status::Invalid, "remote-not-found",
              "there is nothing at this path of the server" + number, "check the path of url"};
    case 410:
      return {Status::Invalid, "remote-gone", "what was at this path was removed for good" + number,
              "ask the server's operator where it is now, and write that as url"};
    case 429:
      return {Status::Unreachable, "remote-rate-limited",
              "the server says that we ask too often" + number,
              "raise refresh_seconds, or the limit there"};
    case 408:
    case 425:
      return {Status::Unreachable, "remote-server-error", "the server asks to try again" + number,
              "look at the server, if it goes on"};
    default:
      break;
  }
  if (status >= 500) {
    return {Status::Unreachable, "remote-server-error", "the server failed" + number,
            "look at the server's own log"};
  }
  return {Status::Invalid, "remote-status", "the server answered with the status" + number,
          "check that url names what is to be read"};
}

Fault not_json(const HttpAnswer& answer) {
  const std::string type = lower_media_type(answer.value("Content-Type"));
  return {Status::Invalid, "remote-not-json", "the answer is " + shown(type) + " and not JSON",
          "check that url names the document itself and not a page, such as one to sign in; JSON "
          "has the Content-Type application/json"};
}

}  // namespace

std::optional<Fault> find_fault(const HttpAnswer& answer, const Asked& asked) {
  if (answer.outcome != HttpOutcome::Answered) return fault_of_connection(answer, asked);
  if (answer.status == 304) {
    if (asked.is_conditional) return std::nullopt;
    return Fault{Status::Invalid, "remote-unasked-304",
                 "the server says that nothing changed (304), and was not asked that",
                 "check the server, and any cache before it"};
  }
  if (answer.status >= 300 && answer.status < 400) return fault_of_redirect(answer, asked);
  if (answer.status != 200 && answer.status != 204) return fault_of_refusal(answer.status, asked);
  if (answer.status == 204 || answer.body.empty()) {
    return Fault{Status::Invalid, "remote-empty", "the answer is empty",
                 "check what the server has at this path"};
  }
  const std::string coding = lower_media_type(answer.value("Content-Encoding"));
  if (!answer.values("Content-Encoding").empty() && coding != "identity") {
    return Fault{Status::Invalid, "remote-encoded", "the answer is compressed, and must not be",
                 "make the server keep to Accept-Encoding: identity"};
  }
  if (!is_json(lower_media_type(answer.value("Content-Type")))) return not_json(answer);
  return std::nullopt;
}

}  // namespace corsac::remote_store
