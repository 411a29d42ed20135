// Vary, and what a cache makes of an answer that has none. Pages of one site share Chromium's cache.
"use strict";

// The same address from two pages, one after the other.
async function readTwice({ page, url, matrix, scheme }) {
  const other = await matrix.pageAt(matrix.origins.page("other", scheme));
  const read = (of) => of.evaluate(async (address) => (await acts.fetch(address)).replace(/ <svg.*/, ""),
    url);
  return `${await read(page)}; ${await read(other)}`;
}

module.exports = [
  {
    desc: "a picture that came without Origin is not taken for the answer of a fetch",
    act: "pictureThenFetch",
    path: "/picture",
    saw: "picture; cors 200",
    arrived: ["GET /picture -> 200, ran", "GET /picture from app -> 200, ran"],
  },
  {
    desc: "under `*` it may be: its answer has the grant",
    to: "any",
    act: "pictureThenFetch",
    path: "/picture",
    saw: "picture; cors 200",
    arrived: ["GET /picture -> 200, ran"],
  },
  {
    desc: "under vary = specific_only the cached picture has none, and the fetch fails",
    to: "fusionauth",
    act: "pictureThenFetch",
    path: "/picture",
    saw: "picture; TypeError",
    arrived: ["GET /picture -> 200, ran"],
    console: /No 'Access-Control-Allow-Origin' header/,
  },
  {
    desc: "one origin's answer is not taken for another's",
    act: readTwice,
    path: "/picture",
    saw: "cors 200; cors 200",
    arrived: ["GET /picture from app -> 200, ran", "GET /picture from other -> 200, ran"],
  },
  {
    desc: "it is asked about by its tag, and the 304 carries the other's grant",
    act: readTwice,
    path: "/tagged",
    saw: "cors 200 tagged; cors 200 tagged",
    arrived: ["GET /tagged from app -> 200, ran", "GET /tagged from other -> 304, ran"],
  },
  {
    desc: "under `*` it may be",
    to: "any",
    act: readTwice,
    path: "/picture",
    saw: "cors 200; cors 200",
    arrived: ["GET /picture from app -> 200, ran"],
  },
];
