// Refusals of each minute by reason: stacked bars, and the same as a table for whoever sees none.

import { element, made, textOfTime } from "./dom.js";

const kSvg = "http://www.w3.org/2000/svg";
const kWidth = 600;
const kHeight = 160;
const kColours = 6;  // reasons that have one of their own in page.css; the rest shares the last

// `history` is the answer of /api/events/history.
export function showHistory(history) {
  const totals = totalsOf(history.buckets);
  const open = element("history").querySelector("details")?.open ?? false;
  if (totals.length === 0) {
    return element("history").replaceChildren(
      made("p", "soft", "Nothing was refused, or no policy with debug = true was in force."));
  }
  const colours = new Map(totals.map(([reason], index) => [reason, Math.min(index, kColours)]));
  const table = made("details", "", "", made("summary", "", "As a table"), tableOf(history.buckets));
  table.open = open;
  return element("history").replaceChildren(
    made("figure", "", "", chartOf(history.buckets, colours, totals), legendOf(totals, colours)), table);
}

// [reason, count], the most first; the order of equal ones is that of their codes.
function totalsOf(buckets) {
  const totals = new Map();
  for (const { reasons } of buckets) {
    for (const [reason, count] of Object.entries(reasons)) {
      totals.set(reason, (totals.get(reason) ?? 0) + count);
    }
  }
  return [...totals].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

function chartOf(buckets, colours, totals) {
  const most = Math.max(...buckets.map(({ total }) => total));
  const sum = totals.reduce((all, [, count]) => all + count, 0);
  const chart = svg("svg", { viewBox: `0 0 ${kWidth} ${kHeight}`, role: "img",
    preserveAspectRatio: "none", "aria-label": `${sum} refusals in ${buckets.length} minutes, at most ` +
    `${most} in one; the most for ${totals[0][0]}` });
  const step = kWidth / buckets.length;
  buckets.forEach(({ start, total, reasons }, index) => {
    const minute = svg("g", {});
    const title = svg("title", {});
    title.textContent = `${textOfTime(start)}: ${total}`;
    minute.append(title);
    let top = kHeight;
    for (const [reason, colour] of colours) {
      const height = kHeight * (reasons[reason] ?? 0) / most;
      if (height === 0) continue;
      top -= height;
      minute.append(svg("rect", { x: index * step + step * .1, y: top, width: step * .8, height,
        class: `series-${colour}` }));
    }
    chart.append(minute);
  });
  return made("div", "chart", "", made("span", "most soft", String(most)), chart,
    made("div", "axis soft", "", made("span", "", timeOf(buckets[0].start)),
      made("span", "", timeOf(buckets.at(-1).start))));
}

function legendOf(totals, colours) {
  return made("figcaption", "", "", made("ul", "legend", "", ...totals.map(([reason, count]) => {
    const key = svg("svg", { viewBox: "0 0 10 10", class: "key", "aria-hidden": "true" });
    key.append(svg("rect", { width: 10, height: 10, class: `series-${colours.get(reason)}` }));
    return made("li", "", "", key, made("span", "", ` ${reason}: ${count}`));
  })));
}

function tableOf(buckets) {
  const rows = buckets.filter(({ total }) => total > 0).reverse().map(({ start, total, reasons }) =>
    made("tr", "", "", made("th", "", timeOf(start)), made("td", "", String(total)),
      made("td", "", Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`).join(", "))));
  for (const row of rows) row.firstElementChild.scope = "row";
  const heads = ["Minute", "Refused", "For"].map((text) => made("th", "", text));
  for (const head of heads) head.scope = "col";
  return made("table", "", "", made("caption", "visually-hidden", "Refusals by minute, newest first"),
    made("thead", "", "", made("tr", "", "", ...heads)), made("tbody", "", "", ...rows));
}

function timeOf(text) {
  return new Date(text).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function svg(tag, attributes) {
  const node = document.createElementNS(kSvg, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
