#pragma once

#include <filesystem>
#include <string>

#include <httplib.h>

namespace corsac::server {

struct SampleOptions {
  std::filesystem::path folder = {};  // holds static/index.html and its files
  std::string second_origin = {};     // what the page tries besides its own origin
};

// Adds the routes of the sample (README, "The sample server") to `server`. They know nothing of
// CORS: that is the point of the sample.
void add_sample_routes(httplib::Server& server, const SampleOptions& options);

}  // namespace corsac::server
