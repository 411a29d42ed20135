// A server for bench/server_share and bench/connections: `whole_server HOOK THREADS REQUESTS
// SECONDS` serves one route on loopback, without a hook (bare), with one written by hand (hand), or
// with Corsac installed (corsac). THREADS serve a connection each; a connection is kept for
// REQUESTS requests and SECONDS without one. Prints the port; ends when its standard input does.
// Built once against each cpp-httplib.

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

#include <httplib.h>

#include "hook_pair.hpp"

namespace corsac::bench {
namespace {

void add_routes(httplib::Server& server) {
  server.Get("/api/items", [](const httplib::Request&, httplib::Response& response) {
    // Nothing that the server would compress: that alone takes many times a request.
    response.set_content("[1, 2, 3]", "application/octet-stream");
  });
  // The same statuses from a handler, for the server without a hook: 0.53.1 ends a connection
  // behind each error, which would else count as the hook's.
  server.Options("/api/items", [](const httplib::Request&, httplib::Response& response) {
    response.status = 204;
  });
  server.Get("/api/never",
             [](const httplib::Request&, httplib::Response& response) { response.status = 403; });
}

bool set_hook(httplib::Server& server, std::string_view hook) {
  if (hook == "corsac") {
    install(server, make_corsac_gate());
    return true;
  }
  if (hook == "hand") {
    server.set_pre_routing_handler(
        [own = make_hand_written_hook()](const auto& request, auto& response) {
          return own.before(request, response) ? httplib::Server::HandlerResponse::Handled
                                               : httplib::Server::HandlerResponse::Unhandled;
        });
    return true;
  }
  return hook == "bare";
}

int serve(std::string_view hook, std::size_t threads, std::size_t requests, time_t seconds) {
  httplib::Server server;
  if (threads == 0 || requests == 0 || !set_hook(server, hook)) return 2;
  add_routes(server);
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_keep_alive_max_count(requests);
  server.set_keep_alive_timeout(seconds);
  server.set_tcp_nodelay(true);
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port <= 0) return 1;
  std::thread listener([&server] { server.listen_after_bind(); });
  std::printf("%d\n", port);
  std::fflush(stdout);
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  // Not stop(): it waits for connections that are kept, and nothing here needs an orderly end.
  std::_Exit(0);
}

}  // namespace
}  // namespace corsac::bench

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  return corsac::bench::serve(argv[1], std::strtoul(argv[2], nullptr, 10),
                              std::strtoul(argv[3], nullptr, 10), std::atol(argv[4]));
}
