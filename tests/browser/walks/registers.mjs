// Registers: a case is found by filters, by order and by pages; the table is saved; the case is opened.
import { expect } from "../browser.mjs";

/** Begins the subjects of as many requests, which the test has posted: more than a page holds. */
const WAITING = "WAIT-";
const REQUESTS = 130;

export async function registers(w) {
  await w.goTo("Registers");
  await w.follow(w.main.locator('a[href="/registers/requests/open"]'));
  await w.field("Text").fill(WAITING);
  await w.press("Show");
  await w.main.getByText(`of ${REQUESTS} rows.`).waitFor();
  expect(await w.field("Text").inputValue() === WAITING, "the filter is forgotten");
  const cases = async () => (await w.rows.locator("td:first-child").allInnerTexts()).map((text) => text.trim());
  const before = await cases();
  expect(before.length < REQUESTS && before.every((name) => name.startsWith(WAITING)), `the filter gives ${before}`);
  // In another order, and back.
  const head = () => w.page.getByRole("columnheader", { name: "Case", exact: false }).first();
  for (const order of ["ascending", "descending"]) {
    await w.follow(head().getByRole("link"));
    if (await head().getAttribute("aria-sort") !== order) await w.follow(head().getByRole("link"));
    expect(await head().getAttribute("aria-sort") === order, `it is not said that the order is ${order}`);
    const sorted = await cases();
    const wanted = [...sorted].sort();
    if (order === "descending") wanted.reverse();
    expect(sorted.join() === wanted.join(), `${order}, the cases are ${sorted}`);
    expect(await w.page.locator("th[aria-sort]").count() === 1, "two columns are sorted");
  }
  const first = await cases();
  await w.look("register of several pages");
  await w.follow(w.link("Next page"));
  const second = await cases();
  expect(first.length + second.length === REQUESTS, `the pages have ${first.length} and ${second.length} rows`);
  expect(first.every((name) => !second.includes(name)), "a row is on two pages");
  expect(second[0] < first.at(-1), "the second page does not go on in the order of the first");
  await w.follow(w.link("Previous page"));
  expect((await cases()).join() === first.join(), "the first page is another one");
  const { name, bytes } = await w.save(w.link("Save as CSV"));
  const lines = bytes.toString("utf8").trim().split("\r\n");
  expect(name.endsWith(".csv") && lines.length === REQUESTS + 1, `${name} has ${lines.length} lines`);
  expect(lines[0].includes("Case") && lines.slice(1).every((line) => line.includes(WAITING)), lines.slice(0, 3).join(" | "));
  await w.field("Status").fill("no such status");
  await w.press("Show");
  await w.main.getByText("No row matches").waitFor();
  await w.follow(w.link("Clear filters"));
  await w.field("Due").selectOption("0");
  await w.press("Show");
  const late = await w.text;
  expect(late.includes("FOI-2026-LATE") && !late.includes(WAITING), `what is overdue is not there alone: ${late}`);
  await w.follow(w.link("FOI-2026-LATE").first());
  expect((await w.heading).includes("FOI-2026-LATE"), `the page of the case is headed ${await w.heading}`);
  expect(await w.main.locator(".timeline li").count() > 0, "nothing happened in the case");
  w.find();
  const details = w.main.locator("details").first();
  await details.locator("summary").press("Enter");
  expect(await details.evaluate((element) => element.open), "it does not open by keyboard");
  await w.follow(w.main.locator('.timeline a[href^="/ledger/"]').first());
  expect(/^\/ledger\/\d+$/.test(w.path), `an entry leads to ${w.path}`);
}
