#pragma once

// Replaces a file by another, whole or not at all, one writer at a time.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

#include "checked_file.hpp"

namespace corsac::toml_store {

// Why a file was not replaced.
struct ExchangeFault {
  // ReadOnly: the file system, our rights, or a lock of another user do not let us write.
  // Unreachable: a full disk, an I/O error, a folder that is not there, no time left. Cancelled:
  // `is_wanted` said no.
  plugin::Status status = plugin::Status::Ok;  // Ok = no fault
  FileProblem problem = {};                    // none when Cancelled
  bool has_written_nothing = true;

  [[nodiscard]] explicit operator bool() const noexcept { return status != plugin::Status::Ok; }
};

// The right to replace one file, which one object in all processes has at a time: whoever reads the
// file while it lives, and then replaces it, loses no change of another. It ends with the object,
// and with the process however that ends.
//
// The lock is on the file that the new content is written to (`.NAME.corsac-new` beside the old
// one). A lock on the folder would need no file, but everybody who can read a folder can hold that
// one for ever, and NFS has none for folders; a lock file of its own would stay behind.
class FileExchange {
 public:
  // Waits until no other object has the right, `is_wanted` says no, or the deadline has passed.
  // `path` is absolute; its last name is no link.
  FileExchange(const std::string& path, std::chrono::steady_clock::time_point deadline,
               std::function<bool()> is_wanted);
  ~FileExchange();
  FileExchange(const FileExchange&) = delete;
  FileExchange& operator=(const FileExchange&) = delete;

  // Set when there is no right to anything below.
  [[nodiscard]] const ExchangeFault& fault() const noexcept { return fault_; }

  // Once. The new file has the mode and, where we may give them, the owner and the group of the old
  // one; a first one has 0600. When this says that it is done, the file survives a loss of power.
  [[nodiscard]] ExchangeFault replace(std::string_view content);

 private:
  enum class Step : unsigned char { Done, Again, Wait };

  void lock();
  [[nodiscard]] Step try_lock();
  [[nodiscard]] Step clear_away(int error);
  // Whether the file that is open has the new file's name, and may be written into.
  [[nodiscard]] bool is_in_place() const;
  [[nodiscard]] bool is_our_own() const;
  // Whether the file with the new file's name is one that no writer of ours has made.
  [[nodiscard]] bool is_foreign() const;
  [[nodiscard]] ExchangeFault fault_of_foreign_file() const;
  [[nodiscard]] ExchangeFault write(std::string_view content) const;
  [[nodiscard]] ExchangeFault take_access_of_old_file() const;
  // Whether it is time to give up.
  [[nodiscard]] ExchangeFault check_time() const;
  [[nodiscard]] ExchangeFault fault_of_errno(int error) const;
  void close_file();

  const std::string path_;
  const std::string folder_path_;  // of the file, with its slash
  const std::string name_;         // in the folder
  const std::string new_name_;     // likewise
  const std::chrono::steady_clock::time_point deadline_;
  const std::function<bool()> is_wanted_;
  int folder_ = -1;
  int file_ = -1;  // the new one; locked when the constructor has ended without a fault
  bool is_replaced_ = false;
  ExchangeFault fault_ = {};
};

}  // namespace corsac::toml_store
