// Reads the dynamic symbols and flags of a shared library. Entry: read_link_facts. Spec: elf(5),
// and "Dynamic Section" in the gABI. Test: tests/server/store_test_test.py.
//
// Of the libraries, libelf would be one more dependency for two tables, and Boost.DLL knows no
// flags and lists local symbols too.

#include "conformance/link_facts.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

namespace corsac::conformance {
namespace {

// Of the word size of this program, as the loader wants it; so is the order of bytes.
using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);
using Entry = ElfW(Dyn);

std::optional<std::string> bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// `count` values from `offset`; empty = they do not lie in the file.
template <class T>
std::vector<T> values_at(std::string_view bytes, std::size_t offset, std::size_t count) {
  if (offset > bytes.size() || count > (bytes.size() - offset) / sizeof(T)) return {};
  std::vector<T> values(count);
  if (count != 0) std::memcpy(values.data(), bytes.data() + offset, count * sizeof(T));
  return values;
}

std::vector<Section> sections_of(std::string_view bytes) {
  const std::vector<Header> header = values_at<Header>(bytes, 0, 1);
  if (header.empty() || std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (header[0].e_shentsize != sizeof(Section)) return {};
  return values_at<Section>(bytes, header[0].e_shoff, header[0].e_shnum);
}

template <class T>
std::vector<T> table_of(std::string_view bytes, const Section& section) {
  return values_at<T>(bytes, section.sh_offset, section.sh_size / sizeof(T));
}

const Section* first_of(const std::vector<Section>& sections, std::uint32_t type) {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const Section& section) { return section.sh_type == type; });
  return found == sections.end() ? nullptr : &*found;
}

bool is_exported(const Symbol& symbol) {
  // ELF64_ and ELF32_ are the same for these two. Absolute ones are names of versions.
  const unsigned binding = ELF64_ST_BIND(symbol.st_info);
  const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return binding != STB_LOCAL && symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

std::vector<ExportedSymbol> exported_of(const std::vector<Symbol>& symbols,
                                        std::string_view names) {
  std::vector<ExportedSymbol> exported;
  for (const Symbol& symbol : symbols) {
    if (!is_exported(symbol) || symbol.st_name >= names.size()) continue;
    const std::string_view name = names.substr(symbol.st_name);
    const bool is_merged = ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL;
    exported.push_back({std::string(name.substr(0, name.find('\0'))), is_merged});
  }
  return exported;
}

}  // namespace

std::optional<LinkFacts> read_link_facts(const std::filesystem::path& path) {
  const std::optional<std::string> bytes = bytes_of(path);
  if (!bytes) return std::nullopt;
  const std::vector<Section> sections = sections_of(*bytes);
  const Section* symbols = first_of(sections, SHT_DYNSYM);
  const Section* dynamic = first_of(sections, SHT_DYNAMIC);
  if (symbols == nullptr || dynamic == nullptr || symbols->sh_link >= sections.size()) {
    return std::nullopt;
  }
  const std::vector<char> names = table_of<char>(*bytes, sections[symbols->sh_link]);
  const std::vector<Entry> entries = table_of<Entry>(*bytes, *dynamic);
  if (names.empty() || entries.empty()) return std::nullopt;
  LinkFacts facts;
  facts.exported = exported_of(table_of<Symbol>(*bytes, *symbols), {names.data(), names.size()});
  facts.is_nodelete = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_NODELETE) != 0;
  });
  return facts;
}

}  // namespace corsac::conformance
