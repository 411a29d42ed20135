// parse_origin against RFC 6454 and the URL standard. The input is the value of an `Origin` header.

#include "corsac/origin/origin.hpp"

#include <string>

#include "fuzz/fuzz.hpp"
#include "fuzz/reference_origin.hpp"

namespace corsac::fuzz {
namespace {

// RFC 6761, 6.3; URL standard, 3.5: what browsers take for this machine.
bool is_loopback_plainly(std::string_view host, bool is_ip) {
  if (is_ip) return host == "[::1]" || host.starts_with("127.");
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  const std::string_view text = to_text(data, size);
  const auto origin = parse_origin(text);
  const auto expected = read_origin_plainly(text);
  if (origin.has_value() != expected.has_value()) {
    fail_with(origin ? "takes what is no origin" : "refuses an origin", shown("text", text));
  }
  if (!origin) return 0;
  if (origin->scheme != expected->scheme || origin->host != expected->host ||
      origin->port != expected->port || origin->is_ip != expected->is_ip) {
    fail_with("reads another origin", shown("text", text), shown("scheme", origin->scheme),
              shown("host", origin->host), "port = " + std::to_string(origin->port));
  }
  // A browser that goes there sends exactly this text.
  if (origin->scheme == "http" || origin->scheme == "https") {
    const UrlReading reading = read_url(text, "ftp");
    if (reading.kind != UrlReading::Kind::Web || reading.origin() != text) {
      fail_with("no browser sends this", shown("text", text), shown("sent", reading.origin()));
    }
  }
  if (is_loopback_host(origin->host) != is_loopback_plainly(origin->host, origin->is_ip)) {
    fail_with("loopback or not", shown("host", origin->host));
  }
  return 0;
}
