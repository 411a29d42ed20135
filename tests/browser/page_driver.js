// A page in a real Chromium, driven by the keyboard: what the tests of our own pages share.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const { check } = require("./matrix/tap.js");

const kDeadlineMs = 20_000;

// --- the keyboard

async function until(condition) {
  const end = Date.now() + kDeadlineMs;
  for (;;) {
    const seen = await condition();
    if (seen || Date.now() > end) return seen;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const hasFocus = (locator) => locator.evaluate((node) => node === document.activeElement);

// Where the keyboard is, for the report.
const focused = (page) => page.evaluate(() => {
  const node = document.activeElement;
  return `${node.tagName} ${node.id} ${node.textContent.slice(0, 60)}`;
});

async function tabTo(page, locator, key = "Tab") {
  for (let presses = 0; presses < 300; presses += 1) {
    if (await hasFocus(locator)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard does not reach ${locator}; it is at ${await focused(page)}`);
}

async function pressOn(page, locator, key = "Enter") {
  await tabTo(page, locator);
  await page.keyboard.press(key);
}

async function write(page, locator, text) {
  await tabTo(page, locator);
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  if (text !== "") await page.keyboard.insertText(text);
}

async function checkFocus(page, name, locator) {
  check(name, await until(() => hasFocus(locator)), await focused(page));
}

async function checkText(name, locator, text) {
  const isRight = (seen) => text instanceof RegExp ? text.test(seen) : seen === text;
  await until(async () => isRight(await locator.textContent()));
  const seen = await locator.textContent();
  check(name, isRight(seen), seen);
}

// --- what is watched all the time

async function openTab(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const seen = { violations: [], errors: [], requests: [] };
  await page.exposeFunction("noteViolation", (text) => seen.violations.push(text));
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => {
    window.noteViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  }));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => seen.requests.push(request));
  return { context, page, seen };
}

// Where pictures go, to be looked at; empty = nowhere.
const kPictures = process.env.CORSAC_PICTURES ?? "";

// Of the whole page, or of a part of it.
async function picture(page, name, part = null) {
  if (kPictures === "") return;
  fs.mkdirSync(kPictures, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const file = path.join(kPictures, `${name}-${colorScheme}.png`);
    await (part ? part.screenshot({ path: file }) : page.screenshot({ path: file, fullPage: true }));
  }
  await page.emulateMedia({ colorScheme: "light" });
}

async function checkWidth(page, name, part = null) {
  await page.setViewportSize({ width: 360, height: 740 });
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(`${name}: 360 pixels need no scrolling to the side`, wide <= room, [wide, room]);
  await picture(page, `${name}-360`, part);
  await page.setViewportSize({ width: 1280, height: 800 });
}

// `modules` has playwright-core.
function launch(modules) {
  const { chromium } = require(path.join(modules, "playwright-core"));
  return chromium.launch({
    executablePath: process.env.CORSAC_CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

module.exports = { checkFocus, checkText, checkWidth, launch, openTab, picture, pressOn, tabTo,
  until, write };
