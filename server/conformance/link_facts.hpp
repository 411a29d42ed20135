#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace corsac::conformance {

// A symbol that other libraries of the process can be bound to.
struct ExportedSymbol {
  std::string name = {};   // as in the file: mangled
  bool is_merged = false;  // weak or unique: one of that name serves the whole process
};

// How a shared library was linked.
struct LinkFacts {
  std::vector<ExportedSymbol> exported = {};
  bool is_nodelete = false;  // -z nodelete
};

// Nothing when the file cannot be read, is no ELF library of this machine, or is cut. Precondition:
// the loader took it, so no more is guarded against than reading outside of the file.
[[nodiscard]] std::optional<LinkFacts> read_link_facts(const std::filesystem::path& path);

}  // namespace corsac::conformance
