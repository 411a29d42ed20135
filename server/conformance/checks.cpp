// The table of checks, and how one is run. Entries: all_checks, run_check. Test:
// tests/server/store_test_test.py.

#include "conformance/checks.hpp"

#include <exception>
#include <vector>

#include "conformance/child.hpp"
#include "conformance/shell_command.hpp"

namespace corsac::conformance {
namespace {

// Longer than all bounded calls and commands of one check together would need in a fair run; what
// is bounded itself says more about the plugin than this does.
constexpr std::chrono::seconds kCheckLimit{90};

Outcome run_loaded(const Check& check, Context context) {
  try {
    const bool loads_itself = check.run == check_descriptor || check.run == check_link_flags;
    if (!loads_itself) context.table = load_plugin(context).table;
    return {Kind::Ok, check.run(context)};
  } catch (const CheckEnd& end) {
    return end.outcome;
  } catch (const std::exception& error) {
    return {Kind::Failed, "the test itself failed: " + std::string(error.what())};
  }
}

}  // namespace

std::span<const Check> all_checks() {
  static const std::vector<Check> checks = {
      {"descriptor",
       "exports corsac_store_plugin with the right magic, ABI, size, name and functions",
       "What the loader checks",
       {},
       check_descriptor},
      {"link-flags",
       "exports corsac_store_plugin and nothing else, and stays mapped",
       "The link flags",
       {"descriptor"},
       check_link_flags},
      {"extensions",
       "answers null for an extension that it does not know, and a whole table for one it knows",
       "Writing",
       {"descriptor"},
       check_extensions},
      {"open", "opens with the settings, and closes", "One thread", {"descriptor"}, check_open},
      {"unknown-setting",
       "refuses a setting that it does not know, by its name",
       "Settings",
       {"descriptor"},
       check_unknown_setting},
      {"read",
       "gives a document that ends with one finish(revision)",
       "A document is whole or nothing",
       {"open"},
       check_read},
      {"nesting",
       "begins with source, ends what it begins, and names fields in items only",
       "A document is whole or nothing",
       {"read"},
       check_nesting},
      {"texts", "hands over UTF-8, and no text at null", "Texts", {"read"}, check_texts},
      {"one-thread",
       "calls sink and host on the thread and in the call that the contract says",
       "One thread",
       {"read"},
       check_one_thread},
      {"document",
       "hands over what the core takes: known fields of the right type, times in RFC 3339",
       "Texts",
       {"nesting", "texts", "one-thread"},
       check_document},
      {"close",
       "closes in time, also unread, and is silent from then on",
       "Close",
       {"read"},
       check_close},
      {"same-revision",
       "gives the same revision for the same document",
       "A document is whole or nothing",
       {"one-thread"},
       check_same_revision},
      {"two-stores",
       "can be open twice, and read on two threads at once",
       "One thread",
       {"same-revision"},
       check_two_stores},
      {"stop",
       "calls no more after the sink said stop, and answers CORSAC_CANCELLED",
       "Which answer",
       {"one-thread"},
       check_stop},
      {"deadline",
       "returns from a read whose deadline has passed",
       "One thread",
       {"one-thread"},
       check_deadline},
      {"idle-interrupt",
       "is not disturbed by an interrupt without a call",
       "One thread",
       {"one-thread"},
       check_idle_interrupt},
      {"interrupt",
       "returns within a second of an interrupt, and reads again after it",
       "One thread",
       {"idle-interrupt", "same-revision"},
       check_interrupt},
      {"leaks",
       "leaves no thread and no descriptor behind",
       "Close",
       {"close", "interrupt"},
       check_leaks},
      {"secrets",
       "tells no password and no token in a line or a problem",
       "Secrets",
       {"read"},
       check_secrets},
      {"change",
       "gives another document and another revision after a change",
       "A document is whole or nothing",
       {"same-revision"},
       check_change},
      {"notice", "calls host.changed after a change", "Changes", {"change"}, check_notice},
      {"close-under-change",
       "closes while a change is made, and is silent from then on",
       "Close",
       {"close", "change"},
       check_close_under_change},
      {"bad-data",
       "answers CORSAC_INVALID and says why, or gives a whole document for the core to refuse",
       "Which answer",
       {"change"},
       check_bad_data},
      {"empty",
       "gives an empty document or a reason when there is nothing, never the one before",
       "Which answer",
       {"change"},
       check_empty},
      {"frozen",
       "keeps its deadline and hears an interrupt when the place gives no answer",
       "Which answer",
       {"interrupt", "deadline"},
       check_frozen},
      {"write",
       "writes a document, and reads it back under the revision that it told",
       "Writing",
       {"change", "extensions"},
       check_write},
      {"write-conflict",
       "writes nothing when another revision was expected",
       "Writing",
       {"write"},
       check_write_conflict},
      {"write-race",
       "lets one of two writers win that expect the same revision",
       "Writing",
       {"write-conflict", "two-stores"},
       check_write_race},
      {"records",
       "keeps a record beside the document, shows it in both reads, and takes it away again",
       "Records",
       {"document", "change", "extensions"},
       check_records},
      {"records-conflict",
       "keeps no record when another revision was expected",
       "Records",
       {"records"},
       check_records_conflict},
      {"records-race",
       "lets one of two writers of records win that expect the same revision",
       "Records",
       {"records-conflict", "two-stores"},
       check_records_race},
      {"changes",
       "tells changes of origins so that they make of the last document what a read gives",
       "Changes of origins",
       {"document", "change", "extensions"},
       check_changes},
      {"changes-conflict",
       "tells nothing since a revision that it does not know, and changes nothing over another one",
       "Changes of origins",
       {"changes"},
       check_changes_conflict},
      {"changes-race",
       "lets one of two win that change origins of the same revision",
       "Changes of origins",
       {"changes-conflict", "two-stores"},
       check_changes_race},
  };
  return checks;
}

Outcome run_check(const Check& check, const Subject& subject, const Found& found) {
  const Secrets secrets(subject);
  const auto run = [&](CallNote& note) {
    const Outcome ended = run_loaded(check, {subject, secrets, note, found, nullptr});
    // Once more for all: a text that was made from the plugin's passes here.
    return Outcome{ended.kind, secrets.shown(ended.what), secrets.shown(ended.fix), ended.section};
  };
  const auto clean_up = [&](const CallNote& note) {
    const bool is_frozen = note.undo() == CallNote::Undo::Thaw;
    const std::string& command = is_frozen ? subject.thaw_command : subject.restore_command;
    if (note.undo() == CallNote::Undo::None) return;
    // The check has failed; that this fails too shows in those that follow.
    static_cast<void>(run_shell(command, kCommandLimit));
  };
  return run_in_child(kCheckLimit, run, clean_up);
}

}  // namespace corsac::conformance
