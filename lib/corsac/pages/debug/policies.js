// The last policies, what each one changed, and one step back where the store can be written.

import { ApiFailure, open, readJson, textOf } from "./ask.js";
import { askInDialog } from "./dialogs.js";
import { element, made, textOfTime } from "./dom.js";

const kPolicy = "api/policy";
const kVerdicts = { same: "Nobody is allowed more or less.", wider: "Wider: some is allowed that was refused.",
  narrower: "Narrower: some is refused that was allowed.",
  both: "Wider, and narrower: some is allowed that was refused, and the reverse." };

let shown = "";

// `policies` is the list of /api/policies, `inForce` the revision that decides; null = none does.
// `actions`: { report(failure), changed(text) }.
export function showPolicies(policies, inForce, actions) {
  const key = JSON.stringify([policies, inForce]);
  if (key === shown) return;
  shown = key;
  element("policies").replaceChildren(...policies.map((policy, index) =>
    itemOf(policy, index, index === 0 && policy.revision === inForce, actions)));
  element("policies-empty").hidden = policies.length > 0;
}

export function clearPolicies() {
  shown = "";
  element("policies").replaceChildren();
  element("policies-outcome").textContent = "";
}

function itemOf(policy, index, isInForce, actions) {
  const label = `Revision ${policy.revision || "unknown"}`;
  const words = made("span", "soft", ` taken ${textOfTime(policy.taken_at)}${policy.source === "cache" ? " from the cache" : ""}`);
  const summary = made("summary", "", "", made("b", "", label),
    ...(isInForce ? [" ", made("span", "state good", "in force")] : []), words);
  if (!policy.is_kept) {
    return made("li", "", "", made("p", "", "", made("b", "", label), words),
      made("p", "soft", "Too long to be kept: corsac diff compares such."));
  }
  const details = made("details", "", "", summary);
  details.addEventListener("toggle", () => details.open && fill(details, policy, index, actions), { once: true });
  return made("li", "", "", details);
}

async function fill(details, policy, index, actions) {
  const place = made("div", "", "Comparing …");
  details.append(place);
  try {
    const [told, store] = await Promise.all([readJson(`api/policies?number=${policy.number}`),
      index === 1 ? open(kPolicy).catch(() => null) : null]);
    const pre = made("pre", "", JSON.stringify(told.document, null, 2));
    place.replaceChildren(...changesOf(told),
      made("details", "", "", made("summary", "", "The document"), pre));
    if (store?.headers.get("Allow")?.includes("PUT")) place.append(stepBack(told, actions));
  } catch (failure) {
    place.textContent = failure instanceof ApiFailure ? textOf(failure) : String(failure);
    if (failure.status === 401) actions.report(failure);
  }
}

function changesOf({ before, changes }) {
  if (before === null) return [made("p", "soft", "The first one of this run.")];
  if (changes === null) return [made("p", "soft", "What it changed cannot be told: the one before is not kept.")];
  return [made("p", "", kVerdicts[changes.verdict] ?? changes.verdict), listOf(changes),
    ...changes.limits.map((text) => made("p", "soft", text))];
}

function listOf({ changes }) {
  return made("ul", "changes", "", ...changes.map(({ aspect, effect, examples, count, old_rule: oldRule,
    new_rule: newRule }) => {
    const more = count > examples.length ? ` and ${count - examples.length} more` : "";
    return made("li", "", "", made("b", "", aspect), ` ${effect}: `, made("code", "", examples.join(", ")), more,
      made("span", "soft", ` ${oldRule === newRule ? oldRule : `${oldRule} → ${newRule}`}`));
  }));
}

function stepBack(told, actions) {
  const button = made("button", "", "Go back to this policy");
  button.type = "button";
  button.addEventListener("click", () => askToGoBack(told, button, actions));
  return made("div", "buttons", "", button);
}

// What is confirmed is a change of the document that was read just before: with its tag the store
// takes it, or says that somebody was faster.
async function askToGoBack(told, button, actions) {
  try {
    const [{ policies }, now] = await Promise.all([readJson("api/policies"), open(kPolicy)]);
    const tag = now.headers.get("ETag");
    if (policies[1]?.number !== told.number || tag === null || tag !== now.headers.get("X-Corsac-In-Force")) {
      return actions.changed("There is another policy meanwhile: look at the list again.");
    }
    const last = await readJson(`api/policies?number=${policies[0].number}`);
    element("back-revision").textContent = told.revision;
    element("back-changes").replaceChildren(...changesOf(last));
    element("back-error").textContent = "";
    const answer = await askInDialog(element("back-dialog"), {
      source: element("back-confirm"), type: "click", cancel: element("back-cancel"),
      action: () => putBack(told.document, tag),
      showFailure: (failure) => { element("back-error").textContent = textOf(failure); },
      isFinal: (failure) => !(failure instanceof ApiFailure) || failure.status === 401,
    });
    if (answer === null) return button.focus();
    return actions.changed(`The document of revision ${told.revision} is in force again.`);
  } catch (failure) {
    return actions.report(failure);
  }
}

async function putBack(document, tag) {
  const response = await open(kPolicy, { method: "PUT", body: JSON.stringify(document),
    headers: { "Content-Type": "application/json", "If-Match": tag } });
  return response.status;
}
