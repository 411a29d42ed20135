// The plugin remote in a program that exports a cpp-httplib of another version, with all its weak
// and inline code (-rdynamic): a name that the plugin took from there would end this program.

#include <stdlib.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "corsac/runtime/gate.hpp"

namespace corsac {
namespace {

// This program's own server: what the plugin reads from, and what compiles the library in.
class Peer {
 public:
  Peer() {
    server_.Get("/policy", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(R"({"version": 1, "cors": {"allowed_origins": ["https://a.example"]},
                               "hosts": {"allowed": ["b.example"]}})",
                           "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
  }
  ~Peer() {
    server_.stop();
    thread_.join();
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/policy";
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

StoreConfig config_of(const Peer& peer, const std::string& folder) {
  StoreConfig config;
  config.plugin = "remote";
  config.settings = {{"url", peer.url()}};
  config.plugin_folders = {folder};
  config.deadline = std::chrono::seconds(30);
  return config;
}

// Without this the tests below show nothing.
TEST(ExportedHttplib, IsThisProgramsOwn) {
  httplib::Client client("127.0.0.1", 1);  // compiles a client in as well
  EXPECT_TRUE(client.is_valid());
  for (const char* name : {"_ZN7httplib6ServerD0Ev", "_ZN7httplib10ClientImplD0Ev"}) {
    void* const found = ::dlsym(RTLD_DEFAULT, name);
    ASSERT_NE(found, nullptr) << name;
    Dl_info info = {};
    ASSERT_NE(::dladdr(found, &info), 0);
    EXPECT_EQ(std::string(info.dli_fname).find("libcpp-httplib"), std::string::npos);
  }
}

TEST(ExportedHttplib, IsNotThePlugins) {
  const Peer peer;
  const auto gate = open_gate(config_of(peer, CORSAC_TEST_PLUGINS));
  ASSERT_TRUE(gate.has_value()) << gate.error().text();
  EXPECT_EQ((*gate)->status().state, StoreState::Fresh);
}

TEST(ExportedHttplib, IsRefusedByAPluginThatWouldUseIt) {
#ifdef CORSAC_TEST_SHARED_REMOTE
  const Peer peer;
  const auto gate = open_gate(config_of(peer, CORSAC_TEST_SHARED_REMOTE));
  ASSERT_FALSE(gate.has_value());
  const std::string text = gate.error().text();
  EXPECT_NE(text.find("remote-foreign-httplib"), std::string::npos) << text;
  EXPECT_NE(text.find("plugin_remote_exported_test exports"), std::string::npos) << text;
#else
  GTEST_SKIP() << "no shared cpp-httplib was found";
#endif
}

}  // namespace
}  // namespace corsac
