// The page for the Trusted Origins API in a real Chromium, by the keyboard alone. Prints TAP.
//
//   node trusted_origins_page_test.js PAGES_SERVER NODE_MODULES
//
// With CORSAC_PICTURES=FOLDER it leaves pictures there, to be looked at.
"use strict";

const { spawn } = require("node:child_process");
const readline = require("node:readline");

const { check, finish } = require("./matrix/tap.js");
const { checkFocus, checkText, checkWidth, launch, openTab: openEmptyTab, picture, pressOn,
  tabTo, until, write } = require("./page_driver.js");

const [program, modules] = process.argv.slice(2);

const kApi = "/api/v1/trustedOrigins";
const kHostile = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";

// --- the server

async function startServer(requestsPerMinute) {
  const child = spawn(program, [String(requestsPerMinute)], { stdio: ["pipe", "pipe", "inherit"] });
  const left = new Promise((resolve) => child.on("exit", resolve));
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: port } = await lines.next();
  const address = `http://127.0.0.1:${port}`;
  return {
    address,
    page: `${address}/trusted-origins/`,
    stop: () => { child.stdin.end(); return left; },
    // What the API says to somebody else.
    ask: async (method, target, record) => {
      const response = await fetch(address + kApi + target, {
        method,
        headers: { Authorization: "SSWS manage-token", "Content-Type": "application/json" },
        body: record && JSON.stringify(record),
      });
      const text = await response.text();
      return text === "" ? null : JSON.parse(text);
    },
  };
}

const recordOf = (name, types = ["CORS"]) => ({ name, origin: `https://${name}.example`,
  scopes: types.map((type) => ({ type })) });

// What the page is made of, by role and name alone, as a screen reader finds it.
function partsOf(page) {
  const dialog = page.getByRole("dialog");
  const question = page.getByRole("alertdialog", { name: "Delete this record?", exact: true });
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  return {
    token: page.getByLabel("Token", { exact: true }),
    useToken: button("Use this token"),
    forget: button("Forget the token"),
    tokenError: page.locator("#token-error"),
    outcome: page.getByRole("status"),
    problem: page.locator("#problem[role=alert]"),
    q: page.getByRole("searchbox", { name: "How a name or an origin begins", exact: true }),
    add: button("Add an origin"),
    more: button("Show more"),
    records: page.getByRole("list").getByRole("listitem"),
    turn: (name) => page.getByRole("switch", { name: `Active ${name}`, exact: true }),
    change: (name) => button(`Change ${name}`),
    remove: (name) => button(`Delete ${name}`),
    dialog,
    name: dialog.getByLabel("Name", { exact: true }),
    origin: dialog.getByLabel("Origin", { exact: true }),
    box: (name) => dialog.getByRole("checkbox", { name }),
    save: button("Save", dialog),
    recordError: dialog.getByRole("alert"),
    question,
    keep: button("Keep it", question),
    confirm: button("Delete", question),
  };
}

async function openTab(browser) {
  const tab = await openEmptyTab(browser);
  return { ...tab, parts: partsOf(tab.page) };
}

// --- the scenes, each in a tab of its own

async function tokens(browser, server) {
  const { context, page, seen, parts } = await openTab(browser);
  const answer = await page.goto(server.page);
  const headers = answer.headers();
  check("the page has a strict policy", /^default-src 'none'; script-src 'self';/
    .test(headers["content-security-policy"]) && !headers["content-security-policy"].includes("unsafe"),
  headers);
  await checkFocus(page, "without a token the page asks for one", parts.token);
  check("and asks the API nothing", seen.requests.every((request) => !request.url().includes(kApi)),
    seen.requests.map((request) => request.url()));
  await picture(page, "token");

  await page.keyboard.insertText("two words");
  await page.keyboard.press("Enter");
  await checkText("what cannot be a token is said at once", parts.tokenError, /^A token is/);
  await write(page, parts.token, "wrong-token");
  await page.keyboard.press("Enter");
  await checkText("a token that is refused is asked for again", parts.tokenError,
    "The server refuses this token.");
  check("at its field", await parts.token.getAttribute("aria-invalid") === "true",
    await parts.token.getAttribute("aria-invalid"));
  await checkFocus(page, "where the keyboard is", parts.token);
  check("a refused token is not kept", await page.evaluate(() => sessionStorage.length) === 0,
    await page.evaluate(() => ({ ...sessionStorage })));
  await checkWidth(page, "token-refused");

  await page.keyboard.insertText("manage-token");
  await pressOn(page, parts.useToken);
  await checkText("a right token shows the records", parts.outcome, "There is no record yet.");
  await picture(page, "empty");
  await pressOn(page, parts.forget);
  await checkFocus(page, "a token is forgotten when the page is told to", parts.token);
  check("without a trace", await page.evaluate(() => sessionStorage.length) === 0, "kept");

  // The same document: only the fragment changes.
  await page.goto(`${server.page}#token=read-token`);
  await checkText("a token in the address is taken", parts.outcome, "There is no record yet.");
  check("and taken out of the address", page.url() === server.page, page.url());
  const asked = seen.requests.filter((request) => request.url().includes(kApi));
  check("the token travels in Authorization alone",
    asked.length > 0 && seen.requests.every((request) => !request.url().includes("token=")) &&
      (await asked.at(-1).allHeaders()).authorization === "Bearer read-token" &&
      (await context.cookies()).length === 0, (await asked.at(-1)?.allHeaders()));
  await pressOn(page, parts.add);
  await write(page, parts.name, "a");
  await pressOn(page, parts.save);
  await checkText("a token that reads cannot write, and the form says so", parts.recordError,
    /permission/);
  await page.keyboard.press("Escape");
  await checkFocus(page, "Escape leaves the form, back to where it was opened", parts.add);
  const markup = await page.evaluate(() => {
    try {
      return document.createElement("p").innerHTML = "<b>";
    } catch (error) {
      return error.name;
    }
  });
  check("no script of the page can make markup of text", markup === "TypeError", markup);
  await until(() => seen.violations.length > 0);
  check("and a violation of the policy is seen",
    /^require-trusted-types-for/.test(seen.violations.shift()), seen.violations);
  return { context, seen };
}

// Proves M5, M6, M33.
async function records(browser, server) {
  const { context, page, seen, parts } = await openTab(browser);
  await page.goto(`${server.page}#token=manage-token`);
  await checkText("an address with a token opens the records", parts.outcome,
    "There is no record yet.");

  await pressOn(page, parts.add);
  await checkFocus(page, "the form begins at the name", parts.name);
  await pressOn(page, parts.box(/^CORS/), "Space");
  await write(page, parts.origin, "app.example/path");
  await page.keyboard.press("Enter");
  await checkText("what is wrong with a field stands at it: name", page.locator("#name-error"),
    "The field cannot be left blank");
  await checkText("... origin", page.locator("#origin-error"), /^The value .*app\.example/);
  await checkText("... scopes", page.locator("#scopes-error"), /.+/);
  await checkFocus(page, "and the keyboard is at the first of them", parts.name);
  check("which is marked, and described by what is said",
    await parts.name.getAttribute("aria-invalid") === "true" &&
      await parts.name.getAttribute("aria-describedby") === "name-error",
    await parts.name.getAttribute("aria-invalid"));
  check("nothing was written", (await server.ask("GET", "")).length === 0, "a record");
  await picture(page, "form-errors");
  await checkWidth(page, "form-errors");

  await write(page, parts.name, "Partner portal");
  await write(page, parts.origin, "https://app.example");
  await pressOn(page, parts.box(/^CORS/), "Space");
  await pressOn(page, parts.save);
  await checkText("a record is added, and the page says so", parts.outcome,
    "“Partner portal” is added, and active.");
  await checkFocus(page, "the keyboard is where it was", parts.add);
  const [added] = await server.ask("GET", "");
  check("the API has it", added.origin === "https://app.example" && added.status === "ACTIVE" &&
    JSON.stringify(added.scopes) === '[{"type":"CORS"}]', added);

  await pressOn(page, parts.add);
  await write(page, parts.name, "Partner portal");
  await write(page, parts.origin, "https://other.example");
  await page.keyboard.press("Enter");
  await checkText("a name that is taken is said at the name", page.locator("#name-error"),
    /already exists/);
  await write(page, parts.name, kHostile);
  await page.keyboard.press("Enter");
  await until(() => parts.turn(kHostile).isVisible());
  check("a name full of markup is text", await parts.records.first().locator(".name").textContent() ===
    kHostile && await page.locator("img").count() === 0 &&
    await page.evaluate(() => window.hacked === undefined), await parts.records.first().innerHTML());

  await pressOn(page, parts.change("Partner portal"));
  await checkFocus(page, "the form to change begins at the name", parts.name);
  check("with what the record is", await parts.origin.inputValue() === "https://app.example" &&
    await parts.box(/^CORS/).isChecked(), await parts.origin.inputValue());
  check("apps belong to frames alone", await parts.box(/^OKTA_ENDUSER/).isDisabled(), "enabled");
  await write(page, parts.name, "Partner");
  await pressOn(page, parts.box(/^REDIRECT/), "Space");
  await pressOn(page, parts.box(/^IFRAME_EMBED/), "Space");
  await pressOn(page, parts.box(/^OKTA_ENDUSER/), "Space");
  await picture(page, "form");
  await pressOn(page, parts.save);
  await checkText("a change is said", parts.outcome, "“Partner” is changed.");
  await checkFocus(page, "the keyboard is at the record's button again", parts.change("Partner"));
  const changed = await server.ask("GET", `/${added.id}`);
  check("name and scopes are what was written, with the app of the frame",
    changed.name === "Partner" && JSON.stringify(changed.scopes) === '[{"type":"CORS"},' +
    '{"type":"REDIRECT"},{"type":"IFRAME_EMBED","allowedOktaApps":["OKTA_ENDUSER"]}]', changed);

  await tabTo(page, parts.turn("Partner"), "Shift+Tab");
  await page.keyboard.press("Space");
  await checkText("a record is switched off", parts.outcome, "“Partner” is not active now.");
  check("and shown as off", await parts.turn("Partner").getAttribute("aria-checked") === "false",
    await parts.turn("Partner").getAttribute("aria-checked"));
  await checkFocus(page, "the keyboard stays", parts.turn("Partner"));
  const off = await server.ask("GET", `/${added.id}`);
  check("it is kept", off.status === "INACTIVE" && off.name === "Partner", off);
  await picture(page, "records");
  await page.keyboard.press("Enter");
  await checkText("and switched on again", parts.outcome, "“Partner” is active now.");
  await checkWidth(page, "records");

  await deletion(server, page, parts, added.id);
  return { context, seen };
}

// A question first, and where the keyboard goes.
async function deletion(server, page, parts, id) {
  await pressOn(page, parts.remove("Partner"));
  await checkFocus(page, "a deletion asks first, and the safe answer is the near one", parts.keep);
  await checkText("the question names the record", page.locator("#delete-text b"), "Partner");
  await picture(page, "delete");
  await checkWidth(page, "delete");
  await page.keyboard.press("Enter");
  await checkFocus(page, "no keeps it", parts.remove("Partner"));
  await page.keyboard.press("Enter");
  await until(() => parts.question.isVisible());
  await page.keyboard.press("Escape");
  await checkFocus(page, "Escape keeps it", parts.remove("Partner"));
  check("so the API has it still", (await server.ask("GET", `/${id}`)).name === "Partner", "gone");
  await page.keyboard.press("Enter");
  await pressOn(page, parts.confirm);
  await checkText("yes deletes it", parts.outcome, "“Partner” is deleted.");
  await checkFocus(page, "the keyboard is at the next record", parts.remove(kHostile));
  check("for the API too", (await server.ask("GET", `/${id}`)).errorCode === "E0000007", "there");
  await pressOn(page, parts.remove(kHostile));
  await checkText("the question shows markup as text", page.locator("#delete-name"), kHostile);
  await pressOn(page, parts.confirm);
  await checkFocus(page, "without a record left, the keyboard is where one is added", parts.add);
}

// Proves M10, M14.
async function pages(browser, server) {
  for (let i = 0; i < 45; i += 1) await server.ask("POST", "", recordOf(`site-${i}`));
  const { context, page, seen, parts } = await openTab(browser);
  await page.goto(`${server.page}#token=manage-token`);
  await checkText("a long list comes in pages", parts.outcome, "20 records, and more.");
  await pressOn(page, parts.more);
  await checkText("which are added", parts.outcome, "40 records, and more.");
  await checkFocus(page, "the keyboard is at the first of the new ones", parts.records.nth(20));
  await server.ask("POST", "", recordOf("late"));
  await pressOn(page, parts.more);
  await checkText("until the list ends", parts.outcome, "46 records.");
  check("then there is no more to show", !await parts.more.isVisible(), "a button");
  const names = await parts.records.locator(".name").allTextContents();
  check("each record stands there once", new Set(names).size === 46, names);

  await tabTo(page, parts.q, "Shift+Tab");
  await page.keyboard.insertText("SITE-4");
  await page.keyboard.press("Enter");
  await checkText("a search shows what begins so", parts.outcome, "6 records.");
  await picture(page, "search");
  await write(page, parts.q, "https://late");
  await page.keyboard.press("Enter");
  await checkText("by origins as well", parts.outcome, "1 record.");
  await write(page, parts.q, "x & y = ?#");
  await page.keyboard.press("Enter");
  await checkText("and says when nothing does", parts.outcome, "No name and no origin begins so.");
  await write(page, parts.q, "late");
  await page.keyboard.press("Enter");
  await checkText("a search may be told again", parts.outcome, "1 record.");

  const [late] = await server.ask("GET", "?q=late");
  await server.ask("DELETE", `/${late.id}`);
  await pressOn(page, parts.turn("late"), "Space");
  await checkText("a record that somebody else deleted is said to be gone", parts.problem,
    "“late” is gone: somebody has deleted it.");
  check("and shown no more", await parts.records.count() === 0, await parts.records.count());
  return { context, seen };
}

// What the state of a record alone would hide. The server's headers are those of a gate, which this
// one has not: they are put into its answers.
async function effects(browser, server) {
  const [plain, off] = [await server.ask("POST", "", recordOf("plain")),
    await server.ask("POST", "", recordOf("planet"))];
  await server.ask("POST", `/${off.id}/lifecycle/deactivate`);
  const { context, page, seen, parts } = await openTab(browser);
  await page.route(`**${kApi}**`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(),
      "X-Corsac-Without-Effect": `CORS: plain, and so on; REDIRECT: x; ids="${plain.id}"`,
      "X-Corsac-Still-In-Effect": `CORS, REDIRECT; ids="other ${off.id}"` } });
  });
  await page.goto(`${server.page}#token=manage-token`);
  await write(page, parts.q, "plan");
  await page.keyboard.press("Enter");
  await checkText("one is found", parts.outcome, "1 record.");
  await checkText("a record that is off and trusted all the same says so", page.locator(".effect"),
    "Trusted all the same for CORS, REDIRECT: another record or the policy names this origin.");
  await pressOn(page, parts.remove("planet"));
  await pressOn(page, parts.confirm);
  await checkText("so does its deletion", parts.outcome,
    "“planet” is deleted. Its origin is still trusted for CORS, REDIRECT.");
  await write(page, parts.q, "plain");
  await page.keyboard.press("Enter");
  await checkText("one that gives nothing says why", page.locator(".effect"),
    "Without effect. CORS: plain, and so on; REDIRECT: x");
  await picture(page, "effects");
  await checkWidth(page, "effects");
  await pressOn(page, parts.turn("plain"), "Space");
  await checkText("switched off", parts.outcome, /^“plain” is not active now\./);
  return { context, seen };
}

// Proves M24.
async function limits(browser) {
  const server = await startServer(1);
  const { context, page, seen, parts } = await openTab(browser);
  await page.goto(`${server.page}#token=manage-token`);
  await checkText("the first request is answered", parts.outcome, "There is no record yet.");
  await tabTo(page, parts.q);
  await page.keyboard.press("Enter");
  await checkText("then the allowance is used up, and the page says until when", parts.problem,
    /^Too many requests: .* back at \d+:\d\d.*, in \d+ s\.$/);
  await picture(page, "limit");
  await pressOn(page, parts.add);
  await page.keyboard.press("Enter");
  await checkText("in the form as well", parts.recordError, /^Too many requests: .* in \d+ s\.$/);
  await page.keyboard.press("Escape");
  await server.stop();
  await tabTo(page, parts.q, "Shift+Tab");
  await page.keyboard.press("Enter");
  await checkText("a server that is away is said to be away", parts.problem,
    "The server does not answer.");
  await pressOn(page, parts.add);
  await page.keyboard.press("Enter");
  await checkText("and what that means for a change", parts.recordError, /may have been kept/);
  return { context, seen };
}

async function main() {
  const server = await startServer(100_000);
  const browser = await launch(modules);
  try {
    for (const scene of [tokens, records, pages, effects, limits]) {
      const { context, seen } = await scene(browser, server);
      check(`${scene.name}: the policy of the page was never violated`, seen.violations.length === 0,
        seen.violations);
      check(`${scene.name}: no script failed`, seen.errors.length === 0, seen.errors);
      await context.close();
    }
  } finally {
    await browser.close();
    await server.stop();
  }
  process.exitCode = finish();
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " | ")}`);
  process.exit(1);
});
