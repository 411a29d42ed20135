#pragma once

// The `next` relation of an answer's Link headers.

#include <string>
#include <string_view>
#include <vector>

namespace corsac::remote_store {

// The targets of all links with the relation "next", in the order of `values`, each the value of
// one Link header with any number of links joined by commas: RFC 8288, 3. What is no link is
// skipped.
[[nodiscard]] std::vector<std::string> next_links(const std::vector<std::string_view>& values);

}  // namespace corsac::remote_store
