// Reads a policy from one address. Entry: PolicyDocument::read. Spec: RFC 9110, 13.1.2. Test:
// tests/plugins/remote_policy_test.cpp.

#include "policy_document.hpp"

#include <string_view>
#include <utility>

#include "../parts/content_hash.hpp"

namespace corsac::remote_store {
namespace {

// Not the ETag: a server may give the same one to two documents, and any length.
std::string revision_of(std::string_view bytes) {
  store_parts::ContentHash hash;
  hash.add(bytes);
  return hash.text();
}

}  // namespace

plugin::Status PolicyDocument::read(Source& source, plugin::Sink& sink) {
  sink.source(source.name());
  const RemoteSettings& settings = source.settings();
  Source::Answer answer = source.ask(settings.url.target, etag_, settings.limit_bytes, sink);
  if (answer.status != plugin::Status::Ok) return answer.status;
  if (answer.http.status == 304) return hand_over(source, sink);

  bytes_ = std::move(answer.http.body);
  etag_ = checked_etag(answer.http.value("ETag"));
  const plugin::Status status = hand_over(source, sink);
  // What could not be read is asked for anew, and not whether it changed.
  if (status != plugin::Status::Ok) etag_.clear();
  if (etag_.empty()) std::string().swap(bytes_);
  return status;
}

plugin::Status PolicyDocument::hand_over(Source& source, plugin::Sink& sink) {
  const plugin::Status status = source.host().feed_json(sink, bytes_);
  if (status == plugin::Status::Ok) sink.finish(revision_of(bytes_));
  return status;
}

}  // namespace corsac::remote_store
