// Recording: the form is found by words, put right, checked, sent; a receipt; and a correction of what was recorded.
import { expect } from "../browser.mjs";

/** What is typed of a person, which is sealed. */
export const SECRET = "The neighbour of Hazel Quill telephoned";

/** Fills in a request that arrived, by what stands beside the fields. */
export async function fillIn(w, subject) {
  await w.field("Case or record").fill(subject);
  await w.page.getByRole("group", { name: "Regime", exact: true }).getByLabel("FOI", { exact: true }).check();
  await w.fillDay(/^When did it happen/, -1);
}

/** Records a request with something sealed in it. Leaves its receipt open. */
export async function recordRequest(w, subject) {
  await w.goto("/record/request.received");
  await fillIn(w, subject);
  await w.field(/^Note/).fill(SECRET);
  await w.press("Continue");
  await w.press("Record it");
  await w.link(subject).first().waitFor();
}

export async function record(w) {
  const subject = `FOI-2026-${w.mode.name.toUpperCase()}`;
  w.kept.subject = subject;
  await w.goTo("Record");
  await w.field("What happened, in a few words").fill("request received");
  await w.press("Search");
  await w.look("kinds of event that were searched for");
  await w.follow(w.main.locator('a[href^="/record/request.received"]').first());
  await w.refused("Continue", /./);
  await w.look("form with mistakes");
  await fillIn(w, subject);
  await w.field(/^Channel/).selectOption("email");
  await w.field(/^Note/).fill(SECRET);
  await w.field(/^Service/).first().fill("not a code");
  await w.refused("Continue", /./);
  expect(await w.field("Case or record").inputValue() === subject, "what was typed is lost");
  expect(await w.field(/^Channel/).inputValue() === "email", "what was chosen is lost");
  expect(await w.field(/^Note/).inputValue() === SECRET, "what is to be sealed is lost");
  await w.field(/^Service/).first().fill("revenues");
  await w.press("Continue");
  await w.button("Record it").waitFor();
  await w.look("answers to be checked");
  for (const answer of [subject, "FOI", "Email", "revenues", SECRET]) {
    expect((await w.text).includes(answer), `${answer} is not there to be checked`);
  }
  await w.press("Change");
  expect(await w.field("Case or record").inputValue() === subject, "what was typed is lost");
  await w.press("Continue");
  await w.press("Record it");
  await w.link(subject).first().waitFor();
  await w.look("receipt of what was recorded");
  w.find();
  const receipt = await w.save(w.link(/^Download the receipt/));
  const proof = receipt.bytes.toString("utf8");
  expect(proof.startsWith("c2sp.org/tlog-proof"), `the receipt is ${proof.slice(0, 80)}`);
  const entry = await w.main.locator('a[href^="/ledger/"]').first().getAttribute("href");
  w.kept.seq = Number(entry.split("/").pop());
  await w.openCase(subject);
  expect(!(await w.page.content()).includes(SECRET), "what is sealed is shown");
}

/** The entry was wrong: it counts no more, and both its page and that of the case say so. */
export async function correction(w) {
  const subject = `${w.kept.subject}-WRONG`;
  await recordRequest(w, subject);
  const entry = await w.main.locator('a[href^="/ledger/"]').first().getAttribute("href");
  await w.follow(w.link(/^Correct this entry/));
  expect((await w.text).includes(subject), "it is not said which entry is corrected");
  await w.look("form of a correction");
  await w.refused("Continue", /./);
  await w.page.locator('input[name="data-action"][value="void"]').check();
  await w.page.locator('input[name="data-reason"][value="wrong_case"]').check();
  await w.press("Continue");
  await w.look("correction to be checked");
  await w.press("Record it");
  await w.main.locator('a[href^="/ledger/"]').first().waitFor();
  await w.goto(entry);
  await w.untilShown(w.main.getByText("This entry was corrected"), 15_000, "nobody is told that it was corrected");
  await w.look("entry that was corrected");
  await w.goto(`/cases/${encodeURIComponent(subject)}`);
  const told = w.main.locator(".timeline li").filter({ hasText: "Counts no more" });
  await w.untilShown(told, 15_000, "the case does not say that an entry was corrected");
  await w.look("case with a correction");
  // It is recorded right, in a form that has what was recorded; the case then leads from one to the other.
  await w.follow(told.getByRole("link", { name: /^Record it right/ }));
  const regime = w.page.getByRole("group", { name: "Regime", exact: true });
  expect(await regime.getByLabel("FOI", { exact: true }).isChecked(), "the form has nothing of what was recorded");
  await w.look("form that is filled in with what was recorded");
  await w.field("Case or record").fill(`${subject}-RIGHT`);
  await w.press("Continue");
  await w.press("Record it");
  await w.openCase(`${subject}-RIGHT`);
  // Nor does the register list it any more, once the plugin has read the correction.
  await w.goto(`/registers/requests/open?q=${subject}`);
  const first = w.rows.locator("td:first-child").getByText(subject, { exact: true });
  await w.until(async () => {
    await w.page.reload();
    return await first.count() === 0;
  }, 15_000, "a request that counts no more is still open");
}
