#pragma once

// The query of the list's address: read, and written into links.

#include <optional>
#include <string>
#include <string_view>

#include "corsac/authority/api_error.hpp"
#include "corsac/authority/page.hpp"
#include "corsac/base/result.hpp"

namespace corsac {

struct ListQuery {
  PageQuery page = {};
  std::string filter_text = {};  // empty = none
};

// `query` as on the wire, without its `?`: q, filter, after, limit; an empty q is as none, another
// one that is empty is an error, as is one in another case. Other names are ignored. The error has
// a cause for everything that is wrong: E0000033 for q beside filter, else E0000031 when one of the
// causes is about q or filter, else E0000029.
[[nodiscard]] Result<ListQuery, ApiError> read_list_query(std::string_view query);

// The list's address with this query, its limit spelled out, and `after` as the place to begin.
[[nodiscard]] std::string list_url(std::string_view base_url, const ListQuery& query,
                                   const std::optional<PagePlace>& after);

}  // namespace corsac
