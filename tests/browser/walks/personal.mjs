// Personal data: read for a purpose, and destroyed once a second person agrees; cancelled in time; certified.
import { expect } from "../browser.mjs";
import { recordRequest, SECRET } from "./record.mjs";

/** The test has set a delay of some seconds. */
const DELAY_MILLISECONDS = 90_000;

async function fillInReveal(w, subject) {
  await w.field("What kind of case is it?").selectOption("request");
  await w.field("Which case?").fill(subject);
  await w.page.getByRole("radio", { name: /^Casework/ }).check();
}

export async function reveal(w) {
  await w.goTo("Personal data");
  await w.follow(w.link("Read the sealed data of a case"));
  await w.refused("Record that I read it, and show it", /./);
  await w.look("reading sealed data, with mistakes");
  await fillInReveal(w, w.kept.subject);
  await w.press("Record that I read it, and show it");
  expect((await w.text).includes(SECRET), `what is sealed is not shown: ${await w.text}`);
  await w.look("sealed data");
  // The reading is recorded, with what for, and without what was read.
  await w.follow(w.main.locator('.notice a[href^="/ledger/"]'));
  const said = await w.text;
  expect(said.includes("personal.revealed") && /casework/i.test(said), `the reading is recorded as ${said.slice(0, 500)}`);
  expect(!(await w.page.content()).includes(SECRET), "the ledger holds what was read");
}

/** Shows what a destruction would destroy. */
async function plan(w, subject) {
  await w.goTo("Personal data");
  await w.follow(w.link("Plan a destruction"));
  await w.page.getByRole("radio", { name: /^Recorded in error/ }).check();
  await w.field("Cases").fill(`request ${subject}`);
  await w.press("Show what would be destroyed");
  expect((await w.text).includes(subject), `the plan does not say what is destroyed: ${await w.text}`);
}

/** Plans a destruction and asks for it, once nothing stands in its way. */
async function ask(w, subject) {
  await plan(w, subject);
  for (const end = Date.now() + 15_000; await w.button("Ask for this destruction").count() === 0;) {
    expect(Date.now() < end, `it cannot be asked for: ${await w.text}`);
    await w.page.waitForTimeout(500);
    await plan(w, subject);
  }
  await w.look("plan of a destruction");
  await w.press("Ask for this destruction");
  expect(/^\/personal-data\/destructions?\//.test(w.path), `asking leads to ${w.path}`);
}

/** Another person agrees. */
async function agree(w, second) {
  await second.goto(w.path);
  await second.refused("Agree to this destruction", /./);
  await second.look("destruction to be agreed to");
  await second.page.getByRole("checkbox", { name: /I looked at what will be destroyed/ }).check();
  await second.press("Agree to this destruction");
  expect(await second.button("Agree to this destruction").count() === 0, "it can be agreed to twice");
}

export async function destroy(w, second) {
  w.kept.lost = `${w.kept.subject}-LOST`;
  await recordRequest(w, w.kept.lost);
  await w.goTo("Personal data");
  await w.follow(w.link("Plan a destruction"));
  await w.refused("Show what would be destroyed", /./);
  await w.look("destruction with mistakes");
  // What somebody still asks for stays.
  await plan(w, w.kept.subject);
  expect(/is open and covers it/.test(await w.text), `nothing stands in the way: ${await w.text}`);
  expect(await w.button("Ask for this destruction").count() === 0, "the case of an open request may be destroyed");
  await w.look("plan of what may not be destroyed");
  for (const subject of [w.kept.subject, w.kept.lost]) {
    await w.goto(`/record/request.withdrawn?subject=${subject}`);
    await w.press("Continue");
    await w.press("Record it");
    await w.link(subject).first().waitFor();
  }
  // One is cancelled in time, although both agreed.
  await ask(w, w.kept.subject);
  expect(await w.button("Agree to this destruction").count() === 0, "one may agree to what one asks for");
  expect((await w.text).includes("somebody else has to agree"), "nobody says that somebody else has to agree");
  await w.look("destruction that was asked for");
  await agree(w, second);
  await w.page.reload();
  await w.press("Cancel this destruction");
  expect(/cancelled/i.test(await w.text), `it is not cancelled: ${await w.text}`);
  expect(await w.button("Cancel this destruction").count() === 0, "it can be cancelled twice");
  await w.look("destruction that was cancelled");
  // The other one goes on by itself after the delay.
  await ask(w, w.kept.lost);
  await agree(w, second);
  w.kept.destruction = w.path;
}

export async function certificate(w) {
  await w.goto(w.kept.destruction);
  const certified = w.main.getByRole("heading", { name: "Certificate of destruction" });
  await w.untilShown(certified, DELAY_MILLISECONDS, "it is not carried out");
  const text = await w.text;
  for (const said of [w.kept.lost, w.kept.second.name, "never be read again"]) {
    expect(text.includes(said), `it does not say ${said}: ${text}`);
  }
  await w.look("certificate of a destruction");
  w.find();
  for (const [subject, isThere] of [[w.kept.lost, false], [w.kept.subject, true]]) {
    await w.goto("/personal-data/reveal");
    await fillInReveal(w, subject);
    await w.press("Record that I read it, and show it");
    expect((await w.text).includes(SECRET) === isThere, `what was sealed of ${subject} is ${isThere ? "lost" : "still there"}`);
  }
}
