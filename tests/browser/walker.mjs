// Somebody who goes through the pages in one window: with scripts or without, at a desk or with a telephone.
import { readFile } from "node:fs/promises";
import { expect, open, PHONE, say, WIDE } from "./browser.mjs";
import { look, picture } from "./looks.mjs";

/** The ways in which every journey is made. Of each what it changes has names of its own. */
export const MODES = [
  { name: "desk", viewport: WIDE, hasScripts: true, isPhone: false },
  { name: "phone", viewport: PHONE, hasScripts: true, isPhone: true },
  { name: "plain", viewport: WIDE, hasScripts: false, isPhone: false },
];

/** A file of a report is written when it is first asked for. */
const FILE_MILLISECONDS = 60_000;

export class Walker {
  /** Pages that journeys came to, of all walkers. */
  static found = new Set();

  constructor(mode, url, token, page) {
    Object.assign(this, { mode, url, token, page });
    /** What one journey leaves for the next. */
    this.kept = {};
  }

  static async open(mode, url, token) {
    const options = { viewport: mode.viewport, javaScriptEnabled: mode.hasScripts, hasTouch: mode.isPhone };
    return new Walker(mode, url, token, await open(mode.name, url, options));
  }

  /** Somebody else, with the same kind of window. */
  async other(token) {
    const other = await Walker.open(this.mode, this.url, token);
    await other.signIn();
    return other;
  }

  leave() {
    return this.page.context().close();
  }

  get path() {
    return this.page.url().slice(this.url.length);
  }

  /** Without what need not be escaped in an address. */
  get plainPath() {
    return decodeURIComponent(this.path);
  }

  get main() {
    return this.page.locator("main");
  }

  get heading() {
    return this.page.getByRole("heading", { level: 1 }).innerText();
  }

  get text() {
    return this.main.innerText();
  }

  get rows() {
    return this.main.locator("tbody tr");
  }

  get problem() {
    return this.page.getByRole("alert");
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: typeof name === "string" });
  }

  link(name) {
    return this.main.getByRole("link", { name, exact: typeof name === "string" });
  }

  field(label) {
    return this.page.getByLabel(label, { exact: typeof label === "string" });
  }

  /** What a summary says beside its name. */
  fact(name) {
    return this.main.locator("dl.summary > div", { has: this.page.locator("dt", { hasText: name }) }).first().locator("dd");
  }

  /** Types a day, so many days from today, into the three fields of a group. */
  async fillDay(group, days) {
    const day = new Date(Date.now() + days * 86_400_000);
    const fields = this.page.getByRole("group", { name: group });
    await fields.getByLabel("Day", { exact: true }).fill(String(day.getUTCDate()));
    await fields.getByLabel("Month", { exact: true }).fill(String(day.getUTCMonth() + 1));
    await fields.getByLabel("Year", { exact: true }).fill(String(day.getUTCFullYear()));
  }

  async goto(path) {
    const answer = await this.page.goto(this.url + path);
    expect(answer.status() < 400, `${path} is answered with ${answer.status()}`);
  }

  /** Presses what leads to another page, or to the same one again, and waits for that. */
  async follow(locator, timeout = 20_000) {
    const loaded = this.page.waitForEvent("load", { timeout });
    // A page that does not come is told once.
    loaded.catch(() => {});
    await locator.click({ timeout });
    await loaded;
  }

  press(name, timeout) {
    return this.follow(this.button(name), timeout);
  }

  /** Presses a button that has to be refused: what is wrong is said first, and in the title, and each line leads to its field. */
  async refused(name, said) {
    await this.press(name);
    await this.problem.waitFor();
    expect((await this.page.title()).startsWith("Error:"), "the title does not say that there is an error");
    const text = await this.problem.innerText();
    expect(said.test(text), `what is wrong is said to be ${text}`);
    if (this.mode.hasScripts) await this.focused(".error-summary", "what is wrong is not read first");
    for (const link of await this.problem.getByRole("link").all()) {
      await link.click();
      const field = (await link.getAttribute("href")).replace("#", "");
      await this.focused(`[id="${field}"]`, `"${await link.innerText()}" does not lead to its field`);
    }
  }

  /** Waits until something of a kind has the focus. Without scripts nothing in the page itself can wait for that. */
  async focused(selector, otherwise) {
    await this.until(() => this.page.evaluate((wanted) => document.activeElement.matches(wanted), selector), 3_000, otherwise);
  }

  /** Waits until it holds, as nobody is told when it does. */
  async until(holds, milliseconds, otherwise) {
    for (const end = Date.now() + milliseconds; !(await holds());) {
      expect(Date.now() < end, otherwise);
      await this.page.waitForTimeout(100);
    }
  }

  /** Follows a link to a case of which something was recorded just now. What is searched for comes after by a second at most. */
  async openCase(subject) {
    await this.follow(this.link(subject).first());
    const heading = this.page.getByRole("heading", { level: 1 }).filter({ hasText: subject });
    await this.untilShown(heading, 15_000, `the page of ${subject} does not come`);
  }

  /** Looks at a page again and again until it shows what will be there. */
  async untilShown(locator, milliseconds, otherwise) {
    for (const end = Date.now() + milliseconds; await locator.count() === 0;) {
      expect(Date.now() < end, `${otherwise}: ${(await this.text).slice(0, 300)}`);
      await this.page.waitForTimeout(500);
      await this.page.reload();
    }
  }

  async signIn(secret = this.token) {
    await this.goto("/sign-in");
    await this.field("Access token").fill(secret);
    await this.press("Sign in");
    expect(this.path === "/", `whoever signs in comes to ${this.path}`);
  }

  /** Follows a link of the navigation. */
  async goTo(place) {
    await this.follow(this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: place, exact: true }));
    const here = await this.page.locator("nav [aria-current=page]").allInnerTexts();
    expect(here.length === 1 && here[0] === place, `${here} is marked as where one is, which is ${place}`);
  }

  /** What a link saves: the file's name and its bytes. */
  async save(locator) {
    const coming = this.page.waitForEvent("download", { timeout: FILE_MILLISECONDS });
    coming.catch(() => {});
    await locator.click();
    const download = await coming;
    const failure = await download.failure();
    expect(failure === null, `${download.url()} cannot be saved: ${failure}`);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** What a link leads to, as the browser gets it that would show it. */
  async fetch(link) {
    const name = await link.getAttribute("href");
    const answer = await this.page.context().request.get(this.url + name, { timeout: FILE_MILLISECONDS });
    expect(answer.ok(), `${name} is answered with ${answer.status()}`);
    return { name, bytes: await answer.body() };
  }

  async look(name) {
    await look(this, name);
  }

  /** Looks at this page later, together with others. */
  find() {
    if (this.mode.name === "desk") Walker.found.add(this.path);
  }

  /** What somebody does; what goes wrong in it does not keep others from being tried. */
  async walk(name, walk) {
    const start = Date.now();
    try {
      await walk(this);
    } catch (error) {
      say(`${name} (${this.mode.name}), at ${this.path}`, error.stack ?? error);
      await picture(this.page, `failed ${name} ${this.mode.name}`).catch(() => {});
    }
    console.error(`${name} (${this.mode.name}): ${Date.now() - start} ms`);
  }

  /** Asks the interface, as a program does. */
  async ask(target) {
    const answer = await fetch(this.url + target, { headers: { authorization: `Bearer ${this.token}` } });
    expect(answer.ok, `${target} is answered with ${answer.status}`);
    return answer.json();
  }
}
