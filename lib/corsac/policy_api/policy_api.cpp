// The routes of the policy. Entry: PolicyApi::handle. Spec: README, "Changing the policy over
// HTTP"; RFC 9110, RFC 6585 (428), RFC 5789. Tests: tests/policy_api/policy_api_test.cpp,
// system_configuration_test.cpp.

#include "corsac/policy_api/policy_api.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "corsac/authority/media_types.hpp"
#include "corsac/authority/token_holders.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/policy_api/api_failure.hpp"
#include "corsac/policy_api/document_store.hpp"
#include "corsac/policy_api/edit_condition.hpp"
#include "corsac/policy_api/json_body.hpp"
#include "corsac/policy_api/policy_editor.hpp"
#include "corsac/policy_api/store_documents.hpp"
#include "corsac/policy_api/system_configuration.hpp"

namespace corsac {
namespace {

// What the listener of the program takes; longer documents are for `corsac push`.
constexpr std::size_t kBodyLimitBytes = std::size_t{1024} * 1024;

using Answer = Result<ApiAnswer, ApiFailure>;

enum class Form : unsigned char { Document, SystemConfiguration };

std::optional<Form> find_form(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/api/policy") return Form::Document;
  if (path == "/api/system-configuration") return Form::SystemConfiguration;
  return std::nullopt;
}

bool is_reading(std::string_view method) noexcept { return method == "GET" || method == "HEAD"; }

ApiFailure method_failure() {
  return {.status = 405,
          .code = "method",
          .message = "another method is needed here",
          .allow = "GET, HEAD, PUT, PATCH"};
}

ApiFailure body_too_large() {
  return {.status = 413,
          .code = "body_too_large",
          .message = "at most 1 MiB is taken; longer policies go into the store with corsac push"};
}

// Of a body that was not read.
ApiFailure unread_body(int status) {
  switch (status) {
    case 411:
      return {.status = status,
              .code = "length_missing",
              .message = "send the body with its Content-Length, not in chunks"};
    case 413:
      return body_too_large();
    case 415:
      return {.status = status,
              .code = "media_type",
              .message = "send the body as it is, not compressed (Content-Encoding)"};
    default:
      return {.status = status,
              .code = "body_malformed",
              .message = "the end of the body is not known, or none is taken here"};
  }
}

// Nothing = it is fine.
std::optional<ApiFailure> check_body(const ApiRequest& request) {
  // RFC 9110, 14.5: a part must not become the whole.
  if (request.has_content_range) {
    return ApiFailure{.status = 400,
                      .code = "content_range",
                      .message =
                          "parts of a document are not taken: send all of it, without "
                          "Content-Range"};
  }
  const std::string_view type = request.content_type.value;
  const bool is_patch = request.method == "PATCH";
  const bool is_taken = is_json_type(type) || (is_patch && is_merge_patch_type(type));
  if (request.content_type.lines != 1 || !is_taken) {
    return ApiFailure{.status = 415,
                      .code = "media_type",
                      .message = is_patch ? "send a merge patch as application/merge-patch+json or "
                                            "application/json, in UTF-8"
                                          : "send the document as application/json, in UTF-8"};
  }
  if (request.body.size() <= kBodyLimitBytes) return std::nullopt;
  return body_too_large();
}

Result<EditCondition, ApiFailure> read_condition(const ApiRequest& request, Form form) {
  if (!request.if_match.is_present()) {
    if (form == Form::SystemConfiguration) return EditCondition{};
    return fail(ApiFailure{.status = 428,
                           .code = "if_match_missing",
                           .message = "send If-Match with the ETag of the document that the change "
                                      "was made to; * stands for any"});
  }
  auto condition = parse_if_match(request.if_match.value);
  if (condition) return *std::move(condition);
  return fail(
      ApiFailure{.status = 400, .code = "if_match", .message = std::move(condition.error())});
}

void add_etag(const std::string& revision, ApiAnswer& answer) {
  std::string tag = etag_of(revision);
  if (!tag.empty()) answer.headers.emplace_back("ETag", std::move(tag));
}

ApiAnswer to_answer(const ApiFailure& failure, Form form) {
  ApiAnswer answer{.status = failure.status, .content_type = "application/json"};
  const bool is_document = form == Form::Document;
  // FusionAuth knows 400 for what is wrong with a body.
  if (!is_document && answer.status == 422) answer.status = 400;
  answer.body = is_document ? failure_json(failure) : system_configuration_failure_json(failure);
  if (answer.status == 401) {
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"corsac\"");
  }
  if (!failure.allow.empty()) answer.headers.emplace_back("Allow", failure.allow);
  if (answer.status == 415) {
    answer.headers.emplace_back("Accept-Patch", "application/merge-patch+json, application/json");
  }
  if (failure.retry_after_seconds != 0) {
    answer.headers.emplace_back("Retry-After", std::to_string(failure.retry_after_seconds));
  }
  add_etag(failure.revision, answer);
  return answer;
}

ApiFailure other_form(Report report, std::string revision) {
  return {.status = 409,
          .code = "system_configuration_other",
          .message = "this policy cannot be said in this form; use /api/policy",
          .report = std::move(report),
          .revision = std::move(revision)};
}

bool is_other_form(const Report& report) {
  const auto& problems = report.problems();
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.code == kOtherFormCode; });
}

// The document as it is shown in this form.
Result<std::string, ApiFailure> shown(const Policy& document, const BesideDocument& beside,
                                      Form form) {
  if (form == Form::Document) return policy_to_json(document);
  auto configuration = to_system_configuration(document, beside);
  if (configuration) return *std::move(configuration);
  return fail(other_form(Report(std::move(configuration.error())), document.revision));
}

DocumentDraft draft_of(const ApiRequest& request, Form form, const Policy* document,
                       const BesideDocument& beside) {
  const bool is_patch = request.method == "PATCH";
  if (form == Form::SystemConfiguration) {
    return changed_by_system_configuration(
        *document, beside, request.body,
        is_patch ? ConfigurationChange::Merge : ConfigurationChange::Replace);
  }
  if (!is_patch) return {.json = std::string(request.body), .is_body = true};
  MergedPatch merged = merge_patch(policy_to_json(*document), request.body);
  return {.json = std::move(merged.document), .problems = std::move(merged.problems)};
}

}  // namespace

struct PolicyApi::State {
  State(std::unique_ptr<DocumentStore> store, std::shared_ptr<Gate> gate_of_api,
        PolicyApiOptions api_options)
      : gate(std::move(gate_of_api)),
        options(std::move(api_options)),
        editor(std::move(store), gate,
               {.accept_empty = options.accept_empty,
                .gate_deadline = options.gate_deadline,
                .queue_deadline = options.queue_deadline}),
        holders(options.tokens, options.requests_per_minute) {
    if (!options.clock) options.clock = std::make_shared<SystemClock>();
  }

  template <class MakeAnswer>
  ApiAnswer guarded(const ApiRequest& request, MakeAnswer make);
  std::optional<ApiFailure> refuse_caller(const ApiRequest& request, Form form);
  Answer answer(const ApiRequest& request, Form form);
  Answer read(Form form);
  Answer write(const ApiRequest& request, Form form);
  void add_in_force(ApiAnswer& answer) const;

  const std::shared_ptr<Gate> gate;
  PolicyApiOptions options;
  PolicyEditor editor;
  TokenHolders holders;  // of options.tokens
};

// Nothing = he may go on.
std::optional<ApiFailure> PolicyApi::State::refuse_caller(const ApiRequest& request, Form form) {
  // FusionAuth's clients send the bare key.
  const auto [has_presented, token, allowance] =
      form == Form::SystemConfiguration
          ? holders.find(request.authorization, {"Bearer", kBareToken})
          : holders.find(request.authorization, {"Bearer"});
  if (!allowance->take(options.clock->steady_now())) {
    return ApiFailure{.status = 429,
                      .code = "too_many_requests",
                      .message = "the allowance of a minute is used up",
                      .retry_after_seconds = allowance->seconds_until_next()};
  }
  if (token == nullptr) {
    return ApiFailure{.status = 401,
                      .code = has_presented ? "token_unknown" : "token_missing",
                      .message = has_presented ? "this token is not known"
                                               : "send the token as `Authorization: Bearer TOKEN`"};
  }
  const bool is_served =
      is_reading(request.method) || request.method == "PUT" || request.method == "PATCH";
  if (!is_served) return method_failure();
  if (is_reading(request.method) || token->scope == AdminScope::Manage) return std::nullopt;
  return ApiFailure{
      .status = 403, .code = "scope", .message = "this token may look, and not change"};
}

template <class MakeAnswer>
ApiAnswer PolicyApi::State::guarded(const ApiRequest& request, MakeAnswer make) {
  const auto known = find_form(request.target);
  const Form form = known.value_or(Form::Document);
  Answer answer = fail(ApiFailure{});
  try {
    if (auto refused = refuse_caller(request, form)) {
      answer = fail(*std::move(refused));
    } else if (!known) {
      answer = fail(ApiFailure{.status = 404, .code = "path", .message = "there is no such path"});
    } else {
      answer = make(form);
    }
  } catch (const std::exception&) {  // no memory, or a store that throws
    answer = fail(ApiFailure{.message = "there was no memory for it"});
  }
  ApiAnswer full = answer ? *std::move(answer) : to_answer(answer.error(), form);
  full.headers.emplace_back("Cache-Control", "no-store");
  full.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return full;
}

Answer PolicyApi::State::answer(const ApiRequest& request, Form form) {
  return is_reading(request.method) ? read(form) : write(request, form);
}

// What decides now may be another document than the store's: a broken one, or an old one.
void PolicyApi::State::add_in_force(ApiAnswer& answer) const {
  const StoreStatus status = gate->status();
  std::string tag = etag_of(status.revision);
  if (!tag.empty()) answer.headers.emplace_back("X-Corsac-In-Force", std::move(tag));
  answer.headers.emplace_back("X-Corsac-State", std::string(to_text(status.state)));
}

Answer PolicyApi::State::read(Form form) {
  const DocumentRead read = editor.read();
  if (!read.is_readable) return fail(failure_of(read));
  auto body = shown(read.document, read.beside, form);
  if (!body) return fail(std::move(body.error()));
  ApiAnswer answer{.content_type = "application/json", .body = *std::move(body)};
  add_etag(read.document.revision, answer);
  add_in_force(answer);
  answer.headers.emplace_back("Allow", editor.can_write() ? "GET, HEAD, PUT, PATCH" : "GET, HEAD");
  return answer;
}

Answer PolicyApi::State::write(const ApiRequest& request, Form form) {
  if (!editor.can_write()) {
    return fail(failure_of(EditResult{.status = EditResult::Status::NotWritable}));
  }
  auto condition = read_condition(request, form);
  if (!condition) return fail(std::move(condition.error()));
  if (auto wrong = check_body(request)) return fail(*std::move(wrong));
  const bool replaces_all = form == Form::Document && request.method == "PUT";
  EditResult result =
      editor.edit({.condition = *std::move(condition),
                   .needs_document = !replaces_all,
                   .make = [&](const Policy* document, const BesideDocument& beside) {
                     return draft_of(request, form, document, beside);
                   }});
  if (is_other_form(result.report)) return fail(other_form(result.report, result.revision));
  if (result.status != EditResult::Status::Written) return fail(failure_of(result));
  ApiAnswer answer{.content_type = "application/json"};
  if (form == Form::Document) {
    answer.body = written_json(result);
  } else if (auto body = shown(result.document, {}, form)) {  // with any beside, it was refused
    answer.body = *std::move(body);
  }
  add_etag(result.revision, answer);
  return answer;
}

PolicyApi::PolicyApi(std::unique_ptr<DocumentStore> store, std::shared_ptr<Gate> gate,
                     PolicyApiOptions options)
    : state_(std::make_unique<State>(std::move(store), std::move(gate), std::move(options))) {}
PolicyApi::~PolicyApi() = default;

ApiAnswer PolicyApi::handle(const ApiRequest& request) {
  return state_->guarded(request, [&](Form form) { return state_->answer(request, form); });
}

ApiAnswer PolicyApi::refuse_body(const ApiRequest& request, int status) {
  return state_->guarded(request, [status](Form) -> Answer { return fail(unread_body(status)); });
}

Result<std::shared_ptr<PolicyApi>, Report> open_policy_api(StoreConfig config,
                                                           std::shared_ptr<Gate> gate,
                                                           PolicyApiOptions options, LogSink log) {
  options.accept_empty = config.accept_empty;
  auto store = StoreDocuments::open(std::move(config), std::move(log));
  if (!store) return fail(std::move(store.error()));
  return std::make_shared<PolicyApi>(*std::move(store), std::move(gate), std::move(options));
}

}  // namespace corsac
