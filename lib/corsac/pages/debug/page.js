// The debug page: which view is shown, and when what is asked.

import { ApiFailure, readJson, textOf } from "./ask.js";
import { element, showIfThere } from "./dom.js";
import { bindEvents, clearEvents, noteReason, startEvents } from "./event_list.js";
import { bindExplain, explainRequest } from "./explain_form.js";
import { clearExplained } from "./explain_view.js";
import { showHistory } from "./history_chart.js";
import { bindMostRefused, clearMostRefused, showMostRefused } from "./most_refused.js";
import { clearPolicies, showPolicies } from "./policies.js";
import { clearPolicyState, showPolicyState } from "./policy_state.js";
import { readToken, takeTokenFromAddress } from "./token.js";
import { askAgain, bindTokenForm } from "./token_form.js";

const kRefreshMs = 10_000;
let timer = null;
let opened = 0;  // an answer to a token that was forgotten is not shown

// --- views

function show(view) {
  element("token-view").hidden = view !== "token";
  element("views").hidden = view !== "views";
  element("parts").hidden = view !== "views";
  element("forget").hidden = view !== "views";
}

function askForToken(error) {
  opened += 1;
  clearTimeout(timer);
  clearEvents();
  clearMostRefused();
  clearExplained();
  clearPolicies();
  clearPolicyState();
  element("history").replaceChildren();
  sayProblem("");
  askAgain(error, () => show("token"));
}

function sayProblem(text) {
  if (element("problem").textContent !== text) element("problem").textContent = text;
}

// What went wrong, where people look; a refused token is asked for again.
function report(failure) {
  if (failure.status === 401) return askForToken("The server refuses this token.");
  sayProblem(failure.summary === undefined ? `The page itself failed: ${failure}` :
    failure instanceof ApiFailure ? textOf(failure) : failure.summary);
  if (failure.summary === undefined) throw failure;
  return undefined;
}

// --- what is shown

const explain = (request) => {
  sayProblem("");
  return explainRequest(request, report);
};
const actions = { explain, refused: report };
const policyActions = {
  report,
  changed: async (text) => {
    await refresh();
    element("policies-outcome").textContent = text;
    element("policies-title").focus();
  },
};

async function refresh() {
  const mine = opened;
  clearTimeout(timer);
  try {
    const [history, most, status, { policies }] = await Promise.all(["api/events/history",
      "api/events/top", "api/status", "api/policies"].map((path) => readJson(path)));
    if (mine !== opened) return false;
    show("views");
    sayProblem("");
    Object.keys(status.requests.reasons).forEach(noteReason);
    showHistory(history);
    showMostRefused(most, explain);
    showPolicyState(status);
    showPolicies(policies, status.is_closed ? null : status.revision, policyActions);
  } catch (failure) {
    if (mine !== opened) return false;
    if (failure.status !== 401) show("views");
    report(failure);
    if (failure.status === 401) return false;
  }
  if (mine === opened) timer = setTimeout(refreshIfSeen, kRefreshMs);
  return true;
}

// Nobody looks at a page in the background; it is asked again when it is seen.
function refreshIfSeen() {
  if (document.visibilityState === "visible") refresh();
}

async function open(then = () => {}) {
  if (readToken() === null) return askForToken("");
  if (!await refresh()) return undefined;
  startEvents(actions);
  return then();
}

bindTokenForm(() => open(() => element("title").focus()));
element("forget").addEventListener("click", () => askForToken(""));
document.addEventListener("visibilitychange", () => readToken() !== null && refreshIfSeen());
addEventListener("hashchange", () => takeTokenFromAddress() && open());
bindExplain(report);
bindEvents(actions);
bindMostRefused(explain);
showIfThere(element("origins-link"), "trusted-origins/");
showIfThere(element("self-test-link"), "self-test");
takeTokenFromAddress();
open();
