// What to ask /api/explain about a request that came. Pure: a test runs it without a page.

// `event` is one of /api/events, or { origin } alone. A preflight is asked as the preflight that it
// was, so far as the refusal names its headers: events have no values of headers. Of others GET
// stands for the method, which passes everywhere.
export function questionOf({ origin, method, path, host, reason, value, header_names: names = [] }) {
  const has = (name) => names.some((other) => other.toLowerCase() === name);
  const question = { origin: origin ?? "", method: method ?? "GET", path: path ?? "/", host: host ?? "",
    mode: "cors", headers: [] };
  if (method === "GET" && has("upgrade") && has("sec-websocket-key")) question.mode = "websocket";
  if (method !== "OPTIONS" || !has("access-control-request-method")) return question;
  const isOfMethod = reason === "requested_method_not_allowed" || reason === "requested_method_malformed";
  const isOfHeader = reason === "requested_header_not_allowed" || reason === "requested_headers_malformed";
  question.headers.push(`Access-Control-Request-Method: ${isOfMethod ? value : "GET"}`);
  if (isOfHeader) question.headers.push(`Access-Control-Request-Headers: ${value}`);
  return question;
}
