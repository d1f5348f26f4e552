// Signing in, and what needs attention.
import { expect } from "../browser.mjs";

/** Begins the subjects of requests that are due soon. */
const DUE = "SOON-";

export async function signIn(w) {
  await w.goto("/alerts?state=all");
  expect(w.path.startsWith("/sign-in"), "nobody is asked to sign in");
  await w.look("sign in");
  await w.field("Access token").fill("muniment_wrong");
  await w.refused("Sign in", /no access token/);
  await w.look("sign in with a mistake");
  await w.field("Access token").fill(w.token);
  await w.press("Sign in");
  expect(w.path === "/alerts?state=all", `whoever signs in comes to ${w.path}`);
}

export async function home(w) {
  await w.goTo("Home");
  // The figure is that of the list behind it.
  const figure = w.main.locator("ul.figures li").first();
  const said = await figure.locator(".figure").innerText();
  await w.follow(figure.getByRole("link"));
  expect(w.path.startsWith("/alerts?"), `open alerts lead to ${w.path}`);
  expect((await w.text).includes(`${said} alert`), `${said} alerts are not there: ${(await w.text).slice(0, 300)}`);
  await w.goTo("Home");
  await w.follow(w.main.locator('tbody a[href^="/alerts/"]').first());
  expect(w.path.startsWith("/alerts/"), `an alert leads to ${w.path}`);
  await w.goTo("Home");
  // The test has posted requests that are due in a few days.
  const due = w.rows.filter({ hasText: DUE }).first();
  await w.follow(due.getByRole("link", { name: "Open requests" }));
  expect(w.path.endsWith("?due_within=7") && (await w.text).includes(DUE), `what is due soon leads to ${w.path}`);
  await w.goTo("Home");
  await w.follow(w.link("Search it"));
  expect(w.path === "/ledger", `searching leads to ${w.path}`);
  // What every page ends with.
  await w.follow(w.page.getByRole("link", { name: "How to verify this ledger without us" }));
  expect(w.path === "/verify/how", `verifying leads to ${w.path}`);
}

/** Whoever signs out, or is signed out, sees nothing more. */
export async function signOut(w) {
  await w.goto("/");
  await w.press("Sign out");
  await w.goto("/ledger");
  expect(w.path.startsWith("/sign-in"), "whoever signed out still sees the ledger");
}
