// The sample's self-test page in a real Chromium: it tells apart what a server says to its origin.
// Prints TAP.
//
//   node self_test_page_test.js CORSAC_PROGRAM SAMPLE_FOLDER NODE_MODULES
//
// With CORSAC_PICTURES=FOLDER it leaves pictures there, to be looked at.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");

const { check, finish } = require("./matrix/tap.js");
const { startServer, stopServer } = require("./sample_server.js");

const [program, sampleFolder, modules] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));

// Listens on a free port of loopback until it is closed.
function listen(answer) {
  const server = http.createServer(answer);
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const portOf = (server) => server.address().port;

// What the page says of itself it needs, on a server that is not Corsac's.
const kTypes = { "self_test.html": "text/html", "self_test.js": "text/javascript",
  "style.css": "text/css" };
function serveCopy(request, response) {
  const name = request.url.slice(1);
  if (!Object.hasOwn(kTypes, name)) {
    response.statusCode = 404;
    return response.end();
  }
  response.setHeader("Content-Type", kTypes[name]);
  return response.end(fs.readFileSync(path.join(sampleFolder, "static", name)));
}

// An API that is not signed in as some are: it grants, and sends pages to where people sign in.
function redirectToSignIn(request, response) {
  response.writeHead(302, { "Access-Control-Allow-Origin": request.headers.origin ?? "",
    "Access-Control-Allow-Credentials": "true", Location: "/sign-in" });
  response.end();
}

// By the keyboard; answers the verdict and what stands in the result.
async function test(page, server, target) {
  const field = page.getByLabel("Server", { exact: true });
  await field.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(server);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(target);
  await page.keyboard.press("Enter");
  const result = page.locator("#result[role=status]");
  await page.locator("#result[data-verdict]").waitFor();
  return { verdict: await result.getAttribute("data-verdict"), text: await result.textContent() };
}

async function picture(page, name) {
  if (!process.env.CORSAC_PICTURES) return;
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(process.env.CORSAC_PICTURES, `${name}-${colorScheme}.png`),
      fullPage: true });
  }
}

// Proves M39.
async function checkVerdicts(page, { first, second }, others) {
  await page.goto(`${first}/`);
  await page.waitForFunction(() => document.body.dataset.done === "yes");
  await page.getByRole("link", { name: "Test an origin" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.origin === second);
  check("the sample leads to the page of its second origin, with the first one to ask",
    await page.getByLabel("Server", { exact: true }).inputValue() === first,
    await page.getByLabel("Server", { exact: true }).inputValue());
  const rows = [
    { desc: "allowed", server: first, target: "/api/hello", verdict: "allowed", says: '"hello"' },
    { desc: "allowed, and an error", server: first, target: "/api/error/500", verdict: "allowed",
      says: "status 500" },
    { desc: "allowed, but nobody is signed in", server: first, target: "/api/v1/users/me",
      verdict: "signed_out", says: "Invalid session" },
    { desc: "the same by 401", server: first, target: "/api/error/401", verdict: "signed_out",
      says: "401" },
    { desc: "allowed, and sent to sign in", server: others.redirecting, target: "/me",
      verdict: "redirected", says: "elsewhere" },
    { desc: "allowed without cookies", server: first, target: "/.well-known/jwks.json",
      verdict: "without_cookies", says: "allow_credentials" },
    { desc: "not allowed: a path that grants nothing", server: first, target: "/account",
      verdict: "refused", says: `--origin ${second} --path '/account'` },
    { desc: "not allowed: a server without CORS", server: others.plain, target: "/style.css",
      verdict: "refused", says: "The server answers" },
    { desc: "nothing listens there", server: others.closed, target: "/", verdict: "unreachable",
      says: others.closed },
    { desc: "the page's own origin", server: second, target: "/api/hello", verdict: "own",
      says: "CORS is not asked" },
  ];
  for (const row of rows) {
    const seen = await test(page, row.server, row.target);
    check(row.desc, seen.verdict === row.verdict && seen.text.includes(row.says), seen);
  }
}

async function checkPage(page, first) {
  for (const text of ["", "api.example.com", "ftp://127.0.0.1/", "javascript:alert(1)"]) {
    const field = page.getByLabel("Server", { exact: true });
    await field.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText(text);
    await page.keyboard.press("Enter");
    check(`no address of a server: "${text}"`,
      /^Write scheme/.test(await page.locator("#server-error").textContent()) &&
        await field.getAttribute("aria-invalid") === "true",
      await page.locator("#server-error").textContent());
  }
  await picture(page, "self-test-error");
  await test(page, first, "/api/v1/users/me");
  await picture(page, "self-test");
  await page.setViewportSize({ width: 360, height: 740 });
  await test(page, first, "/account");
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check("360 pixels need no scrolling to the side", wide <= room, [wide, room]);
  await picture(page, "self-test-360");
}

// Where the page of a server with an admin listener leads to.
async function debugPageAddress(page) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-browser-"));
  const policy = 'version = 1\n[cors]\nallowed_origins = ["https://app.example.com"]\n[redirects]\n';
  let running;
  try {
    running = await startServer(program, sampleFolder, folder,
      { policy, more: '[admin]\nlisten = "127.0.0.1:0"\n' });
    await page.goto(`${running.second}/static/self_test.html`);
    const link = page.getByRole("link", { name: "The debug page of this server" });
    await link.waitFor();
    return await link.getAttribute("href");
  } finally {
    if (running) await stopServer(running);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-browser-"));
  const copy = await listen(serveCopy);
  const redirecting = await listen(redirectToSignIn);
  const closed = await listen(() => {});
  const others = { plain: `http://127.0.0.1:${portOf(copy)}`,
    redirecting: `http://127.0.0.1:${portOf(redirecting)}`,
    closed: `http://127.0.0.1:${portOf(closed)}` };
  await new Promise((resolve) => closed.close(resolve));
  let running;
  let browser;
  try {
    running = await startServer(program, sampleFolder, folder);
    browser = await chromium.launch({
      executablePath: process.env.CORSAC_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    await checkVerdicts(page, running, others);
    await checkPage(page, running.first);
    check("without an admin listener it leads to no debug page",
      await page.getByRole("link", { name: "The debug page of this server" }).isHidden(),
      await page.content());
    const address = await debugPageAddress(page);
    check("with one it leads to its debug page, though the policy judges redirects",
      /^http:\/\/127\.0\.0\.1:\d+\/$/.test(address), address);
    // Chromium resolves every name below localhost to loopback; the policy lists localhost itself.
    await page.goto(`http://stranger.localhost:${portOf(copy)}/self_test.html`);
    const seen = await test(page, running.first, "/api/hello");
    check("the page works where it is copied to, and an origin that is not listed is not allowed",
      seen.verdict === "refused" && seen.text.includes("--origin http://stranger.localhost:"), seen);
    const keys = await test(page, running.first, "/.well-known/jwks.json");
    check("where any origin may read, it reads", keys.verdict === "without_cookies", keys);
  } finally {
    if (browser) await browser.close();
    if (running) await stopServer(running);
    copy.close();
    redirecting.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = finish();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " | ")}`);
  process.exit(1);
});
