// The question: what a page asks. The answer is drawn by explain_view.js.

import { readJson, textOf } from "./ask.js";
import { element } from "./dom.js";
import { questionOf } from "./event_question.js";
import { clearExplained, showExplained } from "./explain_view.js";

const kFields = ["origin", "method", "path", "credentials", "mode", "host"];
let questions = 0;  // an answer to an older question than the last one is not shown

// `report` gets every failure but what is wrong with a field.
export function bindExplain(report) {
  element("explain-form").addEventListener("submit", (event) => {
    event.preventDefault();
    return ask(report);
  });
}

// Asks about a request that came: an event, or { origin } alone.
export function explainRequest(event, report) {
  const { headers, ...fields } = questionOf(event);
  element("explain-form").reset();
  for (const [id, value] of Object.entries(fields)) element(id).value = value;
  element("headers").value = headers.join("\n");
  element("explain-title").focus();
  return ask(report);
}

async function ask(report) {
  const mine = ++questions;
  for (const id of [...kFields, "headers"]) showError(id, "");
  clearExplained();
  try {
    const told = await readJson(`api/explain?${parameters()}`);
    if (mine === questions) showExplained(told);
  } catch (failure) {
    if (mine !== questions) return;
    if (failure.status === 400 && failure.problems?.length > 0) showProblems(failure.problems, report);
    else report(failure);
  }
}

function parameters() {
  const query = new URLSearchParams();
  for (const id of kFields) {
    const value = element(id).value.trim();
    if (value !== "") query.append(id, value);
  }
  for (const line of element("headers").value.split("\n")) {
    if (line.trim() !== "") query.append("header", line.trim());
  }
  return query;
}

function showProblems(problems, report) {
  let first = null;
  for (const { path, what, fix } of problems) {
    const name = path.replace(/[.[].*/s, "");
    const id = name.startsWith("header") ? "headers" : name;
    if (!element(`${id}-error`)) return report({ summary: `${path}: ${what}; ${fix}` });
    showError(id, `${what}; ${fix}`);
    first ??= id;
  }
  element(first).focus();
}

function showError(id, text) {
  element(`${id}-error`).textContent = text;
  element(id).setAttribute("aria-invalid", String(text !== ""));
}
