// The routes of the Trusted Origins API. Entry: TrustedOriginsApi::handle. Spec: Okta's Trusted
// Origins API and Core API. Test: tests/authority/http_api_test.cpp, http_api_errors_test.cpp.

#include "corsac/authority/http_api.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>

#include "corsac/authority/api_error.hpp"
#include "corsac/authority/api_json.hpp"
#include "corsac/authority/list_query.hpp"
#include "corsac/authority/media_types.hpp"
#include "corsac/authority/token_holders.hpp"
#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/base/rate_limit.hpp"
#include "corsac/base/sha256.hpp"
#include "corsac/http/percent_coding.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/policy/record_effect.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {
namespace {

using Status = TrustedOrigin::Status;

// RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string date_text(std::chrono::system_clock::time_point time) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  const auto two = [](auto number) {
    const std::string digits = std::to_string(number);
    return digits.size() < 2 ? "0" + digits : digits;
  };
  std::string text(kDays[std::chrono::weekday{day}.c_encoding()]);
  text += ", " + two(static_cast<unsigned>(date.day())) + " ";
  text += kMonths[static_cast<unsigned>(date.month()) - 1];
  text += " " + std::to_string(static_cast<int>(date.year()));
  text += " " + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" +
          two(clock.seconds().count()) + " GMT";
  return text;
}

// What a path names.
struct Route {
  enum class Kind : unsigned char { List, Record, Activate, Deactivate };
  Kind kind = Kind::List;
  std::string id = {};  // not of List
};

// Nothing for a path that is not of the API. Segments are cut before they are decoded, so that an
// id may hold a slash.
std::optional<Route> find_route(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    if (path.front() != '/') return std::nullopt;
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    auto segment = percent_decoded(path.substr(0, end), PlusSign::Plus);
    if (!segment || segment->empty()) return std::nullopt;
    segments.push_back(std::move(*segment));
    path.remove_prefix(end);
  }
  const std::size_t count = segments.size();
  if (count < 3 || segments[0] != "api" || segments[1] != "v1" || segments[2] != "trustedOrigins") {
    return std::nullopt;
  }
  if (count == 3) return Route{};
  if (count == 4) return Route{Route::Kind::Record, std::move(segments[3])};
  if (count != 6 || segments[4] != "lifecycle") return std::nullopt;
  if (segments[5] == "activate") return Route{Route::Kind::Activate, std::move(segments[3])};
  if (segments[5] == "deactivate") return Route{Route::Kind::Deactivate, std::move(segments[3])};
  return std::nullopt;
}

std::string_view allowed_methods(Route::Kind kind) noexcept {
  switch (kind) {
    case Route::Kind::List:
      return "GET, HEAD, POST";
    case Route::Kind::Record:
      return "GET, HEAD, PUT, DELETE";
    case Route::Kind::Activate:
    case Route::Kind::Deactivate:
      break;
  }
  return "POST";
}

bool allows(std::string_view methods, std::string_view method) noexcept {
  while (!methods.empty()) {
    const std::size_t end = methods.find(", ");
    if (methods.substr(0, end) == method) return true;
    methods.remove_prefix(end == std::string_view::npos ? methods.size() : end + 2);
  }
  return false;
}

bool is_reading(std::string_view method) noexcept { return method == "GET" || method == "HEAD"; }

std::optional<ApiError> check_headers(const ApiRequest& request, bool has_record) {
  if (request.accept.is_present() && !accepts_json(request.accept.value)) {
    return ApiError{.code = ApiErrorCode::WrongAccept,
                    .causes = {"Accept: Only application/json is served"}};
  }
  if (!has_record) return std::nullopt;
  if (!request.content_type.is_present() || request.content_type.value.empty()) {
    return ApiError{.code = ApiErrorCode::NoContentType,
                    .causes = {"Content-Type: The body is application/json"}};
  }
  if (request.content_type.is_repeated() || !is_json_type(request.content_type.value)) {
    return ApiError{.code = ApiErrorCode::WrongType,
                    .causes = {"Content-Type: Only application/json in UTF-8 is taken"}};
  }
  return std::nullopt;
}

const char* why_unread(int status) noexcept {
  switch (status) {
    case 411:
      return "body: Its length is not told; send it with Content-Length";
    case 413:
      return "body: It is larger than 65536 bytes";
    case 415:
      return "body: It is compressed; send it without Content-Encoding";
    default:
      return "body: Its end is not known, or no body is taken here";
  }
}

using Body = Result<ApiAnswer, ApiError>;

// What is told of some records of an answer, each text once.
class IdsByText {
 public:
  void add(std::string text, std::string_view id) {
    if (text.empty() || is_full_) return;
    const std::string shown = percent_encoded(id);
    auto found = std::find_if(lines_.begin(), lines_.end(),
                              [&text](const auto& line) { return line.first == text; });
    bytes_ += shown.size() + (found == lines_.end() ? text.size() : 0);
    is_full_ = bytes_ > kEffectsLimitBytes;
    if (is_full_) {
      lines_.emplace_back("...", "");
    } else if (found == lines_.end()) {
      lines_.emplace_back(std::move(text), shown);
    } else {
      found->second += ' ' + shown;
    }
  }
  void write(const char* header, ApiAnswer& answer) const {
    for (const auto& [text, ids] : lines_) {
      answer.headers.emplace_back(header, to_one_line(text) + "; ids=\"" + ids + '"');
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_ = {};
  std::size_t bytes_ = 0;
  bool is_full_ = false;
};

ApiAnswer json_answer(std::string body) {
  return {.content_type = "application/json", .body = std::move(body)};
}

}  // namespace

struct TrustedOriginsApi::State {
  // Who asks, and what is left of the allowance.
  struct Caller {
    std::shared_ptr<const AdminToken> token = {};  // null = a stranger
    RateLimitState rate = {};
  };
  struct Call {
    const ApiRequest& request;
    Route route;
    std::string_view query;
    std::string base_url;
    std::string_view by;
  };

  State(std::shared_ptr<Authority> authority_of_api, TrustedOriginsOptions api_options)
      : authority(std::move(authority_of_api)),
        options(std::move(api_options)),
        holders(options.tokens, options.requests_per_minute) {
    if (!options.clock) options.clock = std::make_shared<SystemClock>();
    if (!options.random_token) options.random_token = make_random_token;
  }

  template <class Answer>
  ApiAnswer guarded(const ApiRequest& request, Answer answer);
  Caller find_caller(const ApiRequest& request);
  std::optional<std::string> base_url_of(const ApiRequest& request) const;
  Body answer(const ApiRequest& request, const Caller& caller);
  Body run(const Call& call);
  Body list(const Call& call);
  ApiAnswer one_record(const RecordPtr& record, const Call& call) const;
  Body write(const Call& call);
  ApiAnswer to_answer(const ApiError& error, std::string_view error_id) const;
  void tell_effects(std::span<const RecordPtr> records, ApiAnswer& answer) const;

  const std::shared_ptr<Authority> authority;
  TrustedOriginsOptions options;
  TokenHolders holders;  // of options.tokens
};

TrustedOriginsApi::State::Caller TrustedOriginsApi::State::find_caller(const ApiRequest& request) {
  TokenHolders::Found found = holders.find(request.authorization, {"SSWS", "Bearer"});
  return {std::move(found.token), found.allowance->take_and_tell(options.clock->steady_now())};
}

std::optional<std::string> TrustedOriginsApi::State::base_url_of(const ApiRequest& request) const {
  if (!options.base_url.empty()) return options.base_url;
  ParsedHost parsed;
  if (request.host.lines != 1 || !parse_host(request.host.value, request.is_tls, parsed)) {
    return std::nullopt;
  }
  return (request.is_tls ? "https://" : "http://") + std::string(request.host.value);
}

ApiAnswer TrustedOriginsApi::State::to_answer(const ApiError& error,
                                              std::string_view error_id) const {
  ApiAnswer answer = json_answer(to_json(error, error_id));
  answer.status = status_of(error);
  if (answer.status == 401) {
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"corsac\"");
  }
  if (!error.allow.empty()) answer.headers.emplace_back("Allow", error.allow);
  return answer;
}

// `answer` to a caller who may ask at all, as an answer that has all that every answer has.
template <class Answer>
ApiAnswer TrustedOriginsApi::State::guarded(const ApiRequest& request, Answer answer) {
  const std::string token = options.random_token();
  const std::string error_id = "oae" + token.substr(0, 22);
  const auto now = options.clock->wall_now();
  Caller caller = find_caller(request);
  ApiAnswer full;
  try {
    Body body = fail(ApiError{});
    if (!caller.rate.is_taken) {
      body = fail(ApiError{.code = ApiErrorCode::RateLimit});
    } else if (caller.token == nullptr) {
      body = fail(ApiError{.code = ApiErrorCode::InvalidToken});
    } else {
      body = answer(caller);
    }
    full = body ? std::move(*body) : to_answer(body.error(), error_id);
  } catch (const std::exception&) {  // no memory, or a store that throws
    full = to_answer({}, error_id);
  }
  const auto reset = std::chrono::ceil<std::chrono::seconds>(now + caller.rate.until_whole);
  const std::vector<std::pair<std::string, std::string>> every = {
      {"Date", date_text(now)},
      {"Cache-Control", "no-cache, no-store"},
      {"Pragma", "no-cache"},
      {"Expires", "0"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Okta-Request-Id", "req" + token.substr(22, 24)},
      {"X-Rate-Limit-Limit", std::to_string(caller.rate.limit)},
      {"X-Rate-Limit-Remaining", std::to_string(caller.rate.remaining)},
      {"X-Rate-Limit-Reset", std::to_string(reset.time_since_epoch().count())},
  };
  full.headers.insert(full.headers.begin(), every.begin(), every.end());
  return full;
}

Body TrustedOriginsApi::State::answer(const ApiRequest& request, const Caller& caller) {
  const std::size_t mark = request.target.find('?');
  const std::string_view query =
      mark == std::string_view::npos ? "" : request.target.substr(mark + 1);
  auto route = find_route(request.target.substr(0, mark));
  if (!route) return fail(ApiError{.code = ApiErrorCode::UnknownPath});
  const std::string_view methods = allowed_methods(route->kind);
  if (!allows(methods, request.method)) {
    return fail(ApiError{.code = ApiErrorCode::MethodNotServed, .allow = methods});
  }
  if (!is_reading(request.method) && caller.token->scope != AdminScope::Manage) {
    return fail(ApiError{.code = ApiErrorCode::NoPermission});
  }
  auto base_url = base_url_of(request);
  if (!base_url) {
    return fail(ApiError{.code = ApiErrorCode::Validation,
                         .subject = "Host",
                         .causes = {"Host: One well-formed Host header is needed"}});
  }
  const bool has_record =
      request.method == "PUT" || (request.method == "POST" && route->kind == Route::Kind::List);
  if (auto error = check_headers(request, has_record)) return fail(std::move(*error));
  return run({request, std::move(*route), query, std::move(*base_url), caller.token->name});
}

Body TrustedOriginsApi::State::run(const Call& call) {
  const std::string& id = call.route.id;
  if (is_reading(call.request.method)) {
    // That there is no record would be a lie.
    if (const auto unread = authority->why_unread()) return fail(to_api_error(*unread, id));
  }
  if (call.route.kind == Route::Kind::List && is_reading(call.request.method)) return list(call);
  if (call.route.kind == Route::Kind::List || call.request.method == "PUT") return write(call);
  if (is_reading(call.request.method)) {
    const RecordPtr record = authority->find(id);
    if (record == nullptr) return fail(no_such_record(id));
    return one_record(record, call);
  }
  if (call.request.method == "DELETE") {
    const auto removed = authority->remove(id);
    if (!removed) return fail(to_api_error(removed.error(), id));
    auto gone = std::make_shared<TrustedOrigin>(**removed);
    gone->status = Status::Inactive;
    const RecordPtr told = std::move(gone);
    ApiAnswer answer{.status = 204};
    tell_effects({&told, 1}, answer);
    return answer;
  }
  const Status status =
      call.route.kind == Route::Kind::Activate ? Status::Active : Status::Inactive;
  const auto changed = authority->set_status(id, status, call.by);
  if (!changed) return fail(to_api_error(changed.error(), id));
  return one_record(*changed, call);
}

Body TrustedOriginsApi::State::list(const Call& call) {
  const auto query = read_list_query(call.query);
  if (!query) return fail(query.error());
  const Page page = authority->find_page(query->page);
  ApiAnswer answer = json_answer(to_json(page.records, call.base_url));
  const auto link = [&](const std::optional<PagePlace>& after, const char* relation) {
    answer.headers.emplace_back(
        "Link", "<" + list_url(call.base_url, *query, after) + ">; rel=\"" + relation + "\"");
  };
  link(query->page.after, "self");
  if (page.next) link(page.next, "next");
  tell_effects(page.records, answer);
  return answer;
}

ApiAnswer TrustedOriginsApi::State::one_record(const RecordPtr& record, const Call& call) const {
  ApiAnswer answer = json_answer(to_json(*record, call.base_url));
  tell_effects({&record, 1}, answer);
  return answer;
}

void TrustedOriginsApi::State::tell_effects(std::span<const RecordPtr> records,
                                            ApiAnswer& answer) const {
  if (options.gate == nullptr) return;
  const SnapshotPtr policy = options.gate->snapshot();
  IdsByText without_effect;
  IdsByText still_in_effect;
  for (const RecordPtr& record : records) {
    without_effect.add(why_without_effect(*policy, *record), record->id);
    still_in_effect.add(corsac::still_in_effect(*policy, *record), record->id);
  }
  without_effect.write("X-Corsac-Without-Effect", answer);
  still_in_effect.write("X-Corsac-Still-In-Effect", answer);
}

// POST of a new record, PUT of one that is there.
Body TrustedOriginsApi::State::write(const Call& call) {
  if (call.request.body.size() > kRecordBodyLimitBytes) {
    return fail(
        ApiError{.code = ApiErrorCode::MalformedBody, .causes = {why_unread(413)}, .status = 413});
  }
  const auto input = read_record(call.request.body);
  if (!input) {
    return fail(
        ApiError{.code = ApiErrorCode::MalformedBody, .causes = {"body: " + input.error()}});
  }
  const std::string& id = call.route.id;
  const auto written = call.route.kind == Route::Kind::List
                           ? authority->create(*input, call.by)
                           : authority->replace(id, *input, call.by);
  if (!written) return fail(to_api_error(written.error(), id));
  return one_record(*written, call);
}

Result<std::shared_ptr<TrustedOriginsApi>, Report> TrustedOriginsApi::make(
    std::shared_ptr<Authority> authority, TrustedOriginsOptions options) {
  const auto origin = parse_origin(options.base_url);
  const bool is_web = origin && (origin->scheme == "https" || origin->scheme == "http");
  if (!options.base_url.empty() && !is_web) {
    return fail(Report({{.code = "base-url",
                         .path = "base_url",
                         .value = without_userinfo(options.base_url),
                         .what = "links begin with an http or https origin",
                         .fix = "write it like \"https://admin.example.com\""}}));
  }
  return std::shared_ptr<TrustedOriginsApi>(
      new TrustedOriginsApi(std::make_unique<State>(std::move(authority), std::move(options))));
}

TrustedOriginsApi::TrustedOriginsApi(std::unique_ptr<State> state) : state_(std::move(state)) {}
TrustedOriginsApi::~TrustedOriginsApi() = default;

ApiAnswer TrustedOriginsApi::handle(const ApiRequest& request) {
  return state_->guarded(
      request, [&](const State::Caller& caller) { return state_->answer(request, caller); });
}

ApiAnswer TrustedOriginsApi::refuse_body(const ApiRequest& request, int status) {
  return state_->guarded(request, [status](const State::Caller&) -> Body {
    return fail(ApiError{
        .code = ApiErrorCode::MalformedBody, .causes = {why_unread(status)}, .status = status});
  });
}

}  // namespace corsac
