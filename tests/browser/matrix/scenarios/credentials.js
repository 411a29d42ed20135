// Cookies and Authorization: what is sent, and what is readable then. Over https, since a policy with
// credentials takes no other origins but of loopback.
"use strict";

const { kServerHost } = require("../origins.js");

const cookie = (sameSite) => [{ name: "session", value: "1", domain: kServerHost, path: "/",
  secure: true, sameSite }];

const kJson = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
const kAuthorization = { headers: { Authorization: "Bearer secret" } };

const kModes = [
  ...["omit", "same-origin"].map((mode) => ({
    desc: `mode ${mode} sends no cookie to another origin`,
    to: "credentials",
    options: { credentials: mode },
    saw: "cors 200 GET done",
    arrived: ["GET /ok from app -> 200, ran"],
  })),
  {
    desc: "mode include sends the cookie and reads the answer under a policy with credentials",
    to: "credentials",
    options: { credentials: "include", show: ["X-Request-Id"] },
    saw: "cors 200 GET done X-Request-Id=7",
    arrived: ["GET /ok from app with cookie -> 200, ran"],
  },
  {
    desc: "a `*` that the handler set itself gives way to the grant",
    to: "credentials",
    path: "/own-cors",
    options: { credentials: "include" },
    saw: "cors 200 own",
    arrived: ["GET /own-cors from app with cookie -> 200, ran"],
  },
  {
    desc: "mode include sends the cookie and reads nothing under a policy without",
    options: { credentials: "include" },
    saw: "TypeError",
    arrived: ["GET /ok from app with cookie -> 200, ran"],
    console: /'Access-Control-Allow-Credentials' header in the response is '' which must be 'true'/,
  },
  {
    desc: "mode include reads nothing under `*`",
    to: "any",
    options: { credentials: "include" },
    saw: "TypeError",
    arrived: ["GET /ok from app with cookie -> 200, ran"],
    console: /must not be the wildcard '\*' when the request's credentials mode is 'include'/,
  },
  {
    desc: "a preflight carries no cookie, what it asks for does",
    to: "credentials",
    options: { ...kJson, credentials: "include" },
    saw: "cors 200 POST done",
    arrived: ["OPTIONS /ok from app asks POST content-type -> 204",
      "POST /ok from app with cookie -> 200, ran"],
  },
  {
    desc: "under `*` a request with credentials ends with its preflight",
    to: "any",
    options: { ...kJson, credentials: "include" },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks POST content-type -> 204"],
    console: /preflight .*must not be the wildcard '\*'/,
  },
  {
    desc: "and one without credentials in mode same-origin passes",
    to: "any",
    options: kJson,
    saw: "cors 200 POST done",
    arrived: ["OPTIONS /ok from app asks POST content-type -> 204", "POST /ok from app -> 200, ran"],
  },
  {
    desc: "a stranger's request with the cookie does not reach the handler",
    to: "credentials",
    from: "stranger",
    options: { credentials: "include" },
    saw: "TypeError",
    arrived: ["GET /ok from stranger with cookie -> 403 origin_not_allowed"],
  },
  {
    desc: "a listed origin of another site sends a cookie with SameSite=None",
    to: "credentials",
    from: "partner",
    options: { credentials: "include" },
    saw: "cors 200 GET done",
    arrived: ["GET /ok from partner with cookie -> 200, ran"],
  },
];

const kLax = [
  {
    desc: "a listed origin of another site does not send one with SameSite=Lax, and reads the answer",
    to: "credentials",
    from: "partner",
    options: { credentials: "include" },
    saw: "cors 200 GET done",
    arrived: ["GET /ok from partner -> 200, ran"],
  },
  {
    desc: "a same-site one sends it",
    to: "credentials",
    options: { credentials: "include" },
    saw: "cors 200 GET done",
    arrived: ["GET /ok from app with cookie -> 200, ran"],
  },
];

const kNamed = [
  {
    desc: "Authorization is not covered by `*` among the headers",
    to: "any",
    options: kAuthorization,
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks GET authorization -> 403 requested_header_not_allowed"],
  },
  {
    desc: "Authorization passes when it is named beside `*`",
    to: "authorized",
    options: { headers: { ...kAuthorization.headers, "X-Any": "1" } },
    saw: "cors 200 GET done",
    arrived: ["OPTIONS /ok from app asks GET authorization,x-any -> 204",
      "GET /ok from app with Authorization -> 200, ran"],
  },
];

const kSockets = [
  {
    desc: "a WebSocket carries cookies whatever the page says: it opens under a policy with credentials",
    needs: "websockets",
    to: "credentials",
    act: "socket",
    path: "/ws",
    saw: "heard hello",
    arrived: ["GET /ws from app with cookie, ran"],
  },
  {
    desc: "a WebSocket with a cookie does not open under a policy without",
    needs: "websockets",
    act: "socket",
    path: "/ws",
    saw: "error",
    arrived: ["GET /ws from app with cookie -> 403 upgrade_not_allowed"],
  },
  {
    desc: "nor under `*`",
    needs: "websockets",
    to: "any",
    act: "socket",
    path: "/ws",
    saw: "error",
    arrived: ["GET /ws from app with cookie -> 403 upgrade_not_allowed"],
  },
];

const overHttps = (rows) => rows.map((row) => ({ schemes: ["https"], ...row }));

module.exports = async (matrix) => {
  await matrix.context.addCookies(cookie("None"));
  await matrix.runAll(overHttps([...kModes, ...kSockets]));
  await matrix.context.clearCookies();
  await matrix.context.addCookies(cookie("Lax"));
  await matrix.runAll(overHttps(kLax));
  await matrix.context.clearCookies();
  await matrix.runAll(kNamed);
};
