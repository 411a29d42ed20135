// The live stream of events. Entry: LiveEvents::open. Spec: HTML standard, 9.2 "Server-sent
// events"; README, "Operating". Test: tests/adapter/host_live_events_test.cpp.
//
// A stream polls in short steps instead of being woken at the end: a step is a lock and a look, and
// the host's only way to learn that a client is gone is to look as well.

#include "corsac/adapter/live_events.hpp"

#include <utility>

#include "corsac/adapter/admin_refusal.hpp"
#include "corsac/adapter/event_parameters.hpp"

namespace corsac {
namespace {

// How long a client waits before it comes again by itself.
constexpr std::string_view kBegin = ": events\nretry: 3000\n\n";
constexpr std::string_view kRetryAfterSeconds = "10";

}  // namespace

LiveEvents::LiveEvents(std::shared_ptr<AdminApi> api, std::shared_ptr<Gate> gate,
                       LiveEventsOptions options)
    : api_(std::move(api)), gate_(std::move(gate)), options_(options) {}

std::shared_ptr<LiveEvents> LiveEvents::make(std::shared_ptr<AdminApi> api,
                                             std::shared_ptr<Gate> gate,
                                             LiveEventsOptions options) {
  return std::shared_ptr<LiveEvents>(new LiveEvents(std::move(api), std::move(gate), options));
}

Result<std::shared_ptr<LiveEvents::Stream>, AdminAnswer> LiveEvents::open(
    const AdminRequest& request, const HeaderField& last_event_id) {
  if (auto refused = api_->refuse_unless(request, AdminScope::Read)) return fail(*refused);
  auto query = read_live_query(request.query, last_event_id);
  if (!query) return fail(refusal(400, "parameter", query.error()));
  // Counts as one while it is made, so that the limit holds.
  const std::shared_ptr<Stream> stream(
      new Stream(shared_from_this(), std::move(*query), request.authorization));
  if (shall_end_ || streams() > options_.streams_limit) {
    AdminAnswer answer =
        refusal(503, "too_many_streams",
                shall_end_ ? "the program ends"
                           : std::to_string(options_.streams_limit) +
                                 " live streams are open already: close one, or ask /api/events");
    answer.headers.emplace_back("Retry-After", kRetryAfterSeconds);
    return fail(std::move(answer));
  }
  return stream;
}

bool LiveEvents::end(std::chrono::steady_clock::time_point deadline) {
  shall_end_ = true;
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, deadline, [this] { return streams_ == 0; });
}

std::size_t LiveEvents::streams() const {
  const std::lock_guard lock(mutex_);
  return streams_;
}

LiveEvents::Stream::Stream(std::shared_ptr<LiveEvents> all, EventQuery query,
                           const HeaderField& authorization)
    : all_(std::move(all)),
      query_(std::move(query)),
      authorization_(authorization.value),
      after_(query_.after.value_or(all_->gate_->events().last_seq())),
      told_(after_) {
  const std::lock_guard lock(all_->mutex_);
  ++all_->streams_;
}

LiveEvents::Stream::~Stream() {
  const std::lock_guard lock(all_->mutex_);
  --all_->streams_;
  all_->ended_.notify_all();
}

void LiveEvents::Stream::add_gap(std::string& text, std::uint64_t first, std::uint64_t last,
                                 std::string_view cause) {
  text += "id: " + std::to_string(last) +
          "\nevent: gap\ndata: {\"type\":\"gap\",\"first\":" + std::to_string(first) +
          ",\"last\":" + std::to_string(last) + ",\"lost\":" + std::to_string(last + 1 - first) +
          ",\"cause\":\"";
  text.append(cause).append("\"}\n\n");
  told_ = last;
}

void LiveEvents::Stream::add_heartbeat(std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (now - said_at_ < all_->options_.heartbeat) return;
  said_at_ = now;
  text += ": heartbeat\n";
  // So that a client that comes again is not told of a gap in what its filter leaves out.
  if (told_ != after_) text += "id: " + std::to_string(after_) + "\n";
  text += "\n";
  told_ = after_;
}

std::optional<std::string> LiveEvents::Stream::next() {
  if (all_->shall_end_) return std::nullopt;
  // A token that is withdrawn must not be valid for as long as its holder likes.
  const HeaderField authorization = {.value = authorization_, .lines = 1};
  if (!all_->api_->is_still_allowed(authorization, AdminScope::Read)) return std::nullopt;
  const EventLog& events = all_->gate_->events();
  std::string text;
  if (!has_begun_) {
    text = kBegin;
    has_begun_ = true;
    if (after_ > events.last_seq()) {  // an id of an earlier run
      after_ = 0;
      add_gap(text, 1, 0, "restarted");
    }
  } else if (!events.wait_behind(after_, all_->options_.step)) {
    add_heartbeat(text);
    return text;
  }
  EventQuery query = query_;
  query.after.reset();
  const EventLog::Batch batch = events.read_behind(after_, query);
  if (batch.first_seq > after_ + 1) add_gap(text, after_ + 1, batch.first_seq - 1, "overwritten");
  after_ = batch.last_seq;
  for (const Event& event : batch.events) {
    told_ = event.seq;
    text += "id: " + std::to_string(event.seq) + "\ndata: " + to_json(event) + "\n\n";
  }
  if (text.empty()) {
    add_heartbeat(text);  // whatever goes on that its filter leaves out
  } else {
    said_at_ = std::chrono::steady_clock::now();
  }
  return text;
}

}  // namespace corsac
