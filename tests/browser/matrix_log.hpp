#pragma once

// What arrived at the servers of the browser matrix, in the order of arrival.

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace corsac::testing {

// One request. A header that did not come is absent, which is not the same as empty.
struct Arrival {
  std::string server;  // the policy's name
  bool is_tls = false;
  std::string method;
  std::string path;
  std::optional<std::string> origin = {};
  std::optional<std::string> requested_method = {};
  std::optional<std::string> requested_headers = {};
  std::optional<std::string> site = {};  // Sec-Fetch-Site
  bool has_cookie = false;
  bool has_authorization = false;
  // Access-Control-Request-Private-Network, or the -Local-Network of an older draft.
  bool asks_for_private_network = false;
  int status = 0;           // 0 = not known
  std::string reason = {};  // X-Corsac-Reason
  bool has_run = false;     // its handler ran
};

// All calls are safe from any thread. A request is known by its address while it is in work.
class RequestLog {
 public:
  // Before anything judges it.
  void arrive(const void* request, Arrival arrival);
  // Its handler runs. A request that did not come to `arrive` is `otherwise`.
  void run(const void* request, Arrival otherwise);
  // What goes out.
  void answer(const void* request, int status, std::string reason);
  // A JSON array of everything so far, which is then forgotten.
  [[nodiscard]] std::string take_json();

 private:
  struct Entry {
    const void* request = nullptr;  // null = answered
    Arrival arrival;
  };
  Entry* find(const void* request);

  std::mutex mutex_;
  std::vector<Entry> entries_;  // guarded by mutex_
};

}  // namespace corsac::testing
