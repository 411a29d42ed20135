// One subject of bench/run on cpp-httplib, in process: `httplib_peer corsac` is both hooks of the
// adapter, `httplib_peer hand` a hook as an application writes it, which sends the same headers.
// Built once against each cpp-httplib. What goes over standard input and output:
// bench/peers/subject.py.

#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/httplib.hpp>

#include "../hand_written_hook.hpp"
#include "cpp_subject.hpp"

namespace {

using corsac::bench::Json;
using corsac::bench::Strings;
// Answers one request into a new response.
using Middleware = std::function<void(const httplib::Request&, httplib::Response&)>;

Middleware make_hand_written(const Json& policy) {
  const corsac::bench::HandWrittenHook hook(policy["origins"].get<Strings>(),
                                            policy["methods"].get<Strings>(),
                                            policy["headers"].get<Strings>());
  return [hook](const httplib::Request& request, httplib::Response& response) {
    hook.before(request, response);
  };
}

Middleware make_corsac(const Json& policy) {
  auto gate = corsac::make_gate(corsac::bench::policy_of(policy));
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

struct Subject {
  std::vector<httplib::Request> requests;
  Middleware middleware;

  [[nodiscard]] std::size_t size() const { return requests.size(); }

  [[nodiscard]] Json first_answer(std::size_t i) const {
    httplib::Response response;
    middleware(requests[i], response);
    Json headers = Json::object();
    for (const auto& [name, value] : response.headers) headers[name] = value;
    return headers;
  }

  void answer(std::size_t i) const {
    httplib::Response response;
    middleware(requests[i], response);
    asm volatile("" : : "r"(&response) : "memory");  // the response is read
  }

  void answer_bare(std::size_t) const {
    httplib::Response response;
    asm volatile("" : : "r"(&response) : "memory");
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view subject = argc == 2 ? argv[1] : "";
  if (subject != "corsac" && subject != "hand") {
    std::cerr << "usage: httplib_peer corsac|hand\n";
    return 2;
  }
  corsac::bench::serve_lines([subject](const Json& one_case) {
    const Json& policy = one_case["policy"];
    return Subject{make_requests(one_case),
                   subject == "corsac" ? make_corsac(policy) : make_hand_written(policy)};
  });
  return 0;
}
