// The ledger: an entry is found in every way, its bytes and its receipt are saved, and both are checked in the browser.
import { createHash } from "node:crypto";
import { expect } from "../browser.mjs";

export async function ledger(w) {
  const { subject, seq } = w.kept;
  const entry = w.main.locator(`tbody a[href="/ledger/${seq}"]`);
  const { event } = await w.ask(`/v1/events/${seq}`);
  const search = async (fields, from, to) => {
    await w.goTo("Ledger");
    for (const [label, value] of Object.entries(fields)) await w.field(label).fill(value);
    if (from !== undefined) await w.fillDay("Happened from", from);
    if (to !== undefined) await w.fillDay("Happened to", to);
    await w.press("Search");
  };
  // Searches come after by a second at most.
  await search({ Words: subject });
  await w.untilShown(entry, 15_000, "the entry is not found by its words");
  const ways = [{ "Case or record": subject }, { "Type of event": "request.received", "Source": event.source },
    { "Type of event": "request.*", "Case or record": subject }];
  for (const way of ways) {
    await search(way, -3, 1);
    expect(await entry.count() === 1, `${JSON.stringify(way)} does not find the entry: ${await w.rows.allInnerTexts()}`);
    for (const [label, value] of Object.entries(way)) {
      expect(await w.field(label).inputValue() === value, `${label} is forgotten`);
    }
  }
  await search({ "Case or record": subject }, 2);
  expect(await entry.count() === 0, "what happened before is found among what happened later");
  await search({ "Case or record": subject }, 2, 1);
  await w.problem.waitFor();
  const problem = await w.problem.innerText();
  expect(/The last day/.test(problem), `what is wrong is said to be ${problem}`);
  await w.look("ledger with a mistake");
  await search({ "Case or record": subject });
  await w.follow(entry);
  await w.main.getByText(subject).first().waitFor();
  w.find();
  // The bytes that are saved are those that are shown and hashed.
  const { bytes } = await w.save(w.link("Download the exact bytes"));
  const shown = await w.main.locator("pre.bytes").innerText();
  expect(bytes.toString("utf8") === shown, "other bytes are saved than are shown");
  const leaf = createHash("sha256").update(Buffer.concat([Buffer.of(0), bytes])).digest("hex");
  expect((await w.fact("Its hash in the tree").innerText()).trim() === leaf, `the leaf is ${leaf}`);
  const receipt = await w.save(w.link("Download the receipt"));
  expect(receipt.name.endsWith(".tlog-proof") && receipt.bytes.includes(`index ${seq}`), `${receipt.name}: ${receipt.bytes}`);
  await w.follow(w.link("Verify in this browser"));
  await (w.mode.hasScripts ? verify(w) : verifyElsewhere(w));
}

async function verify(w) {
  const { page } = w;
  const done = async (which) => {
    await page.locator(`#${which}-status.good, #${which}-status.bad`).waitFor();
    return [await page.locator(`#${which}-status.good`).count() === 1, await page.locator(`#${which}-status`).innerText()];
  };
  const [isRight, said] = await done("entry");
  expect(isRight, `an entry does not fit: ${said}`);
  expect(await page.locator("#entry-result .tag.red").count() === 0, await page.locator("#entry-result").innerText());
  await w.look("entry that is verified");
  await w.field("First entry").fill(String(w.kept.seq - 40));
  await w.field("Last entry").fill(String(w.kept.seq));
  await w.button("Check the chain").click();
  const [holds, told] = await done("chain");
  expect(holds, `the chain does not hold: ${told}`);
  // Under another key nothing fits.
  const key = w.field(/^Public key/);
  const vkey = await key.inputValue();
  await key.fill(vkey.replace(/.$/, (last) => (last === "A" ? "B" : "A")));
  await w.button("Check this entry").click();
  await page.locator("#entry-status.bad").waitFor();
  await w.look("entry that does not fit");
}

/** Without scripts the page says how else it is done, with the files for it. */
async function verifyElsewhere(w) {
  const said = await w.main.locator("noscript").innerText();
  expect(/This page needs a script/.test(said), `nobody is told that a script is needed: ${said}`);
  for (const name of [/^Download the exact bytes of entry/, "its receipt"]) {
    const { bytes } = await w.save(w.link(name));
    expect(bytes.length > 100, `${name} saves ${bytes.length} bytes`);
  }
}
