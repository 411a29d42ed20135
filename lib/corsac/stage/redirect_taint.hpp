#pragma once

// A redirect that takes a page's cross-origin request to yet another origin: the grant does not
// reach there. Fetch, "HTTP-redirect fetch": the request's origin becomes an opaque one.

#include <string_view>

#include "corsac/http/request_view.hpp"

namespace corsac {

// True when a browser that follows `location` (of a 3xx answer to `request`) sends `Origin: null`
// there: the request has one Origin that is not our own, is no navigation (`Sec-Fetch-Mode`, when
// it came: a form that another site posts may be sent on), and the target is an http or https
// origin that is not ours. Ours are all public origins; without any, what the request names as its
// own (OwnOrigin::describe), of whatever scheme where none is known for sure, as behind a proxy
// that nobody named. False for what does not parse. Changes nothing; throws for memory only.
[[nodiscard]] bool taints_origin(const RequestView& request, std::string_view location);

}  // namespace corsac
