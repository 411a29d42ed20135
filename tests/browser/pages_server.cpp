// A server with the Trusted Origins API and its page, and records that end with it. Driven by
// tests/browser/trusted_origins_page_test.js:
//
//   pages_server REQUESTS_PER_MINUTE
//
// prints its port, and runs until standard input ends. Tokens: manage-token, read-token.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "corsac/adapter/trusted_origins_page_route.hpp"
#include "corsac/adapter/trusted_origins_routes.hpp"
#include "corsac/base/sha256.hpp"
#include "support/memory_record_store.hpp"

int main(int argc, char** argv) {
  using namespace corsac;
  const auto shelf = std::make_shared<testing::RecordShelf>();
  auto authority = Authority::open(std::make_unique<testing::MemoryRecordStore>(shelf));
  if (argc != 2 || !authority) return 2;
  httplib::Server server;
  // A browser's idle connections hold a thread each.
  server.new_task_queue = [] { return new httplib::ThreadPool(16); };
  server.set_keep_alive_timeout(1);
  server.set_tcp_nodelay(true);
  const auto mounted =
      mount_trusted_origins(server, *authority,
                            {.tokens = {{"owner", AdminScope::Manage, sha256("manage-token")},
                                        {"viewer", AdminScope::Read, sha256("read-token")}},
                             .requests_per_minute = static_cast<unsigned>(std::atoi(argv[1]))});
  if (!mounted) return 2;
  mount_trusted_origins_page(server);
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread listening([&server] { server.listen_after_bind(); });
  // 0.11.4 forgets a stop() that comes before it listens.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!server.is_running() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  std::cout << port << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  server.stop();
  listening.join();
  return 0;
}
