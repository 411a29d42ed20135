// One subject of bench/run on cpp-httplib, in process: `httplib_peer corsac` is both hooks of the
// adapter, `httplib_peer hand` a hook as an application writes it, which sends the same headers.
// Built once against each cpp-httplib. What goes over standard input and output:
// bench/peers/subject.py.

#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/httplib.hpp>

#include "../hand_written_hook.hpp"

namespace {

using Json = nlohmann::json;
using Strings = std::vector<std::string>;
// Answers one request into a new response.
using Middleware = std::function<void(const httplib::Request&, httplib::Response&)>;

constexpr std::size_t kBatch = 256;  // at least as many requests between two looks at the clock

Middleware make_hand_written(const Json& policy) {
  const corsac::bench::HandWrittenHook hook(policy["origins"].get<Strings>(),
                                            policy["methods"].get<Strings>(),
                                            policy["headers"].get<Strings>());
  return [hook](const httplib::Request& request, httplib::Response& response) {
    hook.before(request, response);
  };
}

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
      middleware = subject == "corsac" ? make_corsac(policy) : make_hand_written(policy);
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
