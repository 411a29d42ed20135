#pragma once

// What a server answered, or why it did not.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace corsac::remote_store {

enum class HttpOutcome : unsigned char {
  Answered,      // a status and headers came, and for 200 the whole body as far as can be told
  NoAddress,     // the name has none
  NotConnected,  // nobody listens, or nobody answers
  CaFile,        // the certificates to trust could not be read
  NotTrusted,    // the certificate is not signed by a trusted one, or is another host's
  TlsFailed,     // no handshake for another reason
  Broken,        // the connection ended, or what came is no HTTP
  TooLarge,      // the body has more bytes than the limit
  Interrupted,
  OutOfTime,
};

struct HttpAnswer {
  HttpOutcome outcome = HttpOutcome::Broken;
  int status = 0;                                                 // 0 <=> not Answered
  std::vector<std::pair<std::string, std::string>> headers = {};  // in order of arrival per name
  std::string body = {};                                          // of 200 only

  // The values of a header, whatever the case of its name. Debian's cpp-httplib (0.11.4) hands
  // values over percent-decoded: an escaped byte cannot be told from a plain one.
  [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const;
  // The only value; empty when there is none or more than one.
  [[nodiscard]] std::string_view value(std::string_view name) const;
};

// An entity tag that may be sent back as it is (RFC 9110, 8.8.3); empty for anything else.
[[nodiscard]] std::string checked_etag(std::string_view text);

}  // namespace corsac::remote_store
