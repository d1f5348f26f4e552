// Plugins: settings are refused, tried and saved; one rests and goes on; one is upgraded after a trial.
import { expect } from "../browser.mjs";

/** Longest that one reads the whole ledger. */
const READ_MILLISECONDS = 60_000;
/** Of each mode: a plugin that rests, and one of which the test has installed another version. */
const OF = {
  desk: { rests: "surveillance", upgraded: "marking" },
  phone: { rests: "offsite", upgraded: "disclosures" },
  plain: { rests: "resilience", upgraded: "suppliers" },
};
/** A setting that alerts of the demo hang on, of a plugin that each walker changes behind the one before. */
const SETTING = { of: "people", label: "Grace after training is due", days: ["14", "90"] };

async function openPlugin(w, id) {
  await w.goTo("Plugins");
  await w.follow(w.main.locator(`a[href="/plugins/${id}"]`));
}

export async function settings(w) {
  const { of: id, label, days } = SETTING;
  await openPlugin(w, id);
  await w.look("plugin");
  w.find();
  await w.follow(w.link("Change the settings"));
  const field = w.field(label);
  const before = await field.inputValue();
  const after = days.find((day) => day !== before);
  await field.fill("100000");
  await w.refused("See what these settings would do", /100000|at most|from 1 to/);
  expect(await field.inputValue() === "100000", "what was typed is lost");
  await w.look("settings with a mistake");
  await field.fill(after);
  await w.press("See what these settings would do", READ_MILLISECONDS);
  const figures = (await w.main.locator(".figures .figure").allInnerTexts()).map(Number);
  expect(figures.length === 2 && figures[0] !== figures[1], `so many alerts are open now and then: ${figures}`);
  const change = await w.page.getByRole("table", { name: "Settings that would be others" }).getByRole("row").nth(1).innerText();
  expect(change.includes(before) && change.includes(after), `the change is said to be ${change}`);
  await w.look("what settings would do");
  await w.press("Go back and change it");
  expect(await field.inputValue() === after, "what was typed is lost");
  await w.press("See what these settings would do", READ_MILLISECONDS);
  await w.follow(w.main.locator("form button.button:not(.second)"), READ_MILLISECONDS);
  await w.main.getByText("The plugin has other settings now").waitFor();
  await w.goto(`/plugins/${id}/settings`);
  expect(await field.inputValue() === after, "the settings are not saved");
  // Whoever changes them next is to see what stands now.
  for (const end = Date.now() + READ_MILLISECONDS; (await w.ask(`/v1/plugins/${id}`)).state !== "at_head";) {
    expect(Date.now() < end, `${id} does not come to the end of the ledger`);
    await w.page.waitForTimeout(200);
  }
}

export async function rest(w) {
  const { rests: id } = OF[w.mode.name];
  await openPlugin(w, id);
  await w.follow(w.link("Let it rest"));
  await w.look("plugin to rest");
  await w.follow(w.main.locator("form button"));
  await w.main.getByText("The plugin rests").waitFor();
  await w.look("plugin that rests");
  await w.follow(w.link("Let it go on"));
  await w.follow(w.main.locator("form button"));
  await w.main.getByText("The plugin goes on").waitFor();
  await w.link("Let it rest").waitFor();
}

export async function upgrade(w) {
  const { upgraded: id } = OF[w.mode.name];
  await w.goTo("Plugins");
  await w.look("plugins, one to be upgraded");
  await w.follow(w.main.locator(`a[href="/plugins/${id}/upgrade"]`));
  await w.look("upgrade");
  await w.press("See what the upgrade would do", READ_MILLISECONDS);
  expect(/open alerts now/.test(await w.text), `what the upgrade would do is not said: ${await w.text}`);
  await w.look("what an upgrade would do");
  await w.follow(w.main.locator("form button.button:not(.second)"), READ_MILLISECONDS);
  await w.main.getByText("Another version runs now").waitFor();
  await w.goTo("Plugins");
  expect(await w.main.locator(`a[href="/plugins/${id}/upgrade"]`).count() === 0, "it is still to be upgraded");
}
