// corsac serve: the sample server. Entry: serve. Test: tests/server/program_test.cpp and
// tests/browser.
//
// Everything that can be wrong is found before anything is announced: configuration, log, policy,
// ports. Then it runs until a signal ends it. From the first line on a signal is heard: a store
// that hangs, a log that nobody reads, a request that does not end hold up no leaving (StopWatch).

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <corsac/adapter/forward.hpp>
#include <corsac/adapter/self_check.hpp>
#include <corsac/adapter/trusted_origins_page_route.hpp>
#include <corsac/httplib.hpp>

#include "admin.hpp"
#include "commands.hpp"
#include "config.hpp"
#include "listener.hpp"
#include "log.hpp"
#include "sample/routes.hpp"
#include "signals.hpp"
#include "start_state.hpp"
#include "stop_watch.hpp"
#include "token_reader.hpp"

namespace corsac::server {
namespace {

// Requests in flight get this long; what is left then is cut, so that the program leaves within 2
// s.
constexpr std::chrono::milliseconds kGrace{1500};
// Of that, streams get this long to come to their end, which for most is at once.
constexpr std::chrono::milliseconds kStreamGrace{500};
// What may be said about that takes no longer than this.
constexpr std::chrono::milliseconds kLastWord{100};

// Where static/ lies: beside the configuration, else where it was installed. Empty, and said in the
// log: nowhere.
std::filesystem::path sample_folder(const std::filesystem::path& config_file, Log& log) {
  std::error_code error;
  const std::filesystem::path beside = std::filesystem::absolute(config_file, error).parent_path();
  for (const std::filesystem::path& folder :
       {beside, std::filesystem::path(CORSAC_SAMPLE_FOLDER)}) {
    if (std::filesystem::is_directory(folder / "static", error)) return folder;
  }
  log.message(LogLevel::Warning,
              "the sample has no pages: there is no folder static/ in " + beside.string() +
                  " nor in " CORSAC_SAMPLE_FOLDER "; copy server/sample/static to one of them");
  return {};
}

LogSink log_sink(const std::shared_ptr<Log>& log) {
  return [log](const LogRecord& record) {
    record.json.empty() ? log->message(record.level, record.line) : log->json_line(record.json);
  };
}

GateOptions gate_options(const ServerConfig& config, const std::shared_ptr<Log>& log) {
  GateOptions options;
  options.public_origins = config.public_origins;
  options.trusted_proxies = config.trusted_proxies;
  options.event_capacity = config.log.event_capacity;
  options.records = config.records;
  options.event_sink = [log](std::string_view line) { log->json_line(line); };
  options.log = log_sink(log);
  return options;
}

void tell_forwards(const ServerConfig& config, Log& log) {
  for (const ForwardOptions& forward : config.forwards) {
    log.message(LogLevel::Info, "forward " + forward.path_prefix + " to " + forward.upstream);
    if (!forward.dangerously_open) continue;
    log.message(LogLevel::Warning, "forward " + forward.path_prefix +
                                       " is dangerously open: requests of foreign pages go to the "
                                       "upstream with its credentials");
  }
}

// An address that cannot be had, the setting that names it, and why.
struct RefusedAddress {
  ListenAddress address = {};
  std::string_view setting = {};
  int error = 0;  // of errno; 0 = not known
};

std::string describe(const RefusedAddress& refused, const ServeOptions& options) {
  const bool is_option = refused.setting == "server.listen" && !options.listen.empty();
  std::string text = "corsac: cannot listen on " + to_text(refused.address) + " (";
  text += is_option ? "--listen" : std::string(refused.setting) + " in " + options.config;
  text += ")";
  if (refused.error != 0) text += ": " + std::generic_category().message(refused.error);
  switch (refused.error) {
    case EADDRINUSE:
      text += "; another program listens there: end it, or take another port";
      if (refused.setting == "server.listen") text += " with --listen HOST:PORT";
      text += " (port 0 takes any free one)";
      break;
    case EACCES:
      text += "; a port below 1024 is root's: take a higher one";
      break;
    default:
      text += "; name an address of this machine";
  }
  return text + "\n";
}

// `threads` as configured; empty = not known yet, for the program has some of its own.
std::string describe_missing_threads(const std::error_code& error, const std::string& threads,
                                     const ServeOptions& options) {
  return Report({Problem{.code = "threads-missing",
                         .path = "server.threads",
                         .value = threads,
                         .what = "not every thread can be started: " + error.message(),
                         .fix = "lower server.threads, or raise the limit of processes (ulimit "
                                "-u, TasksMax) or of memory (ulimit -v)"}},
                {options.config})
      .text();
}

// The listeners of one run: the page's origin, its other origin, and the admin one.
class Listeners {
 public:
  Listeners(const ServerConfig& config, const std::shared_ptr<Gate>& gate,
            std::shared_ptr<Forwarder> forwarder, const std::filesystem::path& folder)
      : config_(config), forwarder_(std::move(forwarder)), has_pages_(!folder.empty()) {
    add_sample(config.listen, gate, folder);
    if (config.second_listen) add_sample(*config.second_listen, gate, folder);
    if (config.admin) {
      admin_ = std::make_unique<Listener>(kAdminThreads);
      add_self_test_link(admin_->server(), addresses_);
    }
  }

  // The address that cannot be had, or nothing.
  [[nodiscard]] std::optional<RefusedAddress> bind() {
    for (Sample& sample : samples_) {
      const bool is_first = &sample == &samples_.front();
      if (sample.listener->bind(sample.wanted)) continue;
      return RefusedAddress{sample.wanted, is_first ? "server.listen" : "server.second_listen",
                            errno};
    }
    if (admin_ && !admin_->bind(config_.admin->listen)) {
      return RefusedAddress{config_.admin->listen, "admin.listen", errno};
    }
    if (samples_.size() == 2) {
      *samples_[0].other_port = samples_[1].listener->address().port;
      *samples_[1].other_port = samples_[0].listener->address().port;
    }
    tell_addresses();
    return std::nullopt;
  }

  [[nodiscard]] Listener* admin() noexcept { return admin_.get(); }

  // An error when a listener's threads cannot be had. `on_failure` gets the address of a listener
  // that ended by itself; on that listener's thread.
  [[nodiscard]] std::error_code start(const std::function<void(const std::string&)>& on_failure) {
    for (Sample& sample : samples_) {
      if (const auto error = start(*sample.listener, on_failure)) return error;
    }
    return admin_ ? start(*admin_, on_failure) : std::error_code();
  }

  // `admin_token` is that of this run; empty = there is a file of them.
  void announce(const std::string& admin_token) const {
    for (const Sample& sample : samples_) {
      std::printf("listening on http://%s\n", to_text(sample.listener->address()).c_str());
    }
    if (admin_) {
      const std::string address = to_text(admin_->address());
      std::printf("admin on http://%s\n", address.c_str());
      if (!admin_token.empty()) {
        std::printf("admin token of this run: %s\n", admin_token.c_str());
        std::printf("  curl -H \"Authorization: Bearer %s\" http://%s/api/status\n",
                    admin_token.c_str(), address.c_str());
        // The fragment stays in the browser: no request and no log of a proxy has the token.
        for (const char* const page : {"/", adapter::kTrustedOriginsPagePath}) {
          std::printf("  http://%s%s#token=%s\n", address.c_str(), page, admin_token.c_str());
        }
      }
    }
    std::fflush(stdout);
  }

  // Asks each sample listener whether the middleware is in its place, and says so in the log.
  void check(const Gate& gate, Log& log) const {
    for (const Sample& sample : samples_) {
      const std::string address = "http://" + to_text(sample.listener->address());
      const std::vector<Problem> problems = self_check(address, gate);
      if (problems.empty()) {
        log.message(LogLevel::Info, "self-check of " + address + ": nothing is wrong");
      }
      for (const Problem& problem : problems) {
        // The paths are the program's choice, so there is nothing that its operator could do.
        if (problem.code == kSelfCheckInconclusive) {
          log.message(LogLevel::Info, "self-check of " + address +
                                          ": the policy adds nothing to any answer, so there is "
                                          "nothing to see");
          continue;
        }
        const bool is_error = problem.severity == Severity::Error;
        log.message(is_error ? LogLevel::Error : LogLevel::Warning,
                    "self-check of " + address + ": " +
                        std::string(std::string_view(problem.code)) + ": " + problem.path + ": " +
                        problem.what + "; " + problem.fix);
      }
    }
  }

  // False when requests were still in flight after kGrace. `live` = null: there is no admin
  // listener.
  [[nodiscard]] bool stop(LiveEvents* live) {
    const auto now = std::chrono::steady_clock::now();
    const auto deadline = now + kGrace;
    if (live != nullptr) live->end(now + kStreamGrace);
    streams_->end(now + kStreamGrace);
    for (Sample& sample : samples_) sample.listener->stop();
    if (admin_) admin_->stop();
    bool have_ended = true;
    for (Sample& sample : samples_) have_ended &= sample.listener->has_ended_by(deadline);
    if (admin_) have_ended &= admin_->has_ended_by(deadline);
    return have_ended;
  }

 private:
  // More than AuthorityOptions::waiting_limit: a store that does not answer leaves threads for
  // /healthz.
  static constexpr unsigned kAdminThreads = 32;

  struct Sample {
    ListenAddress wanted;
    std::shared_ptr<std::atomic<int>> other_port;
    std::unique_ptr<Listener> listener;
  };

  void tell_addresses() {
    addresses_->debug_page = debug_page_address();
    addresses_->self_test = self_test_address();
  }

  // Empty where browsers come through a proxy: whoever they are, its own address is what is seen.
  [[nodiscard]] std::string debug_page_address() const {
    if (!admin_ || !config_.public_origins.empty() || !config_.trusted_proxies.empty()) return {};
    const std::string& url = config_.admin->public_url;
    if (!url.empty()) return url.ends_with('/') ? url : url + '/';
    return is_loopback(admin_->address()) ? "http://" + to_text(admin_->address()) + '/' : "";
  }

  // The page lies on one origin and asks another. Addresses of listeners are of use to a browser on
  // this machine alone, and only such a one reaches an admin listener without a public address.
  [[nodiscard]] std::string self_test_address() const {
    if (!has_pages_ || !admin_) return {};
    const auto page_of = [](const std::string& page, const std::string& asked) {
      return page + "/static/self_test.html" + (page == asked ? "" : "#server=" + asked);
    };
    const std::vector<std::string>& origins = config_.public_origins;
    if (!origins.empty()) return page_of(origins.back(), origins.front());
    const ListenAddress& page = samples_.back().listener->address();
    const ListenAddress& asked = samples_.front().listener->address();
    if (!config_.admin->public_url.empty() || !is_loopback(admin_->address()) ||
        !is_loopback(page) || !is_loopback(asked)) {
      return {};
    }
    return page_of("http://" + to_text(page), "http://" + to_text(asked));
  }

  static std::error_code start(Listener& listener,
                               const std::function<void(const std::string&)>& on_failure) {
    return listener.start(
        [on_failure, address = to_text(listener.address())] { on_failure(address); });
  }

  void add_sample(const ListenAddress& address, const std::shared_ptr<Gate>& gate,
                  const std::filesystem::path& folder) {
    auto other_port = std::make_shared<std::atomic<int>>(0);
    auto listener = std::make_unique<Listener>(config_.threads);
    install(listener->server(), gate, {.require_content_length = true});
    forwarder_->mount(listener->server());  // before the sample's own routes
    add_sample_routes(
        listener->server(),
        {.folder = folder, .other_port = other_port, .addresses = addresses_, .streams = streams_});
    samples_.push_back({address, std::move(other_port), std::move(listener)});
  }

  const ServerConfig& config_;
  const std::shared_ptr<Forwarder> forwarder_;
  const bool has_pages_;
  const std::shared_ptr<PageAddresses> addresses_ = std::make_shared<PageAddresses>();
  const std::shared_ptr<Streams> streams_ = std::make_shared<Streams>();
  std::vector<Sample> samples_ = {};
  std::unique_ptr<Listener> admin_ = {};
};

int fail_with(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  return 1;
}

Result<ServerConfig, std::string> read_options(const ServeOptions& options) {
  auto config = read_config(options.config);
  if (!config) return fail(config.error().text());
  if (options.listen.empty()) return std::move(*config);
  const auto address = parse_listen_address(options.listen);
  if (!address) return fail(std::string("corsac: --listen takes HOST:PORT, as 127.0.0.1:8080\n"));
  config->listen = *address;
  return std::move(*config);
}

// Neither the gate nor the log lives longer for what the watch may do.
void watch_over(StopWatch& watch, const std::shared_ptr<Gate>& gate) {
  watch.on_hangup([weak_gate = std::weak_ptr(gate)] {
    if (const auto locked = weak_gate.lock()) locked->request_reload();
  });
}

void watch_over(StopWatch& watch, const std::shared_ptr<TokenReader>& tokens) {
  watch.on_hangup([weak_tokens = std::weak_ptr(tokens)] {
    if (const auto locked = weak_tokens.lock()) static_cast<void>(locked->read_again());
  });
}

void watch_over(StopWatch& watch, const std::shared_ptr<Log>& log) {
  watch.on_hangup([weak_log = std::weak_ptr(log)] {
    if (const auto locked = weak_log.lock()) locked->reopen();
  });
  watch.on_cut([weak_log = std::weak_ptr(log)] {
    const auto locked = weak_log.lock();
    if (!locked) return;
    locked->message(LogLevel::Warning, "the program did not end in time and is cut");
    static_cast<void>(locked->is_written_within(kLastWord));
  });
}

// The status of the program; 1 after saying why it could not start.
int serve_under(StopWatch& watch, const ServeOptions& options) {
  const auto config = read_options(options);
  if (!config) return fail_with(config.error());
  const auto log = Log::open(config->log.file);
  if (!log) return fail_with("corsac: the log cannot be written: " + log.error() + "\n");
  watch_over(watch, *log);
  const auto gate = open_gate(config->store, gate_options(*config, *log));
  if (!gate) return fail_with(with_store_places(gate.error(), *config, options.config).text());
  watch_over(watch, *gate);
  if (const std::string warnings = (*gate)->warnings().text(); !warnings.empty()) {
    std::fputs(warnings.c_str(), stderr);
  }
  std::fputs(describe_start((*gate)->status(), "store").c_str(), stderr);
  if (const auto records = (*gate)->records_status()) {
    std::fputs(describe_start(*records, "records").c_str(), stderr);
  }

  const auto forwarder = make_forwarder(*gate, config->forwards, log_sink(*log));
  if (!forwarder) return fail_with(forwarder.error().text());
  tell_forwards(*config, **log);

  Listeners listeners(*config, *gate, *forwarder, sample_folder(options.config, **log));
  if (const auto refused = listeners.bind()) {
    return fail_with(describe(*refused, options));
  }
  AddedAdmin added_admin;
  if (Listener* admin = listeners.admin()) {
    auto added = add_admin(*admin, *config, *gate, *log);
    if (!added) return fail_with(added.error().text());
    added_admin = std::move(*added);
    watch_over(watch, added_admin.tokens);
  }
  const auto error = listeners.start([&watch, &log](const std::string& address) {
    (*log)->message(LogLevel::Error, "no more connections can be accepted on " + address);
    watch.fail();
  });
  if (error) {
    return fail_with(describe_missing_threads(error, std::to_string(config->threads), options));
  }
  listeners.announce(added_admin.token_of_this_run);
  listeners.check(**gate, **log);

  const int status = watch.wait();
  if (!listeners.stop(added_admin.live.get())) {
    (*log)->message(LogLevel::Warning, "requests were still in flight and have been cut");
    static_cast<void>((*log)->is_written_within(kLastWord));
    std::_Exit(status);  // their threads hold everything that would be freed now
  }
  return status;
}

}  // namespace

int serve(const ServeOptions& options) {
  block_signals();
  try {
    StopWatch watch;
    const int status = serve_under(watch, options);
    return watch.is_stopping() ? watch.wait() : status;  // to end while starting is no failure
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) throw;
    return fail_with(describe_missing_threads(error.code(), "", options));
  }
}

}  // namespace corsac::server
