// Reads token files and compares tokens. Entry: parse_admin_tokens, find_admin_token. Spec: README,
// "Operating". Test: tests/authority/admin_tokens_test.cpp.

#include "corsac/authority/admin_tokens.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/sha256.hpp"
#include "corsac/base/utf8.hpp"

namespace corsac {
namespace {

// Fields between blanks; a fourth one is enough to know that there are too many.
struct Fields {
  std::array<std::string_view, 4> texts = {};
  std::size_t count = 0;
};

Fields split(std::string_view line) {
  Fields fields;
  for (line = trim_ows(line); !line.empty() && fields.count < fields.texts.size();
       line = trim_ows(line)) {
    const std::size_t end = line.find_first_of(" \t");
    fields.texts[fields.count++] = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end);
  }
  return fields;
}

// "" = nothing.
const char* fault_of_name(std::string_view name) {
  const auto is_control = [](char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == '\x7F';
  };
  if (name.size() > kTokenNameLimitBytes) return "a name has at most 255 bytes";
  if (!is_utf8(name)) return "this name is not valid UTF-8";
  if (std::any_of(name.begin(), name.end(), is_control)) {
    return "this name has a control character in it";
  }
  return "";
}

class TokenFile {
 public:
  void read_line(std::string_view line, std::uint32_t number) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const Fields fields = split(line);
    if (fields.count == 0 || fields.texts[0].front() == '#') return;
    const Place place{.line = number};
    if (fields.count != 3) {
      return add(place, "token-fields", {}, "a line has three fields",
                 "write \"name scope sha256-of-token\"");
    }
    const auto [name, scope, hash, rest] = fields.texts;
    const auto digest = parse_sha256(hash);
    if (!digest) {  // the value stays out: whoever writes the token itself must not find it in logs
      return add(place, "token-hash", {}, "the third field is not a SHA-256 in 64 hex digits",
                 "write what `printf %s TOKEN | sha256sum` prints");
    }
    if (scope != "read" && scope != "manage") {
      return add(place, "token-scope", scope, "a scope is read or manage", "write one of them");
    }
    if (const char* what = fault_of_name(name); *what != '\0') {
      return add(place, "token-name", name, what, "write it like \"anna\" or \"ci-deploy\"");
    }
    for (const AdminToken& other : tokens) {
      if (other.name != name && other.sha256 != *digest) continue;
      return add(place, "token-repeated", name, "another line has this name or this hash",
                 "give every token its own name");
    }
    tokens.push_back(
        {std::string(name), scope == "read" ? AdminScope::Read : AdminScope::Manage, *digest});
  }

  std::vector<AdminToken> tokens = {};
  std::vector<Problem> problems = {};

 private:
  void add(Place place, const char* code, std::string_view value, const char* what,
           const char* fix) {
    problems.push_back(
        {.code = code, .value = std::string(value), .place = place, .what = what, .fix = fix});
  }
};

}  // namespace

struct AdminTokenSet::Shared {
  std::mutex mutex;
  std::shared_ptr<const List> tokens;  // guarded by mutex
};

AdminTokenSet::AdminTokenSet(List tokens) : shared_(std::make_shared<Shared>()) {
  replace(std::move(tokens));
}

AdminTokenSet::AdminTokenSet(std::initializer_list<AdminToken> tokens)
    : AdminTokenSet(List(tokens)) {}

void AdminTokenSet::replace(List tokens) {
  auto next = std::make_shared<const List>(std::move(tokens));
  const std::lock_guard lock(shared_->mutex);
  std::swap(shared_->tokens, next);
}

std::shared_ptr<const AdminTokenSet::List> AdminTokenSet::get() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->tokens;
}

Result<std::vector<AdminToken>, Report> parse_admin_tokens(std::string_view text,
                                                           const std::string& source) {
  TokenFile file;
  std::uint32_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    file.read_line(text.substr(0, end), ++number);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (file.tokens.empty() && file.problems.empty()) {
    file.problems.push_back({.code = "token-none",
                             .what = "the file names nobody, so nobody could sign in",
                             .fix = "write a line \"name scope sha256-of-token\""});
  }
  if (!file.problems.empty()) return fail(Report(std::move(file.problems), {source}));
  return std::move(file.tokens);
}

const AdminToken* find_admin_token(const std::vector<AdminToken>& tokens, std::string_view token) {
  const Sha256 hash = sha256(token);
  const AdminToken* found = nullptr;
  for (const AdminToken& known : tokens) {
    if (is_equal_in_constant_time(known.sha256, hash)) found = &known;
  }
  return found;
}

}  // namespace corsac
