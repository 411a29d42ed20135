// What a real Chromium does with the answers of servers that embed Corsac: what the page sees, what
// arrives at the server, and whether its handler runs. Rows stand in matrix/scenarios/. Prints TAP.
//
//   node matrix_test.js MATRIX_SERVER NODE_MODULES
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const { makeCertificates } = require("./matrix/certificates.js");
const { Host } = require("./matrix/host.js");
const { Origins, kHosts, kServerHost, kResolverRules } = require("./matrix/origins.js");
const { startPages } = require("./matrix/pages.js");
const { makePolicies } = require("./matrix/policies.js");
const { Matrix } = require("./matrix/rows.js");
const tap = require("./matrix/tap.js");

const [program, modules] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));

const kScenarios = ["requests", "answers", "credentials", "preflight_cache", "redirects", "contexts",
  "caches", "own_origin", "rebinding", "local_server", "networks", "profiles", "reload"];

// A profile of its own in which cookies go to other sites, as upstream's default is; Debian's is
// that they do not, and so is a private window's.
function makeProfile(home) {
  const profile = path.join(home, "profile");
  fs.mkdirSync(path.join(profile, "Default"), { recursive: true });
  fs.writeFileSync(path.join(profile, "Default", "Preferences"),
    JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }));
  return profile;
}

async function launch(home, pages) {
  const publicPages = [pages.publicHttp, pages.publicHttps].map((port) => `127.0.0.1:${port}=public`);
  const context = await chromium.launchPersistentContext(makeProfile(home), {
    executablePath: process.env.CORSAC_CHROMIUM || "/usr/bin/chromium",
    env: { ...process.env, HOME: home },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      `--host-resolver-rules=${kResolverRules}`,
      `--ip-address-space-overrides=${publicPages}`],
  });
  await context.addInitScript({ path: path.join(__dirname, "matrix", "acts.js") });
  return context;
}

// $CORSAC_SCENARIO = one of them alone.
async function runScenarios(matrix) {
  const only = process.env.CORSAC_SCENARIO;
  for (const name of kScenarios.filter((each) => !only || each === only)) {
    const scenario = require(`./matrix/scenarios/${name}.js`);
    if (typeof scenario === "function") await scenario(matrix);
    else await matrix.runAll(scenario);
  }
  tap.check("no request ever carried the header of the old private-network preflight",
    matrix.privateNetworkRequests === 0, matrix.privateNetworkRequests);
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-matrix-"));
  let pages;
  let host;
  let context;
  try {
    const tls = makeCertificates(folder, [...Object.values(kHosts), kServerHost, "localhost"]);
    pages = await startPages({ cert: fs.readFileSync(tls.certificate), key: fs.readFileSync(tls.key) });
    const origins = new Origins(pages.ports);
    host = await Host.start(program, folder, tls, makePolicies(origins));
    origins.setServers(host.servers);
    context = await launch(folder, pages.ports);
    await runScenarios(new Matrix(context, origins, host));
  } finally {
    if (context) await context.close();
    if (pages) pages.stop();
    if (host) {
      const status = await host.stop();
      tap.check("the servers end with status 0", status === 0, status);
    }
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = tap.finish();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " | ")}`);
  process.exit(1);
});
