// The origins that were refused most, each with what it was near to, else the line that would allow
// it. Nothing is written: a text to copy.

import { element, made, textOfTime } from "./dom.js";

const kAtFirst = 10;

// Why no line about the origin helps.
const kNoLine = {
  origin_null: "null is the origin of files, sandboxed frames and redirects, and anybody can send it: " +
    "serve the page from a real origin.",
  origin_malformed: "This is no origin as browsers write it: look for a proxy or a client that " +
    "rewrites the header.",
  origin_repeated: "The header came twice: look for a proxy or a client that adds one.",
  policy_unavailable: "There was no policy in force: look at the store.",
};

let all = [];
let isLong = false;

// `explain` gets { origin }.
export function bindMostRefused(explain) {
  element("most-more").addEventListener("click", () => {
    const next = kAtFirst;
    isLong = true;
    show(explain);
    element("most").children[next]?.querySelector("button")?.focus();
  });
}

// `answer` is that of /api/events/top. The list is drawn again only when something has changed, so
// that the keyboard stays where it is.
export function showMostRefused(answer, explain) {
  if (JSON.stringify(all) === JSON.stringify(answer.origins)) return;
  all = answer.origins;
  show(explain);
}

export function clearMostRefused() {
  all = [];
  isLong = false;
  element("most").replaceChildren();
  element("most-outcome").textContent = "";
}

function show(explain) {
  const held = heldBy(document.activeElement);
  const shown = isLong ? all : all.slice(0, kAtFirst);
  element("most").replaceChildren(...shown.map((row) => itemOf(row, explain)));
  element("most-more").hidden = shown.length === all.length;
  if (all.length === 0) element("most-outcome").textContent = "Nobody was refused.";
  else if (element("most-outcome").textContent === "Nobody was refused.") element("most-outcome").textContent = "";
  if (held) findHeld(held)?.focus();
}

// Which button of which origin has the keyboard, by the texts, since the nodes are made anew.
function heldBy(node) {
  const item = node?.closest?.("#most > li");
  return item ? { origin: item.dataset.origin, name: node.dataset.action } : null;
}

function findHeld({ origin, name }) {
  const item = [...element("most").children].find((one) => one.dataset.origin === origin);
  return item?.querySelector(`[data-action="${name}"]`);
}

function itemOf({ origin, count, error, last, reasons, near_miss: nearMiss }, explain) {
  const item = made("li", "most", "");
  item.dataset.origin = origin ?? "";
  const many = error > 0 ? `${count - error} to ${count} times` : count === 1 ? "once" : `${count} times`;
  const why = action("explain", "Explain", origin);
  why.addEventListener("click", () => explain({ origin }));
  item.append(made("div", "one-line", "", made("p", "", "", made("b", "", origin ?? "no origin"),
    made("span", "soft", ` ${many}, last ${textOfTime(last)}`)), ...(origin === null ? [] : [why])),
    made("p", "soft", Object.entries(reasons).map(([code, n]) => `${code} ${n}`).join(", ")));
  // Listed already, and expired, replaced by a rule or of another scheme: a line would be wrong.
  if (nearMiss) item.append(made("p", "no-line", `Near miss: ${nearMiss}`));
  else if (reasons.origin_not_allowed && isListable(origin)) item.append(lineOf(origin));
  else item.append(made("p", "no-line", whyNoLine(origin, reasons)));
  return item;
}

// A whole origin and no pattern: what an attacker sends must not become one when it is pasted.
function isListable(origin) {
  return !isOfNobody(origin) && /^[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(origin ?? "");
}

// RFC 2606: such a name leads nowhere. Corsac's own check of itself asks as one.
function isOfNobody(origin) {
  return /\.invalid(:\d+)?$/.test(origin ?? "");
}

function lineOf(origin) {
  const line = `"${origin}",`;
  const copy = action("copy", "Copy", origin);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line);
      element("most-outcome").textContent = `Copied: ${line}`;
    } catch {  // without TLS or permission a browser has none
      getSelection().selectAllChildren(copy.previousElementSibling);
      element("most-outcome").textContent = "The browser does not let this page copy: the line is selected.";
    }
  });
  return made("div", "line", "", made("p", "soft", "Into allowed_origins of [cors], or of the rule that refused:"),
    made("div", "one-line", "", made("code", "", line), copy));
}

function whyNoLine(origin, reasons) {
  if (isOfNobody(origin)) {
    return "No page can have this origin: names in .invalid lead nowhere. Corsac asks as " +
      "corsac-self-check.invalid when it checks itself at the start.";
  }
  const codes = Object.keys(reasons);
  const known = codes.find((code) => kNoLine[code]);
  return known ? kNoLine[known] : "No line in allowed_origins helps: something else was refused. " +
    "The newest event says what, and its hint what to do.";
}

// Called by its word and the origin, since the list has many of each.
function action(name, word, origin) {
  const button = made("button", "", word, made("span", "visually-hidden", ` ${origin ?? ""}`));
  button.type = "button";
  button.dataset.action = name;
  return button;
}
