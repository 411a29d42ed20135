// Reads ports, port sets and `*`: policy document, 2.
// Entries: read_ports, to_shortest_port, merge_ports, contains_port. Test:
// tests/origin/pattern_test.cpp.

#include "corsac/origin/port_text.hpp"

#include <algorithm>
#include <iterator>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

// 0 = not a port. By hand with a length cap: std::stoi has a history of overflowing into the
// default port, which fails open.
std::uint16_t read_port(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > 5 || digits.front() == '0') return 0;
  std::uint32_t port = 0;
  for (const char c : digits) {
    if (!is_ascii_digit(c)) return 0;
    port = port * 10U + static_cast<unsigned>(c - '0');
  }
  return port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

bool read_range(std::string_view item, PortRange& range) noexcept {
  const std::size_t hyphen = item.find('-');
  range.first = read_port(item.substr(0, hyphen));
  range.last = hyphen == std::string_view::npos ? range.first : read_port(item.substr(hyphen + 1));
  return range.first != 0 && range.last >= range.first;
}

PortText read_set(std::string_view text) {
  PortText set = {PortFault::None, PortForm::Set, {}};
  if (!text.ends_with(']')) return {PortFault::Set};
  std::string_view items = text.substr(1, text.size() - 2);
  while (true) {
    const std::size_t comma = items.find(',');
    PortRange range = {};
    if (!read_range(items.substr(0, comma), range)) return {PortFault::Set};
    set.ports.push_back(range);
    if (comma == std::string_view::npos) break;
    items.remove_prefix(comma + 1);
  }
  merge_ports(set.ports);
  return set;
}

}  // namespace

PortText read_ports(std::string_view text) {
  if (text == "*") return {PortFault::None, PortForm::Any, {}};
  if (text.find('*') != std::string_view::npos) return {PortFault::Wildcard};
  if (text.starts_with('[')) return read_set(text);
  const std::uint16_t port = read_port(text);
  if (port == 0) return {PortFault::Port};
  return {PortFault::None, PortForm::Exact, {{port, port}}};
}

std::string to_shortest_port(std::string_view text, std::int32_t default_port) {
  std::string port;
  for (const char c : text) {
    if (c != ' ' && c != '\t') port += c;
  }
  port.erase(0, std::min(port.find_first_not_of('0'), port.size()));
  return port == std::to_string(default_port) ? std::string() : port;
}

void merge_ports(std::vector<PortRange>& ports) {
  std::sort(ports.begin(), ports.end(), [](PortRange a, PortRange b) { return a.first < b.first; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < ports.size(); ++i) {
    if (ports[i].first <= ports[kept].last + 1) {
      ports[kept].last = std::max(ports[kept].last, ports[i].last);
    } else {
      ports[++kept] = ports[i];
    }
  }
  ports.resize(std::min(ports.size(), kept + 1));
}

bool contains_port(std::span<const PortRange> ports, std::int32_t port) noexcept {
  // The first range that begins after `port`; the one before it holds it, or none does.
  const auto after =
      std::upper_bound(ports.begin(), ports.end(), port,
                       [](std::int32_t value, PortRange range) { return value < range.first; });
  return after != ports.begin() && port <= std::prev(after)->last;
}

}  // namespace corsac
