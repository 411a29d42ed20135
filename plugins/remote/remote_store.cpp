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
#include <string>
#include <utility>

#include <corsac_store_plugin.hpp>

#include "okta_records.hpp"
#include "policy_document.hpp"
#include "settings.hpp"
#include "source.hpp"
#ifdef CORSAC_SHARED_HTTPLIB
#include "shared_httplib.hpp"
#endif

namespace corsac::remote_store {
namespace {

using plugin::Status;

// False after the host was told why this build cannot work in this program.
bool is_fit(const plugin::Host& host) {
#ifdef CORSAC_SHARED_HTTPLIB
  if (const std::string foreign = foreign_httplib(); !foreign.empty()) {
    host.problem("remote-foreign-httplib", "plugin",
                 "this build of the plugin uses the shared cpp-httplib " CORSAC_SHARED_HTTPLIB
                 ", and would get another one, which " +
                     foreign + " exports",
                 "build the plugin with cpp-httplib's source at hand (`meson subprojects download "
                 "cpp-httplib`), or the program without exporting its own");
    return false;
  }
#endif
  static_cast<void>(host);
  return true;
}

class RemoteStore final : public plugin::Store {
 public:
  static constexpr const char* kName = "remote";
  static constexpr const char* kVersion = "1.0";

  static plugin::OpenResult open(plugin::Host host, plugin::Settings settings) {
    if (!is_fit(host)) return Status::Invalid;
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
