#pragma once

// The API over documents in memory, and what it answers.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/base/sha256.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy_api/document_store.hpp"
#include "corsac/policy_api/policy_api.hpp"
#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/sink_adapter.hpp"

namespace corsac::testing {

inline constexpr const char* kStored =
    R"({"version": 1, "cors": {"allowed_origins": ["https://a.example"]}, )"
    R"("hosts": {"allowed": ["api.example"]}})";

// What the test and the API share.
struct Documents {
  std::string json = kStored;
  int counter = 1;
  bool can_write = true;
  std::vector<std::string> origins_beside = {};
  std::vector<TrustedOrigin> records_beside = {};
  const char* read_code = "store-broken";           // of an invalid one
  ReadStatus read_status = ReadStatus::Read;        // anything else: that, without a revision
  WriteStatus write_status = WriteStatus::Written;  // anything else: that, and nothing is written
  std::function<void()> before_write = [] {};       // what somebody else does in between
  int reads = 0;
  int writes = 0;

  [[nodiscard]] std::string revision() const { return std::to_string(counter) + ":n"; }
  void put(std::string next) {
    json = std::move(next);
    ++counter;
  }
};

class MemoryDocuments final : public DocumentStore {
 public:
  explicit MemoryDocuments(std::shared_ptr<Documents> documents)
      : documents_(std::move(documents)) {}
  bool can_write() const override { return documents_->can_write; }
  ReadResult read() override {
    ++documents_->reads;
    ReadResult result{.status = documents_->read_status};
    if (result.status == ReadStatus::Unreachable) result.detail = "it is away";
    if (result.status == ReadStatus::Invalid) {
      result.problems = {{.code = documents_->read_code, .what = "it is broken"}};
    }
    if (result.status != ReadStatus::Read) return result;
    PolicyReader reader;
    SinkAdapter sink;
    sink.begin(reader);
    reader.source("store.json");
    const std::string& json = documents_->json;
    static_cast<void>(feed_json(nullptr, &sink.table(), json.data(), json.size()));
    sink.end();
    reader.finish(documents_->revision());
    result.problems = reader.take_problems();
    result.policy = reader.take_policy();
    result.policy.sources.emplace_back("store beside");
    for (const std::string& origin : documents_->origins_beside) {
      result.policy.cors.allowed_origins.add(origin, {.source = 1});
    }
    for (TrustedOrigin record : documents_->records_beside) {
      record.place.source = 1;
      result.policy.trusted_origins.push_back(std::move(record));
    }
    return result;
  }
  WriteResult write(std::string_view json, std::string_view expected) override {
    const auto act = documents_->before_write;  // it may set another one
    act();
    ++documents_->writes;
    if (documents_->write_status != WriteStatus::Written) {
      return {.status = documents_->write_status,
              .problems = {{.code = "store-says-no", .path = "store.user", .what = "it says no"}}};
    }
    if (!expected.empty() && expected != documents_->revision()) {
      return {.status = WriteStatus::Conflict, .revision = documents_->revision()};
    }
    documents_->put(std::string(json));
    return {.status = WriteStatus::Written, .revision = documents_->revision()};
  }

 private:
  const std::shared_ptr<Documents> documents_;
};

// What a client sends; "" = the header is not there.
struct Sent {
  std::string method = "GET";
  std::string target = "/api/policy";
  std::string body = {};
  std::string if_match = {};
  std::string content_type = "application/json";
  std::string authorization = "Bearer manage-token";
  bool has_content_range = false;
};

inline HeaderField field(std::string_view value) {
  return value.empty() ? HeaderField{} : HeaderField{value, 1};
}

// The gate has a policy of its own: what judges is real, what is in force is not asked here.
struct ApiScene {
  std::shared_ptr<Documents> documents = std::make_shared<Documents>();
  std::shared_ptr<Gate> gate = *make_gate({.hosts = {.allowed = {"api.example"}}});
  std::unique_ptr<PolicyApi> api;

  explicit ApiScene(unsigned requests_per_minute = 10'000) { open(requests_per_minute); }
  void follow(std::shared_ptr<Gate> other) {
    gate = std::move(other);
    open(10'000);
  }
  void open(unsigned requests_per_minute,
            std::chrono::milliseconds queue_deadline = std::chrono::seconds(10)) {
    api = std::make_unique<PolicyApi>(
        std::make_unique<MemoryDocuments>(documents), gate,
        PolicyApiOptions{.tokens = {{"owner", AdminScope::Manage, sha256("manage-token")},
                                    {"viewer", AdminScope::Read, sha256("read-token")}},
                         .requests_per_minute = requests_per_minute,
                         .queue_deadline = queue_deadline});
  }
  [[nodiscard]] ApiAnswer ask(const Sent& sent) const {
    return api->handle({.method = sent.method,
                        .target = sent.target,
                        .content_type = field(sent.content_type),
                        .authorization = field(sent.authorization),
                        .if_match = field(sent.if_match),
                        .has_content_range = sent.has_content_range,
                        .body = sent.body});
  }
};

// Empty = it is not there.
inline std::string header_of(const ApiAnswer& answer, std::string_view name) {
  for (const auto& [known, value] : answer.headers) {
    if (known == name) return value;
  }
  return {};
}

}  // namespace corsac::testing
