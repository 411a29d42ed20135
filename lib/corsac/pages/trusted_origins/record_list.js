// The list: an item for each record, with what can be done to it.

import { element, made, textOfTime } from "./dom.js";

// Items by the record's id, in the order of the list.
const items = new Map();

export function clearList() {
  items.clear();
  element("records").replaceChildren();
}

export function countOfList() {
  return items.size;
}

// Appends the records that are not shown yet and answers the first new item, or null: a record that
// was made meanwhile stands on top already. `actions`: { change, remove, turn }, each called with
// the record.
export function appendRecords(records, actions) {
  const added = records.filter(({ id }) => !items.has(id)).map((record) => makeItem(record, actions));
  element("records").append(...added);
  return added[0] ?? null;
}

// Shows a record as it is now: where it stands, or on top.
export function showRecord(record, actions) {
  const item = items.get(record.id);
  if (item) fill(item, record, actions);
  else element("records").prepend(makeItem(record, actions));
}

// Takes an item away; the keyboard goes to the same button of the next one, else of the one before.
export function dropRecord(id) {
  const item = items.get(id);
  if (!item) return;
  const neighbour = item.nextElementSibling ?? item.previousElementSibling;
  items.delete(id);
  item.remove();
  (neighbour?.querySelector("[data-action=remove]") ?? element("add")).focus();
}

// `action`: "turn", "change" or "remove".
export function focusRecord(id, action) {
  items.get(id)?.querySelector(`[data-action=${action}]`).focus();
}

function makeItem(record, actions) {
  const item = made("li", "record", "");
  item.tabIndex = -1;
  items.set(record.id, item);
  fill(item, record, actions);
  return item;
}

function fill(item, record, actions) {
  const isActive = record.status === "ACTIVE";
  item.classList.toggle("off", !isActive);
  const what = made("div", "what", "");
  const name = made("p", "name", "");
  name.append(made("bdi", "", record.name));  // whatever direction it is written in
  const scopes = made("p", "scopes", "");
  scopes.append(...record.scopes.map((scope) => made("span", "scope", textOfScope(scope))));
  what.append(name, made("code", "", record.origin), scopes,
    made("p", "soft", `Changed ${textOfTime(record.lastUpdated)} by ${record.lastUpdatedBy}`));
  if (record.withoutEffect !== "") {
    what.append(made("p", "effect", `Without effect. ${record.withoutEffect}`));
  }
  if (record.stillInEffect !== "") {
    what.append(made("p", "effect", `Trusted all the same for ${record.stillInEffect}: another ` +
      "record or the policy names this origin."));
  }
  const turn = button("turn", "Active", record, actions);
  turn.setAttribute("role", "switch");
  turn.setAttribute("aria-checked", String(isActive));
  const buttons = made("div", "buttons", "");
  buttons.append(turn, button("change", "Change", record, actions),
    button("remove", "Delete", record, actions));
  item.replaceChildren(what, buttons);
}

// Called by its word and the record's name, since a list has many of each.
function button(action, word, record, actions) {
  const control = made("button", action, word);
  control.type = "button";
  control.dataset.action = action;
  control.append(made("span", "visually-hidden", ` ${record.name}`));
  control.addEventListener("click", () => actions[action](record));
  return control;
}

function textOfScope({ type, allowedOktaApps }) {
  return allowedOktaApps?.length ? `${type} with ${allowedOktaApps.join(", ")}` : type;
}
