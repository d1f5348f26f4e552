// Goes through the pages as people do: node journeys.mjs URL TOKEN [FOLDER]
//
// TOKEN holds all roles. URL serves the ledger of a demo, with every plugin. Pictures of the pages go into FOLDER. It prints what
// is wrong, a line each, and ends with 1 if anything is.
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");

const [url, token, folder] = process.argv.slice(2);
const WIDE = { width: 1280, height: 900 };
/** A telephone; 400 % of a wide window; 200 % of one. */
const NARROW = [{ width: 390, height: 844 }, { width: 320, height: 640 }, { width: 640, height: 450 }];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const CASE = "FOI-2026-4711";
/** A plugin reads the whole ledger for a report. */
const REPORT_MILLISECONDS = 90_000;

const wrong = [];
const begun = Date.now();
const say = (where, what) => wrong.push(`${where}: ${String(what).split("\n").slice(0, 12).join(" | ").slice(0, 1200)}`);
setTimeout(() => {
  for (const line of [...wrong, "it takes longer than five minutes"]) console.log(line);
  process.exit(1);
}, 300_000).unref();
if (folder) await mkdir(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  chromiumSandbox: false,
  args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

/** A window of its own, with what goes wrong in it told. */
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url) say(`${name} ${page.url()}`, `it asks for ${request.url()}`);
  });
  page.on("pageerror", (error) => say(`${name} ${page.url()}`, error));
  page.on("console", (message) => {
    // A form with mistakes is answered with 422, and the browser says so.
    const isStatus = /status of (401|403|404|422)/.test(message.text());
    if (message.type() === "error" && !isStatus) say(`${name} ${page.url()}`, `console: ${message.text()}`);
  });
  return page;
}

const path = (page) => page.url().slice(url.length);
/** Without what need not be escaped in an address. */
const plainPath = (page) => decodeURIComponent(path(page));
const main = (page) => page.locator("main");
const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();

function expect(holds, what) {
  if (!holds) throw new Error(what);
}

/** Something that a person does; what goes wrong in it does not keep others from being tried. */
async function journey(name, page, walk) {
  const start = Date.now();
  try {
    await walk();
  } catch (error) {
    say(`${name}, at ${path(page)}`, error.stack ?? error);
    await picture(page, `failed ${name}`);
  }
  console.error(`${name}: ${Date.now() - start} ms`);
}

async function picture(page, name) {
  if (!folder) return;
  const file = name.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "").slice(0, 80);
  const fullPage = await page.evaluate(() => document.documentElement.scrollHeight < 5000);
  await page.screenshot({ path: join(folder, `${file}.png`), fullPage });
}

/** Presses what leads to another page, or to the same one again, and waits for that. */
async function follow(page, locator, timeout = 15_000) {
  const loaded = page.waitForEvent("load", { timeout });
  // A page that does not come is told once.
  loaded.catch(() => {});
  await locator.click();
  await loaded;
}

async function signIn(page, secret = token) {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel("Access token").fill(secret);
  await follow(page, page.getByRole("button", { name: "Sign in", exact: true }));
  expect(path(page) === "/", `whoever signs in comes to ${path(page)}`);
}

/** Follows a link of the navigation. */
async function goTo(page, place) {
  await follow(page, page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: place, exact: true }));
  const here = await page.locator("nav [aria-current=page]").allInnerTexts();
  expect(here.length === 1 && here[0] === place, `${here} is marked as where one is, which is ${place}`);
}

/** Nothing but tables and charts is scrolled sideways. */
async function fits(page, name, sizes) {
  for (const size of sizes) {
    await page.setViewportSize(size);
    const found = await page.evaluate(() => {
      const room = window.innerWidth;
      const over = document.documentElement.scrollWidth - room;
      if (over <= 0) return null;
      const beyond = [...document.body.querySelectorAll("*")].filter((element) =>
        element.getBoundingClientRect().right > room + 1 && !element.parentElement.closest(".scroll, pre"));
      return { over, by: beyond.slice(-2).map((element) => element.outerHTML.slice(0, 160)) };
    });
    if (found) say(name, `at ${size.width} pixels it is ${found.over} too wide, as in ${found.by.join(" and ")}`);
    if (size.width === 390) await picture(page, `${name} narrow`);
  }
  await page.setViewportSize(WIDE);
}

/** What the rules of WCAG say of a page as it stands, and whether it fits. */
async function look(page, name = path(page)) {
  await picture(page, `${name} wide`);
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  for (const { id, help, nodes } of violations) {
    say(name, `${id}: ${help} (${nodes.length} times, as in ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary ?? ""})`);
  }
  await fits(page, name, NARROW);
}

/** By keyboard alone: whatever can be used is come to, in the order of the page, and is seen to be. */
async function keyboard(page, at) {
  await page.goto(url + at);
  const wanted = await page.evaluate(() => {
    const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const isStop = (element) => {
      if (element.disabled || element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
      if (element.type !== "radio") return true;
      // Of a group of radios there is one to stop at; the arrows lead to the others.
      const group = [...document.getElementsByName(element.name)].filter((other) => other.form === element.form);
      return element === (group.find((other) => other.checked) ?? group[0]);
    };
    globalThis.stops = [...document.querySelectorAll(all)].filter(isStop);
    return globalThis.stops.length;
  });
  expect(wanted > 10, `only ${wanted} things can be used`);
  for (let last = -1, repeats = 0; last < Math.min(wanted, 120) - 1;) {
    await page.keyboard.press("Tab");
    const { place, what, isSeen } = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const isSeen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      return { place: globalThis.stops.indexOf(element), what: element.outerHTML.slice(0, 120), isSeen };
    });
    // A day has several parts within one input.
    if (place === last && ++repeats < 6) continue;
    expect(place === last + 1, `the keyboard goes from ${last} to ${place} of ${wanted}: ${what}`);
    expect(isSeen, `nobody sees that this has the focus: ${what}`);
    [last, repeats] = [place, 0];
  }
  await page.goto(url + at);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement.id) === "main", "the first link does not skip to the content");
}

/** Fills in a request that arrived, by what stands beside the fields. */
async function fillIn(page, subject) {
  await page.getByLabel("Case or record").fill(subject);
  await page.getByRole("group", { name: "Regime", exact: true }).getByLabel("FOI", { exact: true }).check();
  const yesterday = new Date(Date.now() - 86_400_000);
  const when = page.getByRole("group", { name: /^When did it happen/ });
  await when.getByLabel("Day").fill(String(yesterday.getUTCDate()));
  await when.getByLabel("Month").fill(String(yesterday.getUTCMonth() + 1));
  await when.getByLabel("Year").fill(String(yesterday.getUTCFullYear()));
}

/** Waits until something of a kind has the focus. */
async function focused(page, selector, otherwise) {
  const has = (wanted) => document.activeElement.matches(wanted);
  await page.waitForFunction(has, selector, { timeout: 3_000 }).catch(() => expect(false, otherwise));
}

/** Asks the interface, as a program does. */
async function ask(target) {
  const answer = await fetch(url + target, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.ok, `${target} is answered with ${answer.status}`);
  return answer.json();
}

const page = await open("with scripts");
/** Pages to look at, which journeys add to. */
const found = new Set();

await journey("sign in", page, async () => {
  await page.goto(`${url}/alerts?state=all`);
  expect(path(page).startsWith("/sign-in"), "nobody is asked to sign in");
  await look(page, "/sign-in");
  const enter = page.getByRole("button", { name: "Sign in", exact: true });
  await page.getByLabel("Access token").fill("muniment_wrong");
  await follow(page, enter);
  await page.getByRole("alert").waitFor();
  expect((await page.title()).startsWith("Error:"), "the title does not say that there is an error");
  await focused(page, ".error-summary", "what is wrong is not read first");
  await look(page, "/sign-in with a mistake");
  await page.getByLabel("Access token").fill(token);
  await follow(page, enter);
  expect(path(page) === "/alerts?state=all", `whoever signs in comes to ${path(page)}`);
  await goTo(page, "Home");
});

await journey("acknowledge an alert", page, async () => {
  await goTo(page, "Alerts");
  const alert = main(page).locator('a[href^="/alerts/"]').first();
  found.add(await alert.getAttribute("href"));
  await follow(page, alert);
  const acknowledge = page.getByRole("button", { name: "Acknowledge" });
  await follow(page, acknowledge);
  const summary = page.getByRole("alert");
  await summary.waitFor();
  await look(page, "/alerts/one with a mistake");
  await summary.getByRole("link").first().click();
  await focused(page, "[type=radio]", "the summary does not lead to the choice");
  await page.getByRole("radio", { name: /^In hand/ }).check();
  await follow(page, acknowledge);
  expect(await summary.count() === 0, "there is still something wrong");
  await main(page).getByText("Acknowledged", { exact: true }).first().waitFor();
});

await journey("find a case in a register", page, async () => {
  await goTo(page, "Registers");
  await follow(page, main(page).locator('a[href="/registers/requests/open"]'));
  const rows = main(page).locator("tbody tr");
  const all = await rows.count();
  const subject = await main(page).locator('tbody a[href^="/cases/"]').first().innerText();
  await page.getByLabel("Text", { exact: true }).fill(subject);
  await follow(page, page.getByRole("button", { name: "Show" }));
  const texts = await rows.allInnerTexts();
  expect(texts.length > 0 && texts.length <= all && texts.every((text) => text.includes(subject)), `the filter gives ${texts}`);
  await follow(page, page.getByRole("columnheader", { name: "Due", exact: true }).getByRole("link"));
  expect(await page.locator("th[aria-sort]").count() === 1, "it is not said by what the rows are sorted");
  await follow(page, main(page).locator('tbody a[href^="/cases/"]').first());
  expect((await heading(page)).includes(subject), `the page of ${subject} is headed ${await heading(page)}`);
  expect(await main(page).locator(".timeline li").count() > 0, "nothing happened in the case");
  found.add(path(page));
  await main(page).locator("summary").first().press("Enter");
  expect(await main(page).locator("details").first().evaluate((details) => details.open), "it does not open by keyboard");
});

await journey("record a request", page, async () => {
  await goTo(page, "Record");
  await page.getByLabel("What happened, in a few words").fill("request received");
  await follow(page, page.getByRole("button", { name: "Search", exact: true }));
  found.add(path(page));
  await follow(page, main(page).locator('a[href^="/record/request.received"]').first());
  const go = page.getByRole("button", { name: "Continue" });
  await follow(page, go);
  await page.getByRole("alert").waitFor();
  await focused(page, ".error-summary", "what is wrong is not read first");
  await look(page, "/record/request.received with mistakes");
  for (const link of await page.getByRole("alert").getByRole("link").all()) {
    await link.click();
    const field = (await link.getAttribute("href")).replace("#", "");
    await focused(page, `[id="${field}"]`, `"${await link.innerText()}" does not lead to its field`);
  }
  await fillIn(page, CASE);
  await page.getByLabel(/^Channel/).selectOption("email");
  await page.getByLabel(/^Service/).first().fill("not a code");
  await follow(page, go);
  await page.getByRole("alert").waitFor();
  expect(await page.getByLabel("Case or record").inputValue() === CASE, "what was typed is lost");
  expect(await page.getByLabel(/^Channel/).inputValue() === "email", "what was chosen is lost");
  await page.getByLabel(/^Service/).first().fill("revenues");
  await follow(page, go);
  const send = page.getByRole("button", { name: "Record it" });
  await send.waitFor();
  await look(page, "/record/request.received before it is sent");
  for (const answer of [CASE, "FOI", "Email", "revenues"]) {
    expect((await main(page).innerText()).includes(answer), `${answer} is not there to be checked`);
  }
  await follow(page, page.getByRole("button", { name: "Change", exact: true }));
  expect(await page.getByLabel("Case or record").inputValue() === CASE, "what was typed is lost");
  await follow(page, go);
  await follow(page, send);
  await main(page).getByRole("link", { name: CASE }).first().waitFor();
  expect((await main(page).locator('a[href^="/ledger/"]').count()) > 0, "the receipt does not lead to the entry");
  found.add(path(page));
});

await journey("find an entry and verify it", page, async () => {
  await goTo(page, "Ledger");
  const entry = main(page).locator('tbody a[href^="/ledger/"]');
  // Searches come after by a second at most.
  for (let tries = 0; tries < 10; tries++) {
    await page.getByLabel("Words").fill(CASE);
    await follow(page, page.getByRole("button", { name: "Search", exact: true }));
    if (await entry.count()) break;
    await page.waitForTimeout(500);
  }
  await follow(page, entry.first());
  await main(page).getByText(CASE).first().waitFor();
  found.add(path(page));
  await follow(page, page.getByRole("link", { name: "Verify in this browser" }));
  const status = page.locator("#entry-status");
  await page.locator("#entry-status.good, #entry-status.bad").waitFor();
  expect(await page.locator("#entry-status.good").count() === 1, `an entry does not fit: ${await status.innerText()}`);
  expect(await page.locator("#entry-result .tag.red").count() === 0, await page.locator("#entry-result").innerText());
  await look(page, "/verify once it is done");
  await page.getByLabel("First entry").fill("0");
  await page.getByLabel("Last entry").fill("300");
  await page.getByRole("button", { name: "Check the chain" }).click();
  await page.locator("#chain-status.good, #chain-status.bad").waitFor();
  expect(await page.locator("#chain-status.good").count() === 1, await page.locator("#chain-status").innerText());
  // Under another key nothing fits.
  const key = page.getByLabel(/^Public key/);
  const vkey = await key.inputValue();
  await key.fill(vkey.replace(/.$/, (last) => (last === "A" ? "B" : "A")));
  await page.getByRole("button", { name: "Check this entry" }).click();
  await page.locator("#entry-status.bad").waitFor();
});

await journey("make a report and open what a figure rests on", page, async () => {
  await goTo(page, "Reports");
  await follow(page, main(page).getByRole("link", { name: "Make a report" }));
  const year = page.getByRole("radio", { name: /^Financial year 2025-26/ });
  if (await year.count()) {
    await year.check();
  } else {
    await page.getByRole("radio", { name: /^Another period/ }).check();
    await page.getByLabel("Another period", { exact: true }).fill("2025-26");
  }
  await follow(page, page.getByRole("button", { name: "Make the report" }), REPORT_MILLISECONDS);
  expect(plainPath(page).startsWith("/reports/report-"), "no report was made");
  found.add(path(page));
  await follow(page, main(page).getByRole("link", { name: /^R5 / }).last());
  expect(path(page).includes("/sections/R5"), "no section opens");
  expect(await main(page).getByRole("region").count() > 2, "the section shows no tables");
  found.add(path(page));
  await follow(page, main(page).getByRole("link", { name: /^Open the evidence/ }).first());
  expect(path(page).includes("/figures/"), "it leads to no evidence");
  found.add(path(page));
});

await journey("give access and take it away", page, async () => {
  await goTo(page, "Access");
  await follow(page, main(page).getByRole("link", { name: "Make a token" }));
  await page.getByLabel("Name", { exact: true }).fill("browser-auditor");
  await page.locator('input[type=checkbox][value="auditor"]').check();
  await follow(page, page.getByRole("button", { name: "Continue" }));
  await follow(page, page.getByRole("button", { name: "Make this token" }));
  const secret = await page.getByLabel("The token browser-auditor").inputValue();
  await look(page, "/access once a token is made");
  const auditor = await open("the auditor");
  await signIn(auditor, secret);
  const names = await auditor.getByRole("navigation", { name: "Main" }).getByRole("link").allInnerTexts();
  expect(names.includes("Ledger") && !names.includes("Record") && !names.includes("Access"), `an auditor sees ${names}`);
  await goTo(page, "Access");
  await follow(page, page.getByRole("link", { name: "Revoke the token browser-auditor" }));
  await look(page, "/access before a token is revoked");
  await follow(page, page.getByRole("button", { name: "Revoke it" }));
  await auditor.goto(`${url}/ledger`);
  expect(path(auditor).startsWith("/sign-in"), "a revoked token still sees the ledger");
  await auditor.context().close();
});

const strange = (await ask("/v1/events?source=/strange")).events;
expect(strange.length > 0, "the ledger has none of the strange events");
for (const { seq, event } of strange) {
  found.add(`/ledger/${seq}`);
  found.add(`/cases/${encodeURIComponent(event.subject)}`);
}
const wanted = [...new Set(["/", "/alerts", "/alerts?state=all", "/registers", "/registers/requests/open",
  "/registers/breaches/incidents", "/record", "/record/request.received", "/record/breach.aware", "/record/correction",
  `/record/correction?of=${strange[0].seq}`, "/reports", "/reports/new", "/ledger", "/ledger/0", "/verify", "/verify/how",
  "/personal-data", "/personal-data/reveal", "/personal-data/destroy", "/plugins", "/plugins/install", "/plugins/requests",
  "/plugins/requests/settings", "/access", "/access/new", "/ledger/99999999", ...found])];

await journey("every page", page, async () => {
  for (const at of wanted) {
    const answer = await page.goto(url + at);
    const expected = at === "/ledger/99999999" ? 404 : 200;
    if (answer.status() !== expected) say(at, `it is answered with ${answer.status()}`);
    await look(page, at);
  }
});

for (const at of ["/", "/registers/requests/open?q=FOI", "/record/request.received"]) {
  await journey(`by keyboard ${at}`, page, () => keyboard(page, at));
}

const plain = await open("without scripts", { javaScriptEnabled: false });

await journey("without scripts: every page", plain, async () => {
  await signIn(plain);
  for (const at of wanted) {
    const answer = await plain.goto(url + at);
    const expected = at === "/ledger/99999999" ? 404 : 200;
    if (answer.status() !== expected) say(`without scripts ${at}`, `it is answered with ${answer.status()}`);
    await fits(plain, `without scripts ${at}`, NARROW.slice(0, 2));
  }
});

await journey("without scripts: record a request, signed out in between", plain, async () => {
  await plain.goto(`${url}/record/request.received`);
  await fillIn(plain, `${CASE}-2`);
  await plain.context().clearCookies();
  await follow(plain, plain.getByRole("button", { name: "Continue" }));
  await plain.getByLabel("Access token").fill(token);
  await follow(plain, plain.getByRole("button", { name: "Sign in", exact: true }));
  await main(plain).getByText(`${CASE}-2`).first().waitFor();
  await fits(plain, "what was typed before", NARROW);
  await follow(plain, plain.getByRole("button", { name: "Send what I typed" }));
  await follow(plain, plain.getByRole("button", { name: "Record it" }));
  await follow(plain, main(plain).getByRole("link", { name: `${CASE}-2` }).first());
  expect((await heading(plain)).includes(`${CASE}-2`), `the page of the case is headed ${await heading(plain)}`);
});

for (const one of [plain, page]) {
  await journey("sign out", one, async () => {
    await one.goto(url);
    await follow(one, one.getByRole("button", { name: "Sign out", exact: true }));
    await one.goto(`${url}/ledger`);
    expect(path(one).startsWith("/sign-in"), "whoever signed out still sees the ledger");
  });
}

await browser.close();
console.error(`${wanted.length} pages, ${Date.now() - begun} ms`);
for (const line of wrong) console.log(line);
process.exit(wrong.length > 0 ? 1 : 0);
