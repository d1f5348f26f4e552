// Looks at a page as people who do not see it, or have no mouse, or a narrow screen: node page.mjs FILE [SCREENSHOT]
//
// It prints what is wrong, a line each, and ends with 1 if anything is.
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");

const [file, screenshot] = process.argv.slice(2);
const profile = await mkdtemp(join(tmpdir(), "muniment-page-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  chromiumSandbox: false,
  viewport: { width: 1280, height: 900 },
  args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const wrong = [];
try {
  const page = await browser.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => wrong.push(`script: ${error}`));
  page.on("console", (message) => message.type() === "error" && wrong.push(`console: ${message.text()}`));
  await page.goto(pathToFileURL(file).href);
  for (const url of asked.filter((url) => !url.startsWith("file:"))) wrong.push(`it asks for ${url}`);
  if (asked.length !== 1) wrong.push(`it loads ${asked.length} files`);
  if (screenshot) await page.screenshot({ path: screenshot });

  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await new AxeBuilder({ page }).withTags(tags).analyze();
  for (const { id, help, nodes } of found.violations) {
    wrong.push(`${id}: ${help} (${nodes.length} times, as in ${nodes[0].html.slice(0, 200)})`);
  }

  // By keyboard alone: whatever can be used is come to, in the order of the page, and every one opens.
  const wanted = await page.locator("a[href], summary, [tabindex='0']").count();
  const steps = Math.min(wanted, 200);
  let last = -1;
  for (let step = 0; step < steps; step++) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(() =>
      [...document.querySelectorAll("a[href], summary, [tabindex='0']")].indexOf(document.activeElement));
    if (place !== last + 1) {
      wrong.push(`the keyboard goes from ${last} to ${place} of ${wanted}`);
      break;
    }
    last = place;
  }
  const summary = page.locator("summary").first();
  if (await summary.count()) {
    await summary.focus();
    await page.keyboard.press("Enter");
    if (!(await page.locator("details").first().evaluate((details) => details.open))) {
      wrong.push("what is behind a figure does not open by keyboard");
    }
  }

  // On a telephone, and at 400 % zoom, nothing but tables and charts is scrolled sideways.
  await page.setViewportSize({ width: 320, height: 640 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) wrong.push(`at 320 pixels it is ${over} too wide`);
  if (screenshot) await page.screenshot({ path: screenshot.replace(".png", "-narrow.png") });
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}
for (const line of wrong) console.log(line);
process.exit(wrong.length > 0 ? 1 : 0);
