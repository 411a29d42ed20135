// Names to addresses. Entry: NameLookup. Test: tests/plugins/remote_parts_test.cpp.

#include "name_lookup.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "url.hpp"

namespace corsac::remote_store {
namespace {

// How often a wait looks whether it should end: an interrupt cannot wake it, because what the
// thread touches must not be the store's.
constexpr std::chrono::milliseconds kLookInterval{20};
// More addresses than a deadline has time for.
constexpr std::size_t kAddressLimit = 8;

}  // namespace

struct NameLookup::Question {
  std::mutex mutex;
  std::condition_variable answered;
  bool is_answered = false;
  std::vector<std::string> addresses = {};
};

std::vector<std::string> system_addresses(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  std::vector<std::string> addresses;
  for (const addrinfo* at = found; at != nullptr && addresses.size() < kAddressLimit;
       at = at->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(text);
    }
  }
  ::freeaddrinfo(found);
  return addresses;
}

NameLookup::NameLookup(std::string host, Resolver resolver)
    : host_(std::move(host)), resolver_(std::move(resolver)) {}

std::vector<std::string> NameLookup::addresses(const ReadWatch& watch) {
  if (is_address(host_)) return {host_};
  if (host_ == "localhost") return {"127.0.0.1", "::1"};
  if (question_ == nullptr) {
    auto question = std::make_shared<Question>();
    std::thread([question, resolver = resolver_, host = host_] {
      std::vector<std::string> addresses;
      try {
        addresses = resolver(host);
      } catch (...) {
        // No memory: as if there were none.
      }
      const std::lock_guard lock(question->mutex);
      question->addresses = std::move(addresses);
      question->is_answered = true;
      question->answered.notify_all();
    }).detach();
    question_ = std::move(question);
  }
  const std::shared_ptr<Question> question = question_;
  std::unique_lock lock(question->mutex);
  while (!question->is_answered && watch.end() == ReadEnd::None) {
    question->answered.wait_for(lock, kLookInterval);
  }
  if (!question->is_answered) return {};
  question_.reset();
  return std::move(question->addresses);
}

}  // namespace corsac::remote_store
