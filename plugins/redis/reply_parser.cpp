// hiredis, as far as it is used: its reader and its writer of commands. Entries: ReplyParser,
// format_command. The protocol: RESP2. Test: tests/plugins/redis_faults_test.cpp.
//
// Connections are our own: those of hiredis count time by call instead of by read, look names up
// for as long as that takes, write with SIGPIPE, and are dead after one time-out. Replies are built
// by functions of ours, since hiredis' own take memory for as many elements as a peer announces.

#include "reply_parser.hpp"

#include <cstddef>
#include <exception>
#include <new>
#include <utility>

#include <hiredis/hiredis.h>

namespace corsac::redis_store {
namespace {

// SSCAN with COUNT 1000 answers some thousand; a small set of another encoding comes whole.
constexpr std::size_t kElementLimit = 65'536;

// The place of the reply that is parsed now: in the list around it, or a new one.
Reply* place_of(const redisReadTask* task) {
  if (task->parent == nullptr) return new Reply;
  return &static_cast<Reply*>(task->parent->obj)->elements[static_cast<std::size_t>(task->idx)];
}

// hiredis is C: no exception may pass through it. Null makes it stop with REDIS_ERR_OOM.
template <class Fill>
void* made(const redisReadTask* task, Fill fill) noexcept {
  Reply* reply = nullptr;
  try {
    reply = place_of(task);
    fill(*reply);
    return reply;
  } catch (const std::exception&) {
    if (task->parent == nullptr) delete reply;
    return nullptr;
  }
}

void* make_text(const redisReadTask* task, char* data, std::size_t size) {
  return made(task, [&](Reply& reply) {
    reply.kind = task->type == REDIS_REPLY_ERROR    ? Reply::Kind::Error
                 : task->type == REDIS_REPLY_STATUS ? Reply::Kind::Status
                                                    : Reply::Kind::Text;
    reply.text.assign(data, size);
  });
}

void* make_list(const redisReadTask* task, std::size_t count) {
  if (count > kElementLimit) return nullptr;
  return made(task, [&](Reply& reply) {
    reply.kind = Reply::Kind::List;
    reply.elements.resize(count);
  });
}

void* make_integer(const redisReadTask* task, long long value) {
  return made(task, [&](Reply& reply) {
    reply.kind = Reply::Kind::Integer;
    reply.integer = value;
  });
}

void* make_nil(const redisReadTask* task) {
  return made(task, [](Reply& reply) { reply.kind = Reply::Kind::Nil; });
}

void free_reply(void* reply) { delete static_cast<Reply*>(reply); }

// Two hiredis are supported: 0.14 counts elements as int, 1.x as size_t, and that one has further
// types (RESP3), which nobody asked for and are refused here.
template <class Functions>
Functions make_functions() {
  Functions functions{};
  functions.createString = make_text;
  functions.createArray = [](const redisReadTask* task, auto count) -> void* {
    return count < 0 + decltype(count){} ? nullptr
                                         : make_list(task, static_cast<std::size_t>(count));
  };
  functions.createInteger = make_integer;
  functions.createNil = make_nil;
  functions.freeObject = free_reply;
  if constexpr (requires { functions.createDouble; }) {
    functions.createDouble = [](const redisReadTask*, double, char*, std::size_t) -> void* {
      return nullptr;
    };
    functions.createBool = [](const redisReadTask*, int) -> void* { return nullptr; };
  }
  return functions;
}

}  // namespace

struct ReplyParser::Reader {
  redisReplyObjectFunctions functions = make_functions<redisReplyObjectFunctions>();
  redisReader* reader = redisReaderCreateWithFunctions(&functions);

  Reader() {
    if (reader == nullptr) throw std::bad_alloc();
  }
  ~Reader() { redisReaderFree(reader); }
  Reader(const Reader&) = delete;  // the reader points to `functions`
  Reader& operator=(const Reader&) = delete;
};

ReplyParser::ReplyParser() : reader_(std::make_unique<Reader>()) {}
ReplyParser::~ReplyParser() = default;
ReplyParser::ReplyParser(ReplyParser&& other) noexcept = default;
ReplyParser& ReplyParser::operator=(ReplyParser&& other) noexcept = default;

bool ReplyParser::feed(std::string_view bytes) {
  return redisReaderFeed(reader_->reader, bytes.data(), bytes.size()) == REDIS_OK;
}

ReplyParser::Next ReplyParser::next(Reply& reply) {
  void* parsed = nullptr;
  if (redisReaderGetReply(reader_->reader, &parsed) != REDIS_OK) {
    return reader_->reader->err == REDIS_ERR_OOM ? Next::NoMemory : Next::Garbage;
  }
  if (parsed == nullptr) return Next::Incomplete;
  const std::unique_ptr<Reply> whole(static_cast<Reply*>(parsed));
  reply = std::move(*whole);
  return Next::Reply;
}

std::string format_command(const std::vector<std::string_view>& command) {
  std::vector<const char*> data;
  std::vector<std::size_t> sizes;
  for (const std::string_view argument : command) {
    data.push_back(argument.data() == nullptr ? "" : argument.data());
    sizes.push_back(argument.size());
  }
  char* bytes = nullptr;
  const auto size =
      redisFormatCommandArgv(&bytes, static_cast<int>(data.size()), data.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, void (*)(char*)> freed(bytes, redisFreeCommand);
  return std::string(bytes, static_cast<std::size_t>(size));
}

}  // namespace corsac::redis_store
