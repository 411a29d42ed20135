#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace corsac::redis_store {

// FNV-1a with 64 bits: tells contents apart that nobody chose to look alike.
[[nodiscard]] std::uint64_t content_hash(std::string_view bytes,
                                         std::uint64_t basis = 0xcbf29ce484222325) noexcept;

// What the members of a set add up to, in whatever order: a change of one costs what one costs.
// Tells sets apart that nobody chose to look alike.
struct MemberSum {
  std::uint64_t hash = 0;
  std::uint64_t count = 0;

  // Of a member that was not there; remove() of one that was.
  void add(std::string_view member) noexcept;
  void remove(std::string_view member) noexcept;
  friend bool operator==(const MemberSum&, const MemberSum&) = default;
};

// A hash for sums: a content_hash alone is nearly linear in the last bytes, and "a1" and "b2" would
// add up to what "a2" and "b1" do.
[[nodiscard]] std::uint64_t hash_for_sum(std::uint64_t content_hash) noexcept;

// The members of a set, as a scan delivers them: in any order, and some twice. All bytes in one
// piece, since there may be millions.
class MemberList {
 public:
  void add(std::string_view member);
  // Takes out repeats and brings the rest into an order that depends on nothing but the members, so
  // that all servers, replicas and reads see one list. Not the alphabet's: that takes five times
  // as long.
  void settle();

  // After settle(): each of these members is in the list from now on (true), or is not.
  void set(const std::map<std::string_view, bool>& members);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t index) const {
    return bytes_of(entries_[index]);
  }
  [[nodiscard]] MemberSum sum() const noexcept;

 private:
  struct Entry {
    std::uint64_t hash;
    std::size_t offset;
    std::size_t size;
  };
  [[nodiscard]] std::string_view bytes_of(const Entry& entry) const {
    return {bytes_.data() + entry.offset, entry.size};
  }

  std::string bytes_ = {};
  std::vector<Entry> entries_ = {};
};

}  // namespace corsac::redis_store
