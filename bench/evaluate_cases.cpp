// Policies and requests for evaluate.cpp and count_instructions.cpp.
// Entry: make_evaluate_case. The bars are a tenth above what is reached, or those of the design, 4,
// where these are lower. A denial is above the design's 160: that is the aim for one that does not
// tell a value that is no origin from one that is not listed, and a refusal must (policy document,
// 5), which takes about 70 instructions for the usual origin.

#include "evaluate_cases.hpp"

#include <cstdio>
#include <cstdlib>

#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/compile.hpp"

namespace corsac::bench {
namespace {

constexpr std::uint64_t kSeed = 1;

struct Description {
  EvaluateCaseName name;
  std::size_t origins = 1;         // exact ones; 0 = the list has only "*"
  bool has_wildcards = false;      // three of them besides
  bool has_many_suffixes = false;  // 40 wildcards, each of another length
  bool asks_own = false;           // a refusal asks whether the page is our own
  const char* origin = nullptr;
  const char* requested_method = nullptr;
  const char* requested_headers = nullptr;
  std::size_t fill_origin_up_to = 0;     // with letters behind it, to so many bytes
  std::size_t repeat_headers_up_to = 0;  // fill the line with the above up to this many bytes
};

constexpr const char* kListed = "https://app0.example";
constexpr const char* kNotListed = "https://app0.evil.me";

// clang-format off
constexpr Description kCases[] = {
    {.name = {"no Origin", 46}},
    {.name = {"denied, 1 origin", 260}, .origin = kNotListed},
    {.name = {"denied, 100,000 origins", 260}, .origins = 100'000, .origin = kNotListed},
    {.name = {"denied, not own", 586}, .asks_own = true, .origin = kNotListed},
    {.name = {"allowed, 1 origin", 186}, .origin = kListed},
    {.name = {"allowed, 1,000 origins", 192}, .origins = 1000, .origin = kListed},
    {.name = {"allowed, 100,000 origins", 196}, .origins = 100'000, .origin = kListed},
    {.name = {"preflight", 260}, .origin = kListed, .requested_method = "PUT"},
    {.name = {"preflight, 3 header names", 500}, .origin = kListed, .requested_method = "PUT",
     .requested_headers = "authorization,content-type,x-request-id"},
    {.name = {"preflight, denied", 288}, .origin = kNotListed, .requested_method = "PUT"},
    {.name = {"any origin", 75}, .origins = 0, .origin = kNotListed},
    {.name = {"any origin, preflight", 180}, .origins = 0, .origin = kNotListed,
     .requested_method = "PUT"},
    {.name = {"wildcard, allowed", 666}, .has_wildcards = true, .origin = "https://a.b.wild1.example"},
    {.name = {"wildcard, denied", 353}, .has_wildcards = true, .origin = "https://a.b.wild1.evil.me"},
    {.name = {"wildcard, worst denied", 3793}, .has_many_suffixes = true,
     .origin = "https://x.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b."
               "example.com"},
    {.name = {"8 KB of Origin", 208}, .origin = kNotListed, .fill_origin_up_to = 8192},
    {.name = {"16 KB of commas", 314}, .origin = kListed, .requested_method = "PUT",
     .requested_headers = ",", .repeat_headers_up_to = 16384},
    {.name = {"16 KB of one header name", 314}, .origin = kListed, .requested_method = "PUT",
     .requested_headers = "a", .repeat_headers_up_to = 16384},
    {.name = {"16 KB of repeats", 314}, .origin = kListed, .requested_method = "PUT",
     .requested_headers = "accept,", .repeat_headers_up_to = 16384},
};
// clang-format on

CompiledCors compile(const Description& description) {
  std::vector<std::string> exact;
  for (std::size_t i = 0; i < description.origins; ++i) {
    exact.push_back("https://app" + std::to_string(i) + ".example");
  }
  std::vector<OriginPattern> patterns;
  for (const char* text : {"https://*.wild1.example", "https://*.preview.wild2.example",
                           "https://*.wild3.example:8443"}) {
    if (description.has_wildcards) patterns.push_back(parse_origin_pattern(text).value());
  }
  std::string suffix = "example.com";
  for (int i = 0; description.has_many_suffixes && i < 40; ++i) {
    suffix.insert(0, "a.");
    patterns.push_back(parse_origin_pattern("https://*." + suffix).value());
  }
  const std::vector<std::string_view> views(exact.begin(), exact.end());
  CorsRules rules = {.allowed_methods = {{"PUT"}, {"DELETE"}},
                     .allowed_headers = {{"authorization"}, {"content-type"}, {"x-request-id"}},
                     .known_origins = OriginSet::build(views, patterns, kSeed)};
  if (description.origins == 0) rules.allowed_origins = {{"*"}};
  std::vector<Problem> problems;
  CompiledCors compiled = compile_cors(rules, problems);
  if (!problems.empty()) {
    std::fprintf(stderr, "the case's own policy is wrong: %s\n", problems[0].what.c_str());
    std::abort();
  }
  return compiled;
}

void fill_request(const Description& description, EvaluateCase& filled) {
  RequestView& request = filled.request;
  request.method = "GET";
  request.target = "/api/items";
  request.path = "/api/items";
  request.host = {.value = "server.example", .lines = 1};
  if (description.asks_own) request.own = &filled.own;
  if (description.origin != nullptr) {
    filled.origin = description.origin;
    if (filled.origin.size() < description.fill_origin_up_to) {
      filled.origin.resize(description.fill_origin_up_to, 'a');
    }
    request.origin = {.value = filled.origin, .lines = 1};
  }
  if (description.requested_method != nullptr) {
    request.method = "OPTIONS";
    request.requested_method = {.value = description.requested_method, .lines = 1};
  }
  if (description.requested_headers != nullptr) {
    do {
      filled.requested_headers_line += description.requested_headers;
    } while (filled.requested_headers_line.size() < description.repeat_headers_up_to);
    filled.requested_headers = {filled.requested_headers_line};
    request.requested_headers = filled.requested_headers;
  }
}

}  // namespace

std::span<const EvaluateCaseName> evaluate_case_names() {
  static const std::vector<EvaluateCaseName> names = [] {
    std::vector<EvaluateCaseName> collected;
    for (const Description& description : kCases) collected.push_back(description.name);
    return collected;
  }();
  return names;
}

std::unique_ptr<EvaluateCase> make_evaluate_case(std::string_view name) {
  for (const Description& description : kCases) {
    if (description.name.name != name) continue;
    auto made = std::make_unique<EvaluateCase>();
    made->cors = compile(description);
    fill_request(description, *made);
    return made;
  }
  return nullptr;
}

}  // namespace corsac::bench
