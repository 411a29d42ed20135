// Who is who. Rows and the log name origins by these words instead of by addresses.
"use strict";

// `app` and `other` are same-site with the servers, `partner` and `stranger` are not.
const kHosts = {
  app: "app.corp.test",
  other: "other.corp.test",
  partner: "partner.test",
  stranger: "stranger.test",
};
const kServerHost = "api.corp.test";
// What an attacker's name server answers: first its own address, then ours.
const kReboundHost = "rebound.test";
const kReboundAddress = "127.0.0.2";

const kResolverRules = `MAP ${kReboundHost} ${kReboundAddress}, MAP *.test 127.0.0.1, ` +
  "MAP localhost 127.0.0.1";

class Origins {
  // `pages`: ports of the page servers {http, https, publicHttp, publicHttps}.
  constructor(pages) {
    this.pages = pages;
    this.names = new Map([["null", "null"]]);
    this.servers = {};
    for (const word of Object.keys(kHosts)) {
      for (const scheme of ["http", "https"]) this.names.set(this.page(word, scheme), word);
    }
    for (const scheme of ["http", "https"]) this.names.set(this.publicPage(scheme), "public");
    this.names.set(this.loopbackPage(), "loopback");
  }

  page(word, scheme) {
    return `${scheme}://${kHosts[word]}:${this.pages[scheme]}`;
  }

  // Of the app, but from an address that the browser takes for one of the public network.
  publicPage(scheme) {
    return `${scheme}://${kHosts.app}:${this.pages[scheme === "http" ? "publicHttp" : "publicHttps"]}`;
  }

  // Of another server on the user's own machine.
  loopbackPage() {
    return `http://localhost:${this.pages.http}`;
  }

  // `servers`: {policy: {http, https}}, ports.
  setServers(servers) {
    this.servers = servers;
    for (const [policy, ports] of Object.entries(servers)) {
      for (const [scheme, port] of Object.entries(ports)) {
        for (const host of [kServerHost, "localhost", "127.0.0.1"]) {
          this.names.set(`${scheme}://${host}:${port}`, `own of ${policy}`);
        }
        this.names.set(`${scheme}://${kReboundHost}:${port}`, "rebound");
      }
    }
  }

  server(policy, scheme, host = kServerHost) {
    return `${scheme}://${host}:${this.servers[policy][scheme]}`;
  }

  nameOf(origin) {
    return this.names.get(origin) || origin;
  }
}

module.exports = { Origins, kHosts, kServerHost, kReboundHost, kReboundAddress, kResolverRules };
