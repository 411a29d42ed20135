// The dialog in which a record is written. What is wrong is said by the API alone, so that there is
// one opinion; it is shown at the field that it names.

import { createRecord, replaceRecord } from "./api.js";
import { askInDialog } from "./dialogs.js";
import { element } from "./dom.js";
import { textOf } from "./messages.js";

const kApp = "OKTA_ENDUSER";
const kScopes = [
  { type: "CORS", box: "scope-cors" },
  { type: "REDIRECT", box: "scope-redirect" },
  { type: "IFRAME_EMBED", box: "scope-frame" },
];
// The field of the API -> where the keyboard goes.
const kFields = { name: "name", origin: "origin", scopes: "scope-cors" };

// `record`: null = a new one. Answers the record as the API keeps it now, or null.
export function askForRecord(record, isFinal) {
  fill(record);
  showErrors({});
  return askInDialog(element("record-dialog"), {
    source: element("record-form"),
    type: "submit",
    cancel: element("record-cancel"),
    action: () => {
      showErrors({});
      return record ? replaceRecord(record.id, written()) : createRecord(written());
    },
    showFailure,
    isFinal,
  });
}

export function bindRecordForm() {
  element("scope-frame").addEventListener("change", allowDashboard);
}

function fill(record) {
  element("record-title").textContent = record ? "Change a record" : "Add an origin";
  element("name").value = record?.name ?? "";
  element("origin").value = record?.origin ?? "";
  const scopes = record?.scopes ?? [{ type: "CORS" }];
  for (const { type, box } of kScopes) {
    element(box).checked = scopes.some((scope) => scope.type === type);
  }
  const frame = scopes.find((scope) => scope.type === "IFRAME_EMBED");
  element("frame-dashboard").checked = frame?.allowedOktaApps?.includes(kApp) ?? false;
  allowDashboard();
}

function allowDashboard() {
  element("frame-dashboard").disabled = !element("scope-frame").checked;
}

function written() {
  const scopes = kScopes.filter(({ box }) => element(box).checked).map(({ type }) => ({ type }));
  const frame = scopes.find((scope) => scope.type === "IFRAME_EMBED");
  if (frame) frame.allowedOktaApps = element("frame-dashboard").checked ? [kApp] : [];
  return { name: element("name").value, origin: element("origin").value, scopes };
}

// { field: text }; a field that is absent is right.
function showErrors(errors) {
  element("record-error").textContent = "";
  for (const [field, input] of Object.entries(kFields)) {
    element(`${field}-error`).textContent = errors[field] ?? "";
    if (field === "scopes") continue;  // a group of boxes, each of which is right
    element(input).setAttribute("aria-invalid", String(field in errors));
  }
}

function showFailure(failure) {
  const errors = {};
  for (const { field, text } of failure.causes) {
    if (Object.hasOwn(kFields, field)) errors[field] = [errors[field], text].filter(Boolean).join(" ");
  }
  showErrors(errors);
  const first = Object.keys(kFields).find((field) => field in errors);
  const isAllShown = first && failure.causes.every(({ field }) => Object.hasOwn(kFields, field));
  element("record-error").textContent =
    isAllShown ? "Not saved: see what is said at the fields." : textOf(failure);
  element(first ? kFields[first] : "record-save").focus();
}
