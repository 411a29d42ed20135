// The program with the sample's own policy and pages, on free ports.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const kDeadlineMs = 30_000;

// Resolves with the addresses of both listeners and the lines of the log, and where `more` has an
// [admin] without a file of tokens, with its address and token. `folder` is an empty one that the
// caller takes away. `policy` is another one, `store` what [store] has instead, `more` stands in
// server.toml besides, and `environment` is added to ours.
function startServer(program, sampleFolder, folder, { policy, store, more = "", environment = {} } = {}) {
  fs.writeFileSync(path.join(folder, "policy.toml"),
    policy || fs.readFileSync(path.join(sampleFolder, "policy.toml")), { mode: 0o600 });
  fs.cpSync(path.join(sampleFolder, "static"), path.join(folder, "static"), { recursive: true });
  fs.writeFileSync(path.join(folder, "server.toml"), `
[server]
listen = "127.0.0.1:0"
second_listen = "127.0.0.1:0"
[store]
${store ?? 'file = "policy.toml"'}
[log]
file = "-"
${more}`);
  const server = spawn(program, ["serve", "--config", path.join(folder, "server.toml")], {
    stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment },
  });
  const log = [];
  readline.createInterface({ input: server.stderr }).on("line", (line) => log.push(line));
  return new Promise((resolve, reject) => {
    const addresses = [];
    const admin = {};
    const wantsAdmin = /^\[admin\]$/m.test(more);
    const timer = setTimeout(() => reject(new Error(`no address; log: ${log}`)), kDeadlineMs);
    server.on("exit", (code) => reject(new Error(`left with ${code}; log: ${log.join("\n")}`)));
    readline.createInterface({ input: server.stdout }).on("line", (line) => {
      const found = /listening on (http:\/\/\S+)/.exec(line);
      if (found) addresses.push(found[1]);
      admin.address ??= /^admin on (http:\/\/\S+)/.exec(line)?.[1];
      admin.token ??= /^admin token of this run: (\S+)/.exec(line)?.[1];
      if (addresses.length === 2 && (!wantsAdmin || admin.token)) {
        clearTimeout(timer);
        resolve({ server, log, first: addresses[0], second: addresses[1], admin });
      }
    });
  });
}

// Ends it and answers its exit status.
function stopServer({ server }) {
  server.removeAllListeners("exit");
  const left = new Promise((resolve) => server.on("exit", resolve));
  server.kill("SIGTERM");
  return left;
}

module.exports = { startServer, stopServer };
