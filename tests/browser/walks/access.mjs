// Access: a token is made and shown once, narrowed, revoked; sessions end at once.
import { expect } from "../browser.mjs";

/** Makes a token. Gives its secret. */
async function make(w, name, fill) {
  await w.goTo("Access");
  await w.follow(w.link("Make a token"));
  await w.field("Name").fill(name);
  await fill();
  await w.press("Continue");
  await w.look("token to be checked");
  await w.press("Make this token");
  const secret = await w.field(`The token ${name}`).inputValue();
  expect(/^muniment_[0-9a-f]{32,}$/i.test(secret), "the token is none");
  await w.look("token that was made");
  await w.follow(w.link(/^I have copied it/));
  expect(w.path === "/access" && !(await w.page.content()).includes(secret), "the token is shown twice");
  return secret;
}

const tick = (w, role) => w.page.locator(`input[name=role][value=${role}]`).check();

/** The second person: an officer, who agrees to what the first one asks for. */
export async function secondPerson(w) {
  await w.goTo("Access");
  await w.follow(w.link("Make a token"));
  await w.field("Name").fill("Hazel Quill");
  await w.refused("Continue", /./);
  await w.look("token with mistakes");
  const name = `second-${w.mode.name}`;
  const secret = await make(w, name, () => tick(w, "officer"));
  w.kept.second = { name, secret };
}

/** One that sees requests for information of a unit, and nothing else. */
export async function narrowed(w) {
  const name = `narrow-${w.mode.name}`;
  const secret = await make(w, name, async () => {
    await tick(w, "officer");
    await w.field(/^Only events of these units/).fill("waiting-room");
    await w.main.locator("summary").click();
    await w.page.locator("input[name=group][value=request]").check();
  });
  const row = w.rows.filter({ hasText: name });
  expect((await row.innerText()).includes("waiting-room"), `its reach is ${await row.innerText()}`);
  const officer = await w.other(secret);
  const names = await officer.page.getByRole("navigation", { name: "Main" }).getByRole("link").allInnerTexts();
  expect(names.includes("Record") && !names.includes("Access"), `an officer sees ${names}`);
  await officer.goTo("Ledger");
  const kinds = await officer.rows.locator("th .dim").allInnerTexts();
  expect(kinds.length > 10 && kinds.every((kind) => kind.startsWith("request.")), `it sees ${kinds}`);
  const foreign = await officer.page.goto(`${w.url}/ledger/${w.kept.seq}`);
  expect([403, 404].includes(foreign.status()), `a request of another unit is answered with ${foreign.status()}`);
  await officer.look("what one may not see");
  // Revoked, it is signed out at once.
  await officer.goto("/ledger");
  await w.goTo("Access");
  await w.follow(w.link(`Revoke the token ${name}`));
  await w.look("token to be revoked");
  await w.press("Revoke it");
  await w.main.getByText("The token was revoked").waitFor();
  expect(await w.rows.filter({ hasText: name }).count() === 0, "it is still listed");
  await officer.goto("/ledger");
  expect(officer.path.startsWith("/sign-in"), "a revoked token still sees the ledger");
  await officer.field("Access token").fill(secret);
  await officer.refused("Sign in", /revoked/);
  await officer.leave();
}

/** Whoever signs out everywhere is signed out in every window, and nobody else is. */
export async function everywhere(w) {
  const [one, other] = [await w.other(w.kept.second.secret), await w.other(w.kept.second.secret)];
  await one.press("Sign out everywhere");
  await other.goto("/ledger");
  expect(other.path.startsWith("/sign-in?"), "the other window is still signed in");
  await w.goto("/ledger");
  expect(w.path === "/ledger", "somebody else was signed out, too");
  await one.leave();
  await other.leave();
}
