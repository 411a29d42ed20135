// Follows a store's calls with a stack of open items and lists, and fills a Policy by the tables of
// document_fields.cpp. Entry: PolicyReader. Spec: policy document, 1 and 5. Tests:
// tests/policy/reader_test.cpp, reader_hostile_test.cpp.

#include "corsac/policy/reader.hpp"

#include <algorithm>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/base/utf8.hpp"
#include "corsac/policy/reader_messages.hpp"
#include "corsac/policy/reader_state.hpp"
#include "corsac/policy/report.hpp"

namespace corsac {
namespace {

constexpr std::size_t kStoreCodeLimitBytes = 64;
constexpr std::size_t kStoreTextLimitBytes = 1'024;
constexpr std::size_t kRevisionLimitBytes = 255;

[[nodiscard]] bool is_list_shape(FieldShape shape) noexcept {
  return shape == FieldShape::TextList || shape == FieldShape::FileList ||
         shape == FieldShape::ItemList;
}

[[nodiscard]] bool is_code(std::string_view code) noexcept {
  return !code.empty() && code.size() <= kStoreCodeLimitBytes &&
         std::all_of(code.begin(), code.end(),
                     [](char c) { return is_ascii_lower(c) || is_ascii_digit(c) || c == '-'; });
}

// A mark or a name of the store's own, as it may be shown and written again.
[[nodiscard]] std::string kept_text(std::string_view text, std::size_t limit) {
  const std::string_view cut = text.substr(0, limit);
  return is_utf8(cut) ? std::string(cut) : to_printable(cut, limit);
}

}  // namespace

// What holds for every call that hands something over.
bool PolicyReader::State::may_go_on(std::string_view field) {
  if (phase == Phase::Finished) return misuse("something after finish");
  if (phase == Phase::Stopped) return false;
  if (top().is_list() && !field.empty()) return misuse("a field name inside a list");
  return true;
}

Place PolicyReader::State::placed(Place place) const noexcept {
  place.source = source & 0xFFU;
  return place;
}

bool PolicyReader::State::count_value(std::size_t size, Place place) {
  bytes += std::min(size, kReadLimitBytes);
  if (++values > kReadLimitValues) {
    return stop("too-many-values", "the document has more than 10,000,000 values", "", place);
  }
  if (bytes > kReadLimitBytes) {
    return stop("document-too-large", "the document has more than 1 GiB of text", "", place);
  }
  return true;
}

// The one call that comes a million times: nothing is looked up, no path is made.
bool PolicyReader::State::add_text(std::string_view value, Place place) {
  Frame& list = top();
  ++list.count;
  if (!count_value(value.size(), place)) return false;
  const bool is_fine = value.size() <= kTextLimitBytes && is_utf8(value);
  if (!is_fine) {
    // Only now, since it makes the path.
    (void)is_kept(value, kTextLimitBytes, "text-too-long", path_of(""), place);
  } else if (list.texts.names != nullptr) {
    if (keeps == ReaderKeeps::Everything) list.texts.names->add(value, place);
  } else {
    list.texts.texts->emplace_back(value);
  }
  return is_reading();
}

bool PolicyReader::State::single(std::string_view field, const DocumentValue& value, Place place) {
  if (!may_go_on(field)) return false;
  place = placed(place);
  const auto* text = std::get_if<std::string_view>(&value);
  if (top().kind == Frame::Kind::TextList && text != nullptr) return add_text(*text, place);
  if (!count_value(text == nullptr ? 0 : text->size(), place)) return false;
  if (top().is_list()) ++top().count;
  if (top().is_skipped()) return true;
  if (top().kind == Frame::Kind::TextList) {
    add_at(place, path_of(""), "field-type", shown(value), "it must be a text", "");
  } else if (top().kind == Frame::Kind::ItemList) {
    put_bare(value, place);
  } else if (const DocumentField* known = field_of(field, place)) {
    put(*known, value, path_of(field), top().owner, place);
  }
  return is_reading();
}

// A bare value in a list of items: `scopes = ["CORS"]`.
void PolicyReader::State::put_bare(const DocumentValue& value, Place place) {
  const Frame& list = top();
  const auto& fields = list.item->fields;
  const auto bare = std::find_if(fields.begin(), fields.end(), [&](const DocumentField& field) {
    return field.name == list.item->bare_text_field;
  });
  if (bare == fields.end() || !std::holds_alternative<std::string_view>(value)) {
    add_at(place, path_of(""), "field-type", shown(value), "it must be a table", "");
  } else if (list.count > list.field->item_limit) {
    (void)stop(list.field->limit_code, "there are too many of them", "", place);
  } else {
    put(*bare, value, path_of(""), list.field->open_item(list.owner, place), place);
  }
}

// The field of the open item, marked as met; null after a problem.
const DocumentField* PolicyReader::State::field_of(std::string_view name, Place place) {
  Frame& frame = top();
  const auto& fields = frame.item->fields;
  const auto found = std::find_if(fields.begin(), fields.end(), [name](const DocumentField& field) {
    return field.name == name;
  });
  if (found == fields.end()) {
    add_unknown(name, *frame.item, place);
    return nullptr;
  }
  const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(found - fields.begin());
  const bool is_repeated = (frame.seen & bit) != 0;
  frame.seen |= bit;
  if (is_repeated) {
    add_at(place, path_of(name), "field-repeated", "", "it stands twice", "keep one of them");
  } else if (found->shape == FieldShape::NotInRules) {
    add_at(place, path_of(name), "field-unknown", "", "a rule cannot set it",
           "write it in [cors], for all paths");
  } else {
    return &*found;
  }
  return nullptr;
}

// A field that is told to be wrong is not told to be missing as well.
void PolicyReader::State::put_unreadable(const DocumentField& field, void* owner, Place place) {
  if (field.put != nullptr) static_cast<void>(field.put(owner, nullptr, place));
}

void PolicyReader::State::put(const DocumentField& field, const DocumentValue& value,
                              const std::string& path, void* owner, Place place) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    const bool is_name = field.shape == FieldShape::Name;
    const std::size_t limit = is_name ? kNameLimitBytes : kTextLimitBytes;
    if (!is_kept(*text, limit, is_name ? "name-too-long" : "text-too-long", path, place)) {
      return put_unreadable(field, owner, place);
    }
  }
  const PutResult result =
      field.put == nullptr ? PutResult::WrongType : field.put(owner, value, place);
  if (result == PutResult::Taken) return;
  std::string_view code = "field-type";
  std::string fix = fix_of(field, value);
  if (result == PutResult::NotATime) code = "not-a-time";
  if (result == PutResult::UnknownWord) {
    code = "value-unknown";
    const std::string_view nearest = nearest_name(std::get<std::string_view>(value), field.words());
    if (!nearest.empty()) fix = "write \"" + std::string(nearest) + '"';
  }
  add_at(place, path, code, shown(value), expectation_of(field), std::move(fix));
}

bool PolicyReader::State::begin(std::string_view field, Place place, FoundShape found) {
  if (!may_go_on(field)) return false;
  place = placed(place);
  if (!count_value(0, place)) return false;
  if (frames.size() == kNestingLimit) {
    return stop("nesting-too-deep", "more than 16 tables and lists in one another", "", place);
  }
  if (top().is_list()) ++top().count;
  Frame frame = opened(field, place, found);
  if (!is_reading()) return false;
  frame.place = place;
  frames.push_back(frame);
  return true;
}

// What a begun item or list is; a skipped one after a problem.
PolicyReader::State::Frame PolicyReader::State::opened(std::string_view field, Place place,
                                                       FoundShape found) {
  using Kind = Frame::Kind;
  const Frame skipped{.kind = found == FoundShape::Item ? Kind::SkippedItem : Kind::SkippedList};
  if (top().is_skipped()) return skipped;
  if (top().is_list()) return opened_element(place, found);
  const DocumentField* known = field_of(field, place);
  return known == nullptr ? skipped : opened_field(*known, place, found);
}

PolicyReader::State::Frame PolicyReader::State::opened_element(Place place, FoundShape found) {
  using Kind = Frame::Kind;
  const Frame& list = top();
  if (list.kind == Kind::ItemList && found == FoundShape::Item) {
    if (list.count > list.field->item_limit) {
      (void)stop(list.field->limit_code,
                 "there are more than " + std::to_string(list.field->item_limit) + " of them", "",
                 place);
      return {};
    }
    return {.item = list.item, .owner = list.field->open_item(list.owner, place)};
  }
  add_at(place, path_of(""), "field-type", "",
         list.kind == Kind::ItemList ? "it must be a table" : "it must be a text", "");
  return {.kind = found == FoundShape::Item ? Kind::SkippedItem : Kind::SkippedList};
}

PolicyReader::State::Frame PolicyReader::State::opened_field(const DocumentField& field,
                                                             Place place, FoundShape found) {
  using Kind = Frame::Kind;
  Frame& frame = top();
  if (found == FoundShape::Item && field.shape == FieldShape::Item) {
    return {.name = field.name, .item = field.item, .owner = field.open_item(frame.owner, place)};
  }
  if (found == FoundShape::List && field.shape == FieldShape::ItemList) {
    return {.kind = Kind::ItemList,
            .name = field.name,
            .item = field.item,
            .field = &field,
            .owner = frame.owner};
  }
  if (found == FoundShape::List && is_list_shape(field.shape)) {
    const auto& fields = frame.item->fields;
    bool may_stand_here = field.shape == FieldShape::TextList;
    for (std::size_t i = 0; i < fields.size() && !may_stand_here; ++i) {
      may_stand_here = fields[i].name == field.file_field && (frame.seen >> i & 1U) != 0;
    }
    if (may_stand_here) {
      return {.kind = Kind::TextList,
              .name = field.name,
              .field = &field,
              .texts = field.open_list(frame.owner, place)};
    }
    add_at(place, path_of(field.name), "field-unknown", "",
           "only a store fills it, from the file that " + std::string(field.file_field) + " names",
           "write " + std::string(field.file_field));
  } else {
    add_at(place, path_of(field.name), "field-type", "", expectation_of(field),
           fix_of(field, found, path_of(field.name)));
    put_unreadable(field, frame.owner, place);
  }
  return {.kind = found == FoundShape::Item ? Kind::SkippedItem : Kind::SkippedList};
}

bool PolicyReader::State::end(bool is_list) {
  if (phase == Phase::Finished) return misuse("something after finish");
  if (phase == Phase::Stopped) return false;
  if (frames.size() == 1) return misuse("an end without a begin");
  if (top().is_list() != is_list) {
    return misuse(is_list ? "the end of a list in an item" : "the end of an item in a list");
  }
  if (top().kind == Frame::Kind::Item) {
    add_missing();
    if (top().item->close != nullptr) top().item->close(top().owner, top().place);
  }
  frames.pop_back();
  return is_reading();
}

bool PolicyReader::State::finish(std::string_view revision) {
  if (phase == Phase::Finished) return misuse("finish after finish");
  if (phase == Phase::Stopped) return false;
  if (frames.size() != 1) return misuse("finish inside an item or a list");
  // Cut, two states of a store could have one name, and the newer one would not be taken.
  if (revision.size() > kRevisionLimitBytes) return misuse("a revision of more than 255 bytes");
  add_missing();
  if (!is_reading()) return false;
  policy.revision = kept_text(revision, kRevisionLimitBytes);
  phase = Phase::Finished;
  return true;
}

PolicyReader::PolicyReader(ReaderKeeps keeps) : state_(std::make_unique<State>(keeps)) {}
PolicyReader::~PolicyReader() = default;

bool PolicyReader::source(std::string_view name) {
  State& state = *state_;
  if (!state.may_go_on("")) return false;
  const std::string kept = kept_text(name, kKeyLimitBytes);
  auto& sources = state.policy.sources;
  const auto found = std::find(sources.begin(), sources.end(), kept);
  if (found == sources.end() && sources.size() == kSourceLimit) {
    return state.stop("too-many-sources", "the document has more than 256 files", "", {});
  }
  state.source = static_cast<std::uint32_t>(found - sources.begin());
  if (found == sources.end()) sources.push_back(kept);
  return true;
}

bool PolicyReader::begin_item(std::string_view field, Place place) {
  return state_->begin(field, place, FoundShape::Item);
}
bool PolicyReader::end_item() { return state_->end(false); }
bool PolicyReader::begin_list(std::string_view field, Place place) {
  return state_->begin(field, place, FoundShape::List);
}
bool PolicyReader::end_list() { return state_->end(true); }
bool PolicyReader::text(std::string_view field, std::string_view value, Place place) {
  return state_->single(field, value, place);
}
bool PolicyReader::integer(std::string_view field, std::int64_t value, Place place) {
  return state_->single(field, value, place);
}
bool PolicyReader::real(std::string_view field, double value, Place place) {
  return state_->single(field, value, place);
}
bool PolicyReader::flag(std::string_view field, bool value, Place place) {
  return state_->single(field, value, place);
}
bool PolicyReader::null(std::string_view field, Place place) {
  return state_->single(field, nullptr, place);
}

bool PolicyReader::problem(std::string_view code, std::string_view what, std::string_view fix,
                           Place place) {
  State& state = *state_;
  if (state.phase == State::Phase::Finished) return state.misuse("something after finish");
  if (!state.is_reading()) return false;
  state.add_at(state.placed(place), "", is_code(code) ? code : "store-problem", "",
               std::string(what.substr(0, kStoreTextLimitBytes)),
               std::string(fix.substr(0, kStoreTextLimitBytes)));
  return state.is_reading();
}

bool PolicyReader::finish(std::string_view revision) { return state_->finish(revision); }

bool PolicyReader::is_finished() const noexcept { return state_->phase == State::Phase::Finished; }
Policy PolicyReader::take_policy() {
  // What is still open lies in what goes away.
  if (state_->is_reading()) state_->phase = State::Phase::Stopped;
  return std::move(state_->policy);
}
std::vector<Problem> PolicyReader::take_problems() { return std::move(state_->problems); }

}  // namespace corsac
