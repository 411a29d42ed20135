#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "corsac/base/problem.hpp"

namespace corsac {

// A thread that writes the policy cache: a disk may be slow, full or gone, and neither requests nor
// the next policy wait for it.
class PolicyCacheWriter {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  // `on_written` is called on the writer's thread after each try, with what went wrong (a problem
  // without a code: no memory) or nothing; never after the destructor has returned. It must not
  // throw.
  PolicyCacheWriter(std::filesystem::path file,
                    std::function<void(std::optional<Problem>)> on_written);
  ~PolicyCacheWriter();  // writes what waits first
  PolicyCacheWriter(const PolicyCacheWriter&) = delete;
  PolicyCacheWriter& operator=(const PolicyCacheWriter&) = delete;

  // All return at once. A document takes the place of one that still waits.
  void write(std::string json, std::string revision, WallTime read_at);
  // One that is made on the writer's thread; if it `may_wait`, kPause after the last one was
  // written or when the writer ends: a long document of which a little changes all the time must
  // not keep a disk busy. What takes trust away does not wait: who starts with the file would give
  // it again.
  using MakeJson = std::function<std::string()>;
  void write_soon(MakeJson make_json, std::string revision, WallTime read_at, bool may_wait);
  static constexpr std::chrono::seconds kPause{10};
  // The document that was given last is still that of the store; when it could not be written, it
  // is tried again.
  void renew(WallTime read_at);

 private:
  struct Document {
    std::string json = {};
    std::string revision = {};
    MakeJson make_json = {};  // empty = json is there
    bool may_wait = false;
  };
  void take(Document document, WallTime read_at);
  void run();

  const std::filesystem::path file_;
  const std::function<void(std::optional<Problem>)> on_written_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool is_stopping_ = false;
  std::optional<Document> document_ = {};  // that waits
  std::optional<WallTime> read_at_ = {};   // that waits, of document_ or of the one in the file
  bool is_written_ = false;                // the file holds the newest document
  std::chrono::steady_clock::time_point written_at_ = {};  // the file, last
  std::thread thread_;
};

}  // namespace corsac
