// Whose cpp-httplib a plugin gets that is linked with a shared one. Only in such a build (Debian's
// cpp-httplib has no source to compile in). Entry: foreign_httplib. Test:
// tests/plugins/exported_httplib_test.cpp.

#include "shared_httplib.hpp"

#include <string_view>

#include <dlfcn.h>

namespace corsac::remote_store {
namespace {

// Virtual, so whoever compiles a server or a client in has them, under the same names in every
// version; and the dynamic linker takes the program's before the library's. The deleting ones,
// which stand in the virtual table: clang leaves complete ones out where they are the same as the
// base's.
constexpr const char* kDestructors[] = {"_ZN7httplib6ServerD0Ev", "_ZN7httplib10ClientImplD0Ev"};

// "libcpp-httplib.so.0.11" of "/usr/lib/libcpp-httplib.so.0.11"; links count, not what they name.
std::string_view base_name(std::string_view file) { return file.substr(file.rfind('/') + 1); }

}  // namespace

std::string foreign_httplib() {
  for (const char* name : kDestructors) {
    void* const found = ::dlsym(RTLD_DEFAULT, name);
    Dl_info info = {};
    if (found == nullptr || ::dladdr(found, &info) == 0 || info.dli_fname == nullptr) continue;
    if (!base_name(info.dli_fname).starts_with("libcpp-httplib.so." CORSAC_SHARED_HTTPLIB)) {
      return info.dli_fname;
    }
  }
  return {};
}

}  // namespace corsac::remote_store
