// A report: explained in words, made of a period as it was known at an entry, saved in every format, compared, followed down to
// the entries behind a figure, approved, and published by somebody else.
import { expect } from "../browser.mjs";

/** A plugin reads the whole ledger for a report, and reports of the other modes may come first. */
const REPORT_MILLISECONDS = 240_000;
/** How files of each format begin. */
const FORMATS = { "PDF": "%PDF-", "Web page": "<!doctype html>", "Excel workbook": "PK", "CSV": "figures", "JSON": "{" };
/** What a browser shows itself instead of saving it. */
const SHOWN = ["PDF", "Web page", "JSON"];
/** The day as of which each mode makes its own report. */
const STATUS_DAYS = { desk: "31", phone: "30", plain: "29" };
/** What each mode explains. */
const WORDS = "Requests rose, says whoever sits at the";
/** The entry as of which the modes make their first report. */
let entry;

/** It is made in the background. The page says by itself when it is there; without scripts somebody looks again. */
async function made(w) {
  expect(w.plainPath.startsWith("/reports/making/"), `no report is being made: ${w.path}`);
  const open = w.link("Open the report");
  if (w.mode.hasScripts) {
    await open.waitFor({ timeout: REPORT_MILLISECONDS });
    await w.look("report that was made");
  } else {
    await w.look("report that is being made");
    for (const end = Date.now() + REPORT_MILLISECONDS; await open.count() === 0;) {
      expect(Date.now() < end, `no report was made: ${await w.text}`);
      await w.follow(w.link("Look again"));
      await w.page.waitForTimeout(300);
    }
  }
  await w.follow(open);
  expect(w.plainPath.startsWith("/reports/report-"), `the report opens at ${w.path}`);
  await w.fact("Its name in the ledger").waitFor();
}

/** Makes a report about a year, with a status date and an entry if they are given. */
async function make(w, { day, asAt }) {
  await w.goTo("Reports");
  await w.follow(w.link("Make a report"));
  const year = w.page.getByRole("radio", { name: /^Financial year 2025-26/ });
  if (await year.count()) {
    await year.check();
  } else {
    await w.page.getByRole("radio", { name: /^Another period/ }).check();
    await w.field("Another period").fill("2025-26");
  }
  for (const [label, value] of Object.entries(day ?? {})) await w.field(label).fill(value);
  if (asAt) await w.field(/^Made of entries up to number/).fill(String(asAt));
  await w.press("Make the report", REPORT_MILLISECONDS);
  await made(w);
}

export async function reports(w) {
  await w.goTo("Reports");
  await w.follow(w.link("Make a report"));
  await w.field("Day").fill("31");
  await w.field("Month").fill("2");
  await w.field("Year").fill("2026");
  await w.refused("Make the report", /Select the time/);
  await w.look("report to be made, with mistakes");
  // As it was known at an entry, the same figures come out each time: it is made once for all modes.
  entry ??= w.ask("/v1/ledger").then(({ size }) => size - 1);
  await make(w, { day: { Day: "31", Month: "12", Year: "2025" }, asAt: await entry });
  const status = await w.fact("How things stood on").innerText();
  expect(status.includes("31 December 2025"), `it says how things stood on ${status}`);
  w.kept.before = w.plainPath;
  await w.look("report");
  await explain(w);
  // Of another day in each mode, so that each has a report of its own to approve.
  await make(w, { day: { Day: STATUS_DAYS[w.mode.name], Month: "3", Year: "2026" } });
  w.kept.report = w.plainPath;
  expect(w.kept.report !== w.kept.before, "the report is the one before");
  await sections(w);
}

/** Somebody explains a section; the next report prints that. */
async function explain(w) {
  await w.follow(w.link(/^R5 /).last());
  await w.follow(w.link("Explain section R5 in words"));
  await w.field("Commentary").fill(`${WORDS} ${w.mode.name}.`);
  await w.press("Continue");
  await w.press("Record it");
  await w.main.locator('a[href^="/ledger/"]').first().waitFor();
}

/** From the report to a section, to a figure, to the entries that it was counted from. */
async function sections(w) {
  w.find();
  await w.follow(w.link(/^R5 /).last());
  expect(w.plainPath.includes("/sections/R5"), "no section opens");
  // The modes explain the same section, and the last word counts.
  expect((await w.text).includes(WORDS), "the commentary is not printed");
  expect(await w.main.getByRole("region").count() > 2, "the section shows no tables");
  w.find();
  const row = w.rows.filter({ hasText: /^Requests received/ }).first();
  const figure = (await row.locator("td").first().innerText()).trim();
  await w.follow(row.getByRole("link", { name: /^Open the evidence/ }));
  expect(w.plainPath.includes("/figures/"), "it leads to no evidence");
  w.find();
  expect((await w.main.locator(".figure").innerText()).trim() === figure, "the figure is another one");
  expect(await w.rows.count() >= Number(figure), `${figure} requests rest on ${await w.rows.count()} entries`);
  await w.follow(w.rows.first().getByRole("link").first());
  expect(/^\/ledger\/\d+$/.test(w.path), `the evidence leads to ${w.path}`);
}

export async function files(w) {
  await w.goto(w.kept.report);
  for (const [format, begins] of Object.entries(FORMATS)) {
    for (const edition of ["internal", "public"]) {
      const link = w.link(`${format}, ${edition}`);
      const { name, bytes } = await (SHOWN.includes(format) ? w.fetch(link) : w.save(link));
      expect(bytes.subarray(0, begins.length).toString("latin1").toLowerCase() === begins.toLowerCase(),
        `${name} begins with ${bytes.subarray(0, 20).toString("latin1")}`);
    }
  }
}

export async function compare(w) {
  await w.goto(w.kept.report);
  await w.field("Report to compare it with").selectOption(w.kept.before.split("/").pop());
  await w.press("Compare");
  const about = await w.rows.first().innerText();
  expect(about.includes(w.kept.before.split("/").pop()), `it is compared with ${about}`);
  await w.look("reports compared");
  await w.follow(w.page.getByRole("region", { name: "Figures that differ" }).getByRole("link").first());
  expect(w.plainPath.includes("/figures/"), `a difference leads to ${w.path}`);
}

/** Those who may make a report may publish it; who answers for it approves it first. */
export async function approve(w, officer) {
  await w.goto(w.kept.report);
  await w.refused("Go on to approve", /role/);
  await w.look("report to be approved, with a mistake");
  await w.field(/^Role in which it is approved/).fill("role/siro");
  await w.press("Go on to approve");
  await w.look("approval to be checked");
  await w.press("Approve the report");
  const isApproved = w.plainPath === w.kept.report && (await w.text).includes("Approved");
  expect(isApproved, `it is not approved: ${(await w.text).slice(0, 300)}`);
  // Somebody else, who may not approve.
  await officer.goto(w.kept.before);
  expect(await officer.button("Go on to approve").count() === 0, "an officer may approve");
  await officer.goto(w.kept.report);
  await officer.field(/^Role in which it is published/).fill("role/communications");
  await officer.press("Go on to publish");
  await officer.look("publication to be checked");
  await officer.press("Publish the report");
  expect((await officer.text).includes("Published"), `it is not published: ${(await officer.text).slice(0, 300)}`);
  for (const step of ["generated", "approved", "published"]) {
    const line = officer.main.locator(".timeline li").filter({ hasText: `Report ${step}` });
    await officer.untilShown(line, 15_000, `nobody is told that the report was ${step}`);
  }
}
