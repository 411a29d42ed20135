// Each profile as a page sees it: what is allowed, and what is refused.
"use strict";

const kPut = { method: "PUT", headers: { "Content-Type": "application/json" }, body: "{}" };
const kAsked = "OPTIONS /ok from app asks PUT content-type";
const kRan = "PUT /ok from app -> 200, ran";

const kOkta = [
  {
    desc: "okta: a listed origin writes with credentials",
    to: "okta",
    options: { ...kPut, credentials: "include" },
    saw: "cors 200 PUT done",
    arrived: [`${kAsked} -> 204`, kRan],
  },
  {
    desc: "okta: a refused preflight is a 204 without a grant",
    to: "okta",
    from: "stranger",
    options: kPut,
    saw: "TypeError",
    arrived: ["OPTIONS /ok from stranger asks PUT content-type -> 204 origin_not_allowed"],
    console: /Response to preflight request doesn't pass access control check: No 'Access-Control/,
  },
  {
    desc: "okta: the handler runs for a stranger, who reads nothing",
    to: "okta",
    from: "stranger",
    saw: "TypeError",
    arrived: ["GET /ok from stranger -> 200, ran"],
    console: /No 'Access-Control-Allow-Origin' header/,
  },
];

const kDjango = [
  {
    desc: "django: a listed origin writes",
    to: "django",
    options: kPut,
    saw: "cors 200 PUT done",
    arrived: [`${kAsked} -> 200`, kRan],
  },
  {
    desc: "django: what is not listed is left to the browser: a header",
    to: "django",
    options: { headers: { "X-Unlisted": "1" } },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks GET x-unlisted -> 200"],
    console: /Request header field x-unlisted is not allowed by Access-Control-Allow-Headers/,
  },
  {
    desc: "django: and a method",
    to: "django",
    options: { method: "patch", body: "text" },
    saw: "TypeError",
    arrived: ["OPTIONS /ok from app asks patch -> 200"],
    console: /Method patch is not allowed by Access-Control-Allow-Methods/,
  },
  {
    desc: "django: the handler runs for a stranger, who reads nothing",
    to: "django",
    from: "stranger",
    saw: "TypeError",
    arrived: ["GET /ok from stranger -> 200, ran"],
  },
];

const kFusionAuth = [
  {
    desc: "fusionauth: a listed origin writes",
    to: "fusionauth",
    options: kPut,
    saw: "cors 200 PUT done",
    arrived: [`${kAsked} -> 204`, kRan],
  },
  {
    desc: "fusionauth: a method that is not listed is refused though the browser did not ask",
    to: "fusionauth",
    options: { method: "POST", body: "text" },
    saw: "TypeError",
    arrived: ["POST /ok from app -> 403 method_not_allowed"],
    console: /No 'Access-Control-Allow-Origin' header/,
  },
  {
    desc: "fusionauth: a POST without a body has no Content-Type and is refused",
    to: "fusionauth",
    options: { method: "POST" },
    saw: "TypeError",
    arrived: ["POST /ok from app -> 403 content_type_missing"],
  },
  {
    desc: "fusionauth: a stranger is refused",
    to: "fusionauth",
    from: "stranger",
    saw: "TypeError",
    arrived: ["GET /ok from stranger -> 403 origin_not_allowed"],
  },
  {
    desc: "fusionauth: an excluded path answers no preflight",
    to: "fusionauth",
    path: "/admin/users",
    options: kPut,
    saw: "TypeError",
    arrived: ["OPTIONS /admin/users from app asks PUT content-type -> 403 preflight_on_excluded_path"],
  },
];

const kCloudflare = [
  {
    desc: "cloudflare: the preflight is answered, the answer is the application's own",
    to: "cloudflare",
    path: "/own-cors",
    options: { headers: { "X-Custom": "1" } },
    saw: "cors 200 own",
    arrived: ["OPTIONS /own-cors from app asks GET x-custom -> 200", "GET /own-cors from app -> 200, ran"],
  },
  {
    desc: "cloudflare: an application that grants nothing itself is not readable",
    to: "cloudflare",
    options: kPut,
    saw: "TypeError",
    arrived: [`${kAsked} -> 200`, kRan],
    console: /No 'Access-Control-Allow-Origin' header/,
  },
  {
    desc: "cloudflare: a stranger's preflight is a 200 without a grant",
    to: "cloudflare",
    from: "stranger",
    path: "/own-cors",
    options: { headers: { "X-Custom": "1" } },
    saw: "TypeError",
    arrived: ["OPTIONS /own-cors from stranger asks GET x-custom -> 200 origin_not_allowed"],
  },
];

module.exports = [...kOkta.map((row) => ({ schemes: ["https"], ...row })), ...kDjango,
  ...kFusionAuth, ...kCloudflare];
