// A server on the user's own machine under corsac::local_server_policy: which pages reach its handlers.
"use strict";

const { sendForm } = require("../forms.js");

const kText = { method: "POST", body: "text" };
const kJson = { method: "PUT", body: "{}", headers: { "Content-Type": "application/json" } };

const kRows = [
  {
    desc: "a page of another loopback port may call",
    from: "loopback",
    options: kJson,
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /ok from loopback asks PUT content-type -> 204",
      "PUT /ok from loopback -> 200, ran"],
  },
  {
    desc: "and an own one",
    from: "own at localhost",
    options: kJson,
    saw: "basic 200 PUT done",
    arrived: ["PUT /ok from own of local -> 200, ran"],
  },
  {
    desc: "S29: a stranger's fetch without a preflight does not reach the handler",
    options: kText,
    saw: "TypeError",
    arrived: ["POST /ok from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "S29: nor does one that does not want to read",
    options: { ...kText, mode: "no-cors" },
    saw: "opaque",
    arrived: ["POST /ok from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "S29: nor one with a preflight",
    options: kJson,
    saw: "TypeError",
    arrived: ["OPTIONS /ok from stranger asks PUT content-type -> 403 origin_not_allowed"],
  },
  {
    desc: "S29: nor a stranger's form",
    path: (at) => `${at.local}/form`,
    act: sendForm(),
    saw: "403",
    arrived: ["POST /form from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "S29: nor a stranger's socket",
    needs: "websockets",
    path: (at) => `${at.local}/ws`,
    act: "socket",
    saw: "error",
    arrived: ["GET /ws from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "a GET without Origin does, as that of a stranger's image: it must change nothing",
    options: { mode: "no-cors" },
    saw: "opaque",
    arrived: ["GET /ok -> 200, ran"],
  },
].map((row) => ({ to: "local", from: "stranger", schemes: ["http"], ...row }));

module.exports = kRows;
