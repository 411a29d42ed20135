// Secure pages and servers on loopback, and Chromium's local network access, which asks the user and
// not the server.
"use strict";

const kRows = [
  {
    desc: "an https page reads http://127.0.0.1",
    schemes: ["https"],
    path: (at) => `${at.loopback}/ok`,
    options: { method: "PUT", body: "text" },
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /ok from app asks PUT -> 204", "PUT /ok from app -> 200, ran"],
  },
  {
    desc: "an https page does not even ask http at a name that leads there",
    schemes: ["https"],
    path: (at) => `${at.insecure}/ok`,
    saw: "TypeError",
    arrived: [],
    console: /Mixed Content: .* has been blocked/,
  },
  {
    desc: "a page from the public network may not speak to loopback: the server hears nothing",
    schemes: ["https"],
    from: "public",
    saw: "TypeError",
    arrived: [],
    console: /Permission was denied for this request to access the `?loopback`? address space/,
  },
  {
    desc: "over http it is not even asked about",
    schemes: ["http"],
    from: "public",
    saw: "TypeError",
    arrived: [],
    console: /not a secure context/,
  },
];

const kGranted = [
  {
    desc: "with the user's permission it may, and CORS decides as ever",
    schemes: ["https"],
    from: "public",
    options: { method: "PUT", body: "text" },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from public asks PUT -> 403 origin_not_allowed"],
  },
  {
    desc: "with the user's permission a page that is allowed reads the answer",
    schemes: ["https"],
    to: "any",
    from: "public",
    options: { method: "PUT", body: "text" },
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /ok from public asks PUT -> 204", "PUT /ok from public -> 200, ran"],
  },
];

module.exports = async (matrix) => {
  await matrix.runAll(kRows);
  await matrix.context.grantPermissions(["local-network-access"]);
  await matrix.runAll(kGranted);
  await matrix.context.clearPermissions();
};
