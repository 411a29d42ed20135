// The program matrix_server: one server for each policy, and what arrived at them.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const kDeadlineMs = 30_000;

// As editors do: a new file in place of the old one.
function writePolicy(folder, name, text) {
  const file = path.join(folder, `${name}.toml`);
  fs.writeFileSync(`${file}.new`, text, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

class Host {
  // `policies`: {name: text}. Resolves when all servers listen: `servers` are their
  // ports, {policy: {http, https}}; `has` tells what the cpp-httplib can do.
  static async start(program, folder, tls, policies) {
    const args = [tls.certificate, tls.key];
    for (const [name, text] of Object.entries(policies)) {
      writePolicy(folder, name, text);
      args.push(`${name}=${path.join(folder, name)}.toml`);
    }
    const host = new Host(folder, spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] }));
    const { servers, has } = JSON.parse(await host.nextLine());
    return Object.assign(host, { servers, has });
  }

  constructor(folder, child) {
    this.folder = folder;
    this.child = child;
    this.left = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
    this.lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async nextLine() {
    let timer;
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the server says nothing")), kDeadlineMs);
    });
    const line = await Promise.race([this.lines.next(), late]);
    clearTimeout(timer);
    if (line.done) throw new Error(`the server left with ${await this.left}`);
    return line.value;
  }

  // What arrived since the last call. Whoever has an answer finds its request in it.
  async takeLog() {
    this.child.stdin.write("log\n");
    return JSON.parse(await this.nextLine());
  }

  // The servers take it when they notice.
  replacePolicy(name, text) {
    writePolicy(this.folder, name, text);
  }

  // The exit status; the signal that it took when it did not leave by itself.
  async stop() {
    const timer = setTimeout(() => this.child.kill("SIGKILL"), kDeadlineMs);
    this.child.stdin.end();
    const status = await this.left;
    clearTimeout(timer);
    return status;
  }
}

module.exports = { Host };
