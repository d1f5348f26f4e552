#!/usr/bin/env python3
"""Post events, and try again safely until they are recorded.

    pip install cloudevents
    export MUNIMENT_SERVER=http://127.0.0.1:8080 MUNIMENT_TOKEN=muniment_...
    python3 examples/post.py

The ledger knows an event by its source and id, for ever. So id and time belong to the event and are made once, when it
happens: sent again unchanged it is answered with the first answer, and nothing is recorded twice.
"""
import datetime, http.client, os, sys, time, urllib.error, urllib.request
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

SERVER, TOKEN = os.environ["MUNIMENT_SERVER"], os.environ["MUNIMENT_TOKEN"]
ATTEMPTS, WAIT_SECONDS_MAX = 10, 60

def received(case):
    return CloudEvent(
        {
            "id": f"{case}.received",
            "source": "/systems/foi-casework",
            "type": "request.received",
            "subject": case,
            "time": datetime.datetime(2026, 1, 12, 9, 30, tzinfo=datetime.timezone.utc),
        },
        {"regime": "foi", "channel": "email", "unit": "housing"},
    )

def post(body, media_type):
    """The status and the answer. Ends the program where trying again cannot help."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": media_type}
    wait, why = 0.5, ""
    for _ in range(ATTEMPTS):
        request = urllib.request.Request(f"{SERVER}/v1/events", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            why = refusal.read().decode()
            if refusal.code not in (408, 429, 503):
                sys.exit(f"refused: {why}")
            wait = float(refusal.headers.get("Retry-After", wait))
        except (OSError, http.client.HTTPException) as error:  # it may have been recorded or not: the id settles it
            why = str(error) or type(error).__name__
        print(f"trying again in {wait} s: {why}", file=sys.stderr)
        time.sleep(wait)
        wait = min(2 * wait, WAIT_SECONDS_MAX)
    sys.exit(f"given up after {ATTEMPTS} attempts: {why}")

def main():
    one = JSONFormat().write(received("FOI-2026-0021"))
    print("one:", *post(one, "application/cloudevents+json"))
    events = [JSONFormat().write(received(case)) for case in ("FOI-2026-0022", "FOI-2026-0023")]
    print("a batch:", *post(b"[" + b",".join(events) + b"]", "application/cloudevents-batch+json"))

main()
