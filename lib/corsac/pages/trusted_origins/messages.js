// What the page says, and where: outcomes politely, problems at once.

import { element } from "./dom.js";

export function sayOutcome(text) {
  element("problem").textContent = "";
  element("outcome").textContent = text;
}

export function sayProblem(text) {
  element("outcome").textContent = "";
  element("problem").textContent = text;
}

export function clearProblem() {
  element("problem").textContent = "";
}

// A failure as sentences.
export function textOf(failure) {
  if (failure.status === 429) return textOfLimit(failure.secondsUntilWhole);
  const causes = failure.causes.map(({ field, text }) => field === "" ? text : `${field}: ${text}`);
  return [failure.summary, ...causes].join(" · ");
}

function textOfLimit(seconds) {
  const text = "Too many requests: the allowance is used up.";
  if (seconds === null) return text;
  const time = new Date(Date.now() + seconds * 1000).toLocaleTimeString();
  return `${text} All of it is back at ${time}, in ${seconds} s.`;
}
