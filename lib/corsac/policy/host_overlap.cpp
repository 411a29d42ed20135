// Finds a host that two patterns match, by joining them label by label and asking matches_host
// whether the joined text is one. Entries: host_key, host_of_both.
// Test: tests/policy/host_overlap_test.cpp, path_table_build_test.cpp.

#include "corsac/policy/host_overlap.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace corsac {
namespace {

// Stands for any label, or any part of one. It may stand in every host name.
constexpr char kAnyLabel = 'a';

// From the right; a subdomain pattern has more labels than these.
[[nodiscard]] std::vector<std::string_view> labels_from_the_right(std::string_view host) {
  std::vector<std::string_view> labels;
  while (!host.empty()) {
    const std::size_t dot = host.rfind('.');
    if (dot == std::string_view::npos) {
      labels.push_back(host);
      break;
    }
    labels.push_back(host.substr(dot + 1));
    host = host.substr(0, dot);
  }
  return labels;
}

// A label that both could match; each may hold one `*`. That it does is not checked here.
[[nodiscard]] std::string joined_label(std::string_view a, std::string_view b) {
  const std::size_t star_a = a.find('*');
  const std::size_t star_b = b.find('*');
  if (star_a == std::string_view::npos) return std::string(a);
  if (star_b == std::string_view::npos) return std::string(b);
  const auto longer = [](std::string_view x, std::string_view y) {
    return x.size() < y.size() ? y : x;
  };
  std::string label(longer(a.substr(0, star_a), b.substr(0, star_b)));
  label += kAnyLabel;
  label += longer(a.substr(star_a + 1), b.substr(star_b + 1));
  return label;
}

[[nodiscard]] std::string joined_host(const HostPattern& a, const HostPattern& b) {
  const auto labels_a = labels_from_the_right(a.host);
  const auto labels_b = labels_from_the_right(b.host);
  const bool is_open_a = a.host_form == HostForm::Subdomain;
  const bool is_open_b = b.host_form == HostForm::Subdomain;
  std::size_t count = std::max(labels_a.size(), labels_b.size());
  if ((is_open_a && labels_a.size() >= labels_b.size()) ||
      (is_open_b && labels_b.size() >= labels_a.size())) {
    ++count;
  }
  std::string host;
  for (std::size_t i = count; i-- > 0;) {
    host += joined_label(i < labels_a.size() ? labels_a[i] : "*",
                         i < labels_b.size() ? labels_b[i] : "*");
    if (i != 0) host += '.';
  }
  return host;
}

// Ports that could be common to both; -1 = none written. A few are enough: all ports of a range are
// alike but the two default ones.
[[nodiscard]] std::vector<std::int32_t> possible_ports(const HostPattern& a, const HostPattern& b) {
  constexpr std::size_t kEnough = 16;
  const std::vector<PortRange> kAll = {{.first = 1, .last = 65535}};
  const auto& ranges_a = a.ports.empty() ? kAll : a.ports;
  const auto& ranges_b = b.ports.empty() ? kAll : b.ports;
  std::vector<std::int32_t> ports = {-1};
  auto x = ranges_a.begin();
  auto y = ranges_b.begin();
  while (x != ranges_a.end() && y != ranges_b.end() && ports.size() < kEnough) {
    const std::int32_t first = std::max(x->first, y->first);
    const std::int32_t last = std::min(x->last, y->last);
    if (first <= last) ports.insert(ports.end(), {first, last});
    if (x->last < y->last) {
      ++x;
    } else {
      ++y;
    }
  }
  return ports;
}

[[nodiscard]] bool is_matched(const HostPattern& pattern, const ParsedHost& host) noexcept {
  return matches_host(pattern, host, HostForMatching::PortIfWritten);
}

}  // namespace

std::string_view host_key(const HostPattern& pattern) noexcept {
  const std::string_view host = pattern.host;
  if (pattern.host_form != HostForm::Glob) return host;
  const std::size_t dot = host.find('.', host.find('*'));
  return dot == std::string_view::npos ? std::string_view() : host.substr(dot);
}

std::optional<std::string> host_of_both(const HostPattern& a, const HostPattern& b) {
  const std::string host = joined_host(a, b);
  for (const std::int32_t port : possible_ports(a, b)) {
    const std::string text = port < 0 ? host : host + ':' + std::to_string(port);
    // :80 and :443 are dropped on one kind of connection and stay on the other.
    for (const bool is_tls : {true, false}) {
      ParsedHost parsed;
      if (!parse_host(text, is_tls, parsed)) continue;
      if (is_matched(a, parsed) && is_matched(b, parsed)) return text;
    }
  }
  return std::nullopt;
}

}  // namespace corsac
