// What a reader and compiling say about one document, made one. Entries: restore_indices,
// leave_out_consequences. Spec: policy document, 5. Test: tests/policy/element_paths_test.cpp.

#include "corsac/policy/element_paths.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

namespace corsac {
namespace {

// The elements that are not in the policy, by the path of their list.
using LeftOut = std::map<std::string, std::set<std::size_t>, std::less<>>;

// The codes of a reader for an element that it leaves out.
constexpr std::string_view kCodes[] = {"field-type", "text-too-long", "text-not-utf8"};

std::optional<std::size_t> index_of(std::string_view digits) {
  std::size_t index = 0;
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, index);
  return error == std::errc() && last == end ? std::optional(index) : std::nullopt;
}

LeftOut left_out(const std::vector<Problem>& read) {
  LeftOut lists;
  for (const Problem& problem : read) {
    const std::string_view path = problem.path;
    const bool is_taken = std::find(std::begin(kCodes), std::end(kCodes),
                                    std::string_view(problem.code)) == std::end(kCodes);
    const std::size_t bracket = path.rfind('[');
    if (is_taken || !path.ends_with(']') || bracket == std::string_view::npos) continue;
    const auto index = index_of(path.substr(bracket + 1, path.size() - bracket - 2));
    if (index) lists[std::string(path.substr(0, bracket))].insert(*index);
  }
  return lists;
}

std::string restored(std::string_view path, const LeftOut& lists) {
  std::string whole;
  while (true) {
    const std::size_t bracket = path.find('[');
    const std::size_t end = path.find(']', std::min(bracket, path.size()));
    if (end == std::string_view::npos) return whole.append(path);
    whole += path.substr(0, bracket);
    auto index = index_of(path.substr(bracket + 1, end - bracket - 1));
    const auto list = lists.find(whole);
    if (index && list != lists.end()) {
      for (const std::size_t missing : list->second) *index += missing <= *index ? 1 : 0;
      whole += '[' + std::to_string(*index) + ']';
    } else {
      whole += path.substr(bracket, end + 1 - bracket);
    }
    path.remove_prefix(end + 1);
  }
}

}  // namespace

void restore_indices(const std::vector<Problem>& read, std::vector<Problem>& compiled) {
  const LeftOut lists = left_out(read);
  if (lists.empty()) return;
  for (Problem& problem : compiled) problem.path = restored(problem.path, lists);
}

void leave_out_consequences(const std::vector<Problem>& read, std::vector<Problem>& compiled) {
  std::set<std::string_view> told;
  for (const Problem& problem : read) {
    const bool is_field = problem.severity == Severity::Error && !problem.path.ends_with(']');
    if (is_field && !problem.path.empty()) told.insert(problem.path);
  }
  std::erase_if(compiled, [&](const Problem& problem) { return told.contains(problem.path); });
}

}  // namespace corsac
