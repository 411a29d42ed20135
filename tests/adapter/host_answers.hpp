#pragma once

// One request, its whole answer, and which handler ran for it.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapter/host_policy.hpp"

namespace corsac::testing {

// For what the two hosts do differently.
inline HeaderLines by_host(HeaderLines old_host, HeaderLines new_host) {
  return host_reads_bodies() ? std::move(new_host) : std::move(old_host);
}

struct AnswerRow {
  const char* desc;
  std::string request;
  int status;
  HeaderLines headers;
  std::string body;
  std::vector<std::string> handled;
};

inline void check(const TestHost& host, const AnswerRow& row) {
  SCOPED_TRACE(row.desc);
  const std::size_t before = host.handled().size();
  const RawResponse response = exchange(host.port(), row.request);
  EXPECT_EQ(response.status, row.status);
  EXPECT_EQ(response.header_set(), row.headers);
  EXPECT_EQ(response.body, row.body);
  EXPECT_TRUE(response.is_whole);
  const auto handled = host.handled();
  EXPECT_EQ(std::vector<std::string>(handled.begin() + static_cast<std::ptrdiff_t>(before),
                                     handled.end()),
            row.handled);
}

}  // namespace corsac::testing
