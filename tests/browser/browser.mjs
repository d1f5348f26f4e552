// Chromium, and windows of it in which whatever goes wrong is told: errors, what the policy of the page forbids, anything that
// is asked of another origin, and pages that weigh too much.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };
/** 400 % of a wide window; 200 % of one. */
export const ZOOMED = [{ width: 320, height: 640 }, { width: 640, height: 450 }];
/** Most that a page may weigh with its style, its scripts and its pictures. */
const WEIGHT_BYTES_MAX = 150_000;
/** What a page is shown with; what it fetches later, when somebody presses a button, is not. */
const PARTS = new Set(["stylesheet", "script", "image", "font"]);

/** What is wrong, a line each. */
export const wrong = [];
const told = new Set();

export function say(where, what) {
  const line = `${where}: ${String(what).split("\n").slice(0, 12).join(" | ").slice(0, 1200)}`;
  if (!told.has(line)) wrong.push(line);
  told.add(line);
}

export function expect(holds, what) {
  if (!holds) throw new Error(what);
}

/** By its address: what a page weighs at most. */
export const weights = new Map();

let browser;
let isClosing = false;

/** What went wrong goes to `whenGone` if Chromium ends by itself. */
export async function launch(whenGone) {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: false,
    args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  browser.on("disconnected", () => isClosing || whenGone("Chromium ended by itself"));
}

export async function close() {
  isClosing = true;
  await browser.close();
}

/** A window of its own, with a cookie of its own. */
export async function open(name, url, options = {}) {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", acceptDownloads: true, ...options });
  // With this nothing is kept from one page to the next, either: a page weighs what somebody loads who comes to it first.
  await context.route((target) => target.origin !== url && target.protocol !== "data:", (route) => {
    say(`${name} ${route.request().frame().url()}`, `it asks for ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => say(`${name} ${page.url()}`, error));
  page.on("console", (message) => {
    // A form with mistakes is answered with 422, and the browser says so. What the policy forbids is an error, too.
    const isStatus = /status of (401|403|404|422)/.test(message.text());
    if (message.type() === "error" && !isStatus) say(`${name} ${page.url()}`, `console: ${message.text()}`);
  });
  page.on("crash", () => say(`${name} ${page.url()}`, "the page crashed"));
  page.on("request", (request) => begin(page, request));
  page.on("requestfinished", (request) => weigh(request).catch((error) => say(`weight of ${request.url()}`, error)));
  return page;
}

/** By window: the document that it last asked for. */
const documents = new WeakMap();
/** By request: the document that it belongs to. */
const belongs = new WeakMap();

function begin(page, request) {
  const isDocument = request.resourceType() === "document" && request.isNavigationRequest();
  const address = request.url().replace(/^https?:\/\/[^/]*/, "");
  if (isDocument) documents.set(page, { address, bytes: 0, isPage: false });
  if (isDocument || PARTS.has(request.resourceType())) belongs.set(request, { document: documents.get(page), isDocument });
}

async function weigh(request) {
  const { document, isDocument } = belongs.get(request) ?? {};
  const response = document && await request.response();
  if (!response || (response.status() >= 300 && response.status() < 400)) return;
  document.isPage ||= isDocument && (response.headers()["content-type"] ?? "").startsWith("text/html");
  document.bytes += (await request.sizes()).responseBodySize;
  if (document.isPage) weights.set(document.address, Math.max(document.bytes, weights.get(document.address) ?? 0));
}

/** Says which pages weigh too much. Gives the heaviest. */
export function weighAll() {
  for (const [address, bytes] of weights) {
    if (bytes > WEIGHT_BYTES_MAX) say(address, `it weighs ${bytes} bytes, more than ${WEIGHT_BYTES_MAX}`);
  }
  return [...weights].sort(([, one], [, other]) => other - one)[0];
}
