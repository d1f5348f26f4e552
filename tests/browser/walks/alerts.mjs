// Alerts: found by filters, opened, and acknowledged with a note.
import { expect } from "../browser.mjs";

/** Of each mode what is at stake in its alert, so that nobody acknowledges that of another. */
const STAKES = { desk: "Statutory", phone: "Policy", plain: "Warning" };
const NOTE = "The papers are with the registrar";

export async function alerts(w) {
  await w.goTo("Alerts");
  const stake = STAKES[w.mode.name];
  await w.field("At stake").selectOption(stake.toLowerCase());
  await w.press("Show");
  const stakes = await w.rows.allInnerTexts();
  expect(stakes.length > 0, "the filter shows none");
  expect(stakes.every((text) => text.includes(stake)), `there are others: ${stakes}`);
  expect(await w.field("At stake").inputValue() === stake.toLowerCase(), "the filter is forgotten");
  await w.look("alerts, filtered");
  const alert = w.rows.first().getByRole("rowheader").getByRole("link");
  const title = await alert.innerText();
  await w.follow(alert);
  w.find();
  expect((await w.heading).includes(title), `${title} is headed ${await w.heading}`);
  expect(await w.main.locator("dl.summary dt").count() > 3, "it does not say what the alert is about");
  const subject = (await w.fact("Case or record").innerText()).trim();
  await w.refused("Acknowledge", /Select|Choose/);
  await w.look("alert with a mistake");
  await w.page.getByRole("radio", { name: /^In hand/ }).check();
  const note = `${NOTE} of ${w.mode.name}`;
  await w.field(/^Note/).fill(note);
  await w.look("alert before it is acknowledged");
  await w.press("Acknowledge");
  expect(await w.problem.count() === 0, `it is not acknowledged: ${await w.text}`);
  await w.main.getByText("Acknowledged", { exact: true }).first().waitFor();
  await w.untilShown(w.main.locator(".timeline li").filter({ hasText: note }), 15_000, "the note is not shown");
  await w.look("alert once it is acknowledged");
  // It is among those that were acknowledged, and among the open ones no more.
  const address = w.path;
  await w.goTo("Alerts");
  for (const [state, isThere] of [["acknowledged", true], ["open", false], ["all", true]]) {
    await w.field("State").selectOption(state);
    await w.field("Case or record").fill(subject);
    await w.press("Show");
    const found = await w.main.locator(`a[href="${address}"]`).count() > 0;
    expect(found === isThere, `among ${state} alerts it is ${found ? "" : "not "}there`);
  }
  await w.field("Case or record").fill("nothing has this name");
  await w.press("Show");
  await w.main.getByText("No alert matches").waitFor();
  await w.follow(w.link("Clear filters"));
  expect(await w.rows.count() > 1, "the filters are not cleared");
}
