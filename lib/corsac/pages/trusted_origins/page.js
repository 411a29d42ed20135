// The page for the Trusted Origins API: which view is shown, and what each action does.

import { ApiFailure, deleteRecord, readFirstPage, readPage, readRecord, switchRecord } from "./api.js";
import { askInDialog } from "./dialogs.js";
import { element, showIfThere } from "./dom.js";
import { clearProblem, sayOutcome, sayProblem, textOf } from "./messages.js";
import { askForRecord, bindRecordForm } from "./record_form.js";
import {
  appendRecords, clearList, countOfList, dropRecord, focusRecord, showRecord,
} from "./record_list.js";
import { readToken, takeTokenFromAddress } from "./token.js";
import { askAgain, bindTokenForm } from "./token_form.js";

let next = null;  // where the list goes on; null = it ends
let loads = 0;    // an answer to an older question than the last one is not shown
const underway = new Set();  // ids of records that are being changed

const isRefused = (failure) => failure.status === 401;
const isFinal = (failure) => !(failure instanceof ApiFailure) || isRefused(failure) ||
  failure.status === 404;

// --- views

function show(view) {
  element("token-view").hidden = view !== "token";
  element("records-view").hidden = view !== "records";
  element("forget").hidden = view !== "records";
}

function askForToken(error) {
  loads += 1;
  clearList();
  clearProblem();
  askAgain(error, () => show("token"));
}

// What went wrong, where people look; a refused token is asked for again.
function report(failure) {
  if (isRefused(failure)) return askForToken("The server refuses this token.");
  if (!(failure instanceof ApiFailure)) {
    sayProblem(`The page itself failed: ${failure}`);
    throw failure;
  }
  return sayProblem(textOf(failure));
}

// --- the list

function textOfCount() {
  const count = countOfList();
  const records = `${count} record${count === 1 ? "" : "s"}`;
  if (next !== null) return `${records}, and more.`;
  if (count > 0) return `${records}.`;
  return element("q").value === "" ? "There is no record yet." : "No name and no origin begins so.";
}

// Runs a question whose answer is a page, unless another one was asked meanwhile.
async function loadPage(question, showPage) {
  const mine = ++loads;
  try {
    const page = await question;
    if (mine !== loads) return;
    next = page.next;
    element("more").hidden = next === null;
    show("records");
    showPage(page.records);
  } catch (failure) {
    if (mine !== loads) return;
    if (!isRefused(failure)) show("records");
    report(failure);
  }
}

function load(then = () => {}) {
  return loadPage(readFirstPage(element("q").value), (records) => {
    clearList();
    appendRecords(records, actions);
    sayOutcome(textOfCount());
    then();
  });
}

function loadMore() {
  return loadPage(readPage(next), (records) => {
    const first = appendRecords(records, actions);
    sayOutcome(textOfCount());
    (first ?? element(next === null ? "title" : "more")).focus();
  });
}

// --- changes

// Runs `change` of a record, one at a time for each; a record that is gone is taken off the list.
async function withRecord(record, change) {
  if (underway.has(record.id)) return;
  underway.add(record.id);
  try {
    await change();
  } catch (failure) {
    if (failure.status === 404 && failure.summary.includes(record.id)) {
      dropRecord(record.id);
      sayProblem(`“${record.name}” is gone: somebody has deleted it.`);
    } else {
      report(failure);
    }
  } finally {
    underway.delete(record.id);
  }
}

// What the state of a record alone would hide; it begins with a blank.
function textOfEffect({ withoutEffect = "", stillInEffect = "" }) {
  if (withoutEffect !== "") return ` It has no effect: ${withoutEffect}.`;
  return stillInEffect === "" ? "" : ` Its origin is still trusted for ${stillInEffect}.`;
}

const actions = {
  turn: (record) => withRecord(record, async () => {
    const changed = await switchRecord(record.id, record.status !== "ACTIVE");
    showRecord(changed, actions);
    focusRecord(changed.id, "turn");
    sayOutcome(`“${changed.name}” is ${changed.status === "ACTIVE" ? "active" : "not active"} now.` +
      textOfEffect(changed));
  }),

  // Of the record as it is now, since a change replaces all of it.
  change: (record) => withRecord(record, async () => {
    const changed = await askForRecord(await readRecord(record.id), isFinal);
    if (changed === null) return focusRecord(record.id, "change");
    showRecord(changed, actions);
    focusRecord(changed.id, "change");
    return sayOutcome(`“${changed.name}” is changed.${textOfEffect(changed)}`);
  }),

  remove: (record) => withRecord(record, async () => {
    element("delete-name").textContent = record.name;
    element("delete-origin").textContent = record.origin;
    element("delete-error").textContent = "";
    const stillInEffect = await askInDialog(element("delete-dialog"), {
      source: element("delete-confirm"),
      type: "click",
      cancel: element("delete-cancel"),
      action: () => deleteRecord(record.id),
      showFailure: (failure) => { element("delete-error").textContent = textOf(failure); },
      isFinal,
    });
    if (stillInEffect === null) return focusRecord(record.id, "remove");
    dropRecord(record.id);
    return sayOutcome(`“${record.name}” is deleted.${textOfEffect({ stillInEffect })}`);
  }),
};

async function add() {
  try {
    const record = await askForRecord(null, isFinal);
    if (record === null) return element("add").focus();
    showRecord(record, actions);
    element("add").focus();
    return sayOutcome(`“${record.name}” is added, and active.${textOfEffect(record)}`);
  } catch (failure) {
    return report(failure);
  }
}

// --- start

function open() {
  return readToken() === null ? askForToken("") : load();
}

bindTokenForm(() => load(() => element("title").focus()));
element("forget").addEventListener("click", () => askForToken(""));
element("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  load();
});
element("more").addEventListener("click", loadMore);
element("add").addEventListener("click", add);
addEventListener("hashchange", () => takeTokenFromAddress() && open());
showIfThere(element("debug-link"), "../debug/page.js");
bindRecordForm();
takeTokenFromAddress();
open();
