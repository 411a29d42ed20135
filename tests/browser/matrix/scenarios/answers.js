// What a page may read of an answer, whatever its status, and when it came.
"use strict";

module.exports = [
  {
    desc: "a header is readable when it is exposed, and only then",
    options: { show: ["X-Request-Id", "X-Other"] },
    saw: "cors 200 GET done X-Request-Id=7 X-Other=null",
    arrived: ["GET /ok from app -> 200, ran"],
  },
  {
    desc: "`*` exposes every header to a request without credentials",
    to: "any",
    from: "stranger",
    options: { show: ["X-Request-Id", "X-Other"] },
    saw: "cors 200 GET done X-Request-Id=7 X-Other=8",
    arrived: ["GET /ok from stranger -> 200, ran"],
  },
  ...[404, 418, 500, 503].map((status) => ({
    desc: `an error ${status} of the handler is readable`,
    path: `/error/${status}`,
    saw: `cors ${status} an error`,
    arrived: [`GET /error/${status} from app -> ${status}, ran`],
  })),
  {
    desc: "a 404 of the host is readable",
    path: "/nowhere",
    saw: "cors 404",
    arrived: ["GET /nowhere from app -> 404"],
  },
  {
    desc: "an exception of the handler is a readable 500",
    path: "/throw",
    saw: "cors 500 internal error",
    arrived: ["GET /throw from app -> 500, ran"],
  },
  {
    desc: "a body that is too large is a readable 413",
    options: { method: "POST", body: "x".repeat(2000) },
    saw: "cors 413",
    arrived: ["POST /ok from app -> 413"],
  },
  {
    desc: "a range is asked for without a preflight and readable",
    options: { headers: { Range: "bytes=0-1" } },
    saw: "cors 206 GE",
    arrived: ["GET /ok from app -> 206, ran"],
  },
  {
    desc: "a range that cannot be had is a readable 416",
    options: { headers: { Range: "bytes=100-200" } },
    saw: "cors 416",
    arrived: ["GET /ok from app -> 416, ran"],
  },
  {
    desc: "an error is no way round the policy",
    path: "/error/500",
    from: "stranger",
    saw: "TypeError",
    arrived: ["GET /error/500 from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "a PATCH without a body comes without a length, which 0.11.4 does not take",
    options: { method: "PATCH" },
    saw: "cors 200 PATCH done",
    arrived: ["OPTIONS /ok from app asks PATCH -> 204", "PATCH /ok from app -> 200, ran"],
    old: {
      saw: "cors 411",
      arrived: ["OPTIONS /ok from app asks PATCH -> 204", "PATCH /ok from app -> 411"],
    },
  },
  {
    desc: "a 304 that the page asked for itself is readable",
    path: "/tagged",
    options: { headers: { "If-None-Match": '"v1"' }, show: ["ETag"] },
    saw: "cors 304 ETag=null",
    arrived: ["OPTIONS /tagged from app asks GET if-none-match -> 204",
      "GET /tagged from app -> 304, ran"],
  },
  {
    desc: "a 304 that the browser's cache asked for is a readable 200",
    act: "several",
    path: "/tagged",
    options: [{}, {}],
    saw: "cors 200 tagged; cors 200 tagged",
    arrived: ["GET /tagged from app -> 200, ran", "GET /tagged from app -> 304, ran"],
  },
  {
    desc: "times are shown with Timing-Allow-Origin",
    to: "timed",
    act: "timing",
    saw: "cors 200 GET done, times shown",
    arrived: ["GET /ok from app -> 200, ran"],
  },
  {
    desc: "times are hidden without it, though the answer is readable",
    act: "timing",
    saw: "cors 200 GET done, times hidden",
    arrived: ["GET /ok from app -> 200, ran"],
  },
];
