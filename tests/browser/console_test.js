// The console lines that explain foretells, compared with those of a real Chromium: answers of every
// kind of fault, and then refusals by the program itself. Prints TAP.
//
//   node console_test.js CONSOLE_LINES CORSAC_PROGRAM NODE_MODULES
"use strict";

const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");

const { check, finish } = require("./matrix/tap.js");

const [consoleLines, program, modules] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));

const kDeadlineMs = 30_000;

const kOrigin = "Access-Control-Allow-Origin";
const kCredentials = "Access-Control-Allow-Credentials";
const kMethods = "Access-Control-Allow-Methods";
const kHeaders = "Access-Control-Allow-Headers";
const kMine = [kOrigin, "@"];  // @ = the page's origin

// What the server answers (`preflight`, `answer`: status and header lines) to what the page sends.
// No row has a `*` beside Authorization: the standard refuses it, Chromium does not.
const kRows = {
  "passes": { answer: [200, [kMine]] },
  "passes-any": { answer: [404, [[kOrigin, "*"]]] },
  "passes-with-credentials": { credentials: "include", answer: [200, [kMine, [kCredentials, "true"]]] },
  "passes-put": { method: "PUT", preflight: [204, [kMine, [kMethods, "PUT"]]], answer: [200, [kMine]] },
  "no-header": {},
  "no-header-on-an-error": { answer: [500, []] },
  "no-header-on-401": { answer: [401, []] },
  "another-origin": { answer: [200, [[kOrigin, "https://other.example"]]] },
  "trailing-slash": { answer: [200, [[kOrigin, "@/"]]] },
  "null": { answer: [200, [[kOrigin, "null"]]] },
  "no-origin": { answer: [200, [[kOrigin, "nonsense"]]] },
  "empty": { answer: [200, [[kOrigin, ""]]] },
  "doubled": { answer: [200, [[kOrigin, "*"], kMine]] },
  "list": { answer: [200, [[kOrigin, "@, https://b.example"]]] },
  "any-with-credentials": { credentials: "include", answer: [200, [[kOrigin, "*"], [kCredentials, "true"]]] },
  "credentials-missing": { credentials: "include", answer: [200, [kMine]] },
  "credentials-wrong": { credentials: "include", answer: [200, [kMine, [kCredentials, "yes"]]] },
  "preflight-without-a-grant": { method: "PUT", preflight: [204, []] },
  "preflight-403": { method: "PUT", preflight: [403, []] },
  "preflight-405-with-a-grant": { method: "PUT", preflight: [405, [kMine]] },
  "preflight-redirect": { method: "PUT", preflight: [302, [["Location", "/passes"]]] },
  "preflight-redirect-with-a-grant": { method: "PUT", preflight: [302, [kMine, ["Location", "/passes"]]] },
  "preflight-doubled": { method: "PUT", preflight: [204, [kMine, kMine]] },
  "preflight-another-origin": { method: "PUT", preflight: [204, [[kOrigin, "https://other.example"]]] },
  "preflight-any-with-credentials": { method: "PUT", credentials: "include", preflight: [204, [[kOrigin, "*"]]] },
  "preflight-credentials-missing": { method: "PUT", credentials: "include", preflight: [204, [kMine]] },
  "method-missing": { method: "PUT", preflight: [204, [kMine]] },
  "method-in-lower-case": { method: "patch", preflight: [204, [kMine, [kMethods, "PATCH"]]] },
  "any-method-with-credentials": {
    method: "PUT", credentials: "include",
    preflight: [204, [kMine, [kCredentials, "true"], [kMethods, "*"]]] },
  "methods-malformed": { method: "PUT", preflight: [204, [kMine, [kMethods, "PUT, a b"]]] },
  "first-header-missing": { headers: ["X-Foo", "X-Bar"], preflight: [204, [kMine]] },
  "second-header-missing": { headers: ["X-Foo", "X-Bar"], preflight: [204, [kMine, [kHeaders, "x-bar"]]] },
  "any-header-with-credentials": {
    headers: ["X-Foo"], credentials: "include",
    preflight: [204, [kMine, [kCredentials, "true"], [kHeaders, "*"]]] },
  "headers-malformed": { headers: ["X-Foo"], preflight: [204, [kMine, [kHeaders, "a b"]]] },
};

const lines = (part) => (part ? part[1] : []);
const status = (part, other) => (part ? part[0] : other);

function startAnswers() {
  const server = http.createServer((request, response) => {
    const row = kRows[request.url.slice(1)] || {};
    const isPreflight = request.method === "OPTIONS";
    const part = isPreflight ? row.preflight : row.answer;
    response.statusCode = status(part, isPreflight ? 204 : 200);
    const values = new Map();
    for (const [name, value] of lines(part)) {
      values.set(name, [...(values.get(name) || []), value.replace("@", request.headers.origin)]);
    }
    for (const [name, all] of values) response.setHeader(name, all);
    response.end();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// The lines about CORS that Chromium writes while a page of `origin` fetches. The line comes before
// the fetch ends, but on another way: it is waited for where one is expected.
async function consoleOf(page, url, row, isExpected) {
  const seen = [];
  const listen = (message) => {
    if (message.text().includes("blocked by CORS policy")) seen.push(message.text());
  };
  page.on("console", listen);
  const options = { method: row.method || "GET", credentials: row.credentials || "same-origin",
    headers: Object.fromEntries((row.headers || []).map((name) => [name, "1"])) };
  const failed = await page.evaluate(async ([address, given]) => {
    try { await fetch(address, given); return false; } catch (error) { return true; }
  }, [url, options]);
  const end = Date.now() + kDeadlineMs;
  while ((failed || isExpected) && seen.length === 0 && Date.now() < end) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  page.off("console", listen);
  return { failed, line: seen.join("\n") };
}

function foretell(origin, server, row, name) {
  const put = (part, other) => ({ status: status(part, other),
    headers: lines(part).map(([key, value]) => [key, value.replace("@", origin)]) });
  const asked = { origin, url: `${server}/${name}`, method: row.method || "GET",
    headers: (row.headers || []).map((each) => each.toLowerCase()).sort().join(","),
    credentials: row.credentials || "same-origin", preflight: put(row.preflight, 204),
    answer: put(row.answer, 200) };
  return JSON.stringify(asked);
}

async function compareAnswers(page, origin, port) {
  const server = `http://api.localhost:${port}`;
  const input = Object.entries(kRows).map(([name, row]) => foretell(origin, server, row, name));
  const told = execFileSync(consoleLines, { input: input.join("\n") + "\n", encoding: "utf-8" })
    .split("\n");
  let at = 0;
  for (const [name, row] of Object.entries(kRows)) {
    const expected = told[at];
    at += 1;
    const seen = await consoleOf(page, `${server}/${name}`, row, expected !== "");
    check(`${name}: Chromium says what was foretold`,
      seen.line === expected && seen.failed === (expected !== ""), { seen, expected });
    check(`${name}: its name says whether it passes`,
      name.startsWith("passes") === (expected === ""), expected);
  }
}

// Refusals of the program: what the page sends, and what is asked of explain.
const kRefusals = [
  ["an origin that is not listed", "/api/hello", { origin: "stranger" }],
  ["a listed origin", "/api/hello", {}],
  ["a method that is not listed", "/api/hello", { method: "DELETE" }],
  ["a header that is not listed", "/api/hello", { headers: ["X-Other"] }],
  ["any origin, with credentials", "/open", { credentials: "include" }],
  ["credentials that are not allowed", "/api/hello", { credentials: "include" }],
  ["a preflight on an excluded path", "/admin", { method: "PUT" }],
  ["an excluded path", "/admin", {}],
];

function policy(listed) {
  return `version = 1
[cors]
allowed_origins = ["${listed}"]
allowed_methods = ["PUT"]
excluded_paths = ["/admin"]
[[cors.rules]]
name = "open"
paths = ["/open"]
allowed_origins = ["*"]
`;
}

async function startProgram(folder, listed) {
  const config = path.join(folder, "server.toml");
  fs.writeFileSync(path.join(folder, "policy.toml"), policy(listed), { mode: 0o600 });
  fs.writeFileSync(config, "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nplugin = \"toml\"\n" +
    "file = \"policy.toml\"\n");
  const child = spawn(program, ["serve", "--config", config], { stdio: ["ignore", "pipe", "ignore"] });
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const found = line.match(/^listening on http:\/\/[^:]+:(\d+)/);
    if (found) return { child, port: Number(found[1]) };
  }
  throw new Error("the program did not start");
}

function explain(folder, server, origin, target, row) {
  const args = ["explain", path.join(folder, "policy.toml"), "--origin", origin, "--path", target,
    "--public-origin", server, "--json", "--method", row.method || "GET",
    "--credentials", row.credentials || "same-origin"];
  for (const name of row.headers || []) args.push("--header", name);
  try {
    return JSON.parse(execFileSync(program, args, { encoding: "utf-8" }));
  } catch (error) {
    if (error.status !== 2) throw error;
    return JSON.parse(error.stdout);
  }
}

async function compareRefusals(pages, folder, server) {
  for (const [name, target, row] of kRefusals) {
    const { page, origin } = pages[row.origin || "listed"];
    const told = explain(folder, server, origin, target, row);
    const expected = told.browser.console || "";
    const seen = await consoleOf(page, server + target, row, expected !== "");
    check(`${name}: explain says what Chromium says`, seen.line === expected, { seen, expected });
    check(`${name}: and whether the page reads the answer`,
      seen.failed === (told.browser.readable !== "yes"), { seen, told });
  }
}

// What a browser recorded of these refusals is understood.
async function explainRecorded(browser, folder, origin, server) {
  const file = path.join(folder, "recorded.har");
  const context = await browser.newContext({ recordHar: { path: file } });
  const { page } = await openPage(context, origin);
  const answer = await page.evaluate((url) => fetch(url).then(() => "read", (e) => e.name),
    server + "/api/hello");
  await context.close();
  check("a page of another origin reads nothing", answer === "TypeError", answer);
  const args = ["explain", "--har", file, path.join(folder, "policy.toml"), "--json"];
  let status = 0;
  let told = "";
  try {
    told = execFileSync(program, args, { encoding: "utf-8" });
  } catch (error) {
    status = error.status;
    told = error.stdout;
  }
  const seen = status === 2 ? JSON.parse(told) : told;
  const exchange = seen.exchanges && seen.exchanges[0];
  check("explain --har finds it in what Chromium recorded, and says why",
    exchange && exchange.recorded.failed && exchange.would_fail && exchange.origin === origin &&
      exchange.policy.reason === "origin_not_allowed", { status, seen });
}

async function openPage(browser, origin) {
  const page = await browser.newPage();
  await page.goto(`${origin}/`);
  return { page, origin };
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-console-"));
  const answers = await startAnswers();
  const port = answers.address().port;
  let browser;
  let running;
  try {
    const listed = `http://page.localhost:${port}`;
    running = await startProgram(folder, listed);
    browser = await chromium.launch({
      executablePath: process.env.CORSAC_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    const pages = { listed: await openPage(browser, listed),
      stranger: await openPage(browser, `http://stranger.localhost:${port}`) };
    await compareAnswers(pages.listed.page, listed, port);
    const server = `http://127.0.0.1:${running.port}`;
    await compareRefusals(pages, folder, server);
    await explainRecorded(browser, folder, pages.stranger.origin, server);
  } finally {
    if (browser) await browser.close();
    if (running) running.child.kill("SIGTERM");
    answers.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = finish();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " | ")}`);
  process.exit(1);
});
