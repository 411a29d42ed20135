// Requests that are not a plain fetch with CORS: opaque answers, opaque origins, forms, WebSockets.
"use strict";

const { sendForm } = require("../forms.js");

const kOpaque = [
  {
    desc: "no-cors GET sends no Origin: the handler runs for anybody, and nobody reads",
    from: "stranger",
    options: { mode: "no-cors" },
    saw: "opaque",
    arrived: ["GET /ok -> 200, ran"],
  },
  {
    desc: "no-cors POST sends one: the handler does not run for a stranger, who sees no difference",
    from: "stranger",
    options: { mode: "no-cors", method: "POST", body: "text" },
    saw: "opaque",
    arrived: ["POST /ok from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "no-cors POST under mark runs",
    to: "mark",
    from: "stranger",
    options: { mode: "no-cors", method: "POST", body: "text" },
    saw: "opaque",
    arrived: ["POST /ok from stranger -> 200, ran"],
  },
  {
    desc: "no-cors POST of a listed origin runs and stays opaque",
    options: { mode: "no-cors", method: "POST", body: "text" },
    saw: "opaque",
    arrived: ["POST /ok from app -> 200, ran"],
  },
];

const kNullOrigin = [
  {
    desc: "a sandboxed frame is null, which nobody allowed",
    act: "sandbox",
    saw: "TypeError",
    arrived: ["GET /ok from null -> 403 origin_null"],
  },
  {
    desc: "a sandboxed frame reads where allow_null_origin says so",
    to: "opaque",
    act: "sandbox",
    options: { method: "PUT" },
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /ok from null asks PUT -> 204", "PUT /ok from null -> 200, ran"],
  },
  {
    desc: "`*` covers null",
    to: "any",
    act: "sandbox",
    saw: "cors 200 GET done",
    arrived: ["GET /ok from null -> 200, ran"],
  },
];

const kForms = [
  {
    desc: "a form of a listed origin is sent, with its Origin and without asking",
    path: "/form",
    act: sendForm(),
    saw: "200",
    arrived: ["POST /form from app -> 200, ran"],
  },
  {
    desc: "a form of a stranger does not reach the handler under block",
    path: "/form",
    from: "stranger",
    act: sendForm(),
    saw: "403",
    arrived: ["POST /form from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "a form of a stranger reaches the handler under mark",
    to: "mark",
    path: "/form",
    from: "stranger",
    act: sendForm(),
    saw: "200",
    arrived: ["POST /form from stranger -> 200, ran"],
  },
  {
    desc: "a form under Referrer-Policy: no-referrer is null, even of a listed origin",
    path: "/form",
    act: sendForm("<meta name=referrer content=no-referrer>"),
    saw: "403",
    arrived: ["POST /form from null -> 403 origin_null"],
  },
];

const kSockets = [
  {
    desc: "a WebSocket of a listed origin opens; no preflight, no headers",
    needs: "websockets",
    act: "socket",
    path: "/ws",
    saw: "heard hello",
    arrived: ["GET /ws from app, ran"],
  },
  {
    desc: "a WebSocket of a stranger does not open",
    needs: "websockets",
    act: "socket",
    path: "/ws",
    from: "stranger",
    saw: "error",
    arrived: ["GET /ws from stranger -> 403 origin_not_allowed"],
    console: /WebSocket connection to '.*' failed: .*403/,
  },
  {
    desc: "not even under mark",
    needs: "websockets",
    to: "mark",
    act: "socket",
    path: "/ws",
    from: "stranger",
    saw: "error",
    arrived: ["GET /ws from stranger -> 403 origin_not_allowed"],
  },
];

module.exports = [...kOpaque, ...kNullOrigin, ...kForms, ...kSockets];
