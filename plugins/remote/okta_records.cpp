// Reads the list of an Okta-compatible Trusted Origins API. Entry: OktaRecords::read. Spec: Okta's
// Core API, "Pagination". Test: tests/plugins/remote_okta_test.cpp.
//
// Of a `next` link only the cursor is taken, the parameter `after`; everything else of the next
// address is that of the settings. So the token stays with the server that it is for, a filter of
// the settings holds for every page (Okta's own service drops `q` from its links), and it does not
// matter that cpp-httplib 0.11.4 hands the link over percent-decoded.

#include "okta_records.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "../parts/content_hash.hpp"
#include "fault.hpp"
#include "next_link.hpp"
#include "okta_filter.hpp"
#include "url.hpp"

namespace corsac::remote_store {
namespace {

using plugin::Status;

constexpr std::string_view kPageSize = "200";  // the most that Okta gives
// With full pages 200,000 records.
constexpr std::size_t kPageLimit = 1'000;

std::string first_target(const Url& url) {
  std::string target = without_parameter(url.target, "after");
  if (find_parameter(query_of(target), "limit")) return target;
  return with_parameter(std::move(target), "limit", kPageSize);
}

Fault paging_fault(std::string what) {
  return {Status::Invalid, "okta-paging", std::move(what),
          "check the server's Link headers, and what stands before it"};
}

// The cursor of the page after this one; empty = this was the last.
struct Next {
  std::string cursor = {};
  std::optional<Fault> fault = {};
};

Next find_next(const HttpAnswer& answer, const Url& url) {
  const std::vector<std::string> links = next_links(answer.values("Link"));
  if (links.empty()) return {};
  if (links.size() > 1) return {.fault = paging_fault("the answer has two links to a next page")};
  // Only to learn whose it is: where 0.11.4 has decoded something, any byte will do.
  std::string link;
  for (const char c : links.front()) {
    const bool is_plain =
        c > ' ' && c < '\x7f' && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
    link += is_plain ? c : '_';
  }
  const auto next = resolve(url, link);
  if (!next) return {.fault = paging_fault("the link to the next page is no address of a server")};
  if (!has_same_origin(*next, url)) {
    return {.fault = paging_fault("the link to the next page is one of " + origin_text(*next) +
                                  ", another server; it is not followed")};
  }
  const std::string_view query = query_of(links.front());
  std::string cursor = percent_decoded(find_parameter(query, "after").value_or(""));
  if (cursor.empty()) {
    return {.fault = paging_fault("the link to the next page has no cursor (the parameter after)")};
  }
  return {.cursor = std::move(cursor)};
}

}  // namespace

Status OktaRecords::read(Source& source, plugin::Sink& sink) {
  sink.source(source.name());
  std::vector<std::string> pages;
  const Status status = fetch(source, sink, pages);
  return status == Status::Ok ? hand_over(source, sink, pages) : status;
}

Status OktaRecords::fetch(Source& source, plugin::Sink& sink, std::vector<std::string>& pages) {
  const RemoteSettings& settings = source.settings();
  const std::string first = first_target(settings.url);
  std::string target = first;
  std::vector<std::string> cursors;
  std::size_t left = settings.limit_bytes;
  while (true) {
    Source::Answer answer = source.ask(target, {}, left, sink);
    if (answer.status != Status::Ok) return answer.status;
    left -= answer.http.body.size();
    pages.push_back(std::move(answer.http.body));
    Next next = find_next(answer.http, settings.url);
    if (next.fault) return report(*next.fault, sink);
    if (next.cursor.empty()) return Status::Ok;
    if (std::find(cursors.begin(), cursors.end(), next.cursor) != cursors.end()) {
      return report(paging_fault("the pages go round in a circle"), sink);
    }
    if (pages.size() == kPageLimit) {
      return report(paging_fault("there are more than 1000 pages"), sink);
    }
    target = with_parameter(first, "after", next.cursor);
    cursors.push_back(std::move(next.cursor));
  }
}

Status OktaRecords::hand_over(Source& source, plugin::Sink& sink,
                              const std::vector<std::string>& pages) {
  store_parts::ContentHash hash;
  OktaFilter filter(sink);
  sink.integer("version", 1);
  sink.begin_list("trusted_origins");
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (i > 0) sink.source(source.name() + " (page " + std::to_string(i + 1) + ")");
    hash.add(std::to_string(pages[i].size()) + ":");
    hash.add(pages[i]);
    filter.begin_page();
    plugin::Sink filtered(filter.table());
    std::string wrapped(kPagePrefix);
    wrapped.append(pages[i]).append(kPageSuffix);
    const Status status = source.host().feed_json(filtered, wrapped);
    if (sink.is_stopped()) return Status::Cancelled;
    if (status == Status::Failed) return status;
    if (status != Status::Ok || !filter.is_page_fine()) return Status::Invalid;
  }
  sink.end_list();
  if (filter.unknown_scopes() > 0 && !std::exchange(has_told_unknown_scopes_, true)) {
    source.host().log(plugin::LogLevel::Warning,
                      "scopes of a type that this version does not know are left out");
  }
  sink.finish(hash.text());
  return Status::Ok;
}

}  // namespace corsac::remote_store
