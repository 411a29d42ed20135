// One GET with cpp-httplib 0.11.4 or 0.53.1. Entry: http_get. Spec: RFC 9110, RFC 9112. Tests:
// tests/plugins/remote_faults_test.cpp and remote_tls_test.cpp, built with both.

#include "http_get.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "limited_client.hpp"

namespace corsac::remote_store {
namespace {

using std::chrono::milliseconds;

// Of one address: the next one must have its turn within the deadline.
constexpr milliseconds kConnectLimit{5'000};
constexpr milliseconds kShortestLimit{1};

// One request to one address.
class Exchange {
 public:
  Exchange(const HttpGet& get, ReadWatch& watch) : get_(get), watch_(watch), connection_(watch) {}

  [[nodiscard]] HttpAnswer run(const std::string& address) {
    if (get_.url.is_tls) {
      ClientOf<httplib::SSLClient> client(get_.url.host, get_.url.port);
      client.enable_server_certificate_verification(true);
      if (!get_.ca_file.empty()) client.set_ca_cert_path(get_.ca_file);
      send(client, address);
    } else {
      ClientOf<httplib::ClientImpl> client(get_.url.host, get_.url.port);
      send(client, address);
    }
    return std::move(answer_);
  }

 private:
  template <class Client>
  void send(Client& client, const std::string& address) {
    const auto left = std::max<milliseconds>(
        std::chrono::ceil<milliseconds>(watch_.deadline() - Steady::now()), kShortestLimit);
    const auto limit = std::min<milliseconds>(left, std::chrono::hours(1));
    client.set_connection_timeout(std::min(limit, kConnectLimit));
    client.set_read_timeout(limit);
    client.set_write_timeout(limit);
    client.set_follow_location(false);
    client.set_keep_alive(false);
    client.set_decompress(false);
    keep_target(client);
    client.set_hostname_addr_map({{get_.url.host, address}});
    client.set_socket_options([this](auto socket) { connection_.use(static_cast<int>(socket)); });
    if constexpr (!kKnowsLimits) {
      // More than what a chunked body has around its bytes: pieces of a byte are nobody's habit.
      client.set_limits({kHeadLimitBytes + 4 * get_.limit_bytes, &has_head_, watch_.deadline()});
    }
    httplib::Headers headers;
    headers.emplace("Host", host_text(get_.url));
    headers.emplace("User-Agent", "corsac-remote/1.0");
    headers.emplace("Accept-Encoding", "identity");
    for (const auto& [name, value] : get_.headers) headers.emplace(name, value);
    const httplib::Result result = client.Get(
        get_.target, headers, [this](const httplib::Response& head) { return take_head(head); },
        [this](const char* bytes, std::size_t count) { return take(bytes, count); });
    settle(result);
  }

  // Only the body of 200 is wanted. Those of others are not read: they may be of any length, and
  // 0.11.4 waits for one that a 304 only names.
  bool take_head(const httplib::Response& head) {
    has_head_ = true;
    answer_.status = head.status;
    for (const auto& [name, value] : head.headers) answer_.headers.emplace_back(name, value);
    if (head.status != 200) return false;
    const std::string length = head.get_header_value("Content-Length");
    const bool is_number = !length.empty() && length.size() < 20 &&
                           length.find_first_not_of("0123456789") == std::string::npos;
    is_too_large_ = is_number && std::stoull(length) > get_.limit_bytes;
    return !is_too_large_;
  }

  bool take(const char* bytes, std::size_t count) {
    if (count > get_.limit_bytes - answer_.body.size()) {
      is_too_large_ = true;
      return false;
    }
    answer_.body.append(bytes, count);
    return watch_.end() == ReadEnd::None;
  }

  // What came of it. A connection that the watch cut looks to a client like one that ended well.
  void settle(const httplib::Result& result) {
    const bool is_answered = result || (has_head_ && answer_.status != 200);
    if (result && !has_head_) {  // 204: nothing was asked
      answer_.status = result->status;
      for (const auto& [name, value] : result->headers) answer_.headers.emplace_back(name, value);
    }
    const ReadEnd end = watch_.end();
    if (is_too_large_) return fail(HttpOutcome::TooLarge);
    if (end == ReadEnd::Interrupted) return fail(HttpOutcome::Interrupted);
    if (end == ReadEnd::OutOfTime) return fail(HttpOutcome::OutOfTime);
    if (!is_answered) return fail(outcome_of(result.error()));
    answer_.outcome = HttpOutcome::Answered;
  }
  void fail(HttpOutcome outcome) {
    answer_ = HttpAnswer{};
    answer_.outcome = outcome;
  }

  // Templated because the libraries do not have the same errors.
  template <class Error>
  [[nodiscard]] static HttpOutcome outcome_of(Error error) {
    if constexpr (requires { Error::SSLServerHostnameVerification; }) {
      if (error == Error::SSLServerHostnameVerification) return HttpOutcome::NotTrusted;
    }
    switch (error) {
      case Error::Connection:
      case Error::ConnectionTimeout:
      case Error::BindIPAddress:
        return HttpOutcome::NotConnected;
      case Error::SSLConnection:
        return HttpOutcome::TlsFailed;
      case Error::SSLLoadingCerts:
        return HttpOutcome::CaFile;
      case Error::SSLServerVerification:
        return HttpOutcome::NotTrusted;
      default:
        return HttpOutcome::Broken;
    }
  }

  const HttpGet& get_;
  ReadWatch& watch_;
  HttpAnswer answer_ = {};
  bool has_head_ = false;
  bool is_too_large_ = false;
  ReadWatch::Connection connection_;
};

}  // namespace

HttpAnswer http_get(const HttpGet& get, NameLookup& names, ReadWatch& watch) {
  const NoBrokenPipe guard;
  HttpAnswer answer;
  answer.outcome = HttpOutcome::NoAddress;
  for (const std::string& address : names.addresses(watch)) {
    answer = Exchange(get, watch).run(address);
    if (answer.outcome != HttpOutcome::NotConnected) return answer;
  }
  const ReadEnd end = watch.end();
  if (end == ReadEnd::Interrupted) answer.outcome = HttpOutcome::Interrupted;
  if (end == ReadEnd::OutOfTime) answer.outcome = HttpOutcome::OutOfTime;
  return answer;
}

}  // namespace corsac::remote_store
