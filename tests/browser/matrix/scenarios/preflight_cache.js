// How long a browser keeps the answer of a preflight.
"use strict";

const kPut = { method: "PUT", body: "text" };
const kDone = "cors 200 PUT done";
const asked = (more) => `OPTIONS /ok from app asks ${more} -> 204`;
const kRan = "PUT /ok from app -> 200, ran";

module.exports = [
  {
    desc: "with max_age_seconds = 600 the second request asks nothing",
    to: "cached",
    act: "several",
    options: [kPut, kPut],
    saw: `${kDone}; ${kDone}`,
    arrived: [asked("PUT"), kRan, kRan],
  },
  {
    desc: "with max_age_seconds = 0 it asks again",
    to: "uncached",
    act: "several",
    options: [kPut, kPut],
    saw: `${kDone}; ${kDone}`,
    arrived: [asked("PUT"), kRan, asked("PUT"), kRan],
  },
  {
    desc: "without it the browser keeps the answer for its own five seconds",
    act: "several",
    options: [kPut, kPut],
    saw: `${kDone}; ${kDone}`,
    arrived: [asked("PUT"), kRan, kRan],
  },
  {
    desc: "what is kept is the method and the header that were asked for, not the whole policy",
    to: "cached",
    act: "several",
    options: [kPut, { ...kPut, headers: { "X-Custom": "1" } }, { method: "DELETE" }],
    saw: `${kDone}; ${kDone}; cors 200 DELETE done`,
    arrived: [asked("PUT"), kRan, asked("PUT x-custom"), kRan, asked("DELETE"),
      "DELETE /ok from app -> 200, ran"],
  },
  {
    desc: "a profile that answers with whole lists is asked once for all of it",
    to: "django",
    act: "several",
    options: [kPut, { method: "PUT", headers: { Authorization: "Bearer x" } }, { method: "DELETE" }],
    saw: `${kDone}; ${kDone}; cors 200 DELETE done`,
    arrived: ["OPTIONS /ok from app asks PUT -> 200", kRan,
      "PUT /ok from app with Authorization -> 200, ran", "DELETE /ok from app -> 200, ran"],
  },
  {
    desc: "a kept answer is of one address only",
    to: "cached",
    act: "severalAddresses",
    options: kPut,
    saw: `${kDone}; ${kDone}`,
    arrived: [asked("PUT"), kRan, asked("PUT"), kRan],
  },
  {
    desc: "a refusal is not kept",
    to: "cached",
    from: "stranger",
    act: "several",
    options: [kPut, kPut],
    saw: "TypeError; TypeError",
    arrived: Array(2).fill("OPTIONS /ok from stranger asks PUT -> 403 origin_not_allowed"),
  },
  {
    desc: "an upload with a listener: the method is kept though the answer names none",
    to: "cached",
    act: "severalUploads",
    saw: "200 POST done; 200 POST done",
    arrived: [asked("POST"), "POST /ok from app -> 200, ran", "POST /ok from app -> 200, ran"],
  },
];
