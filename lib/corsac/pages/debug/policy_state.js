// The policy in force: how old it is, where it comes from, and how the last loads went.

import { element, made, textOfTime } from "./dom.js";

const kStates = {
  starting: "no policy yet",
  fresh: "the newest document is in force",
  degraded: "the newest document is invalid; the last good one is in force",
  stale: "the store cannot be reached; the last good one is in force",
  closed: "no policy may be used: every cross-origin request is refused",
};

let shown = "";

// `status` is the answer of /api/status. Drawn again only when something but the time has changed.
export function showPolicyState(status) {
  const { requests, next_try_in_ms: nextTry, last_answer_at: lastAnswer, records, ...rest } = status;
  const key = JSON.stringify([rest, records?.state, records?.revision, records?.last_loads]);
  for (const age of element("policy").querySelectorAll("[data-since]")) age.textContent = ageOf(age.dataset.since);
  if (key === shown) return;
  shown = key;
  const flags = [status.debug ? "debug" : "without debug: no events are made",
    ...(status.report_only ? ["some rule is report_only"] : [])];
  element("policy").replaceChildren(storeOf("", status, [["Switches", flags.join(", ")]]),
    ...(records ? [storeOf("Records of the second store", records, [])] : []));
}

export function clearPolicyState() {
  shown = "";
  element("policy").replaceChildren();
}

function storeOf(title, store, more) {
  const isWell = store.state === "fresh" && !store.is_cached;
  const state = made("span", isWell ? "state good" : "state refused", store.state);
  const age = made("span", "", ageOf(store.loaded_at));
  if (store.loaded_at) age.dataset.since = store.loaded_at;
  const rows = [
    ["State", made("span", "", "", state, ` ${kStates[store.state] ?? ""}`)],
    ["Source", store.source], ["Revision", store.revision],
    ["Loaded", store.loaded_at && made("span", "", "", `${textOfTime(store.loaded_at)}, `, age)],
    ["From the cache", store.is_cached ? "yes: the store gave none since the start" : ""],
    ["Cache", store.cache_error], ["Last error", store.last_error], ...more,
  ].filter(([, what]) => what);
  const fields = made("dl", "fields", "");
  for (const [name, what] of rows) fields.append(made("dt", "", name), made("dd", "", "", what));
  return made("div", "store", "", ...(title ? [made("h3", "", title)] : []), fields,
    made("h3", "", "Last loads"), loadsOf(store.last_loads));
}

function loadsOf(loads) {
  if (loads.length === 0) return made("p", "soft", "None in this run.");
  return made("ol", "loads", "", ...loads.map((load) => {
    const item = made("li", "", "", made("span", load.outcome === "taken" ? "state good" : "state refused",
      load.outcome), ` ${textOfTime(load.time)}`);
    const counts = [[load.errors, "error"], [load.warnings, "warning"]].filter(([count]) => count > 0)
      .map(([count, what]) => `, ${count} ${what}${count === 1 ? "" : "s"}`).join("");
    item.append(counts, load.times > 1 ? `, ${load.times} times` : "",
      made("span", "soft", load.revision ? ` revision ${load.revision}` : ""));
    if (load.problems.length > 0) {
      const rest = load.errors + load.warnings - load.problems.length;
      item.append(made("ul", "problems", "", ...load.problems.map((text) => made("li", "", text)),
        ...(rest > 0 ? [made("li", "soft", `and ${rest} more`)] : [])));
    }
    return item;
  }));
}

function ageOf(since) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
  for (const [length, name] of [[86_400, "day"], [3600, "hour"], [60, "minute"]]) {
    const count = Math.floor(seconds / length);
    if (count > 0) return `${count} ${name}${count === 1 ? "" : "s"} ago`;
  }
  return "less than a minute ago";
}
