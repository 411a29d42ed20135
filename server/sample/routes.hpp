#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include <httplib.h>

#include "sample/streams.hpp"

namespace corsac::server {

// Addresses that pages link to; empty = there is none. Written once all listeners are bound, and
// so know their ports, before any of them serves.
struct PageAddresses {
  std::string debug_page = {};  // told to who asks from this machine, and to nobody else
  std::string self_test = {};   // told to everybody who reaches the admin listener
};

struct SampleOptions {
  std::filesystem::path folder = {};  // holds static/index.html and its files; empty = no pages
  // The port of the page's other origin, 0 = none. Shared because both listeners are bound, and so
  // know their ports, after their routes stand.
  std::shared_ptr<const std::atomic<int>> other_port = {};
  std::shared_ptr<const PageAddresses> addresses = {};  // never null
  std::shared_ptr<Streams> streams = {};                // never null: those of /api/stream
};

// Adds the routes of the sample (README, "The sample server") to `server`. They know nothing of
// CORS: that is the point of the sample.
void add_sample_routes(httplib::Server& server, const SampleOptions& options);

// Redirects from /self-test of the admin listener to the page that tests an origin; 404 without
// one.
void add_self_test_link(httplib::Server& server, std::shared_ptr<const PageAddresses> addresses);

}  // namespace corsac::server
