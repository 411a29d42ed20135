// The program `corsac`: reads the command line and runs one command. What each command does and
// which exit status it has: README, "Operating". Test: tests/server/commands_test.cpp.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include <corsac/base/printable.hpp>
#include <corsac/policy/report.hpp>

#include "commands/commands.hpp"
#include "import/importers.hpp"

#ifndef CORSAC_VERSION
#error "the build says which version this is"
#endif

namespace {

using namespace corsac::server;  // NOLINT: the whole file is about it

// `--key ""`, as from a variable that is not set, must not become the default of the option.
CLI::Validator is_not_empty(const std::string& advice = "give a value, or leave the option out") {
  return {[told = "it is empty: " + advice](const std::string& given) {
            return given.empty() ? told : std::string();
          },
          ""};
}

// An option whose text stands for itself; where the field is empty it was not given.
CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& text,
                      const std::string& description) {
  return command.add_option(name, text, description)->check(is_not_empty());
}

// An argument that stands for itself, without a name before it.
CLI::Option* add_word(CLI::App& command, const std::string& name, std::string& text,
                      const std::string& description) {
  return command.add_option(name, text, description)->check(is_not_empty("give a value"));
}

void add_serve(CLI::App& app, ServeOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("serve", "Run the sample server");
  add_text(*command, "--config", options.config, "server.toml")->required();
  add_text(*command, "--listen", options.listen, "HOST:PORT instead of the configured one");
  command->callback([&] { run = [&] { return serve(options); }; });
}

void add_check(CLI::App& app, CheckOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("check", "Print every error and warning of a policy");
  add_word(*command, "policy", options.policy, "policy.toml")->required();
  CLI::Option* json = command->add_flag("--json", options.as_json, "Print a JSON array");
  command->add_flag("--sarif", options.as_sarif, "Print SARIF 2.1.0, as CI systems read it")
      ->excludes(json);
  command->add_flag("--strict", options.is_strict, "Exit with 3 when there are warnings");
  command->callback([&] { run = [&] { return check(options); }; });
}

void add_schema(CLI::App& app, std::function<int()>& run) {
  CLI::App* command =
      app.add_subcommand("schema", "Print the JSON Schema of policies, for editors and stores");
  command->callback([&] { run = print_schema; });
}

void add_explain(CLI::App& app, ExplainOptions& options, std::function<int()>& run) {
  CLI::App* command =
      app.add_subcommand("explain", "Say why a request is allowed or refused, step by step");
  add_word(*command, "policy", options.policy, "policy.toml")->required();
  CLI::Option* origin = command->add_option("--origin", options.origin, "Origin of the page");
  origin->check(is_not_empty());
  CLI::Option* har = add_text(*command, "--har", options.har,
                              "HAR file of a browser: every exchange of other origins in there");
  har->excludes(origin);
  har->excludes(add_text(*command, "--method", options.method, "Method of the request"));
  har->excludes(add_text(*command, "--path", options.path, "Path of the request"));
  command
      ->add_option("--header", options.headers,
                   "Header that the page sets: a name, whatever its value, or \"Name: value\"")
      ->excludes(har)
      ->take_all()
      ->check(is_not_empty());
  add_text(*command, "--host", options.host,
           "Host of the request; without it that of --public-origin, or one of hosts.allowed");
  add_text(*command, "--public-origin", options.public_origin, "How browsers reach the server");
  command
      ->add_option("--mode", options.mode,
                   "cors for fetch() and the like, no-cors for images and scripts, navigate for "
                   "links and forms, websocket")
      ->excludes(har)
      ->check(CLI::IsMember({"cors", "no-cors", "navigate", "websocket"}));
  command
      ->add_option("--credentials", options.credentials,
                   "What fetch() says: same-origin, which it has without, include or omit")
      ->excludes(har)
      ->check(CLI::IsMember({"same-origin", "include", "omit"}));
  command->add_flag("--json", options.as_json, "Print a JSON object");
  command->callback([&] {
    if (!options.origin && options.har.empty())
      throw CLI::RequiredError("--origin O or --har FILE");
    run = [&] { return explain_request(options); };
  });
}

void add_probe(CLI::App& app, ProbeOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "probe",
      "Ask a running server through its public address, as a browser would, and say what is wrong "
      "with the answers. Sends OPTIONS, and GET or HEAD, never a method that writes");
  add_word(*command, "url", options.url, "https://api.example.com/path")->required();
  command->add_option("--origin", options.origin, "Origin of a page that should be allowed")
      ->required()
      ->check(is_not_empty());
  add_text(*command, "--method", options.method, "Method that the page uses; the preflight has it");
  command
      ->add_option("--header", options.headers,
                   "Header that the page sets: a name, or \"Name: value\", which is sent")
      ->take_all()
      ->check(is_not_empty());
  command
      ->add_option("--credentials", options.credentials,
                   "What fetch() says: same-origin, which it has without, include or omit")
      ->check(CLI::IsMember({"same-origin", "include", "omit"}));
  add_text(*command, "--policy", options.policy,
           "The policy that the server should have: what was stripped or added is told");
  add_text(*command, "--ca", options.ca_file,
           "PEM file of the authorities to trust, for an https address");
  command->add_option("--seconds", options.limit_seconds, "Time limit of each request (10)")
      ->check(CLI::Range(1U, 600U));
  command->add_flag("--json", options.as_json, "Print a JSON object");
  command->callback([&] { run = [&] { return probe(options); }; });
}

void add_test(CLI::App& app, TestOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("test", "Run the [[test]] cases of a policy");
  add_word(*command, "policy", options.policy, "policy.toml")->required();
  command->add_flag("--json", options.as_json, "Print a JSON object");
  command->callback([&] { run = [&] { return run_tests(options); }; });
}

void add_diff(CLI::App& app, DiffOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "diff",
      "Say what another policy would allow or refuse; exit with 0 = the same, 2 = narrower "
      "only, 3 = wider, 1 = an error");
  add_word(*command, "old", options.old_policy, "The policy in force")->required();
  add_word(*command, "new", options.new_policy, "The one that may follow")->required();
  command->add_flag("--json", options.as_json, "Print a JSON object");
  command->callback([&] { run = [&] { return diff(options); }; });
}

void add_replay(CLI::App& app, ReplayOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "replay", "Say what another policy would have done with the refusals of a log");
  add_word(*command, "events", options.events,
           "The log file, or an answer of /api/events; - = standard input")
      ->required();
  add_word(*command, "policy", options.policy, "policy.toml")->required();
  command->add_flag("--json", options.as_json, "Print a JSON object");
  command->callback([&] { run = [&] { return replay_log(options); }; });
}

void add_place(CLI::App& command, const std::string& url_name, StorePlace& place) {
  CLI::Option* url = add_text(command, url_name, place.url,
                              "redis://[user@]host[:port][/database], or unix:///path");
  CLI::Option* config = add_text(command, "--config", place.config,
                                 "A server.toml whose [store] it is, instead of " + url_name);
  config->excludes(url);
  add_text(command, "--user", place.user, "The ACL user in Redis")->excludes(config);
  add_text(command, "--password-env", place.password_env,
           "The name of the environment variable that holds the password")
      ->excludes(config);
  add_text(command, "--key", place.key, "The name in the braces of all keys (corsac)")
      ->excludes(config);
}

void check_place(const std::string& url_name, const StorePlace& place) {
  if (place.url.empty() && place.config.empty()) {
    throw CLI::RequiredError(url_name + " redis://... or --config FILE");
  }
}

void add_push(CLI::App& app, PushOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("push", "Check a policy and put it into a store");
  add_word(*command, "policy", options.policy, "policy.toml")->required();
  add_place(*command, "--to", options.to);
  add_text(*command, "--if-revision", options.if_revision,
           "Write only when the store is in this revision, as push and pull print it");
  command->add_flag("--json", options.as_json, "Print the result as a JSON object");
  command->callback([&] {
    check_place("--to", options.to);
    run = [&] { return push(options); };
  });
}

void add_origins_change(CLI::App& parent, const char* name, const char* description,
                        bool is_removal, OriginsOptions& options, std::function<int()>& run) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->add_option("origin", options.origins, "https://app.example.com, one or several")
      ->required()
      ->check(is_not_empty("give a value"));
  add_place(*command, "--to", options.to);
  add_text(*command, "--if-revision", options.if_revision,
           "Write only when the store is in this revision, as push and origins print it");
  command->add_flag("--json", options.as_json, "Print the result as a JSON object");
  command->callback([&options, &run, is_removal] {
    check_place("--to", options.to);
    options.is_removal = is_removal;
    run = [&options] { return change_origins(options); };
  });
}

void add_origins(CLI::App& app, OriginsOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "origins", "Single origins that a store keeps beside its policy, as the set of Redis");
  command->require_subcommand(1);
  add_origins_change(*command, "add", "Allow these origins, in one step", false, options, run);
  add_origins_change(*command, "remove", "Allow these origins no longer, in one step", true,
                     options, run);
}

void add_out(CLI::App& command, std::string& out) {
  add_text(command, "--out", out, "The file to write; - = standard output, as without it");
}

void add_pull(CLI::App& app, PullOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("pull", "Take the policy out of a store, as TOML");
  add_place(*command, "--from", options.from);
  add_out(*command, options.out);
  command->add_flag("--json", options.as_json, "Print the result as a JSON object");
  command->callback([&] {
    check_place("--from", options.from);
    if (options.out == "-") options.out.clear();
    run = [&] { return pull(options); };
  });
}

void add_store_test(CLI::App& app, StoreTestOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "store-test",
      "Test whether a store plugin keeps the contract. Commands are for /bin/sh, in the current "
      "folder; a check that needs one which was not given is skipped. plugins/README.md, \"Try "
      "it\"");
  add_word(*command, "plugin", options.plugin, "Name of the plugin, or path of its library");
  command
      ->add_option("--settings", options.settings,
                   "KEY=VALUE of [store], once for each; those of the plugin, not of the core")
      ->allow_extra_args(false);
  add_text(*command, "--change", options.change_command,
           "Command that makes another document, a new one each time");
  add_text(*command, "--break", options.break_command,
           "Command that makes something of it that is no document");
  add_text(*command, "--empty", options.empty_command,
           "Command that takes away all that is stored");
  add_text(*command, "--restore", options.restore_command,
           "Command that undoes --break and --empty");
  add_text(*command, "--freeze", options.freeze_command,
           "Command after which the place gives no answer");
  add_text(*command, "--thaw", options.thaw_command, "Command that undoes --freeze");
  command->add_flag("--writable", options.may_write,
                    "Write, too: the document is replaced, and not put back");
  command->add_flag("--polled", options.is_polled,
                    "The store does not tell changes, the core looks again");
  command->add_option("--only", options.only, "Run this check, once for each")
      ->allow_extra_args(false);
  command->add_flag("--list", options.is_list, "Tell the checks and run none");
  command->add_flag("--json", options.as_json, "Print a JSON object");
  command->callback([&] { run = [&] { return test_store(options); }; });
}

void add_import(CLI::App& app, ImportOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "import",
      "Make a policy of the CORS configuration of another system; README, \"Moving over\"");
  std::vector<std::string> names;
  std::string about = "Which system:";
  for (const Importer& importer : importers()) {
    names.emplace_back(importer.name);
    about += "\n" + std::string(importer.name) + ": " + std::string(importer.reads);
  }
  command->add_option("system", options.source, about)->required()->check(CLI::IsMember(names));
  CLI::Option* file = add_word(*command, "file", options.file, "Its file; - = standard input");
  CLI::Option* url = add_text(*command, "--url", options.url,
                              "okta: the list of a running organisation, "
                              "https://ORG/api/v1/trustedOrigins");
  url->excludes(file);
  add_text(*command, "--token-env", options.token_env,
           "The name of the environment variable that holds the API token")
      ->needs(url);
  add_out(*command, options.out);
  command->callback([&] {
    if (options.out == "-") options.out.clear();
    if (options.file.empty() && options.url.empty()) throw CLI::RequiredError("file");
    if (!options.url.empty() && options.source != "okta") {
      throw CLI::ValidationError("--url", "only okta is read from a running system");
    }
    run = [&] { return import_policy(options); };
  });
}

void add_token(CLI::App& app, TokenOptions& options, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("token", "Tokens of the admin listener");
  command->require_subcommand(1);
  CLI::App* make = command->add_subcommand(
      "new", "Make a token, print it once, and add its hash to the file of tokens");
  add_word(*make, "name", options.name, "Who holds it")->required();
  make->add_option("--scope", options.scope, "read (looks) or manage (looks and changes)")
      ->required()
      ->check(CLI::IsMember({"read", "manage"}));
  CLI::Option* file = add_text(*make, "--file", options.file, "The file of tokens");
  add_text(*make, "--config", options.config, "A server.toml whose admin.token_file it is")
      ->excludes(file);
  make->add_flag("--json", options.as_json, "Print a JSON object");
  make->callback([&] {
    if (options.file.empty() && options.config.empty()) {
      throw CLI::RequiredError("--file FILE or --config FILE");
    }
    run = [&] { return make_token(options); };
  });
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

void tell_nearest_command(const CLI::App& app, const char* name) {
  std::vector<std::string_view> names;
  const auto commands = commands_of(app);
  names.reserve(commands.size());
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  const std::string nearest(corsac::nearest_name(name, names));
  if (!nearest.empty()) std::fprintf(stderr, "Did you mean \"%s\"?\n", nearest.c_str());
}

// An argument that stands where a command is meant, and is none; else null.
// "-https://a.example" is no -h with something behind it, as CLI11 reads it: that would print the
// help and end well, with nothing done.
const char* find_glued_help(int argc, char** argv) {
  const auto is_glued = [](std::string_view argument) {
    return argument.size() > 2 && argument.starts_with("-h");
  };
  char** const found = std::find_if(argv + 1, argv + argc, is_glued);
  return found == argv + argc ? nullptr : *found;
}

int tell_glued_help(const char* argument) {
  std::fprintf(stderr, "%s: there is no such option; -h alone prints the help\n",
               corsac::to_printable(argument).c_str());
  return 1;
}

const char* find_unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return nullptr;
  for (const CLI::App* command : commands_of(app)) {
    if (command->get_name() == argv[1]) return nullptr;
  }
  return argv[1];
}

int tell_unknown_command(const CLI::App& app, const char* name) {
  std::fprintf(stderr, "There is no such command: %s\n", corsac::to_printable(name).c_str());
  const std::string_view meant = name;
  if (meant == "lint" || meant == "validate") {
    std::fputs("\"check\" prints every error and warning of a policy, lints too\n", stderr);
  } else {
    tell_nearest_command(app, name);
  }
  std::fputs("\"corsac help\" lists the commands\n", stderr);
  return 1;
}

// What `about` prints with --help, "" for the program itself.
int print_help(const CLI::App& app, const std::string& about) {
  const CLI::App* asked = about.empty() ? &app : nullptr;
  for (const CLI::App* command : commands_of(app)) {
    if (command->get_name() == about) asked = command;
  }
  if (asked == nullptr) {
    return tell_unknown_command(app, about.c_str());
  }
  const std::string name = about.empty() ? "corsac" : "corsac " + about;
  const auto text = app.get_formatter()->make_help(asked, name, CLI::AppFormatMode::Normal);
  std::fputs(text.c_str(), stdout);
  return 0;
}

void add_help(CLI::App& app, std::string& about, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("help", "Say how the program, or a command, is used");
  command->add_option("command", about, "One of the commands");
  command->callback([&] { run = [&] { return print_help(app, about); }; });
}

// What could not be printed was not told: a full disk, say.
int status_after_printing(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  std::fprintf(stderr, "corsac: the output could not be written: %s\n",
               std::generic_category().message(errno).c_str());
  return status == 0 ? 1 : status;
}

// An argument `--name=`, for which CLI11 would take the argument behind it; else null.
const char* find_empty_option(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) return argv[i];
  }
  return nullptr;
}

int run_command_line(int argc, char** argv) {
  if (const char* option = find_empty_option(argc, argv)) {
    std::fprintf(stderr, "%s: it is empty: give a value, or leave the option out\n", option);
    return 1;
  }
  CLI::App app(
      "Corsac: CORS for cpp-httplib servers, from a policy that can change while they run");
  app.set_version_flag("-v,--version", CORSAC_VERSION);
  app.require_subcommand(0, 1);  // none is told below: CLI11 would not name what it does not know
  ServeOptions serve_options;
  CheckOptions check_options;
  ExplainOptions explain_options;
  ProbeOptions probe_options;
  TestOptions test_options;
  DiffOptions diff_options;
  ReplayOptions replay_options;
  PushOptions push_options;
  PullOptions pull_options;
  OriginsOptions origins_options;
  StoreTestOptions store_test_options;
  ImportOptions import_options;
  TokenOptions token_options;
  std::function<int()> run;
  add_serve(app, serve_options, run);
  add_check(app, check_options, run);
  add_schema(app, run);
  add_explain(app, explain_options, run);
  add_probe(app, probe_options, run);
  add_test(app, test_options, run);
  add_diff(app, diff_options, run);
  add_replay(app, replay_options, run);
  add_push(app, push_options, run);
  add_pull(app, pull_options, run);
  add_origins(app, origins_options, run);
  add_store_test(app, store_test_options, run);
  add_import(app, import_options, run);
  add_token(app, token_options, run);
  std::string help_about;
  add_help(app, help_about, run);
  if (const char* name = find_unknown_command(app, argc, argv)) {
    return tell_unknown_command(app, name);
  }
  if (const char* argument = find_glued_help(argc, argv)) return tell_glued_help(argument);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? status_after_printing(0) : 1;
  }
  if (!run) {
    std::fputs(app.help().c_str(), stderr);
    std::fputs("A command is needed\n", stderr);
    return 1;
  }
  const int status = run();
  // A server that nobody listens to on its output has not failed.
  return app.got_subcommand("serve") ? status : status_after_printing(status);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_command_line(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "corsac: %s\n", error.what());
    return 1;
  }
}
