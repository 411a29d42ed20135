#pragma once

// The admin API on a cpp-httplib server of its own. Header-only, like adapter/httplib.hpp.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "corsac/adapter/admin_api.hpp"
#include "corsac/adapter/decision_slot.hpp"
#include "corsac/adapter/httplib.hpp"
#include "corsac/adapter/policy_api_routes.hpp"
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
  AdminHooks(std::shared_ptr<AdminApi> api, std::shared_ptr<TrustedOriginsApi> origins,
             std::shared_ptr<PolicyApi> policy)
      : api_(std::move(api)),
        origins_(std::move(origins)),
        policy_(std::move(policy)),
        number_(next_install_number()) {}

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
      if (slot.is_answered) {
        response.status = status;
        static_cast<void>(explain(request, response));
      }
    }
    if (slot.is_answered && slot.must_close) close_after_answer(request, response, slot.is_head);
    return slot.is_answered;
  }

  // An error that somebody answers without a word, as the host does by itself, gets the error
  // object of the API that the path is of. True when it did.
  bool explain(const httplib::Request& request, httplib::Response& response) const noexcept {
    if (response.status < 400 || !response.body.empty() || response.content_provider_) return false;
    try {
      if (!explain_body(request, response)) {
        const AdminAnswer answer = describe_status(response.status);
        response.set_content(answer.body, answer.content_type);
      }
      return true;
    } catch (...) {  // no memory: the status says it alone
      return false;
    }
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
      if (policy_ && is_policy_api_path(request.path)) {
        return answer_api_early(*policy_, request, scan, true, response);
      }
      return origins_ && answer_trusted_origins_early(*origins_, request, scan, response);
    } catch (...) {
      response.status = 500;
      return true;
    }
  }

  // A body that was refused unread. One whose end is not known is 400 to everybody, with a token or
  // without. False = it is about something else.
  bool explain_body(const httplib::Request& request, httplib::Response& response) const {
    const int status = response.status;
    if (status != 411 && status != 413 && status != 415) return false;
    const HttplibHeaders headers(request.headers);
    RequestScan scan;
    scan_request(request, headers, scan);
    if (scan.framing().is_ambiguous) return false;
    if (policy_ && is_policy_api_path(request.path)) {
      answer_api(*policy_, request, scan, status, response);
    } else if (origins_ && is_trusted_origins_path(request.path)) {
      answer_api(*origins_, request, scan, status, response);
    } else {
      return false;
    }
    return true;
  }

  std::shared_ptr<AdminApi> api_;
  std::shared_ptr<TrustedOriginsApi> origins_;  // null = the listener has none
  std::shared_ptr<PolicyApi> policy_;           // as above
  std::uint64_t number_;
};

}  // namespace adapter

// Puts `api` (never null, shared) in front of every route of `server`, a listener of its own that
// is not the application's. The API's paths are answered before routing, since they take no body
// and cpp-httplib 0.11.4 would wait for one; every other path reaches the server's own routes
// behind the Host guard, which AdminApi::refuse_unless can guard with a token. Takes both hooks and
// the error handler of the server: an error without a body gets an error object. `origins` and
// `policy`: what mount_trusted_origins and mount_policy_api put on the same server; what the host
// would not bring to their routes is answered here: a POST without a body that says no length
// (`curl -X POST`), a body that is chunked, compressed or too large, a long path.
inline void install_admin(httplib::Server& server, std::shared_ptr<AdminApi> api,
                          std::shared_ptr<TrustedOriginsApi> origins = {},
                          std::shared_ptr<PolicyApi> policy = {}) {
  const adapter::AdminHooks hooks(std::move(api), std::move(origins), std::move(policy));
  server.set_pre_routing_handler(
      [hooks](const httplib::Request& request, httplib::Response& response) {
        return hooks.before(request, response) ? httplib::Server::HandlerResponse::Handled
                                               : httplib::Server::HandlerResponse::Unhandled;
      });
  const httplib::Server::HandlerWithResponse on_error = [hooks](const httplib::Request& request,
                                                                httplib::Response& response) {
    return hooks.explain(request, response) ? httplib::Server::HandlerResponse::Handled
                                            : httplib::Server::HandlerResponse::Unhandled;
  };
  server.set_error_handler(on_error);
  server.set_post_routing_handler(
      [hooks](const httplib::Request& request, httplib::Response& response) {
        hooks.after(request, response);
      });
}

}  // namespace corsac
