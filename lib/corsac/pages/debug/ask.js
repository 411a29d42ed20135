// The admin API of this server. Every call answers what the API answered, or throws an ApiFailure.

import { readToken } from "./token.js";

export class ApiFailure extends Error {
  // status: 0 = there was no answer. problems: [{ path, what, fix }] of the answer.
  // retrySeconds: when to come again, as the server says; null = it does not.
  constructor(status, summary, problems = [], retrySeconds = null) {
    super(summary);
    Object.assign(this, { status, summary, problems, retrySeconds });
  }
}

// The response of a path below the page's own, whose body is not read yet.
export async function open(path, { method = "GET", headers = {}, body, signal } = {}) {
  let response;
  try {
    response = await fetch(path, { method, body, signal,
      headers: { ...headers, Authorization: `Bearer ${readToken()}` } });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new ApiFailure(0, "The server does not answer.");
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

export async function readJson(path) {
  const response = await open(path);
  try {
    return await response.json();
  } catch {
    throw new ApiFailure(response.status, "The server's answer is not JSON, or was cut.");
  }
}

async function failureOf(response) {
  const answer = await response.json().catch(() => null);
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return new ApiFailure(response.status,
    answer?.message ?? `The server answered ${response.status} and did not say why.`,
    answer?.problems ?? [], Number.isFinite(seconds) ? seconds : null);
}

export function textOf(failure) {
  const wait = failure.retrySeconds === null ? "" : ` Again in ${failure.retrySeconds} s.`;
  const problems = failure.problems.map(({ path, what, fix }) => `${path}: ${what}; ${fix}`);
  return [failure.summary + wait, ...problems].join(" · ");
}
