#pragma once

// An upstream on a real socket that notes what it was asked and answers as a test wants, and the
// host that forwards to it.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapter/host_policy.hpp"
#include "adapter/test_host.hpp"
#include "support/eventually.hpp"
#include "support/raw_http.hpp"
#include "support/scripted_peer.hpp"

namespace corsac::testing {

inline constexpr const char* kForwardSecret = "s3cr3t-of-the-service";

// One connection is one request: its head is noted, then the script runs.
class ForwardPeer {
 public:
  using Script = std::function<void(test::PeerConnection&, const std::string& head)>;
  explicit ForwardPeer(Script script)
      : script_(std::move(script)), peer_([this](test::PeerConnection& connection) {
          const std::string head = connection.read_until("\r\n\r\n");
          {
            const std::lock_guard lock(mutex_);
            heads_.push_back(head);
          }
          script_(connection, head);
        }) {}
  // Answers each request with these bytes.
  explicit ForwardPeer(std::string answer)
      : ForwardPeer([answer = std::move(answer)](test::PeerConnection& connection,
                                                 const std::string&) { connection.send(answer); }) {
  }

  [[nodiscard]] std::string url() const { return "http://" + peer_.address(); }
  [[nodiscard]] std::string address() const { return peer_.address(); }
  // Of each request that came.
  [[nodiscard]] std::vector<std::string> heads() const {
    const std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  const Script script_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_ = {};  // guarded by mutex_
  test::ScriptedPeer peer_;              // last: its threads use what stands above
};

inline std::string ok_answer(std::string_view body, std::string_view more = "") {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

// The header lines of an answer that came with `more`.
inline auto forwarded(HeaderLines more) {
  more.emplace_back("cache-control", "private");
  more.emplace_back("vary", "Sec-Fetch-Site, Origin");
  return lines(more);
}

inline ForwardOptions forward_to(const std::string& upstream) {
  return {.path_prefix = "/api/protected",
          .upstream = upstream,
          .headers = {{"cf-access-client-id", {.text = "id.access"}},
                      {"cf-access-client-secret", {.text = kForwardSecret}}}};
}

// As a page of our own asks: on https a browser says so.
inline const std::pair<std::string, std::string> kOwnPage = {"Sec-Fetch-Site", "same-origin"};

inline std::string own(std::string_view method, std::string_view target, HeaderLines more = {},
                       std::string_view body = {}) {
  HeaderLines headers = {kHost, kOwnPage};
  headers.insert(headers.end(), more.begin(), more.end());
  return request_text(method, target, headers, body);
}

inline std::string own_post(std::string_view target, std::string_view body, HeaderLines more = {}) {
  more.emplace_back("Content-Length", std::to_string(body.size()));
  return own("POST", target, std::move(more), body);
}

// A policy with events, and a gate that keeps their lines.
struct ForwardGate {
  std::shared_ptr<std::vector<std::string>> lines = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<Gate> gate;

  explicit ForwardGate(GateOptions options = {},
                       Policy policy = {.cors = {.enabled = false, .debug = true}}) {
    options.event_sink = [lines = lines](std::string_view line) { lines->emplace_back(line); };
    gate = make_test_gate(std::move(policy), std::move(options));
  }
  [[nodiscard]] std::uint64_t refused() const {
    return gate->counters().totals().reasons[static_cast<std::size_t>(Reason::ForwardNotAllowed)];
  }
};

inline std::string error_body(std::string_view text) {
  return "{\"error\": \"" + std::string(text) + "\"}\n";
}

}  // namespace corsac::testing
