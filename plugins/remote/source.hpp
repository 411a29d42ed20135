#pragma once

// Where the documents of a store come from.

#include <string>

#include <corsac_store_plugin.hpp>

#include "fault.hpp"
#include "http_answer.hpp"
#include "name_lookup.hpp"
#include "read_watch.hpp"
#include "settings.hpp"

namespace corsac::remote_store {

// The server behind the settings: asks it, and says what is wrong with an answer.
class Source {
 public:
  Source(plugin::Host host, RemoteSettings settings);

  struct Answer {
    plugin::Status status = plugin::Status::Failed;  // Ok => `http` is a 200 or an asked 304
    HttpAnswer http = {};
  };
  // One GET of that target of the server, with the token. Unless Ok, the sink was told why, and the
  // core how long the server asks to be left alone. `etag` is sent as If-None-Match; empty = none.
  [[nodiscard]] Answer ask(const std::string& target, const std::string& etag,
                           std::size_t limit_bytes, plugin::Sink& sink);

  [[nodiscard]] const plugin::Host& host() const noexcept { return host_; }
  [[nodiscard]] const RemoteSettings& settings() const noexcept { return settings_; }
  // The name of the document in messages.
  [[nodiscard]] std::string name() const { return public_text(settings_.url); }
  void interrupt() { watch_.wake(); }  // [any-thread]

 private:
  void tell_retry(const HttpAnswer& answer) const;

  const plugin::Host host_;
  const RemoteSettings settings_;
  ReadWatch watch_;
  NameLookup names_;
};

// Says why to the sink; answers the status of the read.
plugin::Status report(const Fault& fault, plugin::Sink& sink);

}  // namespace corsac::remote_store
