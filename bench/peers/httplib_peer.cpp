// One subject of bench/run on cpp-httplib, in process: `httplib_peer corsac` is both hooks of the
// adapter, `httplib_peer hand` a hook as an application writes it, which sends the same headers.
// Built once against each cpp-httplib. What goes over standard input and output:
// bench/peers/subject.py.

#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/httplib.hpp>

namespace {

using Json = nlohmann::json;
using Strings = std::vector<std::string>;
using Headers = std::vector<std::pair<std::string, std::string>>;
// Answers one request into a new response.
using Middleware = std::function<void(const httplib::Request&, httplib::Response&)>;

constexpr std::size_t kBatch = 256;  // at least as many requests between two looks at the clock

std::string joined(const Strings& values) {
  std::string line;
  for (const std::string& value : values) line += (line.empty() ? "" : ",") + value;
  return line;
}

// A std::set for exact origins and a list of suffixes for wildcards; the lists of an answer are
// joined once.
class HandWrittenHook {
 public:
  explicit HandWrittenHook(const Json& policy)
      : methods_(joined(policy["methods"])), headers_(joined(policy["headers"])) {
    for (const std::string origin : policy["origins"]) {
      if (origin == "*") {
        allows_all_ = true;
      } else if (const auto star = origin.find('*'); star != std::string::npos) {
        wildcards_.push_back({origin.substr(0, star), origin.substr(star + 1)});
      } else {
        origins_.insert(origin);
      }
    }
  }

  void operator()(const httplib::Request& request, httplib::Response& response) const {
    const bool is_preflight =
        request.method == "OPTIONS" && request.has_header("Access-Control-Request-Method");
    if (is_preflight) {
      response.set_header("Vary", allows_all_ ? kPreflightVary : kOriginPreflightVary);
    } else if (!allows_all_) {
      response.set_header("Vary", "Origin");
    }
    const std::string origin = request.get_header_value("Origin");
    if (origin.empty()) return;
    if (!allows(origin)) {
      response.status = 403;
      return;
    }
    response.set_header("Access-Control-Allow-Origin", allows_all_ ? "*" : origin);
    if (!is_preflight) return;
    response.set_header("Access-Control-Allow-Methods", methods_);
    if (request.has_header("Access-Control-Request-Headers")) {
      response.set_header("Access-Control-Allow-Headers", headers_);
    }
    response.status = 204;
  }

 private:
  struct Wildcard {
    std::string scheme, suffix;
  };
  static constexpr const char* kPreflightVary =
      "Access-Control-Request-Method, Access-Control-Request-Headers";
  static constexpr const char* kOriginPreflightVary =
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

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
  std::string methods_, headers_;
  bool allows_all_ = false;
};

Middleware make_corsac(const Json& policy) {
  corsac::Policy document = {
      .cors = {.allowed_methods = corsac::Names(policy["methods"].get<Strings>()),
               .allowed_headers = corsac::Names(policy["headers"].get<Strings>())}};
  document.cors.allowed_origins = corsac::Names(policy["origins"].get<Strings>());
  auto gate = corsac::make_gate(std::move(document));
  if (!gate) {
    std::cerr << "httplib_peer: the policy is refused: " << gate.error().text();
    std::exit(1);
  }
  const corsac::Hooks hooks(std::move(*gate));
  return [hooks](const httplib::Request& request, httplib::Response& response) {
    static_cast<void>(hooks.before(request, response));
    hooks.after(request, response);
  };
}

std::vector<httplib::Request> make_requests(const Json& one_case) {
  std::vector<httplib::Request> requests;
  for (const std::string origin : one_case["from"]) {
    httplib::Request request;
    request.method = one_case["method"];
    request.target = request.path = "/api/items";
    request.version = "HTTP/1.1";
    request.remote_addr = "127.0.0.1";
    for (const auto& [name, value] : one_case["request_headers"].items()) {
      request.headers.emplace(name, value.get<std::string>());
    }
    if (!origin.empty()) request.headers.emplace("Origin", origin);
    requests.push_back(std::move(request));
  }
  return requests;
}

double processor_nanoseconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Nanoseconds of processor time for one request.
template <class Handler>
double measure(const std::vector<httplib::Request>& requests, double milliseconds,
               const Handler& handler) {
  const double start = processor_nanoseconds();
  double passed = 0;
  double answered = 0;
  const std::size_t turns = (kBatch + requests.size() - 1) / requests.size();
  do {
    for (std::size_t turn = 0; turn < turns; ++turn) {
      for (const httplib::Request& request : requests) {
        httplib::Response response;
        handler(request, response);
        asm volatile("" : : "r"(&response) : "memory");  // the response is read
      }
    }
    answered += static_cast<double>(turns * requests.size());
    passed = processor_nanoseconds() - start;
  } while (passed < milliseconds * 1e6);
  return passed / answered;
}

Json first_answers(const std::vector<httplib::Request>& requests, const Middleware& middleware) {
  Json answers = Json::array();
  for (const httplib::Request& request : requests) {
    httplib::Response response;
    middleware(request, response);
    Json headers = Json::object();
    for (const auto& [name, value] : response.headers) headers[name] = value;
    answers.push_back(std::move(headers));
  }
  return {{"answers", std::move(answers)}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view subject = argc == 2 ? argv[1] : "";
  if (subject != "corsac" && subject != "hand") {
    std::cerr << "usage: httplib_peer corsac|hand\n";
    return 2;
  }
  std::vector<httplib::Request> requests;
  Middleware middleware;
  std::string command, argument;
  while (std::cin >> command && std::getline(std::cin >> std::ws, argument)) {
    Json reply;
    if (command == "prepare") {
      std::ifstream file(argument);
      const Json one_case = Json::parse(file);
      const Json& policy = one_case["policy"];
      middleware = subject == "corsac" ? make_corsac(policy) : Middleware(HandWrittenHook(policy));
      requests = make_requests(one_case);
      reply = first_answers(requests, middleware);
    } else {
      const double milliseconds = std::stod(argument);
      reply["bare_ns"] =
          measure(requests, milliseconds / 4, [](const httplib::Request&, httplib::Response&) {});
      reply["ns"] = measure(requests, milliseconds, middleware);
    }
    std::cout << reply.dump() << std::endl;
  }
  return 0;
}
