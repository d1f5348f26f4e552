// Checks entries in this browser: fetches their bytes and receipts, and has WebAssembly do the sums. This script itself decides
// nothing; it shows what that says.
const page = document.getElementById("verifier");
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const STATES = {
  right: ["Right", "green"],
  wrong: ["Wrong", "red"],
  computed: ["Computed", "blue"],
  unchecked: ["Not checked", "yellow"],
};

/** What each step is, and what it means if it is wrong. */
const MEANS = {
  entry: [
    "Whether the text that the server gave is the entry that was asked for, written as every entry is.",
    "The server gave another entry, or a text that is no entry. Nothing that it says of this entry can be relied on.",
  ],
  line_hash: ["A fingerprint of the exact text. The next entry repeats it, so this entry cannot be changed without changing all that follow."],
  leaf_hash: ["A second fingerprint of the text, by which the entry stands in the tree: the structure from which one fingerprint of the whole ledger is made."],
  receipt: [
    "A receipt is a small file that says at which place of the ledger an entry stands. This is whether it is for the entry that was asked for.",
    "The receipt is damaged, or for another entry. Download it again from the entry’s page.",
  ],
  path: [
    "Whether the receipt has all the fingerprints that are needed to get from this entry to the whole ledger.",
    "The receipt is incomplete or damaged. Download it again from the entry’s page.",
  ],
  root: [
    "Whether the entry’s fingerprint, put together with those of the receipt, gives the fingerprint of the whole ledger that was signed. If one character of the entry were different, it would not.",
    "The entry is not the one that was signed for: its text was changed after it was recorded, or the receipt belongs to another entry or ledger.",
  ],
  signature: [
    "Whether the holder of the ledger’s key has signed that fingerprint of the whole ledger.",
    "The signature was not made with the key in the field above. Either that is not the key of this ledger, or somebody else has signed.",
  ],
  chain: [
    "Whether each entry repeats the fingerprint of the one before it, and none is missing between the first and the last.",
    "An entry was changed, left out or put in after it was recorded, or the server gave the wrong ones.",
  ],
};
const AFTER_FAILURE = "What to do: see that the key above is the one that you were given, load this page again and check once more. If it fails again, do not rely on the entry. Download its exact bytes and its receipt as evidence, and tell whoever answers for the ledger.";

/** Something that the reader can be told as it is. */
class Told extends Error {}

let loading;

/** The verifier, loaded once. */
function load() {
  loading ??= WebAssembly.instantiateStreaming(fetch(page.dataset.path), {}).then(
    ({ instance }) => instance.exports,
    () => {
      loading = undefined;
      throw new Told("The program that checks could not be loaded. Try again, or check without this page.");
    },
  );
  return loading;
}

/** Asks the verifier. A question is its parts, each with its length before it. */
async function ask(...parts) {
  const { memory, reserve, release, answer } = await load();
  const bytes = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const length = bytes.reduce((sum, part) => sum + 4 + part.length, 0);
  const question = reserve(length) >>> 0;
  let place = question;
  for (const part of bytes) {
    new DataView(memory.buffer).setUint32(place, part.length, true);
    new Uint8Array(memory.buffer).set(part, place + 4);
    place += 4 + part.length;
  }
  const given = answer(question, length) >>> 0;
  const said = new DataView(memory.buffer).getUint32(given, true);
  const report = JSON.parse(decoder.decode(new Uint8Array(memory.buffer, given + 4, said)));
  release(question, length);
  release(given, said + 4);
  return report;
}

/** The exact bytes of an answer. */
async function bytesOf(path, what) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store" });
  } catch {
    throw new Told(`The server could not be asked for ${what}. Try again.`);
  }
  if (response.redirected) throw new Told("You are signed out. Sign in, and try again.");
  if (response.status === 403) throw new Told(`You may not see ${what}.`);
  if (response.status === 404) throw new Told(`The ledger has not got ${what}.`);
  if (!response.ok) throw new Told(`The server did not give ${what} (${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The number that was typed into a field. */
function numberIn(id, name) {
  const field = document.getElementById(id);
  const text = field.value.trim();
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  field.focus();
  throw new Told(`${name}: enter the number of an entry, such as 41.`);
}

/** The key that is to be believed, and where it is from. */
function key() {
  const vkey = document.getElementById("vkey").value.replace(/\s+/g, "");
  const from = vkey === page.dataset.key
    ? "Checked under the key that this server shows. Compare it with the one that you were given."
    : "Checked under the key that you put in, not the one that this server shows.";
  return { vkey, from };
}

function element(name, kind, ...children) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
}

/** Shows every step of a report. */
function show(result, report, title) {
  const list = element("dl", "summary");
  for (const { name, title, state, detail } of report.checks) {
    const [word, colour] = STATES[state];
    const [what, wrong] = MEANS[name] ?? [];
    const said = element("dd", "", element("strong", `tag ${colour}`, word), " ", detail);
    if (what) said.append(element("p", "dim", what));
    if (wrong && state === "wrong") said.append(element("p", "", wrong));
    list.append(element("div", "", element("dt", "", title), said));
  }
  result.append(element("h3", "", title), list);
}

/** Checks an entry with its receipt. */
async function checkEntry(seq, line, vkey) {
  const receipt = await bytesOf(`/ledger/${seq}/receipt`, `the receipt of entry ${seq}`);
  return ask("receipt", String(seq), line, receipt, vkey);
}

/** Has a form done here and not by the server. `work` is given how to say how it goes, and where to show what came out. */
function on(name, work) {
  const form = document.getElementById(`${name}-form`);
  const status = document.getElementById(`${name}-status`);
  const result = document.getElementById(`${name}-result`);
  const say = (kind, ...texts) => {
    status.className = kind ? `notice ${kind}` : "";
    status.replaceChildren(...texts.map((text) => element("p", "", text)));
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    result.replaceChildren();
    try {
      await work(say, result);
    } catch (error) {
      say("bad", error instanceof Told ? error.message : "The check could not be finished, so nothing is proved. Try again.");
    } finally {
      delete form.dataset.busy;
    }
  });
  return form;
}

const entryForm = on("entry", async (say, result) => {
  const seq = numberIn("seq", "Number of the entry");
  const { vkey, from } = key();
  say("", `Checking entry ${seq} …`);
  const line = await bytesOf(`/ledger/${seq}/bytes`, `entry ${seq}`);
  const report = await checkEntry(seq, line, vkey);
  show(result, report, `Entry ${seq}, step by step`);
  say(report.passed ? "good" : "bad", report.summary, from, ...(report.passed ? [] : [AFTER_FAILURE]));
});

const chainForm = on("chain", async (say, result) => {
  const [first, last] = [numberIn("from", "First entry"), numberIn("to", "Last entry")];
  const [most, lines] = [Number(page.dataset.chain), Number(page.dataset.lines)];
  if (last < first) throw new Told("The last entry has to be the first one or a later one.");
  if (last - first >= most) throw new Told(`At most ${most.toLocaleString("en-GB")} entries are checked at a time.`);
  const { vkey, from } = key();
  const parts = [];
  for (let start = first; start <= last; start += lines) {
    const end = Math.min(start + lines - 1, last);
    say("", `Fetching entries ${start} to ${end} …`);
    parts.push(await bytesOf(`/verify/lines?from=${start}&to=${end}`, `entries ${start} to ${end}`));
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((place, part) => (whole.set(part, place), place + part.length), 0);
  const chain = await ask("chain", String(first), String(last), whole);
  show(result, chain, `Entries ${first} to ${last}`);
  if (!chain.passed) return say("bad", chain.summary, AFTER_FAILURE);
  // The chain by itself shows only that the lines fit each other; the signature, that they are the ledger's.
  const end = whole.at(-1) === 10 ? whole.length - 1 : whole.length;
  const line = whole.slice(end > 0 ? whole.lastIndexOf(10, end - 1) + 1 : 0, end);
  const report = await checkEntry(last, line, vkey);
  show(result, report, `Entry ${last}, the last of them, step by step`);
  say(report.passed ? "good" : "bad", chain.summary, report.summary, from, ...(report.passed ? [] : [AFTER_FAILURE]));
});

// Whoever came by the link of an entry wants it checked.
const wanted = new URLSearchParams(location.search);
if (!document.querySelector(".error-summary")) {
  if (wanted.get("seq")) entryForm.requestSubmit();
  else if (wanted.get("from") && wanted.get("to")) chainForm.requestSubmit();
}
