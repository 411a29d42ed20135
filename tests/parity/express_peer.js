// npm's cors in front of an application of Node, on port 0.
//
//   node express_peer.js NODE_MODULES
//
// prints {"port": N}. Each line on standard input holds options as JSON, which count from the answer
// {"port": N} on. JSON has neither regexes nor functions: the text "/.../i" is the first, {"asks":
// [ORIGIN...]} a function that allows these. The application answers as parity_server.cpp says.
"use strict";

const http = require("node:http");
const path = require("node:path");
const readline = require("node:readline");

const cors = require(path.resolve(process.argv[2], "cors"));

const kBody = "the application\n";

function revived(value) {
  if (Array.isArray(value)) return value.map(revived);
  const regex = typeof value === "string" && /^\/(.*)\/([a-z]*)$/.exec(value);
  if (regex) return new RegExp(regex[1], regex[2]);
  if (value?.asks) return (origin, done) => done(null, value.asks.includes(origin));
  return value;
}

function answer(request, response) {
  const query = new URL(request.url, "http://localhost").searchParams;
  response.statusCode = Number(query.get("status") ?? 200);
  response.setHeader("Content-Type", "text/plain");
  response.setHeader("Content-Length", kBody.length);
  for (const line of query.getAll("h")) {
    const colon = line.indexOf(":");
    response.setHeader(line.slice(0, colon), line.slice(colon + 1));
  }
  response.end(request.method === "HEAD" ? undefined : kBody);
}

let middleware = cors();
const server = http.createServer((request, response) => {
  middleware(request, response, () => answer(request, response));
});
server.keepAliveTimeout = 0; // an idle connection is the client's to close
server.listen(0, "127.0.0.1", () => {
  const ready = JSON.stringify({ port: server.address().port });
  console.log(ready);
  readline
    .createInterface({ input: process.stdin })
    .on("line", (line) => {
      const options = JSON.parse(line);
      if ("origin" in options) options.origin = revived(options.origin);
      middleware = cors(options);
      console.log(ready);
    })
    .on("close", () => process.exit(0));
});
