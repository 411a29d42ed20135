#pragma once

// The commands of the program. Each prints its result on standard output, what went wrong on
// standard error, and returns the exit status that README, "Operating", names.

#include <optional>
#include <string>
#include <vector>

namespace corsac::server {

struct ServeOptions {
  std::string config = {};
  std::string listen = {};  // empty = as configured
};

struct CheckOptions {
  std::string policy = {};
  bool as_json = false;
  bool as_sarif = false;
  bool is_strict = false;
};

struct ExplainOptions {
  std::string policy = {};
  std::optional<std::string> origin = {};
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::string> headers = {};  // names, or "Name: value"
  std::string host = {};                  // empty = chosen: of public_origin, or of the policy
  std::string public_origin = {};
  std::string mode = "cors";                // as parse_request_mode takes it
  std::string credentials = "same-origin";  // as parse_credentials_mode takes it
  std::string har = {};  // a HAR file whose exchanges are explained; then no origin
  bool as_json = false;
};

struct ProbeOptions {
  std::string url = {};
  std::string origin = {};
  std::string method = "GET";
  std::vector<std::string> headers = {};    // names, or "Name: value"
  std::string credentials = "same-origin";  // as parse_credentials_mode takes it
  std::string policy = {};                  // what the server should have; empty = not known
  std::string ca_file = {};                 // empty = the system's authorities
  unsigned limit_seconds = 10;              // of each request
  bool as_json = false;
};

struct TestOptions {
  std::string policy = {};
  bool as_json = false;
};

struct DiffOptions {
  std::string old_policy = {};
  std::string new_policy = {};
  bool as_json = false;
};

// A store that a policy is moved to or from: a Redis by its URL, or [store] of a server.toml.
struct StorePlace {
  std::string url = {};     // empty <=> config is not
  std::string config = {};  // the path of a server.toml
  // With `url` only; empty = not given.
  std::string user = {};
  std::string password_env = {};  // the name of an environment variable
  std::string key = {};
};

struct PushOptions {
  std::string policy = {};
  StorePlace to = {};
  std::string if_revision = {};  // empty = whatever is there
  bool as_json = false;
};

struct OriginsOptions {
  bool is_removal = false;
  std::vector<std::string> origins = {};
  StorePlace to = {};
  std::string if_revision = {};  // empty = whatever is there
  bool as_json = false;
};

struct PullOptions {
  StorePlace from = {};
  std::string out = {};  // empty or "-" = standard output
  bool as_json = false;
};

struct StoreTestOptions {
  std::string plugin = {};                 // a name, or the path of the shared library
  std::vector<std::string> settings = {};  // "KEY=VALUE"
  // Commands for /bin/sh; empty = not given (conformance/subject.hpp).
  std::string change_command = {};
  std::string break_command = {};
  std::string empty_command = {};
  std::string restore_command = {};
  std::string freeze_command = {};
  std::string thaw_command = {};
  bool may_write = false;
  bool is_polled = false;
  std::vector<std::string> only = {};  // names of checks; empty = all
  bool is_list = false;                // tell the checks and run none
  bool as_json = false;
};

struct ImportOptions {
  std::string source = {};     // a name of import/importers.hpp
  std::string file = {};       // "-" = standard input; empty <=> url is not
  std::string url = {};        // okta only: the list of its API
  std::string token_env = {};  // the name of an environment variable; with `url` only
  std::string out = {};        // empty or "-" = standard output
};

struct ReplayOptions {
  std::string events = {};  // JSON lines; "-" = standard input
  std::string policy = {};
  bool as_json = false;
};

struct TokenOptions {
  std::string name = {};
  std::string scope = {};   // "read" or "manage"
  std::string file = {};    // the token file; empty <=> config is not
  std::string config = {};  // the path of a server.toml with admin.token_file
  bool as_json = false;
};

// Runs until SIGTERM or SIGINT: 0. 1 when it could not start, with every reason, or when a listener
// ended by itself.
[[nodiscard]] int serve(const ServeOptions& options);
// 0 clean or warnings only, 1 errors or no such file, 3 warnings under `is_strict`.
[[nodiscard]] int check(const CheckOptions& options);
// The JSON Schema of policies: 0.
[[nodiscard]] int print_schema();
// 0 allowed, 2 refused, 1 error. With `har`: 0 no exchange failed, and the policy refuses none; 2
// one failed, or would; 1 error.
[[nodiscard]] int explain_request(const ExplainOptions& options);
// 0 nothing found; 1 the options or the policy are wrong; 2 the page cannot call the server; 3 it
// can, and something was found; 4 a request had no answer.
[[nodiscard]] int probe(const ProbeOptions& options);
// Of the refusals in the events: 0 all stay as they are, 2 some would be refused for another reason
// or otherwise, 3 some would be allowed; 1 the policy is wrong, or there was no refusal to read.
[[nodiscard]] int replay_log(const ReplayOptions& options);
// 0 every [[test]] passed, 1 one failed, or the policy is wrong, or it has no test.
[[nodiscard]] int run_tests(const TestOptions& options);
// 0 nobody is allowed more or less, 2 narrower only, 3 wider, or it cannot be told, 1 error.
[[nodiscard]] int diff(const DiffOptions& options);
// 0 no check failed, 1 one failed, or none was run, or the options are wrong.
[[nodiscard]] int test_store(const StoreTestOptions& options);

// 0 written; 1 nothing written: the policy or a setting is wrong, or the store refuses; 2 nothing
// written: the store is in another revision than `if_revision`; 4 the store cannot be reached.
[[nodiscard]] int push(const PushOptions& options);
// 0 written; 1 nothing written: an origin or a setting is wrong, or the store refuses; 2 and 4 as
// push.
[[nodiscard]] int change_origins(const OriginsOptions& options);
// 0 there it is; 1 a setting is wrong, or the store refuses us, or what it holds is no policy; 4
// the store cannot be reached. Without 0 nothing was written.
[[nodiscard]] int pull(const PullOptions& options);
// 0 the policy was printed or written, and all was carried over; 3 it was, and what was not carried
// over was told; 1 nothing was, and no file changed: the source is not understood, no policy came
// of it, or the file cannot be written; 4 the server with the records did not answer.
[[nodiscard]] int import_policy(const ImportOptions& options);
// 0 the token was printed, and its hash added to the file; 1 nothing was added.
[[nodiscard]] int make_token(const TokenOptions& options);

}  // namespace corsac::server
