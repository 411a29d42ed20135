#pragma once

// The policy over HTTP, without a server: plain request to plain answer.
// adapter/policy_api_routes.hpp puts it on one.

#include <chrono>
#include <memory>
#include <string_view>

#include "corsac/authority/admin_tokens.hpp"
#include "corsac/authority/api_message.hpp"
#include "corsac/base/clock.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/gate.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

class DocumentStore;  // policy_api/document_store.hpp, not public

struct PolicyApiOptions {
  // A token reads, or reads and changes. Without one, everything is 401.
  AdminTokenSet tokens = {};
  // Of each token; requests without a right one share one allowance of this size. 0 lets nobody in.
  unsigned requests_per_minute = 600;
  bool accept_empty = false;  // as StoreConfig::accept_empty; open_policy_api takes that one
  // Until what was written is in force on this server: of the gate's read.
  std::chrono::milliseconds gate_deadline{5000};
  // Requests wait for those before them, one at a time and eight at most; longer than this, and
  // when the store was not to be had for the one before, is 503. The store's own deadline comes on
  // top.
  std::chrono::milliseconds queue_deadline{10'000};
  std::shared_ptr<const Clock> clock = {};  // empty = the system's
};

// Two forms of one document:
//
//   GET   /api/policy                read: the document as JSON; ETag is its revision
//   PUT   /api/policy                manage, If-Match: another document
//   PATCH /api/policy                manage, If-Match: a merge patch (RFC 7396)
//   GET, PUT, PATCH /api/system-configuration    the same for FusionAuth's corsConfiguration;
//                                    If-Match is taken and not demanded
//
// A document is judged as a load judges it before anything is written, written against the revision
// that it was made from, and in force here when it is answered. What a store keeps beside its
// document (trusted origins that were made by their API, origins of a set) is judged with it,
// neither shown nor changed.
//
// Every error has a code, and problems with path, value, pointer and fix: README, "Changing the
// policy over HTTP". Safe from any thread.
class PolicyApi {
 public:
  // Neither is null. `gate` follows that store.
  PolicyApi(std::unique_ptr<DocumentStore> store, std::shared_ptr<Gate> gate,
            PolicyApiOptions options);
  ~PolicyApi();
  PolicyApi(const PolicyApi&) = delete;
  PolicyApi& operator=(const PolicyApi&) = delete;

  // HEAD is answered as GET; the caller leaves the body out. Waits for the store, and for the
  // changes before it.
  [[nodiscard]] ApiAnswer handle(const ApiRequest& request);

  // For a request whose body is not read, after the allowance and the token. `status` as of
  // TrustedOriginsApi::refuse_body.
  [[nodiscard]] ApiAnswer refuse_body(const ApiRequest& request, int status = 400);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Over the store of `config`, which is opened once more beside that of `gate` (never null). A store
// that cannot be reached now is no error. The error side: codes of the loader, the store's own
// problems with its settings, store-not-opened. `log` gets what its plugin logs as an error.
[[nodiscard]] Result<std::shared_ptr<PolicyApi>, Report> open_policy_api(StoreConfig config,
                                                                         std::shared_ptr<Gate> gate,
                                                                         PolicyApiOptions options,
                                                                         LogSink log = {});

}  // namespace corsac
