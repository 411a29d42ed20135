// A store plugin whose descriptor is wrong in one way, chosen by a macro of the build: what the
// loader must find before it calls anything. If it did call, the process would end here.

#include <cstdint>
#include <cstdlib>

#include "corsac_store_plugin.h"

#ifndef BROKEN_MAGIC
#define BROKEN_MAGIC CORSAC_STORE_PLUGIN_MAGIC
#endif
#ifndef BROKEN_MAJOR
#define BROKEN_MAJOR CORSAC_STORE_PLUGIN_ABI_MAJOR
#endif
#ifndef BROKEN_MINOR
#define BROKEN_MINOR CORSAC_STORE_PLUGIN_ABI_MINOR
#endif
#ifndef BROKEN_SIZE
#define BROKEN_SIZE sizeof(corsac_store_plugin_v1)
#endif
#ifndef BROKEN_NAME
#define BROKEN_NAME "unset"
#endif
#ifndef BROKEN_VERSION
#define BROKEN_VERSION "1.0"
#endif
#ifndef BROKEN_OPEN
#define BROKEN_OPEN &must_not_be_called
#endif
#ifndef BROKEN_READ
#define BROKEN_READ &must_not_be_called
#endif
#ifndef BROKEN_INTERRUPT
#define BROKEN_INTERRUPT &must_not_be_called
#endif
#ifndef BROKEN_CLOSE
#define BROKEN_CLOSE &must_not_be_called
#endif

namespace {

template <class... Arguments>
std::int32_t must_not_be_called(Arguments...) {
  std::abort();
}
void must_not_be_called(void*) { std::abort(); }

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const corsac_store_plugin_v1 corsac_store_plugin;
constexpr corsac_store_plugin_v1 corsac_store_plugin = {
    BROKEN_MAGIC, BROKEN_MAJOR, BROKEN_MINOR,     BROKEN_SIZE,  BROKEN_NAME, BROKEN_VERSION,
    BROKEN_OPEN,  BROKEN_READ,  BROKEN_INTERRUPT, BROKEN_CLOSE, nullptr};
}
