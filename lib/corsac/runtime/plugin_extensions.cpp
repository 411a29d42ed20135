// Asks a plugin for its extensions. Entries: write_table, records_table, changes_table. The
// contract: lib/abi/corsac_store_write.h, corsac_store_records.h, corsac_store_changes.h. Tests:
// tests/runtime/store_client_test.cpp, plugin_extensions_test.cpp.

#include "corsac/runtime/plugin_extensions.hpp"

#include <string_view>

#include "corsac/runtime/c_text.hpp"

namespace corsac {
namespace {

template <class Table>
const Table* find_extension(const corsac_store_plugin_v1& plugin, std::string_view name) noexcept {
  if (plugin.extension == nullptr) return nullptr;
  const auto* table = static_cast<const Table*>(plugin.extension(to_c(name)));
  return table != nullptr && table->size >= sizeof(Table) ? table : nullptr;
}

}  // namespace

const corsac_store_write_v1* write_table(const corsac_store_plugin_v1& plugin) noexcept {
  const auto* table = find_extension<corsac_store_write_v1>(plugin, CORSAC_STORE_WRITE_NAME);
  return table != nullptr && table->put_document != nullptr ? table : nullptr;
}

const corsac_store_records_v1* records_table(const corsac_store_plugin_v1& plugin) noexcept {
  const auto* table = find_extension<corsac_store_records_v1>(plugin, CORSAC_STORE_RECORDS_NAME);
  const bool is_whole = table != nullptr && table->read_records != nullptr &&
                        table->put_records != nullptr && table->form >= CORSAC_RECORDS_CHANGES &&
                        table->form <= CORSAC_RECORDS_TOML;
  return is_whole ? table : nullptr;
}

const corsac_store_changes_v1* changes_table(const corsac_store_plugin_v1& plugin) noexcept {
  const auto* table = find_extension<corsac_store_changes_v1>(plugin, CORSAC_STORE_CHANGES_NAME);
  return table != nullptr && table->read_changes != nullptr ? table : nullptr;
}

}  // namespace corsac
