#pragma once

// The one result type of the library: a value, or the reason why there is none.
// The only file of lib/ that includes tl::expected.

#include <utility>

#include <tl/expected.hpp>

namespace corsac {

// Either a T or an E; never both, never neither. Test it like a bool.
template <class T, class E>
using Result = tl::expected<T, E>;

// The error side of a Result: `return fail(error);`
template <class E>
[[nodiscard]] constexpr tl::unexpected<std::decay_t<E>> fail(E&& error) {
  return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace corsac
