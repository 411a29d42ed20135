// Tries requests from this page and shows what the browser let it read. A refused request is a
// TypeError without a reason: that is all that a page ever learns.
"use strict";

// The second origin is this host on another port, which the server tells: so the page works on any
// port and under any name of the machine.
async function loadOrigins() {
  const { other_port: port } = await (await fetch("/api/sample")).json();
  const first = location.origin;
  return { first, second: port ? `${location.protocol}//${location.hostname}:${port}` : null };
}

const json = { "Content-Type": "application/json" };

// Each row: what is tried, with which options, on which path.
const requests = [
  { name: "GET", path: "/api/hello" },
  { name: "GET with cookies", path: "/api/hello", options: { credentials: "include" } },
  { name: "PUT with JSON (preflight)", path: "/api/echo",
    options: { method: "PUT", headers: json, body: "{\"n\":1}" } },
  { name: "PATCH (method not in the policy)", path: "/api/echo",
    options: { method: "PATCH", headers: json, body: "{}" } },
  { name: "POST with an upload listener (preflight without a header)", path: "/api/echo",
    send: upload },
  { name: "Error answer 500", path: "/api/error/500" },
  { name: "GET on an excluded path", path: "/account" },
  { name: "Public keys, any origin", path: "/.well-known/jwks.json" },
];

function upload(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.addEventListener("progress", () => {});
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(new TypeError("the browser reported a network error"));
    request.send("some bytes");
  });
}

async function send(url, row) {
  if (row.send) return row.send(url);
  const response = await fetch(url, row.options);
  return { status: response.status, text: await response.text() };
}

function addGroup(title, origin) {
  const line = document.createElement("tr");
  line.className = "group";
  const head = document.createElement("th");
  head.scope = "colgroup";
  head.colSpan = 3;
  const code = document.createElement("code");
  code.textContent = origin;
  head.append(`${title} `, code);
  line.append(head);
  document.getElementById("results").append(line);
}

function addRow(row, origin) {
  const line = document.createElement("tr");
  line.dataset.request = row.name;
  line.dataset.origin = origin;
  const name = document.createElement("th");
  name.scope = "row";
  const code = document.createElement("code");
  code.textContent = row.path;
  name.append(row.name, " ", code);
  const verdict = document.createElement("td");
  const badge = document.createElement("span");
  verdict.append(badge);
  const read = document.createElement("td");
  line.append(name, verdict, read);
  document.getElementById("results").append(line);
  return { line, badge, read };
}

function show(cells, kind, word, text) {
  cells.badge.className = `verdict ${kind}`;
  cells.badge.textContent = word;
  cells.line.dataset.verdict = kind;
  cells.read.textContent = text;
}

async function run(row, origin) {
  const cells = addRow(row, origin);
  show(cells, "waiting", "waiting …", "");
  try {
    const answer = await send(origin + row.path, row);
    show(cells, "allowed", "allowed", `${answer.status}: ${answer.text.slice(0, 160)}`);
  } catch (error) {
    show(cells, "refused", "refused", `${error.name}: ${error.message}`);
  }
}

async function runAll(origins) {
  document.getElementById("results").replaceChildren();
  document.body.dataset.done = "no";
  const groups = [["To the second origin", origins.second], ["To its own origin", origins.first]];
  for (const [title, origin] of groups) {
    if (!origin) continue;
    addGroup(title, origin);
    for (const row of requests) await run(row, origin);
  }
  document.body.dataset.done = "yes";
}

async function start() {
  document.getElementById("own-origin").textContent = location.origin;
  const origins = await loadOrigins();
  document.getElementById("first").textContent = origins.first;
  document.getElementById("second").textContent = origins.second ?? "none is configured";
  if (origins.second) {
    document.getElementById("self-test").href =
      `${origins.second}/static/self_test.html#server=${origins.first}`;
  }
  document.getElementById("run-all").addEventListener("click", () => runAll(origins));
  await runAll(origins);
}

start();
