#pragma once

// The systems that `corsac import` knows. To add one: a function here, a row in importers.cpp, a
// file of its own.

#include <span>
#include <string_view>

#include "imported.hpp"

namespace corsac::server {

// `text` is UTF-8 without NUL bytes and without a byte order mark. None of them throws but for
// memory, opens a file or looks at the environment.
struct Importer {
  std::string_view name;   // as the command line says it
  std::string_view reads;  // for --help
  // What is imported is changed by an API of that system's form, which shows no [[test]]: what the
  // source says today would forbid changes, and nobody who uses that API could mend it.
  bool is_changed_by_its_api;
  Imported (*import)(std::string_view text);
};

// In the order of --help.
[[nodiscard]] std::span<const Importer> importers() noexcept;

[[nodiscard]] Imported import_cloudflare(std::string_view text);
[[nodiscard]] Imported import_django(std::string_view text);
[[nodiscard]] Imported import_express(std::string_view text);
[[nodiscard]] Imported import_fusionauth(std::string_view text);
[[nodiscard]] Imported import_nginx(std::string_view text);
[[nodiscard]] Imported import_okta(std::string_view text);
[[nodiscard]] Imported import_openedx(std::string_view text);
[[nodiscard]] Imported import_rs_cors(std::string_view text);
[[nodiscard]] Imported import_spring(std::string_view text);

}  // namespace corsac::server
