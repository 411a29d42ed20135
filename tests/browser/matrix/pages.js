// Servers of pages with nothing on them, for every host name that leads to them.
"use strict";

const http = require("node:http");
const https = require("node:https");

// /redirect?to=URL redirects, everything else is an empty page.
function answer(request, response) {
  const url = new URL(request.url, "http://page.test");
  if (url.pathname === "/redirect") {
    response.writeHead(307, { Location: url.searchParams.get("to") });
    return response.end();
  }
  response.writeHead(200, { "Content-Type": "text/html" });
  return response.end("<!doctype html><link rel=icon href=data:,><title>page</title>");
}

function listen(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

async function startPages(tls) {
  const servers = {
    http: await listen(http.createServer(answer)),
    https: await listen(https.createServer(tls, answer)),
    publicHttp: await listen(http.createServer(answer)),
    publicHttps: await listen(https.createServer(tls, answer)),
  };
  const ports = Object.fromEntries(
    Object.entries(servers).map(([name, server]) => [name, server.address().port]));
  const stop = () => Object.values(servers).forEach((server) => {
    server.close();
    server.closeAllConnections();
  });
  return { ports, stop };
}

module.exports = { startPages };
