// Goes through the pages as people do: node journeys.mjs URL TOKEN [FOLDER]
//
// TOKEN holds all roles. URL serves the ledger of a demo, with every plugin, as the test of the pages prepares it. Every journey
// is made at a desk, with a telephone, and without scripts. Pictures of the pages go into FOLDER. It prints what is wrong, a line
// each, and ends with 1 if anything is.
import { mkdir } from "node:fs/promises";
import { close, expect, launch, say, weighAll, weights, wrong } from "./browser.mjs";
import { picturesInto, skips } from "./looks.mjs";
import { MODES, Walker } from "./walker.mjs";
import { everywhere, narrowed, secondPerson } from "./walks/access.mjs";
import { alerts } from "./walks/alerts.mjs";
import { home, signIn, signOut } from "./walks/home.mjs";
import { ledger } from "./walks/ledger.mjs";
import { certificate, destroy, reveal } from "./walks/personal.mjs";
import { rest, settings, upgrade } from "./walks/plugins.mjs";
import { correction, record } from "./walks/record.mjs";
import { registers } from "./walks/registers.mjs";
import { approve, compare, files, reports } from "./walks/reports.mjs";
import { kept, warning } from "./walks/session.mjs";

const [url, token, folder] = process.argv.slice(2);
/** A few minutes where nothing else runs; much else does where this is one test of many. */
const MILLISECONDS_MAX = 600_000;
/** Walkers who look at pages that no journey looked at, at a time. */
const LOOKERS = 2;

const begun = Date.now();
/** Nothing more can be tried. */
function giveUp(why) {
  for (const line of [...wrong, why]) console.log(line);
  process.exit(1);
}
setTimeout(() => giveUp(`it takes longer than ${MILLISECONDS_MAX / 1000} seconds`), MILLISECONDS_MAX).unref();
process.on("unhandledRejection", (error) => giveUp(error?.stack ?? String(error)));
if (folder) await mkdir(folder, { recursive: true });
picturesInto(folder);
await launch(giveUp);

/** Before anybody changes anything: what the pages say holds for all. */
async function arrive(w) {
  await w.walk("sign in", signIn);
  await w.walk("home", home);
}

/** What one person does until they wait for others. */
async function day(w) {
  await w.walk("give access to a second person", secondPerson);
  await w.walk("find and acknowledge an alert", alerts);
  await w.walk("find a case in a register", registers);
  await w.walk("record a request", record);
  await w.walk("find an entry and verify it", ledger);
  await w.walk("give access to a part, and take it away", narrowed);
  await w.walk("correct an entry", correction);
  await w.walk("read what is sealed", reveal);
  const second = await w.other(w.kept.second.secret);
  await w.walk("have personal data destroyed", () => destroy(w, second));
  await w.walk("make a report and open what a figure rests on", reports);
  await w.walk("save a report's files", files);
  await w.walk("compare reports", compare);
  await w.walk("approve and publish a report", () => approve(w, second));
  await w.walk("keep a form through signing in", kept);
  await w.walk("open the certificate of a destruction", certificate);
  await second.leave();
  await w.walk("sign out everywhere", everywhere);
}

/** What would be in the way of the reports of others: a plugin that reads the ledger again has no figures meanwhile. */
async function tend(w) {
  await w.walk("let a plugin rest", rest);
  await w.walk("upgrade a plugin", upgrade);
}

const walkers = await Promise.all(MODES.map((mode) => Walker.open(mode, url, token)));
const [desk, , plain] = walkers;
await Promise.all(walkers.map(arrive));
await Promise.all(walkers.map(day));
for (const w of walkers) await w.walk("change a plugin's settings", settings);
await Promise.all(walkers.map(tend));

/** Every page that journeys came to, and those that they passed by; strange texts among them. */
async function everyPage() {
  const strange = (await desk.ask("/v1/events?source=/strange")).events;
  expect(strange.length > 0, "the ledger has none of the strange events");
  for (const { seq, event } of strange) {
    Walker.found.add(`/ledger/${seq}`);
    Walker.found.add(`/cases/${encodeURIComponent(event.subject)}`);
  }
  return [...new Set(["/", "/alerts", "/alerts?state=all", "/registers", "/registers/requests/open",
    "/registers/breaches/incidents", "/record", "/record/request.received", "/record/breach.aware", "/record/correction",
    `/record/correction?of=${strange[0].seq}`, "/reports", "/reports/new", "/reports/design", "/ledger", "/ledger/0", "/verify", "/verify/how",
    "/personal-data", "/personal-data/reveal", "/personal-data/destroy", "/plugins", "/plugins/install", "/plugins/requests",
    "/plugins/requests/settings", "/access", "/access/new", "/access/people", "/ledger/99999999", ...Walker.found])];
}

async function lookAt(w, pages) {
  for (let at = pages.pop(); at !== undefined; at = pages.pop()) {
    const answer = await w.page.goto(url + at);
    const expected = at === "/ledger/99999999" ? 404 : 200;
    if (answer.status() !== expected) say(at, `it is answered with ${answer.status()}`);
    await w.look(at);
  }
}

const pages = await everyPage();
const queues = [[...pages], [...pages]];
const lookers = await Promise.all(Array.from({ length: LOOKERS }, () => Walker.open(MODES[0], url, token)));
await Promise.all([
  ...lookers.map((looker) => looker.walk("every page", async () => {
    await looker.signIn();
    await lookAt(looker, queues[0]);
  })),
  plain.walk("every page", () => lookAt(plain, queues[1])),
]);
for (const at of ["/", "/registers/requests/open?q=FOI", "/record/request.received", "/verify"]) {
  await desk.walk(`skip to the content of ${at}`, () => skips(desk.page, url + at));
}
for (const w of walkers) {
  if (w.mode.hasScripts) await w.walk("stay signed in", warning);
  await w.walk("sign out", signOut);
}

await close();
const [heaviest, bytes] = weighAll();
console.error(`${weights.size} pages, of which ${heaviest} is the heaviest, with ${bytes} bytes; ${Date.now() - begun} ms`);
for (const line of wrong) console.log(line);
process.exit(wrong.length > 0 ? 1 : 0);
