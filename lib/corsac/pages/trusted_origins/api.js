// The Trusted Origins API of this server. Every call answers what the API answered, or throws an
// ApiFailure.

import { readToken } from "./token.js";

const kPath = "/api/v1/trustedOrigins";

export class ApiFailure extends Error {
  // status: 0 = there was no answer. causes: [{ field, text }], where field is what the cause names
  // before its first ".", "[" or ":". secondsUntilWhole: of a 429, until the allowance is all back;
  // null = the answer did not say.
  constructor(status, summary, causes = [], secondsUntilWhole = null) {
    super(summary);
    Object.assign(this, { status, summary, causes, secondsUntilWhole });
  }
}

// A record has `withoutEffect`, why it is ACTIVE and gives nothing ("" = it does), and
// `stillInEffect`, for what its origin is trusted though it is INACTIVE ("" = for nothing).
//
// { records, next }: next is what readPage takes for the page that follows; null = the list ends.
export async function readFirstPage(q) {
  return readPage(q === "" ? "" : `?q=${encodeURIComponent(q)}`);
}

export async function readPage(search) {
  const { value, response } = await ask("GET", search);
  return { records: withEffects(value, response), next: searchOfNext(response.headers.get("Link")) };
}

export async function readRecord(id) {
  return recordOf(await ask("GET", pathOf(id)));
}

export async function createRecord(record) {
  return recordOf(await ask("POST", "", record));
}

export async function replaceRecord(id, record) {
  return recordOf(await ask("PUT", pathOf(id), record));
}

export async function switchRecord(id, isActive) {
  const step = isActive ? "activate" : "deactivate";
  return recordOf(await ask("POST", `${pathOf(id)}/lifecycle/${step}`));
}

// For what the origin is trusted all the same; "" = for nothing.
export async function deleteRecord(id) {
  const { response } = await ask("DELETE", pathOf(id));
  return textsById(response.headers.get("X-Corsac-Still-In-Effect")).get(id) ?? "";
}

function recordOf({ value, response }) {
  return withEffects([value], response)[0];
}

function withEffects(records, { headers }) {
  const without = textsById(headers.get("X-Corsac-Without-Effect"));
  const still = textsById(headers.get("X-Corsac-Still-In-Effect"));
  return records.map((record) => ({ ...record, withoutEffect: without.get(record.id) ?? "",
    stillInEffect: still.get(record.id) ?? "" }));
}

// `TEXT; ids="A B"` of each line, which fetch joins with ", ".
function textsById(lines) {
  const found = new Map();
  for (const [, text, ids] of (lines ?? "").matchAll(/(?:^|", )(.*?); ids="([^"]*)(?="(?:, |$))/g)) {
    for (const id of ids.split(" ")) found.set(decodeURIComponent(id), text);
  }
  return found;
}

function pathOf(id) {
  return `/${encodeURIComponent(id)}`;
}

// Of the address of the next page only the query is taken: the token goes to our own server, and
// nowhere that an answer names. fetch joins the lines of Link with ", ".
function searchOfNext(link) {
  const found = /<([^>]*)>;\s*rel="next"/.exec(link ?? "");
  return found ? new URL(found[1], location.href).search : null;
}

async function ask(method, path, record) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${readToken()}` };
  if (record) headers["Content-Type"] = "application/json";
  let response;
  let text;
  try {
    response = await fetch(kPath + path, { method, headers, body: record && JSON.stringify(record) });
    text = await response.text();
  } catch {
    throw new ApiFailure(0, method === "GET" ? "The server does not answer." :
      "The server did not answer. The change may have been kept: load the list again and look.");
  }
  const value = parsed(text);
  if (!response.ok) throw failureOf(response, value);
  if (value === null && response.status !== 204) {
    throw new ApiFailure(response.status, "The server's answer is not JSON.");
  }
  return { value, response };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function failureOf(response, error) {
  if (typeof error?.errorSummary !== "string") {
    return new ApiFailure(response.status, response.status === 404 ?
      `This server has no API at ${kPath}.` :
      `The server answered ${response.status} and did not say why.`);
  }
  const causes = (error.errorCauses ?? []).map(({ errorSummary }) => {
    const [, field, text] = /^([^.[:]*)[^:]*:\s*(.*)$/s.exec(errorSummary) ?? [null, "", errorSummary];
    return { field, text };
  });
  return new ApiFailure(response.status, error.errorSummary, causes, secondsUntilWhole(response));
}

// Against the server's own clock: the one of this machine may be wrong.
function secondsUntilWhole(response) {
  const reset = Number(response.headers.get("X-Rate-Limit-Reset") ?? NaN);
  const now = Date.parse(response.headers.get("Date")) / 1000;
  const seconds = Math.ceil(reset - now);
  return response.status === 429 && Number.isFinite(seconds) ? Math.max(seconds, 0) : null;
}
