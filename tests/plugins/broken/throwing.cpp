// A store whose C++ throws. The setting `mode` says where and what. Everything is stopped
// by the C++ face, so the core sees CORSAC_FAILED and a line in the log.

#include <corsac_store_plugin.hpp>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>

using corsac::plugin::Host;
using corsac::plugin::OpenResult;
using corsac::plugin::Settings;
using corsac::plugin::Sink;
using corsac::plugin::Status;

namespace {

class ThrowingStore final : public corsac::plugin::Store {
 public:
  static constexpr const char* kName = "throwing";
  static constexpr const char* kVersion = "1.0";

  // mode: open_runtime_error, open_bad_alloc, open_number, read_runtime_error, read_bad_alloc,
  // read_number, interrupt_runtime_error.
  static OpenResult open(Host, Settings settings) {
    auto store = std::make_unique<ThrowingStore>(std::string(settings.find("mode").value_or("")));
    throw_if(store->mode_, "open");
    return store;
  }

  explicit ThrowingStore(std::string mode) : mode_(std::move(mode)) {}

  Status read(Sink& sink) override {
    sink.source("throwing");
    sink.begin_item("cors");
    throw_if(mode_, "read");
    sink.end_item();
    sink.finish("1");
    return Status::Ok;
  }

  void interrupt() override { throw_if(mode_, "interrupt"); }

 private:
  static void throw_if(const std::string& mode, const std::string& call) {
    if (mode == call + "_runtime_error") throw std::runtime_error("thrown in " + call);
    if (mode == call + "_bad_alloc") throw std::bad_alloc();
    if (mode == call + "_number") throw 7;
  }

  std::string mode_;
};

}  // namespace

CORSAC_STORE_PLUGIN(ThrowingStore)
