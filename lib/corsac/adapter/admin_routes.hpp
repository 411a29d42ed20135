#pragma once

// The admin API on a cpp-httplib server of its own. Header-only, like adapter/httplib.hpp.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "corsac/adapter/admin_api.hpp"
#include "corsac/adapter/decision_slot.hpp"
#include "corsac/adapter/httplib.hpp"
#include "corsac/adapter/trusted_origins_routes.hpp"

namespace corsac {

namespace adapter {

// Views into both.
inline AdminRequest to_admin_request(const httplib::Request& request, const RequestScan& scan) {
  AdminRequest admin;
  admin.method = request.method;
  admin.path = request.path;
  admin.host = scan.view().host;
  admin.is_tls = scan.view().is_tls;
  admin.is_http_1_0 = scan.view().is_http_1_0;
  for (const auto& [name, value] : request.params) admin.query.emplace_back(name, value);
  for (const auto& [name, value] : request.headers) {
    if (!equals_ignoring_case(name, "Authorization")) continue;
    if (admin.authorization.lines++ == 0) admin.authorization.value = trim_ows(value);
  }
  return admin;
}

inline void write_answer(const AdminAnswer& answer, httplib::Response& response) {
  response.status = answer.status;
  response.set_content(answer.body, answer.content_type);
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
}

// The API's answer in the host's response; false for a path that is not of the API.
inline bool answer_admin(AdminApi& api, const httplib::Request& request, const RequestScan& scan,
                         httplib::Response& response) {
  const std::optional<AdminAnswer> answer = api.handle(to_admin_request(request, scan));
  if (answer) write_answer(*answer, response);
  return answer.has_value();
}

// What stands before and after every route of the admin listener.
class AdminHooks {
 public:
  AdminHooks(std::shared_ptr<AdminApi> api, std::shared_ptr<TrustedOriginsApi> origins)
      : api_(std::move(api)), origins_(std::move(origins)), number_(next_install_number()) {}

  // True when the answer is complete.
  [[nodiscard]] bool before(const httplib::Request& request,
                            httplib::Response& response) const noexcept {
    const HttplibHeaders headers(request.headers);
    RequestScan scan;
    scan_request(request, headers, scan);
    DecisionSlot& slot = open_slot(number_, &request);
    note_body(request, scan, slot);
    if (!scan.framing().is_ambiguous) slot.is_answered = answer(request, scan, response);
    if (!slot.is_answered) {
      const int status =
          refuse_framing(request.method, scan.framing(), {.require_content_length = true});
      slot.is_answered = status != 0;
      if (slot.is_answered) response.status = status;
    }
    if (slot.is_answered && slot.must_close) close_after_answer(request, response, slot.is_head);
    return slot.is_answered;
  }

  void after(const httplib::Request& request, httplib::Response& response) const noexcept {
    DecisionSlot* const slot = find_slot(number_, &request);
    try {
      // Tokens are bound to no cookie, and answers to no page but our own.
      replace_line(response.headers, "Cache-Control", "no-store");
      replace_line(response.headers, "X-Content-Type-Options", "nosniff");
    } catch (...) {  // no memory: the answer goes out without them
    }
    if (slot == nullptr) return close_where_unread(request, response);
    close_where_unread(*slot, request, response);
    slot->clear();
  }

 private:
  // True when the path is the API's, or what only this hook can answer of the other one.
  bool answer(const httplib::Request& request, const RequestScan& scan,
              httplib::Response& response) const noexcept {
    try {
      if (answer_admin(*api_, request, scan, response)) return true;
      return origins_ && answer_trusted_origins_early(*origins_, request, scan, response);
    } catch (...) {
      response.status = 500;
      return true;
    }
  }

  std::shared_ptr<AdminApi> api_;
  std::shared_ptr<TrustedOriginsApi> origins_;  // null = the listener has none
  std::uint64_t number_;
};

}  // namespace adapter

// Puts `api` (never null, shared) in front of every route of `server`, a listener of its own that
// is not the application's. The API's paths are answered before routing, since they take no body
// and cpp-httplib 0.11.4 would wait for one; every other path reaches the server's own routes
// behind the Host guard, which AdminApi::refuse_unless can guard with a token. Takes both hooks of
// the server. `origins`: that mount_trusted_origins puts on the same server; what the host would
// not bring to its routes is answered here: a POST without a body that says no length (`curl -X
// POST`), a body that is chunked, a long path.
inline void install_admin(httplib::Server& server, std::shared_ptr<AdminApi> api,
                          std::shared_ptr<TrustedOriginsApi> origins = {}) {
  const adapter::AdminHooks hooks(std::move(api), std::move(origins));
  server.set_pre_routing_handler(
      [hooks](const httplib::Request& request, httplib::Response& response) {
        return hooks.before(request, response) ? httplib::Server::HandlerResponse::Handled
                                               : httplib::Server::HandlerResponse::Unhandled;
      });
  server.set_post_routing_handler(
      [hooks](const httplib::Request& request, httplib::Response& response) {
        hooks.after(request, response);
      });
}

}  // namespace corsac
