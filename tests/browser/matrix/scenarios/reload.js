// A policy that changes while a page is open.
"use strict";

const { makeChanging } = require("../policies.js");

const kDeadlineMs = 15_000;
const kPut = { method: "PUT", body: "text" };
const kRow = { to: "changing", schemes: ["https"], options: kPut };

// Until a page of `word` sees something else than `old`; each look is of an address of its own.
async function waitForChange(matrix, word, old) {
  const page = await matrix.pageAt(matrix.origins.page(word, "https"));
  const address = `${matrix.origins.server("changing", "https")}/ok?look=`;
  const end = Date.now() + kDeadlineMs;
  let seen = old;
  for (let look = 0; seen === old && Date.now() < end; look += 1) {
    seen = await page.evaluate((url) => acts.fetch(url), `${address}${look}`);
  }
}

// PUT, the change, PUT again at the same address.
async function putAroundTheChange({ page, url, matrix }) {
  const put = () => page.evaluate(([address, options]) => acts.fetch(address, options), [url, kPut]);
  const before = await put();
  await matrix.takeLog();
  matrix.host.replacePolicy("changing", makeChanging(matrix.origins, "other"));
  await waitForChange(matrix, "other", "TypeError");
  await matrix.takeLog();
  return `${before}; ${await put()}`;
}

module.exports = [
  {
    ...kRow,
    desc: "an origin that was taken from the list is refused at once, its kept preflight or not",
    act: putAroundTheChange,
    saw: "cors 200 PUT done; TypeError",
    arrived: ["PUT /ok from app -> 403 origin_not_allowed"],
  },
  {
    ...kRow,
    desc: "the origin that was added is allowed without a restart",
    from: "other",
    saw: "cors 200 PUT done",
    arrived: ["OPTIONS /ok from other asks PUT -> 204", "PUT /ok from other -> 200, ran"],
  },
];
