// Live events: the newest ones first, and more as they come.

import { readJson, textOf } from "./ask.js";
import { element, made, textOfTime } from "./dom.js";
import { followEvents } from "./event_stream.js";

const kShown = 200;   // at one time; the server keeps more
const kAtStart = 25;

let stop = null;      // of what is under way; null = nothing is
let newest = null;    // the seq behind which it goes on after a pause; null = begin with a list

// `actions`: { explain(event), refused(failure) }; the second one gets a token that is refused.
export function bindEvents(actions) {
  element("events-form").addEventListener("submit", (event) => {
    event.preventDefault();
    newest = null;
    startEvents(actions);
  });
  element("pause").addEventListener("click", () => stop ? pauseEvents() : startEvents(actions));
}

// Also begins again, as with another filter.
export async function startEvents(actions) {
  stop?.abort();
  const mine = stop = new AbortController();
  element("pause").textContent = "Pause";
  const parameters = filters();
  try {
    if (newest === null) await showNewest(parameters, mine.signal, actions);
    if (mine.signal.aborted) return;
    await followEvents({ parameters, after: newest, signal: mine.signal, onState: showState,
      onEvent: (event) => add(event, actions),
      onGap: (gap) => addNote(gap.cause === "restarted" ? "The server was started anew: its events " +
        "begin again." : `${gap.lost} events were pushed out before they could be shown.`) });
  } catch (failure) {
    if (mine.signal.aborted) return;
    pauseEvents();
    say(textOf(failure));
    if (failure.status === 401) actions.refused(failure);
  }
}

function pauseEvents() {
  stop?.abort();
  stop = null;
  element("pause").textContent = "Go on";
  say("Paused.");
}

export function clearEvents() {
  stop?.abort();
  stop = null;
  newest = null;
  element("events").replaceChildren();
}

// So that it can be chosen in the filter.
export function noteReason(code) {
  const select = element("reason");
  if ([...select.options].some(({ value }) => value === code)) return;
  const before = [...select.options].find(({ value }) => value > code) ?? null;
  select.add(new Option(code, code), before);
}

function filters() {
  const parameters = new URLSearchParams();
  for (const id of ["reason", "message"]) {
    if (element(id).value !== "") parameters.set(id, element(id).value);
  }
  return parameters;
}

// Where the stream begins is asked before the list, so that nothing falls between the two.
async function showNewest(parameters, signal, actions) {
  const [last] = (await readJson("api/events?numberOfResults=1")).events;
  const list = await readJson(`api/events?numberOfResults=${kAtStart}&${parameters}`);
  if (signal.aborted) return;
  element("events").replaceChildren();
  newest = last?.seq ?? 0;
  for (const event of list.events.reverse()) add(event, actions);
}

function showState(state, failure) {
  if (state === "open") return say(element("events").childElementCount === 0 ?
    "Waiting for the first event. Only a policy with debug = true makes them." :
    "Live: new events come on top.");
  return say(`The stream broke off; it goes on by itself.${failure ? ` ${textOf(failure)}` : ""}`);
}

function say(text) {
  element("events-state").textContent = text;
}

function add(event, actions) {
  const list = element("events");
  newest = Math.max(newest, event.seq);
  noteReason(event.reason);
  if (list.querySelector(`[data-seq="${Number(event.seq)}"]`)) return;
  const item = made("li", "event", "");
  item.dataset.seq = event.seq;
  const summary = made("summary", "", "",
    made("span", "reason", event.reason), " ", made("b", "", event.origin ?? "no origin"), " ",
    made("span", "", `${event.method} ${event.path}`), " ",
    made("span", "soft", `${event.outcome}, ${textOfTime(event.time)}`));
  const explain = made("button", "", "Explain this request");
  explain.type = "button";
  explain.addEventListener("click", () => actions.explain(event));
  item.append(made("details", "", "", summary, fieldsOf(event),
    made("div", "buttons", "", explain)));
  addOnTop(item);
}

function addNote(text) {
  addOnTop(made("li", "note soft", text));
}

function addOnTop(item) {
  const list = element("events");
  list.prepend(item);
  while (list.childElementCount > kShown) list.lastElementChild.remove();
}

// Everything that the event says; the cause and what helps come first.
function fieldsOf(event) {
  const { hint, near_miss: nearMiss, value, rule, place, ...others } = event;
  const fields = made("dl", "fields", "");
  for (const [name, field] of Object.entries({ hint, near_miss: nearMiss, value, rule, place, ...others })) {
    if (field === null || field === "" || field?.length === 0) continue;
    fields.append(made("dt", "", name.replaceAll("_", " ")),
      made("dd", "", Array.isArray(field) ? field.join(", ") : String(field)));
  }
  return fields;
}
