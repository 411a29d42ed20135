// /api/events/live: Server-Sent Events, read with fetch since EventSource sends no token.

import { ApiFailure, open } from "./ask.js";

const kRetryMs = 3000;

// Reads events behind `after` until `signal` says stop, and comes again after each break, behind
// the last one that it had. Calls onEvent(event), onGap(gap) and onState("open" | "broken",
// ApiFailure or null). Throws the ApiFailure of an answer that will be the same the next time.
export async function followEvents({ parameters, after, signal, onEvent, onGap, onState }) {
  let last = String(after);
  while (!signal.aborted) {
    let failure = null;
    try {
      const response = await open(`api/events/live?${parameters}`,
        { headers: { "Last-Event-ID": last }, signal });
      onState("open", null);
      for await (const { id, type, data } of messagesOf(response.body)) {
        if (id !== "") last = id;
        if (type === "gap") onGap(JSON.parse(data));
        else if (data !== "") onEvent(JSON.parse(data));
      }
    } catch (caught) {
      if (signal.aborted) return;
      if (caught instanceof ApiFailure && caught.status >= 400 && caught.status < 500 &&
          caught.status !== 429) throw caught;
      failure = caught instanceof ApiFailure ? caught : null;
    }
    if (signal.aborted) return;
    onState("broken", failure);
    await pause((failure?.retrySeconds ?? 0) * 1000 || kRetryMs, signal);
  }
}

// { id, type, data } of each message; HTML standard, 9.2.6. Heartbeats have no data.
async function* messagesOf(body) {
  let id = "";
  let type = "";
  let data = [];
  for await (const line of linesOf(body)) {
    if (line === "") {
      yield { id, type, data: data.join("\n") };
      [id, type, data] = ["", "", []];
      continue;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "id") id = value;
    if (field === "event") type = value;
    if (field === "data") data.push(value);
  }
}

// The server ends lines with a line feed alone. What follows the last one is no line.
async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
