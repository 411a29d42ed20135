// The routes that the sample page and the tests call. Entry: add_sample_routes. Test:
// tests/server/program_test.cpp and tests/browser.

#include "sample/routes.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include <corsac/base/ascii.hpp>
#include <corsac/origin/origin.hpp>

#include "listen_address.hpp"

namespace corsac::server {
namespace {

using httplib::Request;
using httplib::Response;
using Json = nlohmann::ordered_json;

// A request's bytes may be no UTF-8; what is not becomes U+FFFD instead of an exception.
void answer_json(Response& response, int status, const Json& body) {
  response.status = status;
  response.set_content(body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                       "application/json");
}

// The same handler for every method that the sample answers. HEAD runs the handler of GET.
void on_all_methods(httplib::Server& server, const std::string& pattern,
                    const httplib::Server::Handler& handler) {
  server.Get(pattern, handler);
  server.Post(pattern, handler);
  server.Put(pattern, handler);
  server.Patch(pattern, handler);
  server.Delete(pattern, handler);
  server.Options(pattern, handler);
}

void echo(const Request& request, Response& response) {
  Json names = Json::array();
  for (const auto& [name, value] : request.headers) {
    // cpp-httplib 0.11.4 puts the connection's addresses among the headers.
    if (name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" ||
        name == "LOCAL_PORT") {
      continue;
    }
    names.push_back(name);
  }
  response.set_header("X-Request-Id", "echo-1");
  answer_json(response, 200,
              {{"method", request.method},
               {"path", request.path},
               {"header_names", names},
               {"body_bytes", request.body.size()}});
}

// The number in `text` when it is one from `first` to `last`, else `otherwise`.
int number_or(const std::string& text, int first, int last, int otherwise) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole && number >= first && number <= last ? number : otherwise;
}

void slow(const Request& request, Response& response) {
  const int milliseconds = number_or(request.get_param_value("ms"), 0, 10'000, 100);
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  answer_json(response, 200, {{"waited_ms", milliseconds}});
}

// `lines` lines, `ms` milliseconds apart.
void stream(const Request& request, Response& response, const std::shared_ptr<Streams>& streams) {
  const int lines = number_or(request.get_param_value("lines"), 1, 1'000'000, 10);
  const std::chrono::milliseconds pause(number_or(request.get_param_value("ms"), 0, 10'000, 0));
  const auto under_way = std::make_shared<Streams::UnderWay>(streams);
  response.set_chunked_content_provider(
      "text/plain",
      [lines, pause, under_way, number = 0](std::size_t, httplib::DataSink& sink) mutable {
        const auto before_it = number == 0 ? std::chrono::milliseconds(0) : pause;
        if (under_way->shall_end_within(before_it) || number == lines) {
          sink.done();
          return true;
        }
        const std::string line = "line  " + std::to_string(number++) + "\n";
        return sink.write(line.data(), line.size());
      });
}

void error_answer(const Request& request, Response& response) {
  const int status = number_or(request.matches[1].str(), 400, 599, 400);
  answer_json(response, status, {{"error", "asked for"}, {"status", status}});
}

void add_api(httplib::Server& server, const SampleOptions& options) {
  server.Get("/api/hello", [](const Request&, Response& response) {
    response.set_header("X-Request-Id", "hello-1");
    answer_json(response, 200, {{"message", "hello"}});
  });
  on_all_methods(server, "/api/echo", echo);
  server.Get("/api/slow", slow);
  server.Get("/api/stream",
             [streams = options.streams](const Request& request, Response& response) {
               stream(request, response, streams);
             });
  on_all_methods(server, R"(/api/error/(\d{3}))", error_answer);
  server.Get("/api/throw", [](const Request&, Response&) { throw std::runtime_error("thrown"); });
  // As an API does without a session: the page can read why (Okta's sample relies on it).
  server.Get("/api/v1/users/me", [](const Request&, Response& response) {
    answer_json(response, 403, {{"errorSummary", "Invalid session"}});
  });
  server.Get("/api/vary", [](const Request& request, Response& response) {
    response.set_header("Vary", request.get_param_value("v"));
    answer_json(response, 200, {{"vary", request.get_param_value("v")}});
  });
  // A handler that does CORS by hand, wrongly: the middleware replaces what it sets.
  server.Get("/api/own-cors", [](const Request&, Response& response) {
    response.set_header("Access-Control-Allow-Origin", "*");
    answer_json(response, 200, {{"message", "hello"}});
  });
  server.Get("/.well-known/jwks.json", [](const Request&, Response& response) {
    answer_json(response, 200, {{"keys", Json::array()}});
  });
}

void add_files(httplib::Server& server, const std::filesystem::path& folder) {
  const auto page = [file = folder / "static" / "index.html"](const Request&, Response& response) {
    std::ifstream stream(file, std::ios::binary);
    response.set_content(std::string(std::istreambuf_iterator<char>(stream), {}),
                         "text/html; charset=utf-8");
  };
  server.Get("/", page);
  server.set_mount_point("/static", (folder / "static").string());
}

// Whether somebody on this machine asks, as far as can be told. False when in doubt: the peer may
// be a proxy for others, and the browser's page one of another origin, or of a stranger's name that
// resolves to this address (it stands in Host).
bool is_of_this_machine(const Request& request) {
  if (!is_loopback({.host = request.remote_addr})) return false;
  for (const char* const name : {"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host",
                                 "X-Forwarded-Proto", "X-Real-IP", "Origin"}) {
    if (request.has_header(name)) return false;
  }
  const std::string own = "http://" + request.get_header_value("Host");
  const auto origin = parse_origin(own);
  return origin && is_loopback_host(origin->host);
}

void add_pages(httplib::Server& server, const SampleOptions& options) {
  if (!options.folder.empty()) add_files(server, options.folder);
  // As JSON, not by a redirect: that leads to another origin, which [redirects] refuses.
  server.Get("/debug-page",
             [addresses = options.addresses](const Request& request, Response& response) {
               const std::string& page = addresses->debug_page;
               const bool is_told = !page.empty() && is_of_this_machine(request);
               response.set_header("Cache-Control", "no-store");
               answer_json(response, 200, {{"debug_page", is_told ? Json(page) : Json()}});
             });
  server.Get("/api/sample", [port = options.other_port](const Request&, Response& response) {
    const int number = port == nullptr ? 0 : port->load();
    answer_json(response, 200, {{"other_port", number == 0 ? Json() : Json(number)}});
  });
  const auto closed_page = [](const Request& request, Response& response) {
    response.set_content("This page works on its own origin only: " + request.path + "\n",
                         "text/plain");
  };
  on_all_methods(server, "/account(/.*)?", closed_page);
  on_all_methods(server, "/admin(/.*)?", closed_page);
}

// Only newer cpp-httplibs have WebSockets.
template <class Server>
void add_websocket(Server& server) {
  if constexpr (requires { typename Server::WebSocketHandler; }) {
    server.WebSocket("/ws", [](const auto&, auto& socket) {
      std::string message;
      while (socket.read(message)) socket.send(message);
    });
  }
}

}  // namespace

void add_sample_routes(httplib::Server& server, const SampleOptions& options) {
  add_api(server, options);
  add_pages(server, options);
  add_websocket(server);
}

void add_self_test_link(httplib::Server& server, std::shared_ptr<const PageAddresses> addresses) {
  server.Get("/self-test", [addresses = std::move(addresses)](const Request&, Response& response) {
    if (addresses->self_test.empty()) {
      response.status = 404;
      return;
    }
    response.set_redirect(addresses->self_test, 302);
  });
}

}  // namespace corsac::server
