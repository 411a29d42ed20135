// A throw-away authority and one server certificate for every name of the tests, trusted by a
// Chromium that has `folder` as its home.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const kDeadlineMs = 20_000;

// Chromium takes no wildcard straight below a top-level domain, so each name is listed.
const kConfig = (names) => `
[req]
distinguished_name = name
prompt = no
[name]
CN = Corsac browser matrix
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = ${names.map((name) => `DNS:${name}`).join(", ")}
`;

function run(program, args, folder) {
  execFileSync(program, args, { cwd: folder, timeout: kDeadlineMs, stdio: ["ignore", "pipe", "pipe"] });
}

function makeKey(file, extensions, signer) {
  return ["req", "-x509", "-config", "certificates.cnf", "-extensions", extensions, "-days", "2",
    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
    "-keyout", `${file}.key`, "-out", `${file}.pem`, ...signer];
}

function makeCertificates(folder, names) {
  fs.writeFileSync(path.join(folder, "certificates.cnf"), kConfig(names));
  run("openssl", makeKey("authority", "authority", []), folder);
  run("openssl", makeKey("server", "server", ["-CA", "authority.pem", "-CAkey", "authority.key",
    "-subj", "/CN=server"]), folder);
  const store = path.join(folder, ".pki", "nssdb");
  fs.mkdirSync(store, { recursive: true });
  run("certutil", ["-N", "-d", `sql:${store}`, "--empty-password"], folder);
  run("certutil", ["-A", "-d", `sql:${store}`, "-t", "C,,", "-n", "matrix", "-i", "authority.pem"],
    folder);
  return { certificate: path.join(folder, "server.pem"), key: path.join(folder, "server.key") };
}

module.exports = { makeCertificates };
