#pragma once

#include "corsac_store_changes.h"
#include "corsac_store_plugin.h"
#include "corsac_store_records.h"
#include "corsac_store_write.h"

namespace corsac {

// What a plugin can besides reading. Null when it has no such extension, one of another size, or
// one without a function; change_origins of the last one may be null.
[[nodiscard]] const corsac_store_write_v1* write_table(
    const corsac_store_plugin_v1& plugin) noexcept;
[[nodiscard]] const corsac_store_records_v1* records_table(
    const corsac_store_plugin_v1& plugin) noexcept;
[[nodiscard]] const corsac_store_changes_v1* changes_table(
    const corsac_store_plugin_v1& plugin) noexcept;

}  // namespace corsac
