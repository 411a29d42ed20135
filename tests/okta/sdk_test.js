// Okta's own client for Node against the Trusted Origins API of the running program: the eleven
// checks of that client's acceptance tests. Prints TAP.
//
//   node sdk_test.js CORSAC_PROGRAM NODE_MODULES
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");

const [program, modules] = process.argv.slice(2);
const { Client } = require(path.join(modules, "@okta", "okta-sdk-nodejs"));

const kDeadlineMs = 30_000;
const kConfig = `
[server]
listen = "127.0.0.1:0"
[store]
file = "policy.toml"
records_file = "records.toml"
[admin]
listen = "127.0.0.1:0"
`;
const kPolicy = `version = 1
[cors]
allowed_origins = ["https://app.example"]
`;

// Proves M28. Resolves with the process, the address of the admin listener and the token of this run.
function startServer(folder) {
  fs.writeFileSync(path.join(folder, "policy.toml"), kPolicy, { mode: 0o600 });
  fs.writeFileSync(path.join(folder, "server.toml"), kConfig);
  const server = spawn(program, ["serve", "--config", path.join(folder, "server.toml")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = [];
  readline.createInterface({ input: server.stderr }).on("line", (line) => log.push(line));
  return new Promise((resolve, reject) => {
    const found = {};
    const timer = setTimeout(() => reject(new Error(`no address; log: ${log}`)), kDeadlineMs);
    server.on("exit", (code) => reject(new Error(`left with ${code}; log: ${log.join("\n")}`)));
    readline.createInterface({ input: server.stdout }).on("line", (line) => {
      found.admin ??= /^admin on (http:\S+)$/.exec(line)?.[1];
      found.token ??= /^admin token of this run: (\S+)$/.exec(line)?.[1];
      if (!found.admin || !found.token) return;
      clearTimeout(timer);
      resolve({ server, ...found });
    });
  });
}

let sequence = 0;
// Origins and names are unique in an organisation.
function draft(name, ...types) {
  sequence += 1;
  return {
    name: `${name} ${sequence}`,
    origin: `http://${name.toLowerCase()}-${sequence}.example.com/`,
    scopes: types.map((type) => ({ type })),
  };
}

// Runs `check` with one new record for each draft, which are taken away again whatever comes.
async function withRecords(api, drafts, check) {
  const made = [];
  try {
    for (const trustedOrigin of drafts) made.push(await api.createTrustedOrigin({ trustedOrigin }));
    await check(...made);
  } finally {
    for (const { id } of made) await remove(api, id);
  }
}

async function remove(api, trustedOriginId) {
  try {
    await api.deactivateTrustedOrigin({ trustedOriginId });
    await api.deleteTrustedOrigin({ trustedOriginId });
  } catch (error) {
    if (error.status !== 404) throw error;  // the check took it away itself
  }
}

async function list(api, query) {
  const collection = await api.listTrustedOrigins(query);
  const all = [];
  await collection.each((record) => all.push(record));
  return all;
}

function namesOf(records) {
  return records.map(({ name }) => name).sort();
}

// Each is called with the client's API and a function that counts what was asked for.
const kChecks = {
  "create: an id, and name and origin as they were sent": (api) => {
    const sent = draft("Create", "CORS", "REDIRECT");
    return withRecords(api, [sent], (made) => {
      assert.ok(made.id);
      assert.equal(made.name, sent.name);
      assert.equal(made.origin, sent.origin);
    });
  },
  "list: the new record is in it": (api) => {
    const sent = draft("List", "CORS");
    return withRecords(api, [sent], async () => {
      const all = await list(api);
      assert.ok(all.length > 0);
      assert.ok(namesOf(all).includes(sent.name));
    });
  },
  "list with limit: page after page, nobody twice": (api, requests) => {
    const drafts = ["a", "b", "c", "d"].map((name) => draft("Page" + name, "CORS"));
    return withRecords(api, drafts, async () => {
      const before = requests();
      const all = await list(api, { limit: 3 });
      assert.ok(requests() - before >= 2, "one page is not enough");
      assert.ok(all.length >= 4);
      assert.equal(new Set(namesOf(all)).size, all.length);
    });
  },
  "list with q: exactly those whose name begins so": (api) => {
    const found = [draft("Query", "CORS"), draft("Query", "REDIRECT")];
    return withRecords(api, [...found, draft("Other", "CORS")], async () => {
      assert.deepEqual(namesOf(await list(api, { q: "Query" })), namesOf(found));
    });
  },
  "list with filter and limit: all with REDIRECT, no others": (api, requests) => {
    const found = ["a", "b", "c"].map((name) => draft("Filter" + name, "REDIRECT"));
    const others = [draft("Filter", "CORS"), draft("Filter", "CORS")];
    return withRecords(api, [...others, ...found], async () => {
      const before = requests();
      const all = await list(api, { filter: 'type eq "REDIRECT"', limit: 2 });
      assert.ok(requests() - before >= 2, "one page is not enough");
      assert.deepEqual(namesOf(all), namesOf(found));
    });
  },
  "get: by its id": (api) =>
    withRecords(api, [draft("Get", "CORS")], async (made) => {
      const seen = await api.getTrustedOrigin({ trustedOriginId: made.id });
      assert.equal(seen.name, made.name);
    }),
  "replace: another name, the same id": (api) =>
    withRecords(api, [draft("Name", "CORS")], async (made) => {
      const { id } = made;
      made.name += " renamed";
      const seen = await api.replaceTrustedOrigin({ trustedOriginId: id, trustedOrigin: made });
      assert.equal(seen.id, id);
      assert.equal(seen.name, made.name);
    }),
  "replace: another origin, verbatim": (api) =>
    withRecords(api, [draft("Origin", "CORS")], async (made) => {
      made.origin = "https://example.com/";
      const seen = await api.replaceTrustedOrigin({
        trustedOriginId: made.id, trustedOrigin: made,
      });
      assert.equal(seen.origin, "https://example.com/");
    }),
  "replace: fewer scopes": (api) =>
    withRecords(api, [draft("Scopes", "CORS", "REDIRECT")], async (made) => {
      made.scopes = [{ type: "REDIRECT" }];
      const seen = await api.replaceTrustedOrigin({
        trustedOriginId: made.id, trustedOrigin: made,
      });
      assert.deepEqual(seen.scopes.map(({ type }) => type), ["REDIRECT"]);
    }),
  "deactivate and activate: get agrees": (api) =>
    withRecords(api, [draft("Lifecycle", "CORS")], async (made) => {
      const which = { trustedOriginId: made.id };
      assert.equal(made.status, "ACTIVE");
      assert.equal((await api.deactivateTrustedOrigin(which)).status, "INACTIVE");
      assert.equal((await api.getTrustedOrigin(which)).status, "INACTIVE");
      assert.equal((await api.activateTrustedOrigin(which)).status, "ACTIVE");
      assert.equal((await api.getTrustedOrigin(which)).status, "ACTIVE");
    }),
  "delete: nothing is answered, and get is 404": (api) =>
    withRecords(api, [draft("Delete", "CORS")], async (made) => {
      const which = { trustedOriginId: made.id };
      assert.equal(await api.deleteTrustedOrigin(which), undefined);
      await assert.rejects(api.getTrustedOrigin(which), { status: 404 });
    }),
};

async function run(number, name, check) {
  try {
    await check();
    console.log(`ok ${number} - ${name}`);
  } catch (error) {
    console.log(`not ok ${number} - ${name}`);
    console.log(`# ${error.stack.replaceAll("\n", "\n# ")}`);
  }
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "corsac-okta-"));
  const { server, admin, token } = await startServer(folder);
  server.removeAllListeners("exit");
  try {
    // With a "/" at the end of orgUrl this client would ask for "//api/...".
    const client = new Client({
      orgUrl: admin, token, cacheStore: null, testing: { disableHttpsCheck: true },
    });
    let requests = 0;
    client.requestExecutor.on("request", () => { requests += 1; });
    const checks = Object.entries(kChecks);
    console.log(`1..${checks.length}`);
    for (const [index, [name, check]] of checks.entries()) {
      await run(index + 1, name, () => check(client.trustedOriginApi, () => requests));
    }
  } finally {
    server.kill("SIGKILL");
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replaceAll("\n", " ")}`);
  process.exitCode = 1;
});
