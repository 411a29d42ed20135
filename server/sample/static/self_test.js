// Tells apart whether this page's origin is allowed at a server, allowed while nobody is signed in,
// or not allowed. A page gets no reason for a refusal, so further requests narrow it down.
"use strict";

const element = (id) => document.getElementById(id);

// Each verdict: what the badge says, its colour, and what it means; `answer` is what was read.
const verdicts = {
  allowed: { word: "allowed", kind: "allowed", text: ({ answer }) =>
    `The page read the answer, with the user's cookies: status ${answer.status}.` },
  signed_out: { word: "allowed, signed out", kind: "partly", text: ({ answer }) =>
    `The page read the answer, ${answer.status}: the origin is allowed. Sign in at the server in ` +
    "this browser, and test again. If you are signed in: the cookie must be SameSite=None and " +
    "Secure, and not be blocked, to come along from another site." },
  redirected: { word: "allowed, redirected", kind: "partly", text: () =>
    "The origin is allowed, and the server sends the page elsewhere, most often to sign in. An API " +
    "that pages call answers 401 instead." },
  without_cookies: { word: "allowed without cookies only", kind: "partly", text: () =>
    "The page reads the answer to a request without cookies. With them it is not allowed: the policy " +
    "grants any origin, or has allow_credentials = false." },
  refused: { word: "not allowed", kind: "refused", text: () =>
    `The server answers, but this page may not read it: ${location.origin} is not allowed for this ` +
    "path. The server's log has the reason, and so has its policy:" },
  unreachable: { word: "not reachable", kind: "refused", text: ({ url }) =>
    `Nothing came back from ${url.origin}. Is the address right, the server running, its ` +
    "certificate trusted? A page of https reaches no http, and content blockers stop requests." },
  own: { word: "its own origin", kind: "partly", text: () =>
    "This is the server that the page comes from: there CORS is not asked. Open the page from the " +
    "origin that you mean to allow." },
};

// What the page could read, or null. A redirect is not followed: its own headers tell whether the
// page is allowed.
async function read(url, credentials) {
  try {
    const response = await fetch(url, { credentials, redirect: "manual", cache: "no-store" });
    return { type: response.type, status: response.status, text: await response.text() };
  } catch {
    return null;
  }
}

// Whether anything answers: no page reads what comes back, so no permission is needed.
async function isReachable(url) {
  try {
    await fetch(url, { mode: "no-cors", credentials: "omit", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}

async function judge(url) {
  if (url.origin === location.origin) return { verdict: "own", url };
  const answer = await read(url, "include");
  if (answer?.type === "opaqueredirect") return { verdict: "redirected", url };
  if (answer) {
    const isSignedOut = answer.status === 401 || answer.status === 403;
    return { verdict: isSignedOut ? "signed_out" : "allowed", url, answer };
  }
  if (await read(url, "omit")) return { verdict: "without_cookies", url };
  return { verdict: await isReachable(url) ? "refused" : "unreachable", url };
}

// What was read, or what to ask next.
function detailOf({ verdict, url, answer }) {
  if (verdict === "refused") {
    const path = url.pathname.replaceAll("'", "%27");  // to be pasted into a shell
    return `corsac explain POLICY --origin ${location.origin} --path '${path}'`;
  }
  return answer?.text.slice(0, 2000);
}

function show(result) {
  const { word, kind, text } = verdicts[result.verdict];
  const badge = document.createElement("span");
  badge.className = `verdict ${kind}`;
  badge.textContent = word;
  const line = document.createElement("p");
  line.append(badge, " ", text(result));
  element("result").replaceChildren(line);
  const detail = detailOf(result);
  if (detail) {
    const lines = document.createElement("pre");
    lines.textContent = detail;
    element("result").append(lines);
  }
  element("result").dataset.verdict = result.verdict;
}

// null, and an error at the field, when what is written is no address of a server.
function readAddress() {
  let url = null;
  try {
    url = new URL(element("path").value, new URL(element("server").value.trim()).origin);
  } catch {
    // shown below
  }
  const isRight = url !== null && /^https?:$/.test(url.protocol);
  element("server-error").textContent = isRight ? "" :
    "Write scheme, host and port: https://api.example.com";
  element("server").setAttribute("aria-invalid", String(!isRight));
  if (isRight) return url;
  element("server").focus();
  return null;
}

let tests = 0;  // an answer to an older test than the last one is not shown

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const mine = ++tests;
  delete element("result").dataset.verdict;
  element("result").textContent = "Not tested.";
  const url = readAddress();
  if (!url) return;
  element("result").textContent = `Asking ${url.href} …`;
  const result = await judge(url);
  if (mine === tests) show(result);
});

// Only the sample knows where its debug page is; a copy of this page elsewhere does not.
async function showDebugPage() {
  try {
    const answer = await fetch("/debug-page", { redirect: "error", cache: "no-store" });
    const { debug_page: address } = await answer.json();
    if (!/^https?:\/\//.test(address)) return;
    element("debug-page-link").href = address;
    element("debug-page").hidden = false;
  } catch {
    // nobody here knows of one
  }
}

showDebugPage();
element("own-origin").textContent = location.origin;
// A link to this page may name the server: #server=https://api.example.com
element("server").value = new URLSearchParams(location.hash.slice(1)).get("server") ?? "";
