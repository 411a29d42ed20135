// One subject of bench/run that is JavaScript, in process and without a socket:
//
//   node node_peer.js express|fastify NODE_MODULES
//
// calls npm's cors or the hook that @fastify/cors gives to Fastify on a response that is used again
// and cleared, with only the methods that they call. What goes over standard input and output:
// bench/peers/subject.py.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const [kind, modules] = process.argv.slice(2);
const kBatch = 64; // at least as many requests between two looks at the clock

// Headers as both hosts keep them, by lower-case name, without the checks that both make.
class ExpressResponse {
  headers = new Map();
  statusCode = 200;
  getHeader(name) {
    return this.headers.get(name.toLowerCase());
  }
  setHeader(name, value) {
    this.headers.set(name.toLowerCase(), value);
  }
  end() {}
  clear() {
    this.headers.clear();
    this.statusCode = 200;
  }
}

class FastifyReply extends ExpressResponse {
  header(name, value) {
    this.setHeader(name, value);
    return this;
  }
  code(status) {
    this.statusCode = status;
    return this;
  }
  status(code) {
    return this.code(code);
  }
  type() {
    return this;
  }
  send() {}
}

function toPattern(origin) {
  if (!origin.includes("*")) return origin;
  return new RegExp("^" + origin.replaceAll(".", "\\.").replace("*", "([a-z0-9-]+\\.)*[a-z0-9-]+") + "$");
}

function toOptions({ origins, methods, headers }) {
  const allows_all = origins.includes("*");
  return {
    origin: allows_all ? "*" : origins.map(toPattern),
    methods: ["GET", "HEAD", "POST", ...methods],
    allowedHeaders: headers,
  };
}

const subjects = {
  express: (options) => [require(path.resolve(modules, "cors"))(options), new ExpressResponse()],
  fastify: (options) => {
    let hook;
    const host = { decorateRequest() {}, options() {}, addHook: (_name, added) => (hook = added) };
    require(path.resolve(modules, "@fastify/cors"))(host, options, () => {});
    return [hook, new FastifyReply()];
  },
};

function toRequests(one_case) {
  return one_case.from.map((origin) => {
    const headers = origin ? { origin } : {};
    for (const [name, value] of Object.entries(one_case.request_headers)) {
      headers[name.toLowerCase()] = value;
    }
    const request = { method: one_case.method, headers, url: "/api/items", routeOptions: {} };
    request.raw = request;
    return request;
  });
}

let requests, middleware, response;
let reached = 0; // how often the handler was reached: keeps it from being optimised away
const handler = () => {
  reached++;
};

function prepare(file) {
  const one_case = JSON.parse(fs.readFileSync(file, "utf8"));
  requests = toRequests(one_case);
  [middleware, response] = subjects[kind](toOptions(one_case.policy));
  const answers = requests.map((request) => {
    response.clear();
    middleware(request, response, handler);
    return Object.fromEntries(response.headers);
  });
  return { answers };
}

function processorNanoseconds() {
  const used = process.cpuUsage();
  return (used.user + used.system) * 1000;
}

function measure(milliseconds, called) {
  const start = processorNanoseconds();
  let passed = 0;
  let answered = 0;
  const turns = Math.ceil(kBatch / requests.length);
  do {
    for (let turn = 0; turn < turns; turn++) {
      for (const request of requests) {
        response.clear();
        called(request, response, handler);
      }
    }
    answered += turns * requests.length;
    passed = processorNanoseconds() - start;
  } while (passed < milliseconds * 1e6);
  return passed / answered;
}

const bare = (_request, _response, next) => next();

readline
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [command, argument] = line.split(" ", 2);
    const reply =
      command === "prepare"
        ? prepare(argument)
        : { bare_ns: measure(argument / 4, bare), ns: measure(argument, middleware) };
    console.log(JSON.stringify(reply));
  })
  .on("close", () => process.exit(0));
