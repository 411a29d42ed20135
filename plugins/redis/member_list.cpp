// Entry: MemberList. Test: tests/plugins/redis_store_test.cpp.

#include "member_list.hpp"

#include <algorithm>

namespace corsac::redis_store {

std::uint64_t content_hash(std::string_view bytes, std::uint64_t basis) noexcept {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  for (const char byte : bytes) basis = (basis ^ static_cast<unsigned char>(byte)) * kPrime;
  return basis;
}

void MemberList::add(std::string_view member) {
  entries_.push_back({content_hash(member), bytes_.size(), member.size()});
  bytes_.append(member);
}

void MemberList::settle() {
  const auto bytes_of = [this](const Entry& entry) {
    return std::string_view(bytes_.data() + entry.offset, entry.size);
  };
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
    return a.hash != b.hash ? a.hash < b.hash : bytes_of(a) < bytes_of(b);
  });
  const auto end =
      std::unique(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
        return a.hash == b.hash && bytes_of(a) == bytes_of(b);
      });
  entries_.erase(end, entries_.end());
}

std::uint64_t MemberList::hash(std::uint64_t basis) const noexcept {
  for (const Entry& entry : entries_) {
    for (int shift = 0; shift < 64; shift += 8) {
      const char byte = static_cast<char>(entry.hash >> shift & 255);
      basis = content_hash({&byte, 1}, basis);
    }
  }
  return basis;
}

}  // namespace corsac::redis_store
