// A forward in a real Chromium: own pages reach the upstream with the token, foreign ones do not,
// neither by <img> nor by form nor by fetch. Prints TAP.
//
//   node forward_test.js CORSAC_PROGRAM SAMPLE_FOLDER NODE_MODULES
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");

const { check, finish } = require("./matrix/tap.js");
const { startServer, stopServer } = require("./sample_server.js");

const [program, sampleFolder, modules] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));

const kSecret = "s3cr3t-of-the-service";
const kPolicy = `version = 1
[cors]
enabled = false
debug = true
[hosts]
allowed = ["127.0.0.1:*"]
`;
const kPicture = Buffer.from(
  "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

function listen(handler) {
  const server = http.createServer(handler);
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// Notes method, path and token of each request; answers with a picture or a page.
function startUpstream(asked) {
  return listen((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["x-token"]}`);
    request.resume();
    request.on("end", () => {
      const isPicture = request.url.endsWith(".gif");
      response.setHeader("Content-Type", isPicture ? "image/gif" : "text/html");
      response.setHeader("Set-Cookie", "upstream=1");
      response.end(isPicture ? kPicture : "<!doctype html><title>protected</title>protected");
    });
  });
}

// What a page gets: by image, by fetch without CORS and with it, by a form in a frame.
function tryAll(address) {
  const image = (source) => new Promise((resolve) => {
    const element = new Image();
    element.onload = () => resolve("loaded");
    element.onerror = () => resolve("broken");
    element.src = source;
  });
  const read = (target, options) => fetch(target, options).then(
    (response) => response.text().then((text) => `${response.status} ${text.slice(-9)}`),
    () => "failed");
  const form = (target) => new Promise((resolve) => {
    document.body.insertAdjacentHTML("beforeend",
      `<iframe name="sink"></iframe><form method="post" target="sink" action="${target}">` +
      "<input name=a value=b></form>");
    document.querySelector("iframe").onload = () => resolve("sent");
    document.querySelector("form").submit();
  });
  return Promise.all([image(`${address}/forward/a.gif`),
    read(`${address}/forward/opaque`, { method: "POST", mode: "no-cors", body: "a" }),
    read(`${address}/forward/cors`), form(`${address}/forward/form`)]);
}

async function testPages(context, address, asked, log) {
  const foreign = await context.newPage();
  await foreign.goto(`http://stranger.test:${context.strangerPort}/`);
  const refused = await foreign.evaluate(tryAll, address);
  check("a foreign page gets nothing by image, fetch or form",
    refused[0] === "broken" && refused[1] === "0 " && refused[2] === "failed", refused);
  check("and the upstream is not asked", asked.length === 0, asked);
  check("which is told", log.some((line) => line.includes("forward_not_allowed")), log);

  const own = await context.newPage();
  await own.goto(`${address}/`);
  const served = await own.evaluate(tryAll, "");
  check("an own page gets everything", served[0] === "loaded" && served[1] === "200 protected" &&
    served[2] === "200 protected" && served[3] === "sent", served);
  check("with the token", asked.sort().join() === ["GET /forward/a.gif", "GET /forward/cors",
    "POST /forward/form", "POST /forward/opaque"].map((line) => `${line} ${kSecret}`).join(), asked);
  const typed = await context.newPage();
  const answer = await typed.goto(`${address}/forward/typed`);
  check("so does the address bar", answer.status() === 200, answer.status());
  const cookies = await context.cookies();
  check("no cookie of the upstream came back", cookies.length === 0, cookies);
  check("the page and the log know no token",
    !(await own.content()).includes(kSecret) && !log.join().includes(kSecret), log);
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-forward-"));
  const asked = [];
  const upstream = await startUpstream(asked);
  const stranger = await listen((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><title>stranger</title><body></body>");
  });
  let server;
  let browser;
  try {
    server = await startServer(program, sampleFolder, folder, {
      policy: kPolicy,
      more: `[[forward]]
path_prefix = "/forward"
upstream = "http://127.0.0.1:${upstream.address().port}"
headers = { "x-token" = { env = "CORSAC_TEST_TOKEN" } }
`,
      environment: { CORSAC_TEST_TOKEN: kSecret },
    });
    browser = await chromium.launch({
      executablePath: process.env.CORSAC_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--host-resolver-rules=MAP *.test 127.0.0.1"],
    });
    const context = await browser.newContext();
    context.strangerPort = stranger.address().port;
    await testPages(context, server.first, asked, server.log);
  } finally {
    if (browser) await browser.close();
    if (server) check("the program ends with status 0", (await stopServer(server)) === 0);
    upstream.close();
    stranger.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = finish();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " | ")}`);
  process.exit(1);
});
