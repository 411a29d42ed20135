// The debug page of the program's admin listener in a real Chromium, by the keyboard alone. Prints
// TAP.
//
//   node debug_page_test.js CORSAC_PROGRAM SAMPLE_FOLDER NODE_MODULES
//
// With CORSAC_PICTURES=FOLDER it leaves pictures there, to be looked at.
"use strict";

const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

const { check, finish, skip } = require("./matrix/tap.js");
const { checkFocus, checkText, checkWidth, launch, openTab, picture, pressOn, tabTo, until,
  write } = require("./page_driver.js");
const { startServer, stopServer } = require("./sample_server.js");

const [program, sampleFolder, modules] = process.argv.slice(2);

const kEvil = "https://evil.example";
// What a client may send as an origin, and no page may show as markup.
const kHostile = "https://a.example/<img src=x onerror=window.hacked=1><script>window.hacked=1</script>";

// A request as any program may send it; its answer's status.
function send(address, target, headers, method = "GET") {
  return new Promise((resolve, reject) => {
    const request = http.request(address + target, { method, headers, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject);
    request.end();
  });
}

// Stands between the browser and the admin listener, and can cut what is under way.
async function startCutter(address) {
  const { hostname, port } = new URL(address);
  const sockets = new Set();
  const server = net.createServer((client) => {
    const upstream = net.connect(port, hostname);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => { sockets.delete(from); to.destroy(); });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    stop: () => { sockets.forEach((socket) => socket.destroy()); server.close(); },
  };
}

// What the page is made of, by role and name alone, as a screen reader finds it.
function partsOf(page) {
  const section = (name) => page.getByRole("region", { name, exact: true });
  const tries = section("Try a request");
  const most = section("Most refused origins");
  const live = section("Live events");
  return {
    token: page.getByLabel("Token", { exact: true }),
    tokenError: page.locator("#token-error"),
    forget: page.getByRole("button", { name: "Forget the token", exact: true }),
    problem: page.locator("#problem[role=alert]"),
    origins: page.getByRole("link", { name: "Trusted origins", exact: true }),
    selfTest: page.getByRole("link", { name: "Test an origin in this browser", exact: true }),
    title: page.getByRole("heading", { level: 1 }),

    tries,
    origin: tries.getByLabel("Origin of the page", { exact: true }),
    method: tries.getByLabel("Method", { exact: true }),
    path: tries.getByLabel("Path", { exact: true }),
    headers: tries.getByLabel("Headers that the page sets, one a line", { exact: true }),
    explain: tries.getByRole("button", { name: "Explain", exact: true }),
    verdict: tries.locator("#verdict[role=status]"),
    stage: (name) => tries.locator(".stage").filter({ has: page.getByRole("heading", { name, exact: true }) }),

    chart: section("Refusals in the last hour").getByRole("img"),
    table: section("Refusals in the last hour").getByRole("table"),
    asTable: section("Refusals in the last hour").getByText("As a table"),

    most,
    mostOf: (origin) => most.getByRole("listitem").filter({ has: page.getByText(origin, { exact: true }) }),
    copied: most.getByRole("status"),

    policy: section("Policy in force"),
    policies: section("Last policies").getByRole("list").first().locator("> li"),
    policiesOutcome: section("Last policies").getByRole("status"),
    policiesTitle: page.getByRole("heading", { name: "Last policies", exact: true }),
    back: page.getByRole("button", { name: "Go back to this policy", exact: true }),
    question: page.getByRole("alertdialog", { name: "Go back one step?", exact: true }),
    keep: page.getByRole("button", { name: "Keep the newest", exact: true }),
    goBack: page.getByRole("button", { name: "Go back", exact: true }),

    live,
    events: live.getByRole("list").locator("> li"),
    reason: live.getByLabel("Reason", { exact: true }),
    message: live.getByLabel("Text, with * for anything", { exact: true }),
    filter: live.getByRole("button", { name: "Filter", exact: true }),
    pause: live.getByRole("button", { name: "Pause", exact: true }),
    goOn: live.getByRole("button", { name: "Go on", exact: true }),
    state: live.getByRole("status"),
  };
}

async function openPage(browser, address, token) {
  const tab = await openTab(browser);
  await tab.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await tab.page.goto(`${address}/#token=${token}`);
  return { ...tab, parts: partsOf(tab.page) };
}

// --- the scenes, each in a tab of its own

async function tokens(browser, { admin }) {
  const { context, page, seen } = await openTab(browser);
  const parts = partsOf(page);
  const answer = await page.goto(`${admin.address}/`);
  const headers = answer.headers();
  check("the page has a strict policy", /^default-src 'none'; script-src 'self';/
    .test(headers["content-security-policy"]) && !headers["content-security-policy"].includes("unsafe"),
  headers);
  await checkFocus(page, "without a token the page asks for one", parts.token);
  check("and asks the API nothing", seen.requests.every((request) => !request.url().includes("/api/")),
    seen.requests.map((request) => request.url()));
  await checkWidth(page, "debug-token");
  await page.keyboard.insertText("wrong");
  await page.keyboard.press("Enter");
  await checkText("a wrong token is said to be wrong", parts.tokenError, "The server refuses this token.");
  await tabTo(page, parts.token);
  await page.keyboard.insertText(admin.token);
  await page.keyboard.press("Enter");
  await checkFocus(page, "a right one opens the page", parts.title);
  await pressOn(page, parts.origins);
  await page.waitForURL(`${admin.address}/trusted-origins/`);
  check("the token goes with the tab", await until(() => page.locator("#add").isVisible()), await page.content());
  await pressOn(page, page.getByRole("link", { name: "Why was a page refused?", exact: true }));
  await page.waitForURL(`${admin.address}/`);
  check("it leads to the page that tests an origin", await until(() => parts.selfTest.isVisible()),
    await page.content());
  await pressOn(page, parts.forget);
  await checkFocus(page, "a token can be forgotten", parts.token);
  check("and nothing of the server stays on the page", await parts.events.count() === 0 &&
    !await page.locator("#views").isVisible(), await page.content());
  return { context, seen };
}

async function tries(browser, { admin }) {
  const { context, page, seen, parts } = await openPage(browser, admin.address, admin.token);
  await until(() => parts.origin.isVisible());
  check("the token is out of the address", !page.url().includes("token"), page.url());
  await write(page, parts.origin, "https://app.example.com:8443");
  await write(page, parts.method, "PUT");
  await write(page, parts.path, "/api/echo");
  await pressOn(page, parts.explain);
  await checkText("a refusal names its reason", parts.verdict, "Refused: origin_not_allowed");
  const help = await parts.tries.locator(".help").textContent();
  check("with near miss, fix and place", /Near miss.*8443.*Fix.*allowed_origins.*In the policy.*policy\.toml:/s
    .test(help), help);
  const refused = parts.stage("Preflight").locator(".step.refused");
  check("the step that refused stands out, and is the only one", await refused.count() === 1 &&
    /^✗origin refused here: /.test(await refused.textContent()), await parts.tries.innerText());
  await checkText("the request is never sent", parts.stage("Request").locator("p"),
    "Not sent: the preflight failed");
  check("the console's line is foretold", (await parts.stage("Browser").locator(".console").textContent())
    .includes("has been blocked by CORS policy"), await parts.stage("Browser").textContent());
  await picture(page, "debug-explain-refused-1280");
  await checkWidth(page, "debug-explain-refused");

  await write(page, parts.origin, "https://app.example.com");
  await write(page, parts.headers, "Content-Type: application/json\nX-Request-Id");
  await pressOn(page, parts.explain);
  await checkText("a grant is said", parts.verdict, "Allowed");
  check("every step has passed", await parts.tries.locator(".step.refused").count() === 0 &&
    await parts.tries.locator(".step").count() > 3, await parts.tries.innerText());
  await pressOn(page, parts.stage("Preflight").getByText(/^Headers that Corsac writes/));
  const lines = await parts.stage("Preflight").locator(".headers").textContent();
  check("with the headers", lines.includes("Access-Control-Allow-Originhttps://app.example.com"), lines);
  await picture(page, "debug-explain-allowed-1280");
  await checkWidth(page, "debug-explain-allowed");

  await write(page, parts.method, "GE T");
  await pressOn(page, parts.explain);
  await checkText("what no browser sends is said at its field", page.locator("#method-error"), /\S/);
  await checkFocus(page, "where the keyboard is", parts.method);
  await write(page, parts.method, "GET");
  await write(page, parts.origin, kHostile);
  await pressOn(page, parts.explain);
  await checkText("markup is refused as an origin", parts.verdict, "Refused: origin_malformed");
  return { context, seen };
}

async function refusals(browser, { admin, first }) {
  // Beside the four of the program's own check at the start.
  for (let i = 0; i < 6; i += 1) await send(first, "/api/hello", { Origin: kEvil });
  for (let i = 0; i < 3; i += 1) await send(first, "/api/hello", { Origin: "null" });
  await send(first, "/api/hello", { Origin: "http://app.example.com" });
  await send(first, "/api/hello", { Origin: kHostile });
  await send(first, "/api/hello", { Origin: "https://app.example.com", "Access-Control-Request-Method": "PATCH" },
    "OPTIONS");
  const { context, page, seen, parts } = await openPage(browser, admin.address, admin.token);
  await until(() => parts.chart.isVisible());
  const label = await parts.chart.getAttribute("aria-label");
  check("the picture says what it shows", /^16 refusals in 60 minutes, .*; the most for origin_not_allowed$/
    .test(label), label);
  await tabTo(page, parts.asTable);
  await page.keyboard.press("Enter");
  const table = await parts.table.textContent();
  check("and is a table too", /origin_not_allowed \d.*origin_null \d/s.test(table), table);
  check("the bars have the height of what was counted", await parts.chart.locator("rect").count() >= 4,
    await parts.chart.innerHTML());

  const evil = parts.mostOf(kEvil);
  check("a refused origin has the line that would allow it",
    await evil.locator("code").textContent() === `"${kEvil}",` &&
    (await evil.textContent()).includes("Into allowed_origins of [cors]"), await evil.textContent());
  await pressOn(page, evil.getByRole("button", { name: `Copy ${kEvil}`, exact: true }));
  await checkText("which can be copied", parts.copied, `Copied: "${kEvil}",`);
  const clipboard = await page.evaluate(() => navigator.clipboard.readText());
  check("and is then in the clipboard", clipboard === `"${kEvil}",`, clipboard);
  for (const [origin, why] of [["null", /anybody can send it/],
    ["http://app.example.com", /Near miss: "https:\/\/app\.example\.com" is listed; .* scheme http; /],
    ["https://app.example.com", /something else was refused/],
    ["https://corsac-self-check.invalid", /lead nowhere/], [/<img src=x/, /no origin as browsers write it/]]) {
    const item = typeof origin === "string" ? parts.mostOf(origin) :
      parts.most.getByRole("listitem").filter({ hasText: origin });
    const text = await item.textContent();
    check(`${origin} has none, and why`, await item.locator("code").count() === 0 && why.test(text), text);
  }
  const writes = seen.requests.filter((request) => !["GET", "HEAD"].includes(request.method()));
  check("the page has written nothing", writes.length === 0, writes.map((request) => request.url()));
  await picture(page, "debug-refusals-1280");
  await checkWidth(page, "debug-refusals");
  await pressOn(page, evil.getByRole("button", { name: `Explain ${kEvil}`, exact: true }));
  await checkText("one press explains it", parts.verdict, "Refused: origin_not_allowed");
  await checkFocus(page, "and the keyboard is where it is explained",
    page.getByRole("heading", { name: "Try a request", exact: true }));
  check("no text became markup", await page.locator("main img:not([role])").count() === 0 &&
    await page.evaluate(() => window.hacked === undefined), await page.content());
  return { context, seen };
}

async function events(browser, { admin, first }) {
  const cutter = await startCutter(admin.address);
  const { context, page, seen, parts } = await openPage(browser, cutter.address, admin.token);
  const newest = parts.events.first();
  const comes = (name, text) => checkText(name, newest.locator("summary"), text);
  await checkText("the stream is open", parts.state, "Live: new events come on top.");
  check("what was there before is shown", await parts.events.count() === 16, await parts.events.count());
  await send(first, "/api/echo", { Origin: "https://live.example" }, "DELETE");
  await comes("an event comes by itself", /origin_not_allowed https:\/\/live\.example DELETE \/api\/echo blocked/);

  cutter.cut();
  await checkText("a break is said", parts.state, /^The stream broke off; it goes on by itself\./);
  for (const name of ["one", "two", "three"]) {
    await send(first, "/api/hello", { Origin: `https://${name}.example` });
  }
  await checkText("and it goes on", parts.state, "Live: new events come on top.");
  await comes("with what came meanwhile", /https:\/\/three\.example/);
  const origins = await parts.events.locator("summary b").allTextContents();
  check("each event once, in order", JSON.stringify(origins.slice(0, 4)) === JSON.stringify(
    ["three", "two", "one", "live"].map((name) => `https://${name}.example`)), origins);

  await pressOn(page, newest.locator("summary"));
  const fields = await newest.locator(".fields").textContent();
  check("an event opens, cause and fix first", /^hint.*allowed_origins.*rule.*place.*policy\.toml/s.test(fields), fields);
  await picture(page, "debug-events-1280");
  await checkWidth(page, "debug-events");
  await pressOn(page, newest.getByRole("button", { name: "Explain this request", exact: true }));
  await checkText("and is explained", parts.verdict, "Refused: origin_not_allowed");
  const preflight = parts.events.filter({ hasText: "requested_method_not_allowed" }).first();
  await pressOn(page, preflight.locator("summary"));
  await pressOn(page, preflight.getByRole("button", { name: "Explain this request", exact: true }));
  await checkText("a preflight is explained as the one that came", parts.verdict,
    "Refused: requested_method_not_allowed");
  const asked = await page.locator("#headers").inputValue();
  check("with the method that it asked for", asked === "Access-Control-Request-Method: PATCH", asked);

  await tabTo(page, parts.reason);
  await page.keyboard.type("origin_null");
  await pressOn(page, parts.filter);
  await until(async () => await parts.events.count() === 3);
  check("a reason filters", (await parts.events.locator(".reason").allTextContents())
    .every((reason) => reason === "origin_null"), await parts.events.allTextContents());
  await send(first, "/api/hello", { Origin: "https://other.example" });
  await send(first, "/api/null", { Origin: "null" });
  await comes("the stream too", /origin_null null GET \/api\/null/);
  check("so that others do not come", await parts.events.count() === 4, await parts.events.allTextContents());
  await tabTo(page, parts.reason, "Shift+Tab");
  await page.keyboard.type("any");
  await write(page, parts.message, "three.example");
  await pressOn(page, parts.filter);
  await until(async () => await parts.events.count() === 1);
  await comes("a text filters", /https:\/\/three\.example/);
  await write(page, parts.message, "nobody has this");
  await page.keyboard.press("Enter");
  await checkText("a filter that nothing passes says what it waits for", parts.state, /^Waiting for the first event/);

  await write(page, parts.message, "");
  await page.keyboard.press("Enter");
  await until(async () => await parts.events.count() > 4);
  await pressOn(page, parts.pause);
  await checkText("the stream can be paused", parts.state, "Paused.");
  await send(first, "/api/paused", { Origin: kEvil });
  await pressOn(page, parts.goOn);
  await comes("and goes on where it was", /GET \/api\/paused/);
  check("no text became markup", await page.locator("main img:not([role])").count() === 0 &&
    await page.evaluate(() => window.hacked === undefined), await page.content());
  cutter.stop();
  return { context, seen };
}

const policyOf = (origins) => `version = 1
[cors]
allowed_origins = [${origins.map((origin) => JSON.stringify(origin)).join(", ")}]
debug = true
[hosts]
allowed = ["localhost:*", "127.0.0.1:*"]
`;

async function reload({ admin }) {
  const headers = { Authorization: `Bearer ${admin.token}`, "Content-Length": "0" };
  return send(admin.address, "/api/reload", headers, "POST");
}

async function policies(browser, running) {
  const file = path.join(running.folder, "policy.toml");
  fs.writeFileSync(file, policyOf(["https://app.example.com", "https://new.example"]));
  await reload(running);
  fs.writeFileSync(file, policyOf([kHostile]));
  await reload(running);
  const { context, page, seen, parts } = await openPage(browser, running.admin.address, running.admin.token);
  await until(async () => (await parts.policy.textContent()).includes("degraded"));
  const text = await parts.policy.textContent();
  check("the policy in force has state, source, revision and age", /Statedegraded the newest document is invalid; /
    .test(text) && /Sourcetoml: policy\.toml/.test(text) && /Revision[0-9a-f]{8}/.test(text) &&
    /Loaded.*less than a minute ago/.test(text), text);
  const loads = await parts.policy.locator(".loads > li").allTextContents();
  check("the last loads stand there, the newest first, with their errors", /^refused.*1 error/.test(loads[0]) &&
    /policy\.toml:3:20: error\[origin-/.test(loads[0]) && /^taken/.test(loads[1]), loads);

  check("so do the policies that came into force", await parts.policies.count() === 2 &&
    (await parts.policies.first().textContent()).includes("in force"), await parts.policies.allTextContents());
  await pressOn(page, parts.policies.first().locator("summary").first());
  await until(async () => await parts.policies.first().locator(".changes").count() > 0);
  const changes = await parts.policies.first().textContent();
  check("with what changed", /Wider, and narrower/.test(changes) && /origins wider: .*https:\/\/new\.example/
    .test(changes), changes);
  await picture(page, "debug-policy-1280", parts.policy);
  await checkWidth(page, "debug-policy", parts.policy);
  await picture(page, "debug-policies-1280", parts.policies.first());
  await checkWidth(page, "debug-policies", parts.policies.first());
  await pressOn(page, parts.policies.nth(1).locator("summary").first());
  await checkText("the first one has none before it", parts.policies.nth(1).locator("details p"),
    "The first one of this run.");
  check("a file is people's, so there is no way back by a button", await parts.back.count() === 0, await page.content());
  check("no text became markup", await page.locator("main img:not([role])").count() === 0 &&
    await page.evaluate(() => window.hacked === undefined), await page.content());
  return { context, seen };
}

// A port that was free a moment ago.
async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// A real Redis with a policy in it, and the program over it.
async function startWithRedis(folder) {
  const port = await freePort();
  const redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "",
    "--dir", folder], { stdio: "ignore" });
  const url = `redis://127.0.0.1:${port}`;
  const push = (origins) => {
    fs.writeFileSync(path.join(folder, "pushed.toml"), policyOf(origins), { mode: 0o600 });
    return spawnSync(program, ["push", path.join(folder, "pushed.toml"), "--to", url]).status === 0;
  };
  const isPushed = await until(() => push(["https://one.example"]));
  check("a policy is pushed into Redis", isPushed, url);
  const running = await startServer(program, sampleFolder, folder,
    { store: `plugin = "redis"\nurl = "${url}"`, more: kAdmin });
  return { running, push, stop: async () => { await stopServer(running); redis.kill(); } };
}

async function stepBack(browser) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-debug-page-"));
  const started = await startWithRedis(folder);
  try {
    return await goBack(browser, started);
  } finally {
    await started.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

async function goBack(browser, { running, push }) {
  const allows = async (origin) => await send(running.first, "/api/hello", { Origin: origin }) !== 403;
  push(["https://one.example", "https://two.example"]);
  await reload(running);
  const { context, page, seen, parts } = await openPage(browser, running.admin.address, running.admin.token);
  await until(async () => await parts.policies.count() === 2);
  await pressOn(page, parts.policies.nth(1).locator("summary").first());
  await until(() => parts.back.isVisible());
  await pressOn(page, parts.back);
  await checkFocus(page, "a step back asks first, and the safe answer is the near one", parts.keep);
  await checkText("the question says what is undone", parts.question.locator(".changes"), /origins wider: .*two\.example/);
  await picture(page, "debug-back-1280");
  await checkWidth(page, "debug-back");
  await page.keyboard.press("Enter");
  await checkFocus(page, "no leaves it", parts.back);
  check("so the newest is in force", await allows("https://two.example"), "refused");

  await pressOn(page, parts.back);
  await until(() => parts.question.isVisible());
  push(["https://one.example", "https://three.example"]);
  await pressOn(page, parts.goBack);
  await until(async () => (await page.locator("#back-error").textContent()) !== "");
  check("whoever was faster loses nothing", /revision|changed|another|newer/.test(
    await page.locator("#back-error").textContent()), await page.locator("#back-error").textContent());
  await page.keyboard.press("Escape");
  await reload(running);
  check("his policy is in force", await allows("https://three.example") && !await allows("https://two.example"), "");

  await page.reload();
  await until(async () => await parts.policies.count() === 3);
  await pressOn(page, parts.policies.nth(1).locator("summary").first());
  await until(() => parts.back.isVisible());
  await pressOn(page, parts.back);
  await pressOn(page, parts.goBack);
  await checkText("yes goes back", parts.policiesOutcome, /^The document of revision \S+ is in force again\.$/);
  await checkFocus(page, "the keyboard is at the list", parts.policiesTitle);
  check("the one before decides", await allows("https://two.example") && !await allows("https://three.example"), "");
  return { context, seen };
}

const kAdmin = "[admin]\nlisten = \"127.0.0.1:0\"\nrequests_per_minute = 10000\n";

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-debug-page-"));
  const running = await startServer(program, sampleFolder, folder,
    { more: kAdmin });
  running.folder = folder;
  const browser = await launch(modules);
  try {
    const scenes = [tokens, tries, refusals, events, policies, stepBack];
    if (spawnSync("redis-server", ["--version"]).error) {
      scenes.pop();
      skip("one step back", "there is no redis-server");
    }
    for (const scene of scenes) {
      const { context, seen } = await scene(browser, running);
      check(`${scene.name}: the policy of the page was never violated`, seen.violations.length === 0,
        seen.violations);
      check(`${scene.name}: no script failed`, seen.errors.length === 0, seen.errors);
      const foreign = seen.requests.filter((request) => !/^http:\/\/127\.0\.0\.1:/.test(request.url()));
      check(`${scene.name}: nothing was loaded from elsewhere`, foreign.length === 0,
        foreign.map((request) => request.url()));
      await context.close();
    }
  } finally {
    await browser.close();
    await stopServer(running);
    fs.rmSync(folder, { recursive: true });
  }
  process.exitCode = finish();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " | ")}`);
  process.exit(1);
});
