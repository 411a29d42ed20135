#pragma once

// Targets by which others were led past their policy: each may mean /ok to some router.

#include <string>
#include <vector>

namespace corsac::testing {

inline const std::vector<std::string> kPathTricks = {
    "/ok",
    "/ok?x=/hidden",
    "/hidden?x=/ok",
    "/hidden?/ok",
    "/ok/",
    "/OK",
    "/okay",
    "/%6fk",
    "/o%6B",
    "/ok%20",
    "/ok%2F",
    "/%2Fok",
    "/hidden%2F../ok",
    "//ok",
    "/./ok",
    "/x/../ok",
    "/ok/.",
    "/ok/..",
    "/%2e/ok",
    "/%2e%2e/ok",
    "/ok%00",
    "/ok%0a",
    "/ok%u002f",
    "/\\ok",
    "/x\\..\\ok",
    "/%5Cok",
    "/ok;x=y",
    "/ok#/hidden",
    "/+ok",
    "/ok+",
    "http://api.example.com/ok",
    "http://api.example.com//ok",
    "/hidden/../ok",
    "/static/../ok",
    "/static/%2e%2e/ok",
    "*",
    "ok",
    "/ok%252F",
    "/%ok",
    "/ok%",
};

}  // namespace corsac::testing
