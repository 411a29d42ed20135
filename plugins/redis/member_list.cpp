// Entries: MemberList, MemberSum. Tests: tests/plugins/redis_store_test.cpp,
// redis_changes_test.cpp.

#include "member_list.hpp"

#include <algorithm>

namespace corsac::redis_store {

std::uint64_t content_hash(std::string_view bytes, std::uint64_t basis) noexcept {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  for (const char byte : bytes) basis = (basis ^ static_cast<unsigned char>(byte)) * kPrime;
  return basis;
}

// The last step of MurmurHash3.
std::uint64_t hash_for_sum(std::uint64_t content_hash) noexcept {
  content_hash = (content_hash ^ content_hash >> 33) * 0xff51afd7ed558ccd;
  content_hash = (content_hash ^ content_hash >> 33) * 0xc4ceb9fe1a85ec53;
  return content_hash ^ content_hash >> 33;
}

void MemberSum::add(std::string_view member) noexcept {
  hash += hash_for_sum(content_hash(member));
  ++count;
}

void MemberSum::remove(std::string_view member) noexcept {
  hash -= hash_for_sum(content_hash(member));
  --count;
}

void MemberList::add(std::string_view member) {
  entries_.push_back({content_hash(member), bytes_.size(), member.size()});
  bytes_.append(member);
}

void MemberList::settle() {
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
    return a.hash != b.hash ? a.hash < b.hash : bytes_of(a) < bytes_of(b);
  });
  const auto end =
      std::unique(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
        return a.hash == b.hash && bytes_of(a) == bytes_of(b);
      });
  entries_.erase(end, entries_.end());
}

void MemberList::set(const std::map<std::string_view, bool>& members) {
  std::erase_if(entries_, [&](const Entry& entry) { return members.count(bytes_of(entry)) != 0; });
  for (const auto& [member, is_there] : members) {
    if (is_there) add(member);
  }
  settle();
}

MemberSum MemberList::sum() const noexcept {
  MemberSum sum;
  for (const Entry& entry : entries_) sum.hash += hash_for_sum(entry.hash);
  sum.count = entries_.size();
  return sum;
}

}  // namespace corsac::redis_store
