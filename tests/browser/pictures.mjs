// Takes the pictures of the README: node pictures.mjs URL TOKEN FOLDER
//
// URL serves the ledger of `muniment demo`, and TOKEN is the one that it prints. It runs in a folder with what the tests of the
// pages need (`target/clients/browser`).
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { close, expect, launch, wrong } from "./browser.mjs";
import { MODES, Walker } from "./walker.mjs";

const [url, token, folder] = process.argv.slice(2);
/** Wide enough for a table, and small enough to be read on the page of a repository. */
const VIEW = { width: 1120, height: 760 };

await mkdir(folder, { recursive: true });
await launch((why) => {
  console.error(why);
  process.exit(1);
});
const w = await Walker.open({ ...MODES[0], viewport: VIEW }, url, token);
await w.signIn();

async function take(name, path) {
  if (path) await w.goto(path);
  await w.page.screenshot({ path: join(folder, `${name}.png`) });
}

await take("home", "/");
await take("register", "/registers/requests/open");
await w.goto("/alerts");
await w.follow(w.main.locator("tbody a").first());
await take("alert");
// What the demo has written, as it is published.
const { reports } = await w.ask("/v1/reports");
expect(reports?.length > 0, "the ledger has no report; the demo makes one");
await w.page.goto(`${url}/reports/${reports[0].id}/file/html`);
await w.page.locator("figure").first().evaluate((figure) => figure.scrollIntoView());
await w.page.evaluate(() => window.scrollBy(0, -90));
await take("report");
await close();
for (const line of wrong) console.error(line);
process.exit(wrong.length > 0 ? 1 : 0);
