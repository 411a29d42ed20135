#pragma once

// The client's side of a forward: one request to the upstream with the application's own
// cpp-httplib, on a thread of its own.

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "corsac/adapter/forward_exchange.hpp"
#include "corsac/adapter/forward_headers.hpp"
#include "corsac/adapter/forward_stream.hpp"
#include "corsac/adapter/httplib_host.hpp"
#include "corsac/base/ascii.hpp"

namespace corsac::adapter {

// What is sent, and where its body comes from.
struct UpstreamRequest {
  std::string method = {};
  std::string target = {};
  ForwardHeaders headers = {};
  // The host's; null = no body. Read on the upstream's thread while the connection's waits.
  const httplib::ContentReader* body = nullptr;
  std::optional<std::uint64_t> length = {};  // of the body; nothing = in chunks
};

// One exchange, as the client of either version makes it.
class UpstreamCall {
 public:
  UpstreamCall(const Forward& forward, UpstreamRequest request, ForwardExchange& exchange)
      : forward_(forward), request_(std::move(request)), exchange_(exchange) {}

  void run() noexcept {
    // A TLS library writes to a connection that is gone. The thread ends with the call.
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    try {
      send();
    } catch (...) {
      exchange_.fail(ForwardFailure::NoResources);
    }
    exchange_.end();
  }

 private:
  void send() {
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    if (forward_.is_tls) {
      ForwardClient<httplib::SSLClient> client(forward_.host, forward_.port);
      client.enable_server_certificate_verification(true);
      if (!forward_.ca_file.empty()) client.set_ca_cert_path(forward_.ca_file);
      return send(client);
    }
#endif
    if (forward_.is_tls) return exchange_.fail(ForwardFailure::TlsFailed);  // not compiled so
    ForwardClient<httplib::ClientImpl> client(forward_.host, forward_.port);
    send(client);
  }

  template <class Client>
  void send(Client& client) {
    client.set_connection_timeout(forward_.connect_limit);
    // The connection's thread keeps the limits; these are for a TLS handshake, and for what comes
    // when it has gone.
    const auto patience = std::max(forward_.answer_limit, forward_.idle_limit);
    client.set_read_timeout(patience);
    client.set_write_timeout(patience);
    client.set_follow_location(false);
    client.set_keep_alive(false);
    client.set_decompress(false);
    client.set_tcp_nodelay(true);
    keep_target(client);
    client.set_socket_options(
        [this](auto socket) { exchange_.use_socket(static_cast<int>(socket)); });
    if constexpr (kHostIsFinal) {
      client.set_header_writer([this](httplib::Stream& stream, httplib::Headers& headers) {
        return write_headers(stream, headers);
      });
    } else {
      client.read_through(reading_, patience);
    }
    httplib::Response response;
    httplib::Request request = make_request(response);
    auto error = httplib::Error::Success;
    const bool is_answered = client.send(request, response, error);
    // Of an answer that cannot have a body nobody was asked.
    if (is_answered && !reading_.has_head) static_cast<void>(take_head(response));
    if (!is_answered && !has_ended_well_) exchange_.fail(outcome_of(error));
    const bool is_chunked = response.has_header("Transfer-Encoding");
    if (is_chunked && !reading_.ends_with_last_chunk) exchange_.fail(ForwardFailure::Broken);
  }

  // The request target goes out as it stands.
  template <class Client>
  static void keep_target(Client& client) {
    if constexpr (requires { client.set_path_encode(false); }) {
      client.set_path_encode(false);
    } else {
      client.set_url_encode(false);
    }
  }

  // 0.53 sends a request again when TLS ended behind it: the upstream may have run it. And it asks
  // for `100 Continue` unless the request has an Expect, then waits a second where the upstream
  // does not know that.
  ssize_t write_headers(httplib::Stream& stream, httplib::Headers& headers) {
    if (std::exchange(is_sent_, true)) return -1;
    std::string text;
    for (const auto& [name, value] : headers) {
      if (!equals_ignoring_case(name, "Expect")) text += name + ": " + value + "\r\n";
    }
    text += "\r\n";
    return stream.write(text.data(), text.size());
  }

  httplib::Request make_request(httplib::Response& response) {
    httplib::Request request;
    request.method = request_.method;
    request.path = request_.target;
    for (const auto& [name, value] : request_.headers) request.headers.emplace(name, value);
    if (kHostIsFinal) request.headers.emplace("Expect", "nothing");  // see write_headers
    // The client reads the body by what stands in its own response, which is `response`.
    request.response_handler = [this, &response](const httplib::Response& head) {
      assert(&head == &response);
      return &head == &response && take_head(response);
    };
    request.content_receiver = [this](const char* bytes, auto count, auto, auto) {
      return exchange_.put({bytes, static_cast<std::size_t>(count)});
    };
    if (request_.body == nullptr) return request;
    request.content_provider_ = [this](std::size_t, std::size_t, httplib::DataSink& sink) {
      return upload(sink);
    };
    request.is_chunked_content_provider_ = !request_.length;
    if (request_.length) {
      request.content_length_ = static_cast<std::size_t>(*request_.length);
    } else {
      request.headers.emplace("Transfer-Encoding", "chunked");
    }
    return request;
  }

  // The whole body, as it comes.
  bool upload(httplib::DataSink& sink) {
    if (!exchange_.begin_upload()) return false;
    std::uint64_t left = request_.length.value_or(forward_.body_limit_bytes);
    bool is_upstream_there = true;
    const bool is_read = (*request_.body)([&](const char* bytes, std::size_t count) {
      if (count > left) {
        exchange_.fail(ForwardFailure::BodyTooLarge);
        return false;
      }
      left -= count;
      is_upstream_there = count == 0 || sink.write(bytes, count);
      return is_upstream_there;
    });
    if (!is_upstream_there) return false;
    const bool is_whole = is_read && (!request_.length || left == 0);
    if (!is_whole) {
      exchange_.fail(ForwardFailure::ClientGone);
      return false;
    }
    if (!request_.length) sink.done();
    return true;
  }

  // The next line of a head without its end; nothing = it is broken, or longer than `limit`, which
  // it is taken off.
  [[nodiscard]] static std::optional<std::string> read_line(httplib::Stream& stream,
                                                            std::size_t& limit) {
    std::string line;
    while (!line.ends_with('\n')) {
      char byte = 0;
      if (limit == 0 || stream.read(&byte, 1) != 1) return std::nullopt;
      --limit;
      line += byte;
    }
    if (!line.ends_with("\r\n")) return std::nullopt;
    line.resize(line.size() - 2);
    return line;
  }

  // The next head in the place of that of `response`. False = it is broken.
  [[nodiscard]] static bool read_head(httplib::Stream& stream, httplib::Response& response) {
    std::size_t limit = std::size_t{16} * 1024;
    const auto status = read_line(stream, limit);
    const bool is_status = status && status->starts_with("HTTP/1.") && status->size() >= 12 &&
                           (*status)[8] == ' ' &&
                           std::all_of(status->begin() + 9, status->begin() + 12, is_ascii_digit) &&
                           (status->size() == 12 || (*status)[12] == ' ');
    if (!is_status) return false;
    response.status = std::stoi(status->substr(9, 3));
    response.headers.clear();
    while (const auto line = read_line(stream, limit)) {
      if (line->empty()) return true;
      const std::size_t colon = line->find(':');
      if (colon == std::string::npos) return false;
      response.headers.emplace(line->substr(0, colon),
                               std::string(trim_ows(std::string_view(*line).substr(colon + 1))));
    }
    return false;
  }

  // Interim answers have nothing for the page (RFC 9110, 15.2); the client takes any but 100 for
  // the answer. What follows them becomes `response`. False = it is broken, or the client is one of
  // 0.53, which hands out no stream.
  [[nodiscard]] bool skip_interim(httplib::Response& response) {
    constexpr int kInterimLimit = 16;
    const auto is_interim = [](int status) { return status >= 100 && status < 200; };
    for (int i = 0; is_interim(response.status); ++i) {
      if (response.status == 101 || reading_.stream == nullptr || i == kInterimLimit) return false;
      if (!read_head(*reading_.stream, response)) return false;
    }
    return true;
  }

  bool take_head(httplib::Response& response) {
    reading_.has_head = true;
    if (!skip_interim(response)) {
      exchange_.fail(ForwardFailure::Broken);
      return false;
    }
    ForwardHeaders headers;
    for (const auto& [name, value] : response.headers) headers.emplace_back(name, value);
    auto head = forward_answer_head(forward_, request_.method, response.status, headers);
    if (!head) {
      exchange_.fail(ForwardFailure::Broken);
      return false;
    }
    const bool has_body = head->has_body;
    if (!exchange_.put_head(std::move(*head))) return false;
    // 0.11.4 waits for a body that a 304 only names.
    has_ended_well_ = !has_body;
    return has_body;
  }

  // Templated because the libraries do not have the same errors.
  template <class Error>
  [[nodiscard]] static ForwardFailure outcome_of(Error error) {
    if constexpr (requires { Error::SSLServerHostnameVerification; }) {
      if (error == Error::SSLServerHostnameVerification) return ForwardFailure::NotTrusted;
    }
    switch (error) {
      case Error::Connection:
      case Error::ConnectionTimeout:
      case Error::BindIPAddress:
        return ForwardFailure::NotReached;
      case Error::SSLConnection:
        return ForwardFailure::TlsFailed;
      case Error::SSLLoadingCerts:
        return ForwardFailure::CaFile;
      case Error::SSLServerVerification:
        return ForwardFailure::NotTrusted;
      default:
        return ForwardFailure::Broken;
    }
  }

  const Forward& forward_;
  const UpstreamRequest request_;
  ForwardExchange& exchange_;
  ReadingState reading_ = {};
  bool has_ended_well_ = false;  // with a head that has no body
  bool is_sent_ = false;
};

}  // namespace corsac::adapter
