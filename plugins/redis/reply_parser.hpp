#pragma once

// The border to hiredis: bytes to replies, and commands to bytes.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reply.hpp"

namespace corsac::redis_store {

// Takes the bytes of one connection as they come. One thread.
class ReplyParser {
 public:
  enum class Next : unsigned char { Reply, Incomplete, Garbage, NoMemory };

  ReplyParser();  // std::bad_alloc
  ~ReplyParser();
  ReplyParser(ReplyParser&& other) noexcept;
  ReplyParser& operator=(ReplyParser&& other) noexcept;

  // False for want of memory. Keeps all that was fed and is in no reply yet: the caller counts.
  [[nodiscard]] bool feed(std::string_view bytes);
  // The next whole reply into `reply`. After Garbage (which a list of more elements than any
  // command here answers is as well) and NoMemory the parser is of no more use.
  [[nodiscard]] Next next(Reply& reply);

 private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
};

// The command as Redis wants it; name first. std::bad_alloc.
[[nodiscard]] std::string format_command(const std::vector<std::string_view>& command);

}  // namespace corsac::redis_store
