// Requests of a server's own pages, which no policy lists, and of pages that only look like it.
"use strict";

const net = require("node:net");

const { sendForm } = require("../forms.js");
const { kReboundAddress } = require("../origins.js");

const kNoReferrer = "<meta name=referrer content=no-referrer>";
const kPost = { method: "POST", body: "text" };

const kOwn = [
  {
    desc: "a GET of the own page has no Origin",
    to: "bare",
    from: "own",
    schemes: ["https"],
    site: true,
    saw: "basic 200 GET done",
    arrived: ["GET /ok (same-origin) -> 200, ran"],
  },
  {
    desc: "a POST of the own page has one, and Sec-Fetch-Site over https",
    to: "bare",
    from: "own",
    schemes: ["https"],
    site: true,
    options: kPost,
    saw: "basic 200 POST done",
    arrived: ["POST /ok from own of bare (same-origin) -> 200, ran"],
  },
  {
    desc: "over http there is no Sec-Fetch-Site, and Host tells that it is own",
    to: "bare",
    from: "own",
    schemes: ["http"],
    site: true,
    options: kPost,
    saw: "basic 200 POST done",
    arrived: ["POST /ok from own of bare (no Sec-Fetch-Site) -> 200, ran"],
  },
  {
    desc: "http on loopback has it",
    to: "bare",
    from: "own at localhost",
    schemes: ["http"],
    site: true,
    options: { ...kPost, method: "PUT" },
    saw: "basic 200 PUT done",
    arrived: ["PUT /ok from own of bare (same-origin) -> 200, ran"],
  },
  {
    desc: "a page of another site is not own",
    to: "bare",
    from: "partner",
    schemes: ["https"],
    site: true,
    options: kPost,
    saw: "TypeError",
    arrived: ["POST /ok from partner (cross-site) -> 403 origin_not_allowed"],
  },
  {
    desc: "the same host at another port is not own either",
    to: "bare",
    path: (at) => `${at.plain}/ok`,
    from: "own",
    schemes: ["http"],
    site: true,
    options: kPost,
    saw: "TypeError",
    arrived: ["POST /ok from own of bare (no Sec-Fetch-Site) -> 403 origin_not_allowed"],
  },
  {
    desc: "the same host at another port is same-site where Sec-Fetch-Site is sent",
    to: "bare",
    path: (at) => `${at.plain}/ok`,
    from: "own",
    schemes: ["https"],
    site: true,
    options: kPost,
    saw: "TypeError",
    arrived: ["POST /ok from own of bare (same-site) -> 403 origin_not_allowed"],
  },
  {
    desc: "an own form under Referrer-Policy: no-referrer is null, and own by Sec-Fetch-Site",
    to: "bare",
    path: "/form",
    from: "own",
    schemes: ["https"],
    site: true,
    act: sendForm(kNoReferrer),
    saw: "200",
    arrived: ["POST /form from null (same-origin) -> 200, ran"],
  },
  {
    desc: "over http nothing tells that such a form is own",
    to: "bare",
    path: "/form",
    from: "own",
    schemes: ["http"],
    site: true,
    act: sendForm(kNoReferrer),
    saw: "403",
    arrived: ["POST /form from null (no Sec-Fetch-Site) -> 403 origin_null"],
  },
  {
    desc: "same_origin = judge lets an own POST run under mark, and the page needs no grant",
    to: "django",
    from: "own",
    site: true,
    schemes: ["https"],
    options: kPost,
    saw: "basic 200 POST done",
    arrived: ["POST /ok from own of django (same-origin) -> 200, ran"],
  },
  {
    desc: "a WebSocket of the own page opens",
    needs: "websockets",
    to: "bare",
    from: "own",
    act: "socket",
    path: "/ws",
    saw: "heard hello",
    arrived: ["GET /ws from own of bare, ran"],
  },
];

// What an attacker does who owns the name that leads to the server: the first connection ends at
// the attacker's page, the next ones at the server, at the same port. Resolves with the listener.
function startRebinding(port) {
  const page = "<!doctype html><link rel=icon href=data:,><title>attack</title>";
  const listener = net.createServer((client) => {
    client.on("error", () => client.destroy());
    client.once("data", (bytes) => {
      if (bytes.toString("latin1").startsWith("GET / ")) {
        client.end(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n` +
          `Content-Length: ${page.length}\r\n\r\n${page}`);
        return;
      }
      const server = net.connect(port, "127.0.0.1", () => server.write(bytes));
      server.on("error", () => client.destroy());
      client.pipe(server).pipe(client);
    });
  });
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, kReboundAddress, () => resolve(listener));
  });
}

const rebinding = (to, desc, saw, arrived) => ({
  desc, to, from: "rebound", schemes: ["http"], options: kPost, saw, arrived,
});

const kRebinding = [
  rebinding("unguarded", "DNS rebinding: without [hosts] the attacker's page is as good as an own one",
    "basic 200 POST done", ["POST /ok from rebound, ran"]),
  rebinding("guarded", "DNS rebinding: with [hosts] it gets 421 and the handler does not run",
    "basic 421", []),
  {
    desc: "the guard lets the own name through",
    to: "guarded",
    from: "own",
    options: kPost,
    saw: "basic 200 POST done",
    arrived: ["POST /ok from own of guarded, ran"],
  },
];

module.exports = async (matrix) => {
  await matrix.runAll(kOwn);
  const listeners = await Promise.all(["unguarded", "guarded"].map((policy) =>
    startRebinding(matrix.host.servers[policy].http)));
  try {
    await matrix.runAll(kRebinding);
  } finally {
    listeners.forEach((listener) => listener.close());
  }
};
