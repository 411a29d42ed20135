// A store that works, and breaks the contract in one way, chosen by the setting `mode`: each is
// what one check of `corsac store-test` must find and no other one finds. The document is a JSON
// file (`file`), which a thread looks at. Written against the C headers, because the C++ face
// prevents most of it. What misbehaving.cpp has is not repeated. With another BROKEN_NAME it is
// another plugin: any_extension answers a table for every extension, no_map and no_nodelete are
// linked without one of the flags.
//
//   fine                     nothing is wrong
//   any_setting              takes settings that it does not know
//   nameless_setting         refuses them without their name
//   crash_in_read, exit_in_read, throw_in_read
//   problem_and_ok           a problem, and CORSAC_OK
//   list_left_open           a list without end
//   field_in_list            a field for an element of a list
//   no_source                values before any source
//   not_utf8                 a text that is no UTF-8
//   null_text                a text of 5 bytes at null
//   feed_elsewhere           feed_json from a thread of its own
//   bad_time                 a time that is not RFC 3339
//   new_revision             another revision at each read
//   shared_state             reads only while one store is open
//   deaf_to_stop             calls finish after the sink said stop
//   deadline_failed          CORSAC_FAILED when the deadline has passed
//   kept_interrupt           an interrupt without a call cancels the next read
//   slow_interrupt           interrupt waits for five seconds
//   interrupt_unreachable    CORSAC_UNREACHABLE when it was interrupted
//   late_change              calls changed after close
//   left_thread, left_descriptor    after close
//   told_secret              logs the setting `password`
//   cached                   the first document for ever
//   one_revision             the same revision for every document
//   no_notice                never calls changed
//   change_over_close        ends a notice that was begun after close
//   bad_unreachable          CORSAC_UNREACHABLE for what is no document
//   bad_silently             CORSAC_INVALID without a problem
//   bad_and_finish           finish and CORSAC_OK, whatever feed_json answered
//   last_for_empty           the last document when the file is empty
//   frozen_too_long          waits longer than its deadline while there is a `file`.frozen
//   frozen_deaf              waits there until its deadline, whatever interrupt says
//   frozen_invalid           waits there, and answers CORSAC_INVALID with a problem
//   read_only                nothing is wrong: put_document answers CORSAC_READ_ONLY and logs why
//   write_elsewhere          put_document writes nothing
//   write_anyway             put_document compares nothing
//   write_in_two_steps       put_document compares, waits and writes
//   records_unfinished       read_records never calls finish
//   records_document         read_records hands over the document too
//   records_unread           read hands over no record
//   records_one_source       read hands them over in the source of the document
//   records_one_revision     the revision of read is that of the document alone
//   records_elsewhere        put_records writes nothing
//   records_write_anyway     put_records compares nothing
//   records_in_two_steps     put_records compares, waits and writes
//   changes_untold           read_changes tells no change that was made
//   changes_unfinished       read_changes never calls finish
//   changes_never            read_changes answers a conflict to everything
//   changes_of_any           read_changes takes every revision for its own
//   changes_one_source       read hands added origins over in the source of the document
//   changes_elsewhere        change_origins changes nothing
//   changes_write_anyway     change_origins compares nothing
//   changes_in_two_steps     change_origins compares, waits and writes
//   changes_deaf             read_changes calls finish after the sink said stop

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "corsac_store_changes.h"
#include "corsac_store_plugin.h"
#include "corsac_store_records.h"
#include "corsac_store_write.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kName = BROKEN_NAME;
constexpr bool kAnyExtension = std::string_view(kName) == "any_extension";

constexpr milliseconds kLook{5};

std::atomic<int> open_stores{0};
std::atomic<int> reads{0};
std::mutex writing;

corsac_text text(std::string_view view) { return {view.data(), view.size()}; }
std::string_view view(corsac_text text) { return {text.data, text.size}; }

std::string content_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string hash_of(const std::string& content) {
  return std::to_string(std::hash<std::string>{}(content));
}

struct BrokenStore {
  const corsac_host* host = nullptr;
  std::string mode = {};
  std::string file = {};
  std::string password = {};
  std::string first = {};  // document that was read
  // Of each revision that was told: the document and the records, and the origins beside them.
  std::map<std::string, std::pair<std::string, std::set<std::string>>> told = {};
  std::atomic<bool> is_interrupted{false};
  std::atomic<bool> is_reading{false};
  std::atomic<bool> is_closing{false};
  std::atomic<bool> is_telling{false};
  std::thread watch = {};

  [[nodiscard]] bool is(std::string_view other) const { return mode == other; }
  [[nodiscard]] std::string revision_of(const std::string& content) const {
    if (is("one_revision")) return "1";
    return is("new_revision") ? std::to_string(++reads) : hash_of(content);
  }
  [[nodiscard]] bool is_past_deadline() const {
    const milliseconds leeway(is("deadline_failed") ? 100 : 0);
    return steady_clock::now() + leeway >=
           steady_clock::time_point(std::chrono::nanoseconds(host->deadline(host->context)));
  }
};

// `last` was read before any read of the store, so that no change in between is missed.
void look_for_changes(BrokenStore* store, std::string last) {
  while (!store->is_closing) {
    std::this_thread::sleep_for(kLook);
    const std::string now = content_of(store->file);
    if (now == last) continue;
    last = now;
    if (store->is("change_over_close")) {
      store->is_telling = true;
      std::this_thread::sleep_for(milliseconds(150));
    }
    store->host->changed(store->host->context);
    store->is_telling = false;
  }
}

// Reports what it does not know. The first fault decides.
bool take_settings(BrokenStore& store, const corsac_settings* settings) {
  const corsac_host* host = store.host;
  std::string unknown;
  for (std::size_t i = 0; i < settings->count; ++i) {
    const std::string_view name = view(settings->entries[i].name);
    const std::string value(view(settings->entries[i].value));
    if (name == "mode") {
      store.mode = value;
    } else if (name == "file") {
      store.file = std::string(view(settings->directory)) + "/" + value;
    } else if (name == "password") {
      store.password = value;
    } else {
      unknown = name;
    }
  }
  if (unknown.empty() || store.is("any_setting")) return true;
  host->problem(host->context, text("setting-unknown"),
                text(store.is("nameless_setting") ? "" : unknown), text("there is none such"),
                text("leave it out"));
  return false;
}

std::int32_t open(const corsac_host* host, const corsac_settings* settings, void** opened) {
  auto* store = new BrokenStore;
  store->host = host;
  if (!take_settings(*store, settings)) {
    delete store;
    return CORSAC_INVALID;
  }
  ++open_stores;
  if (store->is("told_secret")) {
    host->log(host->context, CORSAC_LOG_INFO, text("the password is " + store->password));
  }
  if (!store->is("no_notice"))
    store->watch = std::thread(look_for_changes, store, content_of(store->file));
  *opened = store;
  return CORSAC_OK;
}

// What comes before the document, or instead of it; -1 = go on.
std::int32_t break_read(BrokenStore& store, const corsac_sink* sink) {
  void* to = sink->context;
  if (store.is("crash_in_read")) std::abort();
  if (store.is("exit_in_read")) ::_exit(3);
  if (store.is("throw_in_read")) throw 7;  // NOLINT: not caught on purpose
  if (store.is("shared_state") && open_stores != 1) return CORSAC_FAILED;
  if (store.is("deadline_failed") && store.is_past_deadline()) return CORSAC_FAILED;
  if (store.is("kept_interrupt") && store.is_interrupted.exchange(false)) return CORSAC_CANCELLED;
  bool goes_on = true;
  if (store.is("field_in_list")) {
    goes_on = sink->begin_list(to, text("lint"), {1, 1}) != 0 &&
              sink->text(to, text("name"), text("value"), {1, 1}) != 0 && sink->end_list(to) != 0;
  }
  if (store.is("not_utf8")) {
    goes_on = sink->text(to, text("name"), text("\xff\xfe"), {1, 1}) != 0;
  }
  if (store.is("null_text")) goes_on = sink->text(to, text("name"), {nullptr, 5}, {1, 1}) != 0;
  if (store.is("problem_and_ok")) {
    goes_on = sink->problem(to, text("broken"), text("something is wrong"), text(""), {1, 1}) != 0;
  }
  if (store.is("bad_time")) {
    goes_on = sink->begin_list(to, text("trusted_origins"), {1, 1}) != 0 &&
              sink->begin_item(to, text(""), {1, 1}) != 0 &&
              sink->text(to, text("name"), text("one"), {1, 1}) != 0 &&
              sink->text(to, text("origin"), text("https://one.example"), {1, 1}) != 0 &&
              sink->text(to, text("valid_until"), text("tomorrow"), {1, 1}) != 0 &&
              sink->end_item(to) != 0 && sink->end_list(to) != 0;
  }
  return goes_on ? -1 : CORSAC_CANCELLED;
}

// Waits while the file `frozen` exists; the status when that is not the end of it, or -1.
std::int32_t wait_while_frozen(const BrokenStore& store) {
  const std::string frozen = store.file + ".frozen";
  const bool hears = !store.is("frozen_deaf");
  for (int looks = 0; ::access(frozen.c_str(), F_OK) == 0; ++looks) {
    std::this_thread::sleep_for(kLook);
    if (hears && store.host->cancelled(store.host->context) != 0) return CORSAC_CANCELLED;
    const bool waits_on = store.is("frozen_too_long") && looks < 1000;
    if (store.is_past_deadline() && !waits_on) return CORSAC_UNREACHABLE;
  }
  return -1;
}

std::int32_t feed(const BrokenStore& store, const corsac_sink* sink, const std::string& content) {
  const auto call = [&](const corsac_sink* to) {
    return store.host->feed_json(store.host->context, to, content.data(), content.size());
  };
  if (!store.is("feed_elsewhere")) return call(sink);
  std::int32_t status = CORSAC_FAILED;
  std::thread([&] { status = call(sink); }).join();
  return status;
}

// Where the records are kept: a JSON document, or no file.
std::string records_file(const BrokenStore& store) { return store.file + ".records"; }

// `document` and, behind its fields, the list of `records`.
std::string with_records(const std::string& document, const std::string& records) {
  const std::size_t list = records.find("\"trusted_origins\"");
  const std::size_t end = document.rfind('}');
  if (list == std::string::npos || end == std::string::npos) return document;
  const std::string fields = document.substr(0, end);
  const bool is_empty = fields.find('"') == std::string::npos;
  return fields + (is_empty ? "" : ", ") + records.substr(list);
}

// The list of `records` behind the document, in a source of its own.
std::int32_t feed_kept(const BrokenStore& store, const corsac_sink* sink,
                       const std::string& records) {
  const std::size_t list = records.find("\"trusted_origins\"");
  if (list == std::string::npos) return CORSAC_OK;
  if (!store.is("records_one_source") && sink->source(sink->context, text("records")) == 0) {
    return CORSAC_CANCELLED;
  }
  return feed(store, sink, "{" + records.substr(list));
}

// Where the origins beside the document are kept, one a line; or no file.
std::string origins_file(const BrokenStore& store) { return store.file + ".origins"; }

std::set<std::string> origins_of(const BrokenStore& store) {
  std::ifstream stream(origins_file(store));
  std::set<std::string> origins;
  for (std::string line; std::getline(stream, line);) origins.insert(line);
  return origins;
}

std::string joined(const std::set<std::string>& origins) {
  std::string text;
  for (const std::string& origin : origins) text += origin + "\n";
  return text;
}

// What the revision of a read names, now.
std::string named_now(const BrokenStore& store) {
  return content_of(store.file) + content_of(records_file(store));
}

// Passes a document on, with origins at the end of cors.allowed_origins.
struct MergingSink {
  const BrokenStore& store;
  const corsac_sink* to;
  const std::set<std::string> origins;
  bool is_open = false;

  static MergingSink& of(void* context) { return *static_cast<MergingSink*>(context); }
  [[nodiscard]] bool add_origins() const {
    if (!store.is("changes_one_source") && to->source(to->context, text("origins")) == 0)
      return false;
    for (const std::string& origin : origins) {
      if (to->text(to->context, text(""), text(origin), {0, 0}) == 0) return false;
    }
    return to->source(to->context, text("nonconforming")) != 0;
  }
  [[nodiscard]] corsac_sink table() {
    corsac_sink sink = *to;
    sink.context = this;
    sink.source = [](void* c, corsac_text name) {
      return of(c).to->source(of(c).to->context, name);
    };
    sink.begin_list = [](void* c, corsac_text field, corsac_place place) {
      of(c).is_open = view(field) == "allowed_origins";
      return of(c).to->begin_list(of(c).to->context, field, place);
    };
    sink.end_list = [](void* c) {
      if (std::exchange(of(c).is_open, false) && !of(c).add_origins()) return 0;
      return of(c).to->end_list(of(c).to->context);
    };
    sink.begin_item = [](void* c, corsac_text field, corsac_place place) {
      return of(c).to->begin_item(of(c).to->context, field, place);
    };
    sink.end_item = [](void* c) { return of(c).to->end_item(of(c).to->context); };
    sink.text = [](void* c, corsac_text field, corsac_text value, corsac_place place) {
      return of(c).to->text(of(c).to->context, field, value, place);
    };
    sink.integer = [](void* c, corsac_text field, std::int64_t value, corsac_place place) {
      return of(c).to->integer(of(c).to->context, field, value, place);
    };
    sink.problem = [](void* c, corsac_text code, corsac_text what, corsac_text fix,
                      corsac_place place) {
      return of(c).to->problem(of(c).to->context, code, what, fix, place);
    };
    return sink;
  }
};

std::int32_t feed_document(const BrokenStore& store, const corsac_sink* sink,
                           const std::string& content, std::set<std::string> origins) {
  if (origins.empty()) return feed(store, sink, content);
  MergingSink merging = {store, sink, std::move(origins)};
  const corsac_sink table = merging.table();
  return feed(store, &table, content);
}

std::int32_t read_document(BrokenStore& store, const corsac_sink* sink) {
  const bool is_deaf = store.is("deaf_to_stop");
  if (!store.is("no_source") && sink->source(sink->context, text("nonconforming")) == 0 &&
      !is_deaf) {
    return CORSAC_CANCELLED;
  }
  if (const std::int32_t status = break_read(store, sink); status >= 0) return status;
  if (const std::int32_t status = wait_while_frozen(store); status >= 0) {
    if (status != CORSAC_UNREACHABLE || !store.is("frozen_invalid")) return status;
    sink->problem(sink->context, text("broken"), text("no answer"), text(""), {0, 0});
    return CORSAC_INVALID;
  }
  std::string content = content_of(store.file);
  if (content.empty()) content = store.is("last_for_empty") ? store.first : "{}";
  if (store.first.empty()) store.first = content;
  if (store.is("cached")) content = store.first;
  const std::string kept = store.is("records_unread") ? "" : content_of(records_file(store));
  const bool is_bad = content.front() != '{' || content.find('}') == std::string::npos;
  if (is_bad && store.is("bad_unreachable")) return CORSAC_UNREACHABLE;
  if (is_bad && store.is("bad_silently")) return CORSAC_INVALID;
  const std::set<std::string> origins = origins_of(store);
  std::int32_t status = feed_document(store, sink, content, origins);
  if (status == CORSAC_OK) status = feed_kept(store, sink, kept);
  const bool is_cancelled = store.host->cancelled(store.host->context) != 0;
  if (is_cancelled && store.is("interrupt_unreachable")) return CORSAC_UNREACHABLE;
  const bool goes_on_anyway = (is_deaf && status == CORSAC_CANCELLED) ||
                              (store.is("bad_and_finish") && status == CORSAC_INVALID);
  if (status != CORSAC_OK && !goes_on_anyway) return status;
  if (store.is("list_left_open") && sink->begin_list(sink->context, text("lint"), {1, 1}) == 0) {
    return CORSAC_CANCELLED;
  }
  const std::string named = store.is("records_one_revision") ? content : content + kept;
  const std::string revision = store.revision_of(named + joined(origins));
  store.told[revision] = {named, origins};
  return sink->finish(sink->context, text(revision)) != 0 ? CORSAC_OK : CORSAC_CANCELLED;
}

std::int32_t read(void* opened, const corsac_sink* sink) {
  auto& store = *static_cast<BrokenStore*>(opened);
  store.is_reading = true;
  const std::int32_t status = read_document(store, sink);
  store.is_reading = false;
  return status;
}

void interrupt(void* opened) {
  auto& store = *static_cast<BrokenStore*>(opened);
  if (store.is("slow_interrupt")) std::this_thread::sleep_for(std::chrono::seconds(5));
  if (!store.is_reading) store.is_interrupted = true;
}

void close(void* opened) {
  auto* store = static_cast<BrokenStore*>(opened);
  --open_stores;
  store->is_closing = true;
  if (store->is("change_over_close") && store->is_telling) {
    store->watch.detach();
    return;  // the thread has the store
  }
  if (store->watch.joinable()) store->watch.join();
  if (store->is("late_change")) {
    std::thread([host = store->host] {
      std::this_thread::sleep_for(milliseconds(50));
      host->changed(host->context);
    }).detach();
  }
  if (store->is("left_thread")) {
    std::thread([] { std::this_thread::sleep_for(std::chrono::hours(1)); }).detach();
  }
  if (store->is("left_descriptor")) static_cast<void>(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  delete store;
}

std::int32_t put_document(void* opened, corsac_text document, corsac_text expected, void* context,
                          void (*on_revision)(void* context, corsac_text revision)) {
  auto& store = *static_cast<BrokenStore*>(opened);
  if (store.is("read_only")) {
    store.host->log(store.host->context, CORSAC_LOG_ERROR, text("the user may not write"));
    return CORSAC_READ_ONLY;
  }
  std::unique_lock lock(writing);
  const std::string now = hash_of(content_of(store.file));
  const bool is_expected = expected.size == 0 || view(expected) == now;
  if (!is_expected && !store.is("write_anyway")) {
    on_revision(context, text(now));
    return CORSAC_CONFLICT;
  }
  if (store.is("write_in_two_steps")) {
    lock.unlock();
    std::this_thread::sleep_for(milliseconds(50));
    lock.lock();
  }
  const std::string content(view(document));
  if (!store.is("write_elsewhere")) {
    const std::string next = store.file + ".next";
    std::ofstream(next, std::ios::binary) << content;
    if (std::rename(next.c_str(), store.file.c_str()) != 0) return CORSAC_FAILED;
  }
  on_revision(context, text(hash_of(content)));
  return CORSAC_OK;
}

std::int32_t read_records(void* opened, const corsac_sink* sink) {
  const auto& store = *static_cast<BrokenStore*>(opened);
  sink->source(sink->context, text("records"));
  const std::string kept = content_of(records_file(store));
  std::string content = kept.empty() ? R"({"version": 1})" : kept;
  if (store.is("records_document")) content = with_records(content_of(store.file), kept);
  const std::int32_t status = feed(store, sink, content);
  if (status != CORSAC_OK || store.is("records_unfinished")) return status;
  return sink->finish(sink->context, text(hash_of(kept))) != 0 ? CORSAC_OK : CORSAC_CANCELLED;
}

std::int32_t put_records(void* opened, const corsac_record_change* /*changes*/, size_t /*count*/,
                         corsac_text all, corsac_text expected, void* context,
                         void (*on_revision)(void* context, corsac_text revision)) {
  auto& store = *static_cast<BrokenStore*>(opened);
  if (store.is("read_only")) {
    store.host->log(store.host->context, CORSAC_LOG_ERROR, text("the user may not write"));
    return CORSAC_READ_ONLY;
  }
  std::unique_lock lock(writing);
  const std::string file = records_file(store);
  const bool is_expected = view(expected) == hash_of(content_of(file));
  if (!is_expected && !store.is("records_write_anyway")) return CORSAC_CONFLICT;
  if (store.is("records_in_two_steps")) {
    lock.unlock();
    std::this_thread::sleep_for(milliseconds(50));
    lock.lock();
  }
  std::string content(view(all));
  if (content.find("trusted_origins") == std::string::npos) content.clear();
  if (!store.is("records_elsewhere")) {
    std::ofstream(file, std::ios::binary) << content;
    if (content.empty()) ::unlink(file.c_str());
  }
  on_revision(context, text(hash_of(content)));
  return CORSAC_OK;
}

std::int32_t read_changes(void* opened, corsac_text since, const corsac_changes_sink* sink) {
  auto& store = *static_cast<BrokenStore*>(opened);
  const std::string named = named_now(store);
  const std::set<std::string> origins = origins_of(store);
  const auto found = store.told.find(std::string(view(since)));
  const bool is_known = found != store.told.end() && found->second.first == named;
  if (store.is("changes_never")) return CORSAC_CONFLICT;
  if (!is_known && !store.is("changes_of_any")) return CORSAC_CONFLICT;
  const bool is_deaf = store.is("changes_deaf");
  if (sink->source(sink->context, text("origins")) == 0 && !is_deaf) return CORSAC_CANCELLED;
  const std::set<std::string> before = is_known ? found->second.second : origins;
  const auto tell = [&](const std::set<std::string>& from, const std::set<std::string>& of,
                        std::int32_t is_added) {
    for (const std::string& origin : of) {
      if (from.count(origin) != 0 || store.is("changes_untold")) continue;
      const corsac_origin_change change = {text(origin), is_added};
      if (sink->origin(sink->context, &change) == 0 && !is_deaf) return false;
    }
    return true;
  };
  if (!tell(before, origins, 1) || !tell(origins, before, 0)) return CORSAC_CANCELLED;
  if (store.is("changes_unfinished")) return CORSAC_OK;
  const std::string revision = store.revision_of(named + joined(origins));
  store.told[revision] = {named, origins};
  return sink->finish(sink->context, text(revision)) != 0 ? CORSAC_OK : CORSAC_CANCELLED;
}

std::int32_t change_origins(void* opened, const corsac_origin_change* changes, size_t count,
                            corsac_text expected, void* context,
                            void (*on_revision)(void* context, corsac_text revision)) {
  const auto& store = *static_cast<BrokenStore*>(opened);
  if (store.is("read_only")) {
    store.host->log(store.host->context, CORSAC_LOG_ERROR, text("the user may not write"));
    return CORSAC_READ_ONLY;
  }
  std::unique_lock lock(writing);
  const std::string now = hash_of(named_now(store) + joined(origins_of(store)));
  const bool is_expected = expected.size == 0 || view(expected) == now;
  if (!is_expected && !store.is("changes_write_anyway")) {
    on_revision(context, text(now));
    return CORSAC_CONFLICT;
  }
  if (store.is("changes_in_two_steps")) {
    lock.unlock();
    std::this_thread::sleep_for(milliseconds(50));
    lock.lock();
  }
  std::set<std::string> origins = origins_of(store);
  for (size_t i = 0; i < count && !store.is("changes_elsewhere"); ++i) {
    const std::string origin(view(changes[i].origin));
    if (changes[i].is_added != 0) origins.insert(origin);
    if (changes[i].is_added == 0) origins.erase(origin);
  }
  std::ofstream(origins_file(store), std::ios::binary) << joined(origins);
  if (origins.empty()) ::unlink(origins_file(store).c_str());
  on_revision(context, text(hash_of(named_now(store) + joined(origins))));
  return CORSAC_OK;
}

const void* extension(corsac_text name) {
  static constexpr corsac_store_records_v1 kRecords = {
      sizeof(corsac_store_records_v1), CORSAC_RECORDS_JSON, &read_records, &put_records};
  if (view(name) == CORSAC_STORE_RECORDS_NAME) return &kRecords;
  static constexpr corsac_store_changes_v1 kChanges = {sizeof(corsac_store_changes_v1),
                                                       &read_changes, &change_origins};
  if (view(name) == CORSAC_STORE_CHANGES_NAME) return &kChanges;
  static constexpr corsac_store_write_v1 kWrite = {sizeof(corsac_store_write_v1), &put_document};
  return kAnyExtension || view(name) == CORSAC_STORE_WRITE_NAME ? &kWrite : nullptr;
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const corsac_store_plugin_v1 corsac_store_plugin;
constexpr corsac_store_plugin_v1 corsac_store_plugin = {CORSAC_STORE_PLUGIN_MAGIC,
                                                        CORSAC_STORE_PLUGIN_ABI_MAJOR,
                                                        CORSAC_STORE_PLUGIN_ABI_MINOR,
                                                        sizeof(corsac_store_plugin_v1),
                                                        kName,
                                                        "1.0",
                                                        &open,
                                                        &read,
                                                        &interrupt,
                                                        &close,
                                                        &extension};
}
