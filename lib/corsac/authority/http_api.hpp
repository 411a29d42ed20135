#pragma once

// Okta's Trusted Origins API without a server: plain request to plain answer.
// adapter/trusted_origins_routes.hpp puts it on one.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "corsac/authority/admin_tokens.hpp"
#include "corsac/authority/api_message.hpp"
#include "corsac/authority/authority.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

// Clients take no more than some kilobytes of headers.
inline constexpr std::size_t kEffectsLimitBytes = 4096;

struct TrustedOriginsOptions {
  // A token reads, or reads and changes; its name is what createdBy shows. Without one, everything
  // is 401.
  AdminTokenSet tokens = {};
  // Of each token; requests without a right one share one allowance of this size. 0 lets nobody in.
  unsigned requests_per_minute = 600;
  // In whose policy the records come into force: answers say then which of them give nothing, and
  // which are trusted all the same (TrustedOriginsApi). Null = nothing is said of it.
  std::shared_ptr<Gate> gate = {};
  // The origin that links begin with, "https://admin.example.com", for servers behind a proxy.
  // Empty = Host, and the scheme of the connection.
  std::string base_url = {};
  std::shared_ptr<const Clock> clock = {};         // empty = the system's
  std::function<std::string()> random_token = {};  // as in AuthorityOptions
};

//   GET    /api/v1/trustedOrigins       read: a page; q, filter, after, limit (read_list_query)
//   POST   /api/v1/trustedOrigins       manage: 200 and the new record
//   GET    /api/v1/trustedOrigins/ID    read
//   PUT    /api/v1/trustedOrigins/ID    manage: 200 and the record
//   DELETE /api/v1/trustedOrigins/ID    manage: 204
//   POST   /api/v1/trustedOrigins/ID/lifecycle/activate, .../deactivate    manage: 200, the record
//
// Answers say in headers what the records that they are about do not, by the policy of the gate:
//   X-Corsac-Without-Effect: CORS: its host is a public suffix; ids="tosA tosB"
//   X-Corsac-Still-In-Effect: CORS; ids="tosC"
// ACTIVE ones that give nothing of a scope, and why; and INACTIVE ones, or one that was deleted,
// whose origin is trusted all the same. A line for each text, with ids as in paths; of more than
// kEffectsLimitBytes the rest is "...".
//
// Every answer has a request id, the state of the allowance and Date; every error is an error
// object (api_error.hpp). What is asked first: the allowance, the token, the path, the method, the
// scope, Host, Accept, Content-Type, the body.
//
// Safe from any thread.
class TrustedOriginsApi {
 public:
  // `authority` is never null. The error side: base-url (not an http or https origin).
  [[nodiscard]] static Result<std::shared_ptr<TrustedOriginsApi>, Report> make(
      std::shared_ptr<Authority> authority, TrustedOriginsOptions options);
  ~TrustedOriginsApi();
  TrustedOriginsApi(const TrustedOriginsApi&) = delete;
  TrustedOriginsApi& operator=(const TrustedOriginsApi&) = delete;

  // HEAD is answered as GET; the caller leaves the body out. Waits for the store when the request
  // changes something.
  [[nodiscard]] ApiAnswer handle(const ApiRequest& request);

  // For a request whose body is not read: what `handle` says to one that is not well-formed, after
  // the allowance and the token. `status` says why: 411 = it has no length, 415 = it is compressed,
  // 413 = it is too large, 400 = its end is not known, or no body is taken there.
  [[nodiscard]] ApiAnswer refuse_body(const ApiRequest& request, int status = 400);

 private:
  struct State;
  explicit TrustedOriginsApi(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac
