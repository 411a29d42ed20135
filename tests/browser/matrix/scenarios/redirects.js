// Redirects change what a browser says of itself on the way.
"use strict";

const to = (target) => `/redirect?to=${encodeURIComponent(target)}`;
const kFirst = "GET /redirect from app -> 307, ran";

module.exports = [
  {
    desc: "a redirect inside one server keeps the Origin",
    path: () => to("/ok"),
    saw: "cors 200 GET done",
    arrived: [kFirst, "GET /ok from app -> 200, ran"],
  },
  {
    desc: "a redirect to another server makes it null, which that server must allow",
    path: (at) => to(`${at.bare}/ok`),
    saw: "TypeError",
    arrived: [kFirst, "GET /ok from null -> 403 origin_null"],
    console: /blocked by CORS policy: No 'Access-Control-Allow-Origin' header/,
  },
  {
    desc: "under allow_null_origin it is readable",
    path: (at) => to(`${at.opaque}/ok`),
    saw: "cors 200 GET done",
    arrived: [kFirst, "GET /ok from null -> 200, ran"],
  },
  {
    desc: "under `*` it is readable",
    path: (at) => to(`${at.any}/ok`),
    saw: "cors 200 GET done",
    arrived: [kFirst, "GET /ok from null -> 200, ran"],
  },
  {
    desc: "null stays null on the way back",
    path: (at) => to(`${at.opaque}${to(`${at.plain}/ok`)}`),
    saw: "TypeError",
    arrived: [kFirst, "GET /redirect from null -> 307, ran", "GET /ok from null -> 403 origin_null"],
  },
  {
    desc: "a redirect by the page's own server keeps the Origin",
    path: (at) => at.page + to(`${at.plain}/ok`),
    saw: "cors 200 GET done",
    arrived: ["GET /ok from app -> 200, ran"],
  },
  {
    desc: "what was asked for once is asked for again after a redirect",
    path: () => to("/ok"),
    options: { method: "PUT", body: "text" },
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /redirect from app asks PUT -> 204", "PUT /redirect from app -> 307, ran",
      "OPTIONS /ok from app asks PUT -> 204", "PUT /ok from app -> 200, ran"],
  },
  {
    desc: "and with null at another server",
    path: (at) => to(`${at.opaque}/ok`),
    options: { method: "PUT", body: "text" },
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /redirect from app asks PUT -> 204", "PUT /redirect from app -> 307, ran",
      "OPTIONS /ok from null asks PUT -> 204", "PUT /ok from null -> 200, ran"],
  },
  {
    desc: "an application that redirects the preflight itself breaks the page",
    to: "passed",
    path: () => to("/ok"),
    options: { method: "PUT", body: "text" },
    saw: "TypeError",
    arrived: ["OPTIONS /redirect from app asks PUT -> 307, ran"],
    console: /Redirect is not allowed for a preflight request/,
  },
  {
    desc: "a stranger does not learn where a redirect leads",
    from: "stranger",
    path: () => to("/ok"),
    saw: "TypeError",
    arrived: ["GET /redirect from stranger -> 403 origin_not_allowed"],
  },
];
