// What pages do, as functions of the page: each takes an address and options and resolves with what
// the page saw, in words. Given to every page as `acts`; nothing here runs in node.
"use strict";

// "cors 200 body", "opaque", "TypeError"; with `show`, the named headers too.
async function actFetch(url, { show = [], ...options } = {}) {
  try {
    const response = await fetch(url, options);
    if (response.type === "opaque") return "opaque";
    const text = await response.text();
    const headers = show.map((name) => ` ${name}=${response.headers.get(name)}`).join("");
    return `${response.type} ${response.status} ${text}`.trimEnd() + headers;
  } catch (error) {
    return error.name;
  }
}

// One after the other, of the same address.
async function actSeveral(url, all) {
  const seen = [];
  for (const options of all) seen.push(await actFetch(url, options));
  return seen.join("; ");
}

async function actSeveralAddresses(url, options) {
  return `${await actFetch(url, options)}; ${await actFetch(`${url}&other`, options)}`;
}

function actUpload(url, { listens = true } = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    if (listens) request.upload.addEventListener("progress", () => {});
    request.addEventListener("load", () => resolve(`${request.status} ${request.responseText}`));
    request.addEventListener("error", () => resolve("error"));
    request.send("some text");
  });
}

async function actSeveralUploads(url) {
  return `${await actUpload(url)}; ${await actUpload(url)}`;
}

function actStream(url) {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("some text"));
      controller.close();
    },
  });
  return actFetch(url, { method: "POST", body, duplex: "half" });
}

function actWorker(url, options) {
  const source = `${actFetch}; actFetch(${JSON.stringify(url)}, ${JSON.stringify(options || {})})
    .then((seen) => postMessage(seen));`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  return new Promise((resolve) => {
    worker.onmessage = (event) => {
      worker.terminate();
      resolve(event.data);
    };
  });
}

// In a frame whose origin is opaque.
function actSandbox(url, options) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.srcdoc = `<script>${actFetch}; actFetch(${JSON.stringify(url)},
    ${JSON.stringify(options || {})}).then((seen) => parent.postMessage(seen, "*"));</script>`;
  return new Promise((resolve) => {
    addEventListener("message", (event) => {
      frame.remove();
      resolve(event.data);
    }, { once: true });
    document.body.append(frame);
  });
}

function actSocket(url) {
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  return new Promise((resolve) => {
    socket.onopen = () => socket.send("hello");
    socket.onmessage = (event) => {
      resolve(`heard ${event.data}`);
      socket.close();
    };
    socket.onerror = () => resolve("error");
  });
}

// As <img> first, which sends no Origin, then by fetch.
async function actPictureThenFetch(url, options) {
  const picture = new Image();
  const loaded = new Promise((resolve) => {
    picture.onload = () => resolve("picture");
    picture.onerror = () => resolve("no picture");
  });
  picture.src = url;
  return `${await loaded}; ${(await actFetch(url, options)).replace(/ <svg.*/, "")}`;
}

// Whether the page may see when the answer came.
async function actTiming(url, options) {
  const seen = await actFetch(url, options);
  const [entry] = performance.getEntriesByName(url);
  return `${seen}, ${entry && entry.requestStart > 0 ? "times shown" : "times hidden"}`;
}

globalThis.acts = { fetch: actFetch, several: actSeveral,
  severalAddresses: actSeveralAddresses, upload: actUpload, severalUploads: actSeveralUploads,
  stream: actStream,
  worker: actWorker, sandbox: actSandbox, socket: actSocket,
  pictureThenFetch: actPictureThenFetch, timing: actTiming };
