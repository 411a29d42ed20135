// DNS rebinding: the page of an attacker's name, to which its name server then gives our address, is
// same-origin for the browser. Only Host gives it away.
"use strict";

const net = require("node:net");

const { kReboundAddress } = require("../origins.js");

const kPost = { method: "POST", body: "text" };

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

// Of the servers that embed Corsac by install() only handlers are noted. A write has an Origin that is
// own by Host, a read none.
const kRows = [
  {
    desc: "without [hosts] the attacker's page writes as an own one does",
    to: "unguarded",
    options: kPost,
    saw: "basic 200 POST done",
    arrived: ["POST /ok from rebound, ran"],
  },
  {
    desc: "without [hosts] it reads",
    to: "unguarded",
    saw: "basic 200 GET done",
    arrived: ["GET /ok, ran"],
  },
  {
    desc: "S30: with [hosts] it gets 421 and the handler does not run",
    to: "guarded",
    options: kPost,
    saw: "basic 421",
    arrived: [],
  },
  {
    desc: "S30: it reads nothing either",
    to: "guarded",
    saw: "basic 421",
    arrived: [],
  },
  {
    desc: "S30: a server with the policy for localhost is guarded",
    to: "local",
    options: kPost,
    saw: "basic 421",
    // RFC 9110, 15.5.20: a client may ask again on another connection, and Chromium does, once.
    arrived: Array(2).fill("POST /ok from rebound -> 421 host_not_allowed"),
  },
  {
    desc: "the guard lets the own name through",
    to: "guarded",
    from: "own",
    options: kPost,
    saw: "basic 200 POST done",
    arrived: ["POST /ok from own of guarded, ran"],
  },
].map((row) => ({ from: "rebound", schemes: ["http"], ...row }));

module.exports = async (matrix) => {
  const listeners = await Promise.all(["unguarded", "guarded", "local"].map((policy) =>
    startRebinding(matrix.host.servers[policy].http)));
  try {
    await matrix.runAll(kRows);
  } finally {
    listeners.forEach((listener) => listener.close());
  }
};
