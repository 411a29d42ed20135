// The store plugin to copy: a list of origins, one a line, from a file or from a FIFO that another
// program fills. Entry: CORSAC_STORE_PLUGIN at the end. The contract: corsac_store_plugin.hpp; how
// to go on from here: plugins/README.md. Test: tests/plugins/example_test.cpp.
//
//   [store]
//   plugin = "example"
//   file = "origins.txt"             # required; relative to the configuration
//   allow_credentials = true         # default false

#include <corsac_store_plugin.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

using corsac::plugin::Host;
using corsac::plugin::LogLevel;
using corsac::plugin::OpenResult;
using corsac::plugin::Place;
using corsac::plugin::Settings;
using corsac::plugin::Sink;
using corsac::plugin::Status;

namespace {

// Whoever fills the FIFO may go wrong: what is longer is not a list of origins.
constexpr std::size_t kFileLimitBytes = std::size_t{1024} * 1024;

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;  // -1 = none
};

struct Options {
  std::string file = {};  // absolute
  bool allow_credentials = false;
};

class ExampleStore final : public corsac::plugin::Store {
 public:
  static constexpr const char* kName = "example";
  static constexpr const char* kVersion = "1.0";

  // Looks at every setting and reports all that is wrong, not only the first.
  static OpenResult open(Host host, Settings settings) {
    Options options;
    bool is_fine = true;
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const auto [name, value] = settings[i];
      if (name == "file") {
        options.file = value.substr(0, 1) == "/"
                           ? std::string(value)
                           : std::string(settings.directory()) + "/" + std::string(value);
      } else if (name == "allow_credentials" && (value == "true" || value == "false")) {
        options.allow_credentials = value == "true";
      } else if (name == "allow_credentials") {
        host.problem("setting-value", name, "a switch is expected", "write true or false");
        is_fine = false;
      } else {
        host.problem("setting-unknown", name, "the store \"example\" has no such setting",
                     "write file or allow_credentials");
        is_fine = false;
      }
    }
    if (options.file.empty()) {
      host.problem("setting-missing", "file", "nothing says which file to read",
                   "add file = \"origins.txt\"");
      is_fine = false;
    }
    int ends[2];
    if (!is_fine) return Status::Invalid;
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return Status::Failed;
    return std::make_unique<ExampleStore>(host, options, ends[0], ends[1]);
  }

  ExampleStore(Host host, Options options, int wake_read, int wake_write)
      : host_(host), options_(std::move(options)), woken_(wake_read), wake_(wake_write) {}

  Status read(Sink& sink) override {
    sink.source(options_.file);
    std::string bytes;
    const Status status = read_bytes(bytes);
    if (status == Status::Invalid) {
      sink.problem("example-too-large", "the list is larger than 1 MiB", "write a shorter one");
    }
    if (status != Status::Ok) return status;

    sink.integer("version", 1);
    sink.begin_item("cors");
    sink.flag("allow_credentials", options_.allow_credentials);
    sink.begin_list("allowed_origins");
    hand_over_lines(bytes, sink);
    sink.end_list();
    sink.end_item();
    // Any text that differs when the document differs.
    sink.finish(std::to_string(std::hash<std::string>{}(bytes)));
    return Status::Ok;
  }

  // On another thread than read(), so it touches nothing but the pipe, which read() waits for.
  void interrupt() override {
    const char byte = 0;
    static_cast<void>(::write(wake_.number(), &byte, 1) == 1);  // a full pipe wakes as well
  }

 private:
  // Lines and columns count from 1, so that a wrong origin is reported where it stands.
  static void hand_over_lines(std::string_view bytes, Sink& sink) {
    std::uint32_t line = 0;
    while (!bytes.empty() && !sink.is_stopped()) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size());
      const std::string_view origin = bytes.substr(0, end);
      ++line;
      if (!origin.empty() && origin.front() != '#') sink.text("", origin, Place{line, 1});
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
  }

  // The whole file. Waits for the writer of a FIFO, until the deadline or an interrupt.
  Status read_bytes(std::string& bytes) {
    char buffer[4096];
    while (::read(woken_.number(), buffer, sizeof buffer) > 0) {
      // Interrupts of earlier calls; one for this call shows in is_cancelled().
    }
    const Descriptor file(::open(options_.file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (file.number() < 0) {
      host_.log(LogLevel::Error, "cannot open " + options_.file);
      return Status::Unreachable;
    }
    while (bytes.size() <= kFileLimitBytes) {
      if (!wait_for(file.number())) {
        return host_.is_cancelled() ? Status::Cancelled : Status::Unreachable;
      }
      const ssize_t count = ::read(file.number(), buffer, sizeof buffer);
      if (count == 0) return Status::Ok;
      if (count < 0 && errno != EAGAIN && errno != EINTR) return Status::Unreachable;
      if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
    }
    return Status::Invalid;
  }

  // False at the deadline and when interrupted.
  bool wait_for(int descriptor) {
    using std::chrono::milliseconds;
    constexpr milliseconds kLongest = std::chrono::hours(1);  // fits poll's int
    if (host_.is_cancelled()) return false;
    const auto left = std::chrono::duration_cast<milliseconds>(host_.deadline() -
                                                               std::chrono::steady_clock::now());
    if (left <= milliseconds::zero()) return false;
    pollfd waited[] = {{descriptor, POLLIN, 0}, {woken_.number(), POLLIN, 0}};
    const int count = ::poll(waited, 2, static_cast<int>(std::min(left, kLongest).count()));
    return count > 0 && waited[1].revents == 0;
  }

  Host host_;
  Options options_;
  Descriptor woken_;  // readable after interrupt()
  Descriptor wake_;   // the end that interrupt() writes to
};

}  // namespace

CORSAC_STORE_PLUGIN(ExampleStore)
