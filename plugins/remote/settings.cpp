// Reads the plugin's settings. Entry: read_settings. Test: tests/plugins/remote_settings_test.cpp.

#include "settings.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "../parts/setting_names.hpp"

namespace corsac::remote_store {
namespace {

constexpr std::size_t kSmallestLimit = 1024;
// What the core reads at most.
constexpr std::size_t kLargestLimit = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kTokenLimitBytes = 4096;

constexpr std::array<std::string_view, 6> kNames = {"url",          "kind",    "token_env",
                                                    "token_scheme", "ca_file", "limit_bytes"};

// What is wrong with a value, and what to do.
struct Complaint {
  std::string what = {};  // empty = nothing is
  std::string fix = {};
};

// As they stand in [store]; not there = nothing.
class Reader {
 public:
  Reader(const plugin::Host& host, const plugin::Settings& settings)
      : host_(host), settings_(settings) {}

  [[nodiscard]] std::optional<RemoteSettings> read() {
    is_fine_ = store_parts::check_setting_names(
        host_, settings_, "remote", kNames, [](std::string_view) -> std::string {
          return "write url, kind, token_env, token_scheme, ca_file or limit_bytes, or remove it";
        });
    take("url", [this](std::string_view value) { return url(value); });
    take("kind", [this](std::string_view value) { return kind(value); });
    take("ca_file", [this](std::string_view value) { return ca_file(value); });
    take("limit_bytes", [this](std::string_view value) { return limit_bytes(value); });
    take("token_scheme", [this](std::string_view value) { return token_scheme(value); });
    take("token_env", [this](std::string_view value) { return token(value); });
    if (!settings_.find("url")) {
      wrong("setting-missing", "url", "nothing says where the policy is",
            "add url = \"https://policy.example/v1/policy\"");
    }
    if (settings_.find("token_scheme") && !settings_.find("token_env")) {
      wrong("setting-missing", "token_env", "there is a token_scheme and no token",
            "add token_env = \"CORSAC_TOKEN\", or remove token_scheme");
    }
    if (!is_fine_) return std::nullopt;
    if (!token_.empty()) {
      const std::string_view usual = result_.kind == Kind::Okta ? "SSWS" : "Bearer";
      result_.authorization = scheme_.empty() ? usual : scheme_;
      result_.authorization += " " + token_;
    }
    return std::move(result_);
  }

 private:
  void wrong(std::string_view code, std::string_view setting, std::string_view what,
             std::string_view fix) {
    host_.problem(code, setting, what, fix);
    is_fine_ = false;
  }

  template <class Take>
  void take(std::string_view name, Take take_value) {
    const auto value = settings_.find(name);
    if (!value) return;
    const Complaint complaint = take_value(*value);
    if (!complaint.what.empty()) wrong("setting-value", name, complaint.what, complaint.fix);
  }

  Complaint url(std::string_view value) {
    const std::size_t slashes = value.find("//");
    const std::string_view rest =
        slashes == std::string_view::npos ? value : value.substr(slashes + 2);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos) {
      return {"a URL with a user or a password in it", "put the token into token_env"};
    }
    const auto parsed = parse_url(value);
    if (!parsed) {
      return {"this is no address of a server", "write url = \"https://policy.example/v1/policy\""};
    }
    if (!parsed->is_tls && !is_loopback(parsed->host)) {
      return {"http is for this machine only: anybody on the way could exchange the policy",
              "write https"};
    }
    result_.url = *parsed;
    return {};
  }

  Complaint kind(std::string_view value) {
    if (value != "policy" && value != "okta") {
      return {"there is no such kind", "write kind = \"policy\" or \"okta\""};
    }
    result_.kind = value == "okta" ? Kind::Okta : Kind::Policy;
    return {};
  }

  Complaint ca_file(std::string_view value) {
    if (value.empty() || value.find('\0') != std::string_view::npos) {
      return {"this is no path", "write ca_file = \"ca.pem\""};
    }
    result_.ca_file = value.front() == '/'
                          ? std::string(value)
                          : std::string(settings_.directory()) + "/" + std::string(value);
    if (::access(result_.ca_file.c_str(), R_OK) != 0) {
      return {"the file cannot be read", "name a file of certificates in PEM"};
    }
    return {};
  }

  Complaint limit_bytes(std::string_view value) {
    std::size_t bytes = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    if (error != std::errc{} || end != value.data() + value.size() || bytes < kSmallestLimit ||
        bytes > kLargestLimit) {
      return {"this is no number of bytes from 1024 to 67108864", "write limit_bytes = 67108864"};
    }
    result_.limit_bytes = bytes;
    return {};
  }

  Complaint token_scheme(std::string_view value) {
    if (value != "Bearer" && value != "SSWS") {
      return {"there is no such scheme", "write token_scheme = \"Bearer\" or \"SSWS\""};
    }
    scheme_ = value;
    return {};
  }

  Complaint token(std::string_view value) {
    constexpr std::string_view kFix =
        "write the name of an environment variable that holds it, as CORSAC_TOKEN";
    if (!store_parts::is_variable_name(value))
      return {"this is no name of an environment variable", std::string(kFix)};
    const char* token = ::secure_getenv(std::string(value).c_str());
    if (token == nullptr) {
      return {"the environment variable of that name is not set", std::string(kFix)};
    }
    if (*token == '\0') {
      return {"the environment variable of that name is set and empty", "put the token into it"};
    }
    token_ = token;
    const bool is_sendable =
        std::all_of(token_.begin(), token_.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (!is_sendable || token_.size() > kTokenLimitBytes) {
      return {"the environment variable holds what no header can",
              "remove blanks and line breaks from its value"};
    }
    return {};
  }

  const plugin::Host& host_;
  const plugin::Settings& settings_;
  RemoteSettings result_ = {};
  std::string scheme_ = {};
  std::string token_ = {};
  bool is_fine_ = true;
};

}  // namespace

std::optional<RemoteSettings> read_settings(const plugin::Host& host,
                                            const plugin::Settings& settings) {
  return Reader(host, settings).read();
}

}  // namespace corsac::remote_store
