// Post events, and try again safely until they are recorded. Node 20 or later.
//
//   (cd examples && npm install)
//   export MUNIMENT_SERVER=http://127.0.0.1:8080 MUNIMENT_TOKEN=muniment_...
//   node examples/post.mjs
//
// The ledger knows an event by its source and id, for ever. So id and time belong to the event and are made once, when
// it happens: sent again unchanged it is answered with the first answer, and nothing is recorded twice.
import { CloudEvent, HTTP } from "cloudevents";
import { setTimeout as sleep } from "node:timers/promises";

const { MUNIMENT_SERVER: server, MUNIMENT_TOKEN: token } = process.env;
const ATTEMPTS = 10;
const WAIT_SECONDS_MAX = 60;

function received(subject) {
  return new CloudEvent({
    id: `${subject}.received`,
    source: "/systems/foi-casework",
    type: "request.received",
    subject,
    time: "2026-01-12T09:30:00Z",
    data: { regime: "foi", channel: "email", unit: "housing" },
  });
}

/** The status and the answer. Throws where trying again cannot help. */
async function post({ headers, body }) {
  let wait = 0.5;
  let why;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const answer = await fetch(`${server}/v1/events`, {
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${token}` },
        body,
        signal: AbortSignal.timeout(30_000),
      });
      const text = await answer.text();
      if (answer.ok) return [answer.status, text];
      why = text;
      if (![408, 429, 503].includes(answer.status)) break;
      wait = Number(answer.headers.get("retry-after") ?? wait);
    } catch (error) {
      // It may have been recorded or not: the id settles it.
      why = error.cause?.message ?? error.message;
    }
    console.error(`trying again in ${wait} s: ${why}`);
    await sleep(wait * 1000);
    wait = Math.min(2 * wait, WAIT_SECONDS_MAX);
  }
  throw new Error(`not recorded: ${why}`);
}

console.log("one:", ...(await post(HTTP.structured(received("FOI-2026-0031")))));
const events = ["FOI-2026-0032", "FOI-2026-0033"].map(received);
const headers = { "content-type": "application/cloudevents-batch+json" };
console.log("a batch:", ...(await post({ headers, body: JSON.stringify(events) })));
