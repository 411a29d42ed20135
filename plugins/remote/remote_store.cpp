// The store plugin "remote": a policy, or a list of trusted origins, from a server. Entry:
// CORSAC_STORE_PLUGIN at the end. Tests: tests/plugins/remote_*_test.cpp, through the loader.
//
//   [store]
//   plugin = "remote"
//   url = "https://policy.example/v1/policy"   # required; http for this machine only
//   kind = "policy"                            # default; or "okta"
//   token_env = "CORSAC_TOKEN"                 # the environment variable that holds the token
//   token_scheme = "Bearer"                    # default of policy; that of okta is SSWS
//   ca_file = "ca.pem"                         # trusted instead of the system's certificates
//   limit_bytes = 67108864                     # default, and the most

#include <memory>
#include <utility>

#include <corsac_store_plugin.hpp>

#include "okta_records.hpp"
#include "policy_document.hpp"
#include "settings.hpp"
#include "source.hpp"

namespace corsac::remote_store {
namespace {

using plugin::Status;

class RemoteStore final : public plugin::Store {
 public:
  static constexpr const char* kName = "remote";
  static constexpr const char* kVersion = "1.0";

  static plugin::OpenResult open(plugin::Host host, plugin::Settings settings) {
    auto read = read_settings(host, settings);
    if (!read) return Status::Invalid;
    return std::make_unique<RemoteStore>(host, *std::move(read));
  }

  RemoteStore(plugin::Host host, RemoteSettings settings) : source_(host, std::move(settings)) {}

  Status read(plugin::Sink& sink) override {
    return source_.settings().kind == Kind::Okta ? records_.read(source_, sink)
                                                 : document_.read(source_, sink);
  }
  void interrupt() override { source_.interrupt(); }

 private:
  Source source_;
  PolicyDocument document_;
  OktaRecords records_;
};

}  // namespace
}  // namespace corsac::remote_store

CORSAC_STORE_PLUGIN(corsac::remote_store::RemoteStore)
