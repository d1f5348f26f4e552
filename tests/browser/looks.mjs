// Looks at a page as people who do not see it, or have no mouse, or a narrow screen, or a large print, or no scripts.
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, open, PHONE, say, WIDE, ZOOMED } from "./browser.mjs";

const require = createRequire(join(process.cwd(), "package.json"));
const { AxeBuilder } = require("@axe-core/playwright");

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Stops of the keyboard that are tried on a page; registers have hundreds. */
const STOPS_MAX = 80;

let folder;

/** Where pictures of pages go, if anywhere. */
export function picturesInto(path) {
  folder = path;
}

export async function picture(page, name) {
  if (!folder) return;
  const file = name.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "").slice(0, 80);
  const fullPage = await page.evaluate(() => document.documentElement.scrollHeight < 5000);
  await page.screenshot({ path: join(folder, `${file}.png`), fullPage });
}

/** What the rules of WCAG 2.2 A and AA say of a page as it stands. */
async function rules(page, name) {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).withTags(RULES).setLegacyMode(true);
  const { violations } = await axe.analyze();
  for (const { id, help, nodes } of violations) {
    say(name, `${id}: ${help} (${nodes.length} times, as in ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary ?? ""})`);
  }
}

/** Nothing but tables and charts is scrolled sideways. */
async function fits(page, name) {
  const found = await page.evaluate(() => {
    const room = window.innerWidth;
    const over = document.documentElement.scrollWidth - room;
    if (over <= 0) return null;
    const beyond = [...document.body.querySelectorAll("*")].filter((element) =>
      element.getBoundingClientRect().right > room + 1 && !element.parentElement.closest(".scroll, pre"));
    return { room, over, by: beyond.slice(-2).map((element) => element.outerHTML.slice(0, 160)) };
  });
  if (found) say(name, `at ${found.room} pixels it is ${found.over} too wide, as in ${found.by.join(" and ")}`);
}

/** Whatever can be used is come to by keyboard, in the order of the page, and is seen to be; and one gets away from it. */
async function keyboard(page, name) {
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
    globalThis.stops[0].focus();
    return globalThis.stops.length;
  });
  const where = () => page.evaluate(() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const isSeen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    return { place: globalThis.stops.indexOf(element), what: element.outerHTML.slice(0, 120), isSeen };
  });
  for (let last = 0, repeats = 0; last < Math.min(wanted, STOPS_MAX) - 1;) {
    await page.keyboard.press("Tab");
    const { place, what, isSeen } = await where();
    // A day has several parts within one input.
    if (place === last && ++repeats < 6) continue;
    if (place !== last + 1) return say(name, `the keyboard goes from ${last} to ${place} of ${wanted}: ${what}`);
    if (!isSeen) say(name, `nobody sees that this has the focus: ${what}`);
    [last, repeats] = [place, 0];
  }
  // Behind the last one the keyboard leaves the page, or begins anew.
  if (wanted <= STOPS_MAX) {
    await page.keyboard.press("Tab");
    const { place, what } = await where();
    if (place > 0) say(name, `the keyboard does not get away from ${what}`);
  }
  await page.keyboard.press("Shift+Tab");
}

/** The first stop of a page that was just opened skips to its content. */
export async function skips(page, address) {
  await page.goto(address);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement.id) === "main", "the first link does not skip to the content");
}

/** A page as it stands, with scripts: wide, on a telephone, enlarged, and by keyboard alone. */
async function withScripts(page, name) {
  await picture(page, `${name} wide`);
  await rules(page, name);
  await keyboard(page, name);
  for (const size of [PHONE, ...ZOOMED]) {
    await page.setViewportSize(size);
    await fits(page, name);
    if (size !== PHONE) continue;
    await picture(page, `${name} phone`);
    await rules(page, `${name} on a telephone`);
  }
  await page.setViewportSize(WIDE);
}

/** Where the rules are tried on pages of windows without scripts. */
let lens;

/** A page as it stands, without scripts. The rules need a script to try them: another window shows the same page, as it is shown
 * where none runs. */
async function withoutScripts(page, name, url) {
  for (const size of [PHONE, ...ZOOMED]) {
    await page.setViewportSize(size);
    await fits(page, `${name} without scripts`);
  }
  await page.setViewportSize(WIDE);
  lens ??= await open("without scripts, for the rules", url);
  const html = (await page.content()).replace(/<script\b[^>]*>[^]*?<\/script>/g, "").replace(/<(\/?)noscript>/g, "<$1div>");
  const [address] = page.url().split("#");
  await lens.route(address, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
  await lens.goto(address);
  await rules(lens, `${name} without scripts`);
  await lens.unroute(address);
}

const seen = new Set();

/** Looks at a page in every way, once for each name. Windows of telephones see to themselves that pages fit. */
export async function look(walker, name) {
  const { page, mode, url } = walker;
  const key = `${mode.hasScripts} ${name}`;
  if (mode.isPhone) return fits(page, `${name} on a telephone`);
  if (seen.has(key)) return;
  seen.add(key);
  await (mode.hasScripts ? withScripts(page, name) : withoutScripts(page, name, url));
}
