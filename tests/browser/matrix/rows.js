// Runs rows. A row:
//
//   desc      what is shown
//   schemes   of the page and the server, each a run of its own; default both
//   to        the policy of the server; default "plain"
//   path      default "/ok"; or a function of {policy: address of its server}, and then also a whole
//             address; `page` among them is the page's own, `loopback` and `insecure` are of the
//             server "plain" over http, `local` is by 127.0.0.1
//   from      whose page; default "app"; "own" = the server's, "own at localhost", "rebound", "public",
//             "loopback"
//   needs     "websockets": skipped where the host has none
//   act       of acts.js, default "fetch"; or an async function ({page, url, matrix, scheme}) of node
//   options   of the act
//   saw       what the page saw
//   arrived   every request that arrived at any server, in order, in words
//   console   what the browser's console says, when that matters
//   old       {saw, arrived} at cpp-httplib 0.11.4, where they differ
//   site      true = `arrived` tells Sec-Fetch-Site too
"use strict";

const { kReboundHost } = require("./origins.js");
const { check, skip } = require("./tap.js");

const kDeadlineMs = 20_000;

// "OPTIONS /ok from app asks PUT content-type -> 204", "PUT /ok from app with cookie -> 200, ran"
function describe(line, origins, tellsSite) {
  const words = [line.method, line.path];
  if (line.origin !== null) words.push("from", origins.nameOf(line.origin));
  if (tellsSite) words.push(`(${line.site || "no Sec-Fetch-Site"})`);
  if (line.requestedMethod !== null) words.push("asks", line.requestedMethod);
  if (line.requestedHeaders !== null) words.push(line.requestedHeaders);
  if (line.cookie) words.push("with cookie");
  if (line.authorization) words.push("with Authorization");
  if (line.status !== 0) words.push("->", String(line.status));
  if (line.reason) words.push(line.reason);
  return words.join(" ") + (line.ran ? ", ran" : "");
}

// What `seeing` resolves with, or words for the deadline.
function within(deadlineMs, seeing) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(`nothing within ${deadlineMs} ms`), deadlineMs);
  });
  return Promise.race([seeing, late]).finally(() => clearTimeout(timer));
}

class Matrix {
  constructor(context, origins, host) {
    this.context = context;
    this.origins = origins;
    this.host = host;
    this.pages = new Map();
    this.number = 0;
    this.privateNetworkRequests = 0;
  }

  // The page of an address, opened once.
  async pageAt(address) {
    if (!this.pages.has(address)) {
      const page = await this.context.newPage();
      await page.goto(`${address}/`);
      this.pages.set(address, page);
    }
    return this.pages.get(address);
  }

  async takeLog(tellsSite) {
    const log = await this.host.takeLog();
    this.privateNetworkRequests += log.filter((line) => line.privateNetwork).length;
    return log.map((line) => describe(line, this.origins, tellsSite));
  }

  pageAddress(row, scheme) {
    const to = row.to || "plain";
    switch (row.from || "app") {
      case "own": return this.origins.server(to, scheme);
      case "own at localhost": return this.origins.server(to, scheme, "localhost");
      case "rebound": return this.origins.server(to, scheme, kReboundHost);
      case "public": return this.origins.publicPage(scheme);
      case "loopback": return this.origins.loopbackPage();
      default: return this.origins.page(row.from || "app", scheme);
    }
  }

  addresses(row, scheme) {
    const servers = Object.keys(this.host.servers).map(
      (policy) => [policy, this.origins.server(policy, scheme)]);
    return { ...Object.fromEntries(servers), page: this.pageAddress(row, scheme),
      loopback: this.origins.server("plain", "http", "127.0.0.1"),
      local: this.origins.server("local", "http", "127.0.0.1"),
      insecure: this.origins.server("plain", "http") };
  }

  // Never the same address twice: nothing of one row is in a cache for another.
  target(row, scheme) {
    const addresses = this.addresses(row, scheme);
    const target = typeof row.path === "function" ? row.path(addresses) : row.path || "/ok";
    const isOwn = /^(own|rebound)/.test(row.from);
    const base = isOwn ? addresses.page : addresses[row.to || "plain"];
    this.number += 1;
    return (target.startsWith("http") ? target : base + target) +
      `${target.includes("?") ? "&" : "?"}row=${this.number}`;
  }

  // What the page saw, what arrived, and what the console said; `isHeard` = also what it should.
  async act(row, page, url, scheme) {
    const said = [];
    const hear = (message) => said.push(message.text());
    page.on("console", hear);
    const heard = row.console && page.waitForEvent("console",
      { predicate: (message) => row.console.test(message.text()), timeout: kDeadlineMs })
      .then(() => true, () => false);
    const seeing = typeof row.act === "function"
      ? row.act({ page, url, matrix: this, scheme })
      : page.evaluate(([act, address, given]) => acts[act](address, given),
        [row.act || "fetch", url, row.options]);
    const saw = await within(kDeadlineMs, seeing);
    const arrived = await this.takeLog(row.site);
    const isHeard = row.console ? await heard : true;
    page.off("console", hear);
    return { saw, arrived, said, isHeard };
  }

  async run(row, scheme) {
    const name = `${row.desc} (${scheme})`;
    if (row.needs && !this.host.has[row.needs]) return skip(name, `the host has no ${row.needs}`);
    const expected = { ...row, ...(this.host.has.bodies ? {} : row.old) };
    const page = await this.pageAt(this.pageAddress(row, scheme));
    const url = this.target(row, scheme);
    await this.takeLog();
    const { saw, arrived, said, isHeard } = await this.act(expected, page, url, scheme);
    const isRight = saw === expected.saw && isHeard &&
      JSON.stringify(arrived) === JSON.stringify(expected.arrived);
    return check(name, isRight, { saw, arrived, said,
      expected: { saw: expected.saw, arrived: expected.arrived, console: String(row.console) } });
  }

  async runAll(rows) {
    for (const row of rows) {
      for (const scheme of row.schemes || ["http", "https"]) await this.run(row, scheme);
    }
  }
}

module.exports = { Matrix };
