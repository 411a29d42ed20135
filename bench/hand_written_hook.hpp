#pragma once

// What many applications have instead of a CORS middleware: one look-up, a few headers. It sends
// the same headers as Corsac, `Vary` and those of a refusal included, and checks neither method nor
// names of a preflight, nor where a body ends.

#include <set>
#include <string>
#include <vector>

#include <httplib.h>

namespace corsac::bench {

// A std::set for exact origins and a list of suffixes for wildcards; the lists of an answer are
// joined once.
class HandWrittenHook {
 public:
  // `max_age` is empty for none.
  HandWrittenHook(const std::vector<std::string>& origins, const std::vector<std::string>& methods,
                  const std::vector<std::string>& headers, std::string max_age = {})
      : methods_(joined(methods)), headers_(joined(headers)), max_age_(std::move(max_age)) {
    for (const std::string& origin : origins) {
      if (origin == "*") {
        allows_all_ = true;
      } else if (const auto star = origin.find('*'); star != std::string::npos) {
        wildcards_.push_back({origin.substr(0, star), origin.substr(star + 1)});
      } else {
        origins_.insert(origin);
      }
    }
  }

  // True when the response is complete.
  bool before(const httplib::Request& request, httplib::Response& response) const {
    const bool is_preflight =
        request.method == "OPTIONS" && request.has_header("Access-Control-Request-Method");
    if (is_preflight) {
      response.set_header("Vary", allows_all_ ? kPreflightVary : kOriginPreflightVary);
    } else if (!allows_all_) {
      response.set_header("Vary", "Origin");
    }
    const std::string origin = request.get_header_value("Origin");
    if (origin.empty()) return false;
    if (!allows(origin)) {
      response.status = 403;
      response.set_header("Content-Type", "text/plain");
      response.set_header("Cache-Control", "no-store");
      return true;
    }
    response.set_header("Access-Control-Allow-Origin", allows_all_ ? "*" : origin);
    if (!is_preflight) return false;
    response.set_header("Access-Control-Allow-Methods", methods_);
    if (request.has_header("Access-Control-Request-Headers")) {
      response.set_header("Access-Control-Allow-Headers", headers_);
    }
    if (!max_age_.empty()) response.set_header("Access-Control-Max-Age", max_age_);
    response.status = 204;
    return true;
  }

 private:
  struct Wildcard {
    std::string scheme, suffix;
  };
  static constexpr const char* kPreflightVary =
      "Access-Control-Request-Method, Access-Control-Request-Headers";
  static constexpr const char* kOriginPreflightVary =
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

  static std::string joined(const std::vector<std::string>& values) {
    std::string line;
    for (const std::string& value : values) line += (line.empty() ? "" : ",") + value;
    return line;
  }

  bool allows(const std::string& origin) const {
    if (allows_all_ || origins_.find(origin) != origins_.end()) return true;
    for (const Wildcard& wildcard : wildcards_) {
      if (origin.size() > wildcard.scheme.size() + wildcard.suffix.size() &&
          origin.compare(0, wildcard.scheme.size(), wildcard.scheme) == 0 &&
          origin.compare(origin.size() - wildcard.suffix.size(), std::string::npos,
                         wildcard.suffix) == 0) {
        return true;
      }
    }
    return false;
  }

  std::set<std::string> origins_ = {};
  std::vector<Wildcard> wildcards_ = {};
  std::string methods_, headers_, max_age_;
  bool allows_all_ = false;
};

}  // namespace corsac::bench
