// Dialogs that keep the page still until they are answered.

// Opens `dialog`. Each event `type` of `source` runs `action`; what that answers is the answer, and
// null when the dialog was left. While `action` fails the dialog stays, and `showFailure` says why;
// a failure for which `isFinal`, and one that comes when the dialog was left, is thrown.
export function askInDialog(dialog, { source, type, cancel, action, showFailure, isFinal }) {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    let isBusy = false;
    const settle = (how, what) => {
      end.abort();
      if (dialog.open) dialog.close();
      how(what);
    };
    const run = async (event) => {
      event.preventDefault();
      if (isBusy) return;
      isBusy = true;
      try {
        settle(resolve, await action());
      } catch (failure) {
        if (!dialog.open || isFinal(failure)) settle(reject, failure);
        else showFailure(failure);
      }
      isBusy = false;
    };
    source.addEventListener(type, run, { signal: end.signal });
    // Left while a change is under way: what becomes of it is the answer. Else the answer is there at
    // once: the keyboard is back where it was before the event "close" comes.
    const leave = () => isBusy ? dialog.close() : settle(resolve, null);
    cancel.addEventListener("click", leave, { signal: end.signal });
    dialog.addEventListener("cancel", leave, { signal: end.signal });
    dialog.addEventListener("close", () => isBusy || settle(resolve, null), { signal: end.signal });
    dialog.showModal();
  });
}
