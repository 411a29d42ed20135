// The sample page in a real Chromium: what a browser lets a page read, and what the server's event
// log says about the rest. Prints TAP.
//
//   node sample_page_test.js CORSAC_PROGRAM SAMPLE_FOLDER NODE_MODULES
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");

const { check, finish } = require("./matrix/tap.js");
const { startServer, stopServer } = require("./sample_server.js");

const [program, sampleFolder, modules] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));

const kDeadlineMs = 30_000;

async function until(condition) {
  const end = Date.now() + kDeadlineMs;
  while (Date.now() < end) {
    if (condition()) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}

// A page of a third origin with nothing on it.
function startStranger() {
  const server = http.createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><title>stranger</title>");
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function runSamplePage(page, address) {
  await page.goto(address + "/");
  await page.waitForFunction(() => document.body.dataset.done === "yes", null,
    { timeout: kDeadlineMs });
  return page.$$eval("#results tr[data-request]", (rows) => rows.map((row) => ({
    request: row.dataset.request, origin: row.dataset.origin, verdict: row.dataset.verdict,
    read: row.lastElementChild.textContent,
  })));
}

// request name -> [verdict to the own origin, verdict to the second one]
const kExpected = {
  "GET": ["allowed", "allowed"],
  "GET with cookies": ["allowed", "allowed"],
  "PUT with JSON (preflight)": ["allowed", "allowed"],
  "PATCH (method not in the policy)": ["allowed", "refused"],
  "POST with an upload listener (preflight without a header)": ["allowed", "allowed"],
  "Error answer 500": ["allowed", "allowed"],
  "GET on an excluded path": ["allowed", "refused"],
  "Public keys, any origin": ["allowed", "allowed"],
};

function checkRows(rows, first, second) {
  for (const [request, verdicts] of Object.entries(kExpected)) {
    [first, second].forEach((origin, i) => {
      const row = rows.find((r) => r.request === request && r.origin === origin);
      check(`${request}: ${verdicts[i]} at the ${i === 0 ? "own" : "second"} origin`,
        row && row.verdict === verdicts[i], row);
    });
  }
  const error = rows.find((r) => r.request === "Error answer 500" && r.origin === second);
  check("the page reads status and body of an error answer of the second origin",
    error && error.read.startsWith("500:") && error.read.includes("asked for"), error);
}

// What a page of the stranger learns from one fetch.
function fetchFrom(page, url, options) {
  return page.evaluate(async ([url, options]) => {
    try {
      const response = await fetch(url, options);
      return { type: response.type, status: response.status, text: await response.text(),
        id: response.headers.get("X-Request-Id") };
    } catch (error) {
      return { error: error.name };
    }
  }, [url, options]);
}

async function checkEvents(log, page, second) {
  const events = () => log.filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line)).filter((line) => line.type === "event");
  await until(() => events().some((e) => e.reason === "requested_method_not_allowed"));
  const refused = events().find((e) => e.reason === "requested_method_not_allowed");
  check("the refused PATCH is in the event log with its reason, place and hint",
    refused && refused.value === "PATCH" && refused.status === 403 &&
      /policy\.toml:\d+/.test(refused.place) && refused.hint.length > 0, refused);
  const answer = await fetchFrom(page, second + "/api/hello");
  check("an origin that is not listed reads nothing", answer.error === "TypeError", answer);
  // The program's own self-check leaves an event with this reason too.
  const isOurs = (e) => e.reason === "origin_not_allowed" && e.origin === new URL(page.url()).origin;
  await until(() => events().some(isOurs));
  const stranger = events().find(isOurs);
  check("and its event names the origin", stranger && stranger.path === "/api/hello",
    stranger);
}

async function checkStranger(page, second) {
  const keys = await fetchFrom(page, second + "/.well-known/jwks.json");
  check("any origin reads the public keys", keys.status === 200, keys);
  const opaque = await fetchFrom(page, second + "/.well-known/jwks.json", { mode: "no-cors" });
  check("no-cors gives an opaque answer", opaque.type === "opaque", opaque);
  const cookies = await fetchFrom(page, second + "/.well-known/jwks.json",
    { credentials: "include" });
  check("a `*` grant does not serve a request with credentials", cookies.error === "TypeError",
    cookies);
}

async function checkListed(page, first, second) {
  await page.goto(first + "/");
  const hello = await fetchFrom(page, second + "/api/hello");
  check("an exposed header is readable", hello.id === "hello-1", hello);
  const custom = await fetchFrom(page, second + "/api/hello", { headers: { "X-Unlisted": "1" } });
  check("a header that is not in the policy is refused", custom.error === "TypeError", custom);
  const streamed = await fetchFrom(page, second + "/api/stream");
  check("a streamed answer is readable", streamed.text && streamed.text.length === 80, streamed);
  const missing = await fetchFrom(page, second + "/nowhere");
  check("a 404 that the host makes is readable", missing.status === 404, missing);
  const thrown = await fetchFrom(page, second + "/api/throw");
  check("a 500 from an exception is readable", thrown.status === 500, thrown);
  const own = await fetchFrom(page, second + "/api/own-cors", { credentials: "include" });
  check("a handler's own `*` is replaced by the policy's grant", own.status === 200, own);
  const framed = await page.evaluate((url) => new Promise((resolve) => {
    addEventListener("message", (event) => resolve(event.data), { once: true });
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.srcdoc = `<script>fetch(${JSON.stringify(url)}).then(() => "read", (e) => e.name)
      .then((word) => parent.postMessage(word, "*"))</script>`;
    document.body.append(frame);
  }), second + "/api/hello");
  check("a sandboxed frame (Origin: null) is refused", framed === "TypeError", framed);
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-browser-"));
  const stranger = await startStranger();
  // Chromium resolves every name below localhost to the loopback address; the policy lists
  // localhost itself only.
  const strangerAddress = `http://stranger.localhost:${stranger.address().port}/`;
  let running;
  let browser;
  try {
    running = await startServer(program, sampleFolder, folder);
    browser = await chromium.launch({
      executablePath: process.env.CORSAC_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const { first, second, log } = running;
    checkRows(await runSamplePage(page, first), first, second);
    if (process.env.CORSAC_PICTURES) {
      await page.screenshot({ path: path.join(process.env.CORSAC_PICTURES, "sample.png"),
        fullPage: true });
      await page.setViewportSize({ width: 360, height: 800 });
      await page.screenshot({ path: path.join(process.env.CORSAC_PICTURES, "sample-360.png"),
        fullPage: true });
    }
    await page.goto(strangerAddress);
    await checkStranger(page, second);
    await checkListed(page, first, second);
    await page.goto(strangerAddress);
    await checkEvents(log, page, second);
  } finally {
    if (browser) await browser.close();
    if (running) {
      check("SIGTERM ends the server with status 0", (await stopServer(running)) === 0,
        "another status");
    }
    stranger.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = finish();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " | ")}`);
  process.exit(1);
});
