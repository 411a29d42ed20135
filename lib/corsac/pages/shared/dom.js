// How a page makes what it shows. Text only: what comes from outside is never markup.

export const element = (id) => document.getElementById(id);

// A node with its class ("" = none) and its text.
export function made(tag, className, text, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  node.append(...children);
  return node;
}

// A moment of RFC 3339 as the reader's clock shows it; what is none stays as it is.
export function textOfTime(text) {
  const time = new Date(text);
  return Number.isNaN(time.valueOf()) ? text : time.toLocaleString();
}

// Shows a link when this server has what it leads to, of which `file` is one, or leads on to it: a
// redirect to another origin is not followed.
export async function showIfThere(link, file) {
  const response = await fetch(file, { method: "HEAD", redirect: "manual" }).catch(() => null);
  link.hidden = !response?.ok && response?.type !== "opaqueredirect";
}
