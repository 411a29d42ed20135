// A decision, drawn step by step: the preflight, the request, the browser.

import { element, made } from "./dom.js";

export function clearExplained() {
  element("explained").replaceChildren();
}

// `told` is the answer of /api/explain.
export function showExplained(told) {
  const refusal = [told.preflight, told.request].find((one) => one && !one.is_allowed) ?? null;
  const verdict = made("p", told.allowed ? "verdict good" : "verdict refused",
    told.allowed ? "Allowed" : `Refused: ${refusal?.reason ?? "by the browser"}`);
  verdict.id = "verdict";
  verdict.setAttribute("role", "status");
  element("explained").replaceChildren(verdict, ...helpOf(refusal), made("ol", "stages", "",
    stageOf("Preflight", told.preflight, told.browser.preflight),
    stageOf("Request", told.request, "not sent: the preflight failed"),
    browserOf(told)));
}

// What to change; it stands before the stages, since it is what people come for.
function helpOf(refusal) {
  if (refusal === null) return [];
  const rows = [["Near miss", refusal.near_miss], ["Fix", refusal.hint], ["In the policy", refusal.place]]
    .filter(([, text]) => text !== null && text !== "");
  return rows.length === 0 ? [] : [made("dl", "fields help", "",
    ...rows.flatMap(([name, text]) => [made("dt", "", name), made("dd", "", text)]))];
}

function stageOf(name, decision, without) {
  if (decision === null) {
    return made("li", "stage", "", made("h3", "", name), made("p", "soft", sentence(without)));
  }
  const stage = made("li", decision.is_allowed ? "stage good" : "stage refused", "");
  const status = decision.status === null ? "goes on to the handler" : `answered with ${decision.status}`;
  stage.append(made("h3", "", name),
    made("p", "", `${decision.is_allowed ? "Passed" : "Refused"}, ${status}`),
    made("p", "soft", `Rule ${decision.rule ?? "unknown"}${decision.rule_place ? `, ${decision.rule_place}` : ""}`),
    made("ol", "steps", "", ...decision.steps.map(stepOf)), headersOf(decision.headers));
  return stage;
}

// The last one says what comes of the others; what refused stands out alone.
function stepOf({ name, has_passed: hasPassed, outcome }) {
  if (name === "decision") return made("li", "step end", "", made("span", "mark", "→"), made("div", "", outcome));
  return made("li", hasPassed ? "step" : "step refused", "",
    made("span", "mark", hasPassed ? "✓" : "✗"),
    made("div", "", "", made("b", "", name),
      made("span", "visually-hidden", hasPassed ? " passed: " : " refused here: "),
      made("span", "outcome", outcome)));
}

function headersOf(headers) {
  if (headers.length === 0) return made("p", "soft", "No headers.");
  return made("details", "", "", made("summary", "", `Headers that Corsac writes (${headers.length})`),
    made("dl", "fields headers", "", ...headers.flatMap(({ name, value }) =>
      [made("dt", "", name), made("dd", "", value)])));
}

function browserOf({ browser, allowed }) {
  const reads = { yes: "The page reads the answer", no: "The page reads nothing",
    application: "The application's own headers decide" }[browser.readable] ?? browser.readable;
  const stage = made("li", allowed ? "stage good" : "stage refused", "", made("h3", "", "Browser"),
    made("p", "", reads), made("dl", "fields", "",
      ...[["preflight", browser.preflight], ["dropped headers", browser.dropped_headers.join(", ")],
        ["cookies", browser.cookies], ["answer", browser.answer]].filter(([, text]) => text !== "")
        .flatMap(([name, text]) => [made("dt", "", name), made("dd", "", sentence(text))])));
  if (browser.console !== null) {
    stage.append(made("p", "soft", "In the console:"), made("pre", "console", browser.console));
  }
  return stage;
}

function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}
