// Which requests a browser asks about first, and what it does with the answers.
"use strict";

const kNoGrant = /blocked by CORS policy: .*No 'Access-Control-Allow-Origin' header is present/;
const json = (method) => ({ method, headers: { "Content-Type": "application/json" }, body: "{}" });

const kManyNames = Array.from({ length: 70 }, (each, i) => `x-h${i + 10}`);

module.exports = [
  {
    desc: "a simple GET is readable and asks nothing first",
    saw: "cors 200 GET done",
    arrived: ["GET /ok from app -> 200, ran"],
  },
  {
    desc: "HEAD is as simple as GET",
    options: { method: "HEAD" },
    saw: "cors 200",
    arrived: ["HEAD /ok from app -> 200, ran"],
  },
  {
    desc: "a POST of plain text asks nothing first",
    options: { method: "POST", body: "text" },
    saw: "cors 200 POST done",
    arrived: ["POST /ok from app -> 200, ran"],
  },
  {
    desc: "a simple GET of an origin that is not listed never comes to the handler",
    from: "stranger",
    saw: "TypeError",
    arrived: ["GET /ok from stranger -> 403 origin_not_allowed"],
    console: kNoGrant,
  },
  {
    desc: "under on_denied = mark its handler runs and the page reads nothing all the same",
    to: "mark",
    from: "stranger",
    saw: "TypeError",
    arrived: ["GET /ok from stranger -> 200, ran"],
    console: kNoGrant,
  },
  {
    desc: "a POST of JSON is asked for first",
    options: json("POST"),
    saw: "cors 200 POST done",
    arrived: ["OPTIONS /ok from app asks POST content-type -> 204", "POST /ok from app -> 200, ran"],
  },
  {
    desc: "a POST of JSON from an origin that is not listed ends with the question",
    options: json("POST"),
    from: "stranger",
    saw: "TypeError",
    arrived: ["OPTIONS /ok from stranger asks POST content-type -> 403 origin_not_allowed"],
    console: /Response to preflight request doesn't pass access control check/,
  },
  {
    desc: "and so it does under mark: a preflight has no handler",
    to: "mark",
    options: json("POST"),
    from: "stranger",
    saw: "TypeError",
    arrived: ["OPTIONS /ok from stranger asks POST content-type -> 403 origin_not_allowed"],
  },
  {
    desc: "header names come in lower case, sorted, without the safelisted ones",
    options: { headers: { "X-Custom": "1", "Content-Type": "application/json", Accept: "*/*" } },
    saw: "cors 200 GET done",
    arrived: ["OPTIONS /ok from app asks GET content-type,x-custom -> 204",
      "GET /ok from app -> 200, ran"],
  },
  {
    desc: "a header that is not listed is refused",
    options: { headers: { "X-Unlisted": "1" } },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks GET x-unlisted -> 403 requested_header_not_allowed"],
    console: kNoGrant,
  },
  {
    desc: "a safelisted header with a value that is not safe is asked for as well",
    options: { headers: { Accept: "text/(plain)" } },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks GET accept -> 403 requested_header_not_allowed"],
  },
  {
    desc: "more headers than a request can reasonably have are refused under `*` too",
    to: "any",
    options: { headers: Object.fromEntries(kManyNames.map((name) => [name, "1"])) },
    saw: "TypeError",
    arrived: [`OPTIONS /ok from app asks GET ${kManyNames} -> 403 requested_headers_over_budget`],
  },
  ...["PUT", "DELETE", "PATCH"].map((method) => ({
    desc: `${method} is asked for first`,
    options: { method, body: "text" },
    saw: `cors 200 ${method} done`,
    arrived: [`OPTIONS /ok from app asks ${method} -> 204`, `${method} /ok from app -> 200, ran`],
  })),
  {
    desc: "fetch writes `put` in upper case",
    options: { method: "put" },
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /ok from app asks PUT -> 204", "PUT /ok from app -> 200, ran"],
  },
  {
    desc: "fetch leaves `patch` in lower case, which is not PATCH",
    options: { method: "patch" },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks patch -> 403 requested_method_not_allowed"],
    console: kNoGrant,
  },
  {
    desc: "a method that is not listed is refused",
    to: "bare",
    options: { method: "PUT" },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks PUT -> 403 requested_method_not_allowed"],
    console: kNoGrant,
  },
  {
    desc: "OPTIONS by the page itself is asked for by a preflight like any other method",
    to: "any",
    options: { method: "OPTIONS" },
    saw: "cors 200 OPTIONS done",
    arrived: ["OPTIONS /ok from app asks OPTIONS -> 204", "OPTIONS /ok from app -> 200, ran"],
  },
  {
    desc: "an upload without a listener asks nothing first",
    to: "bare",
    act: "upload",
    options: { listens: false },
    saw: "200 POST done",
    arrived: ["POST /ok from app -> 200, ran"],
  },
  {
    desc: "an upload with a listener asks for POST without a header, and may under bare origins",
    to: "bare",
    act: "upload",
    saw: "200 POST done",
    arrived: ["OPTIONS /ok from app asks POST -> 204", "POST /ok from app -> 200, ran"],
  },
  {
    desc: "an upload with a listener from an origin that is not listed is refused",
    to: "bare",
    act: "upload",
    from: "stranger",
    saw: "error",
    arrived: ["OPTIONS /ok from stranger asks POST -> 403 origin_not_allowed"],
  },
  {
    desc: "a streamed body is asked for first, and Chromium then wants HTTP/2 for it",
    act: "stream",
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks POST -> 204"],
    console: /net::ERR_(ALPN_NEGOTIATION_FAILED|H2_OR_QUIC_REQUIRED)/,
  },
  {
    desc: "a worker speaks for the origin of its page",
    act: "worker",
    options: { method: "PUT" },
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /ok from app asks PUT -> 204", "PUT /ok from app -> 200, ran"],
  },
  {
    desc: "a worker of an origin that is not listed reads nothing",
    act: "worker",
    from: "stranger",
    saw: "TypeError",
    arrived: ["GET /ok from stranger -> 403 origin_not_allowed"],
  },
];
