// The sink of the test. Entry: TestSink. Spec: lib/abi/corsac_store_plugin.h, corsac_sink. Test:
// tests/server/store_test_test.py.

#include "conformance/test_sink.hpp"

#include <string_view>
#include <utility>

#include <corsac/base/printable.hpp>
#include <corsac/base/utf8.hpp>

namespace corsac::conformance {
namespace {

constexpr std::size_t kRevisionLimitBytes = 255;
constexpr std::size_t kProblemLimit = 1'000;

std::string_view to_view(corsac_text text) noexcept {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

void set_first(std::string& fault, std::string text) {
  if (fault.empty()) fault = std::move(text);
}

// FNV-1a; the size goes in too, so that "ab", "c" is not "a", "bc".
void mix(std::uint64_t& hash, std::string_view bytes) noexcept {
  constexpr std::uint64_t kPrime = 1'099'511'628'211ull;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * kPrime;
  hash = (hash ^ bytes.size()) * kPrime;
}

}  // namespace

// `context` is the TestSink.
struct TestSink::Calls {
  static TestSink& of(void* context) noexcept { return *static_cast<TestSink*>(context); }

  static int source(void* context, corsac_text name) noexcept {
    TestSink& self = of(context);
    return self.take("source", {name}, [&] { self.facts_.sources.emplace_back(to_view(name)); });
  }
  static int begin_list(void* context, corsac_text field, corsac_place) noexcept {
    TestSink& self = of(context);
    return self.take("begin_list", {field}, [&] {
      self.judge_field("begin_list", field);
      self.levels_.push_back(Level::List);
    });
  }
  static int end_list(void* context) noexcept {
    TestSink& self = of(context);
    return self.take("end_list", {}, [&] { self.close_level("end_list", Level::List); });
  }
  static int begin_item(void* context, corsac_text field, corsac_place) noexcept {
    TestSink& self = of(context);
    return self.take("begin_item", {field}, [&] {
      self.judge_field("begin_item", field);
      self.levels_.push_back(Level::Item);
    });
  }
  static int end_item(void* context) noexcept {
    TestSink& self = of(context);
    return self.take("end_item", {}, [&] { self.close_level("end_item", Level::Item); });
  }
  static int text(void* context, corsac_text field, corsac_text value, corsac_place) noexcept {
    TestSink& self = of(context);
    return self.take("text", {field, value}, [&] { self.judge_field("text", field); });
  }
  static int value(void* context, const char* call, corsac_text field, const std::string& digits) {
    TestSink& self = of(context);
    return self.take(call, {field}, [&] {
      self.judge_field(call, field);
      mix(self.facts_.content, digits);
    });
  }
  static int integer(void* context, corsac_text field, std::int64_t number, corsac_place) noexcept {
    return value(context, "integer", field, std::to_string(number));
  }
  static int real(void* context, corsac_text field, double number, corsac_place) noexcept {
    return value(context, "real", field, std::to_string(number));
  }
  static int flag(void* context, corsac_text field, int is_set, corsac_place) noexcept {
    return value(context, "flag", field, is_set != 0 ? "true" : "false");
  }
  static int null_value(void* context, corsac_text field, corsac_place) noexcept {
    return value(context, "null_value", field, "null");
  }
  static int problem(void* context, corsac_text code, corsac_text what, corsac_text fix,
                     corsac_place) noexcept {
    TestSink& self = of(context);
    return self.take("problem", {code, what, fix}, [&] {
      if (self.facts_.problems.size() >= kProblemLimit) return;
      self.facts_.problems.push_back(
          {std::string(to_view(code)), {}, std::string(to_view(what)), std::string(to_view(fix))});
    });
  }
  static int finish(void* context, corsac_text revision) noexcept {
    TestSink& self = of(context);
    return self.take("finish", {revision}, [&] {
      if (!self.levels_.empty()) {
        set_first(self.facts_.nesting_fault, "finish came while a list or an item was open");
      }
      if (revision.size > kRevisionLimitBytes) {
        set_first(self.facts_.text_fault, "the revision has " + std::to_string(revision.size) +
                                              " bytes, and 255 are the most");
      }
      ++self.facts_.finishes;
      self.facts_.revision = to_view(revision);
    });
  }
};

TestSink::TestSink()
    : table_{sizeof(corsac_sink), this,
             Calls::source,       Calls::begin_list,
             Calls::end_list,     Calls::begin_item,
             Calls::end_item,     Calls::text,
             Calls::integer,      Calls::real,
             Calls::flag,         Calls::null_value,
             Calls::problem,      Calls::finish} {}

void TestSink::begin() {
  const std::lock_guard lock(mutex_);
  is_under_way_ = true;
  thread_ = std::this_thread::get_id();
}

void TestSink::end() {
  const std::lock_guard lock(mutex_);
  is_under_way_ = false;
}

ReadFacts TestSink::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

int TestSink::take(const char* call, std::initializer_list<corsac_text> texts,
                   const std::function<void()>& judge) {
  std::function<void()> hook;
  bool goes_on = false;
  {
    const std::lock_guard lock(mutex_);
    if (!is_expected(call)) return 0;
    ++facts_.calls;
    judge_texts(call, texts);
    judge();
    is_stopped_ = facts_.calls >= stop_at_;
    if (facts_.calls == hook_at_) hook = hook_;
    goes_on = !is_stopped_;
  }
  if (hook) hook();
  return goes_on ? 1 : 0;
}

// False for a call that says nothing of this read.
bool TestSink::is_expected(const char* call) {
  const std::string name = std::string("sink.") + call;
  if (!is_under_way_) {
    set_first(facts_.thread_fault, name + " was called outside of the read() that the sink is for");
    return false;
  }
  if (thread_ != std::this_thread::get_id()) {
    // Taken all the same: what it says is judged by the checks that it is for.
    set_first(facts_.thread_fault, name + " was called on another thread than that of read()");
  }
  if (is_stopped_) {
    ++facts_.calls_after_stop;
    return false;
  }
  return true;
}

void TestSink::judge_texts(const char* call, std::initializer_list<corsac_text> texts) {
  if (facts_.finishes != 0) {
    set_first(facts_.nesting_fault, std::string(call) + " came after finish");
  }
  const std::string_view name = call;
  if (facts_.calls == 1 && name != "source" && name != "problem") {
    set_first(facts_.nesting_fault, std::string(call) + " came first, before source");
  }
  // The revision names the content and is none of it.
  const bool is_content = name != "finish";
  if (is_content) mix(facts_.content, name);
  for (const corsac_text& text : texts) {
    if (text.data == nullptr && text.size != 0) {
      set_first(facts_.text_fault, std::string(call) + " has a text of " +
                                       std::to_string(text.size) + " bytes at null");
    } else if (!is_utf8(to_view(text))) {
      set_first(facts_.text_fault,
                std::string(call) + " has a text that is no UTF-8: " + to_quoted(to_view(text)));
    }
    if (is_content) mix(facts_.content, to_view(text));
  }
}

void TestSink::judge_field(const char* call, corsac_text field) {
  const bool is_in_list = !levels_.empty() && levels_.back() == Level::List;
  if (is_in_list && field.size != 0) {
    set_first(facts_.nesting_fault, std::string(call) + " names the field " +
                                        to_quoted(to_view(field)) + " for an element of a list");
  } else if (!is_in_list && field.size == 0) {
    set_first(facts_.nesting_fault, std::string(call) + " has no field, outside of a list");
  }
}

void TestSink::close_level(const char* call, Level level) {
  if (levels_.empty() || levels_.back() != level) {
    set_first(facts_.nesting_fault, std::string(call) + " ends what is not open");
    return;
  }
  levels_.pop_back();
}

}  // namespace corsac::conformance
