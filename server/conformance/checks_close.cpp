// Checks of what a store leaves behind: calls, threads, descriptors, secrets. Entry: the check_
// functions. Test: tests/server/store_test_test.py.

#include <filesystem>
#include <iterator>
#include <string_view>

#include "conformance/checks.hpp"

namespace corsac::conformance {
namespace {

using std::chrono::milliseconds;

// That nothing comes can only be waited for.
constexpr milliseconds kSilence{500};

constexpr const char* kSilenceFix =
    "in close() stop the threads of the store and wait for them, before anything is freed";

void expect_silence(const TestedStore& store) {
  const std::string late = store.host().wait_for_late_call(Steady::now() + kSilence);
  if (!late.empty()) fail_check(late + " was called after close() had returned", kSilenceFix);
}

std::size_t entries_of(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

struct Counts {
  std::size_t threads = entries_of("/proc/self/task");
  std::size_t descriptors = entries_of("/proc/self/fd");
};

// All that a store does in its life, the ends of reads too.
void live_once(const Context& context) {
  TestedStore store(context);
  store.open();
  const ReadFacts whole = store.read_document();
  static_cast<void>(store.read({.stop_at = whole.calls / 2 + 1}));
  store.start_read({});
  store.interrupt();
  static_cast<void>(store.end_read(Steady::now() + kReturnLimit, "an interrupt"));
  store.close();
}

// A thread that was joined shows for a moment longer.
Counts settled_counts(const Counts& wanted) {
  const auto end = Steady::now() + kReturnLimit;
  Counts now;
  const TestHost silent;  // waits without a call
  while ((now.threads > wanted.threads || now.descriptors > wanted.descriptors) &&
         Steady::now() < end) {
    static_cast<void>(silent.wait_for_change(0, Steady::now() + milliseconds(10)));
    now = Counts();
  }
  return now;
}

void expect_no_secret(const Secrets& secrets, const TestedStore& store, const ReadFacts& facts) {
  constexpr const char* kFix =
      "leave secrets out of every text, also of what libraries say; name the setting instead";
  for (const std::string& line : store.host().lines()) {
    if (secrets.is_in(line)) fail_check("a log line holds a secret: " + secrets.shown(line), kFix);
  }
  for (const ToldProblem& problem : store.host().problems()) {
    if (!secrets.is_in(problem.text())) continue;
    fail_check("a problem of the settings holds a secret: " + secrets.shown(problem.text()), kFix);
  }
  for (const ToldProblem& problem : facts.problems) {
    if (!secrets.is_in(problem.text())) continue;
    fail_check("a problem of the document holds a secret: " + secrets.shown(problem.text()), kFix);
  }
  for (const std::string& source : facts.sources) {
    if (!secrets.is_in(source)) continue;
    fail_check("the name of a source holds a secret: " + secrets.shown(source), kFix);
  }
  if (secrets.is_in(facts.revision)) fail_check("the revision holds a secret", kFix);
}

// Opens with these settings, and reads with and without time when that is taken.
void provoke(const Context& context, const Secrets& secrets, const Settings& settings) {
  TestedStore store(context);
  ReadFacts facts;
  if (store.try_open(settings) == CORSAC_OK) {
    facts = store.read().facts;
    expect_no_secret(secrets, store, facts);
    facts = store.read({.deadline = milliseconds(1)}).facts;
  }
  expect_no_secret(secrets, store, facts);
}

}  // namespace

std::string check_close(const Context& context) {
  {
    TestedStore unread(context);
    unread.open();
    unread.close();
    expect_silence(unread);
  }
  TestedStore store(context);
  store.open();
  static_cast<void>(store.read_document());
  store.close();
  expect_silence(store);
  return {};
}

std::string check_close_under_change(const Context& context) {
  constexpr int kRounds = 5;
  constexpr milliseconds kStep{20};
  if (context.subject.change_command.empty()) skip_check("give --change COMMAND to run it");
  for (int round = 0; round < kRounds; ++round) {
    TestedStore store(context);
    store.open();
    static_cast<void>(store.read_document());
    const std::uint64_t seen = store.host().changes();
    Outcome changed;
    BoundedThread changer;
    changer.start([&] {
      try {
        run_command("--change", context.subject.change_command);
      } catch (const CheckEnd& end) {
        changed = end.outcome;
      }
    });
    // Once before, and then ever later in, what the change sets off.
    static_cast<void>(store.host().wait_for_change(seen, Steady::now() + round * kStep));
    store.close();
    static_cast<void>(changer.wait(Steady::now() + 2 * kCommandLimit));
    if (changed.kind == Kind::Failed) throw CheckEnd{changed};
    expect_silence(store);
  }
  return std::to_string(kRounds) + " times";
}

std::string check_leaks(const Context& context) {
  constexpr int kLives = 5;
  // What a process makes once and keeps is no leak: a library's own descriptor, a sanitizer's
  // thread.
  live_once(context);
  const Counts before;
  for (int life = 0; life < kLives; ++life) live_once(context);
  const Counts after = settled_counts(before);
  const std::string lives = " after " + std::to_string(kLives) + " stores were closed";
  if (after.threads > before.threads) {
    fail_check(std::to_string(after.threads - before.threads) + " more threads run" + lives,
               kSilenceFix);
  }
  if (after.descriptors > before.descriptors) {
    fail_check(std::to_string(after.descriptors - before.descriptors) +
                   " more descriptors are open" + lives,
               "close in close() what open() and read() opened, after each failure as well");
  }
  return {};
}

std::string check_secrets(const Context& context) {
  Secrets secrets = context.secrets;
  // No password of anybody; where a URL may hold one is known.
  const std::string planted = "corsac-store-test-password";
  std::vector<Settings> provocations = {context.subject.settings, context.subject.settings};
  provocations.back().emplace_back("corsac_store_test_unknown", "1");
  for (std::size_t i = 0; i < context.subject.settings.size(); ++i) {
    const std::size_t place = userinfo_place(context.subject.settings[i].second);
    if (place == std::string::npos) continue;
    Settings settings = context.subject.settings;
    settings[i].second.insert(place, "user:" + planted + "@");
    provocations.push_back(std::move(settings));
    secrets.add(planted);
  }
  if (secrets.is_empty()) {
    skip_check(
        "give --settings that hold one: a name ending in password, token or secret, or in "
        "_env for a variable that does, of " +
        std::to_string(Secrets::kShortestBytes) + " bytes or more; or a URL");
  }
  for (const Settings& settings : provocations) provoke(context, secrets, settings);
  return {};
}

}  // namespace corsac::conformance
