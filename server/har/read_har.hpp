#pragma once

// A HAR file of a browser, as far as CORS is concerned. Read once, from front to end; what is kept
// is bounded whatever the file holds.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/base/result.hpp>
#include <corsac/policy/report.hpp>

namespace corsac::server {

// A larger file is refused: the HAR of an hour of work has some hundred MiB.
inline constexpr std::uint64_t kHarLimitBytes = std::uint64_t{1} << 30;
// Of a text, more is dropped while it is read: bodies may be of any length, and nobody looks at
// them. URLs and header values are shorter.
inline constexpr std::size_t kHarTextLimitBytes = std::size_t{16} * 1024;
inline constexpr std::size_t kHarDepthLimit = 64;
// Kept of the headers of one message; Chromium takes no more than 256 KiB of an answer's head. What
// is beyond is dropped and counted.
inline constexpr std::size_t kHarHeaderLimit = 500;
inline constexpr std::size_t kHarHeadersLimitBytes = std::size_t{256} * 1024;
inline constexpr std::size_t kHarPageLimit = 10'000;

struct HarMessage {
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::size_t bytes = 0;  // of their names and values
  std::size_t cut = 0;    // header lines that were dropped, or of which the end was
};

// One element of log.entries; one that is no object has no method. Raw bytes of the file: escape
// what is shown.
struct HarEntry {
  std::size_t index = 0;  // from 0
  std::size_t line = 0;   // of the file, where it begins
  std::string method = {};
  std::string url = {};
  std::string page_url = {};  // of the page that it belongs to, as Chromium writes it; may be empty
  std::string resource_type = {};  // Chromium's _resourceType: "fetch", "preflight"
  std::string error = {};          // Chromium's _error, "net::ERR_FAILED", and the like of others
  int status = 0;                  // 0 and below: no answer was recorded
  bool has_cookies = false;
  bool is_url_cut = false;      // beyond kHarTextLimitBytes
  bool has_wrong_type = false;  // a header, the status or what holds them is of another JSON type
  HarMessage request = {};
  HarMessage response = {};
};

// Calls `take` for each entry, in the order of the file. The error side: the file cannot be read,
// is too large, is no HAR, is cut, or goes beyond a limit, with the place. `take` may have been
// called before.
[[nodiscard]] Result<void, Report> read_har(const std::string& file,
                                            const std::function<void(const HarEntry&)>& take);

}  // namespace corsac::server
