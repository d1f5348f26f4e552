// A session that ends while somebody types, and the warning before it does.
import { expect } from "../browser.mjs";
import { fillIn } from "./record.mjs";

/** Two minutes before it ends somebody is asked, and may stay. The clock of the browser is moved, not that of the server. */
export async function warning(w) {
  const { page } = w;
  await page.clock.install();
  await w.goto("/record/request.received");
  await w.field("Case or record").fill("FOI-2026-IDLE");
  const minutes = Number(await page.locator("body").getAttribute("data-idle-minutes"));
  expect(minutes >= 5, `somebody is signed out after ${minutes} minutes`);
  const dialog = page.getByRole("dialog", { name: "You will soon be signed out" });
  await page.clock.fastForward((minutes - 2) * 60_000 - 5_000);
  expect(!await dialog.isVisible(), "somebody is warned too early");
  for (let times = 0; times < 2; times++) {
    await page.clock.fastForward(times === 0 ? 6_000 : (minutes - 2) * 60_000 + 1_000);
    await dialog.waitFor();
    const stay = dialog.getByRole("button", { name: "Stay signed in" });
    await w.focused("#session-warning button", "the button does not have the focus");
    const stayed = page.waitForResponse((response) => response.url().endsWith("/stay-signed-in"));
    await stay.press("Enter");
    expect((await stayed).status() < 400, `staying is answered with ${(await stayed).status()}`);
    await dialog.waitFor({ state: "hidden" });
  }
  expect(await w.field("Case or record").inputValue() === "FOI-2026-IDLE", "what was typed is lost");
}

/** Signed out in between, nothing that was typed is lost, and nothing is done before it is sent again. */
export async function kept(w) {
  const subject = `${w.kept.subject}-KEPT`;
  await w.goto("/record/request.received");
  await fillIn(w, subject);
  await w.page.context().clearCookies();
  await w.press("Continue");
  await w.look("sign in, with a form that is kept");
  await w.field("Access token").fill("muniment_wrong");
  await w.refused("Sign in", /no access token/);
  await w.field("Access token").fill(w.token);
  await w.press("Sign in");
  await w.main.getByText(subject).first().waitFor();
  await w.look("what was typed before");
  await w.press("Send what I typed");
  await w.press("Record it");
  await w.openCase(subject);
}
