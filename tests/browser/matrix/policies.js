// The policies of the servers, as documents of the TOML store.
"use strict";

const list = (values) => `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;

// `debug_headers` puts the reason of a refusal into the answer, and from there into the log.
const cors = (lines) => ["version = 1", "[cors]", "debug_headers = true", ...lines, ""].join("\n");

// The document that is replaced while the servers run.
function makeChanging(origins, word) {
  return cors([`allowed_origins = ${list([origins.page(word, "https")])}`,
    'allowed_methods = ["PUT"]', "max_age_seconds = 600"]);
}

function makePolicies(origins) {
  const both = (word) => [origins.page(word, "http"), origins.page(word, "https")];
  const listed = `allowed_origins = ${list([...both("app"), ...both("other")])}`;
  // With credentials http is for loopback only, so those pages come over https.
  const safe = `allowed_origins = ${list(["app", "partner"].map((word) => origins.page(word, "https")))}`;
  const methods = 'allowed_methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]';
  const headers = 'allowed_headers = ["Content-Type", "X-Custom", "If-None-Match"]';
  return {
    plain: cors([listed, methods, headers, 'exposed_headers = ["X-Request-Id"]']),
    bare: cors([listed]),
    credentials: cors([safe, methods, headers, "allow_credentials = true",
      'exposed_headers = ["X-Request-Id"]']),
    any: cors(['allowed_origins = ["*"]', 'allowed_methods = ["*"]', 'allowed_headers = ["*"]',
      'exposed_headers = ["*"]']),
    authorized: cors([listed, methods, 'allowed_headers = ["*", "Authorization"]']),
    cached: cors([listed, methods, headers, "max_age_seconds = 600"]),
    uncached: cors([listed, methods, headers, "max_age_seconds = 0"]),
    opaque: cors([listed, methods, headers, "allow_null_origin = true"]),
    mark: cors([listed, methods, headers, 'on_denied = "mark"']),
    timed: cors([listed, "timing_allow_origin = true"]),
    okta: cors(['profile = "okta"', safe, methods, headers]),
    django: cors(['profile = "django"', listed]),
    fusionauth: cors(['profile = "fusionauth"', "enabled = true", listed,
      'allowed_methods = ["GET", "PUT"]', headers]),
    cloudflare: cors(['profile = "cloudflare"', listed, 'allowed_methods = ["GET", "PUT"]', headers]),
    changing: makeChanging(origins, "app"),
    passed: cors([listed, 'preflight = "pass_through"']),
  };
}

module.exports = { makeChanging, makePolicies };
