#!/usr/bin/env python3
"""Follow a ledger: every entry as it is recorded, one line each, without gap or duplicate. Nothing to install.

    export MUNIMENT_SERVER=http://127.0.0.1:8080 MUNIMENT_TOKEN=muniment_...
    python3 examples/follow.py                                  what is recorded from now on
    python3 examples/follow.py after=-1 'type=request.*'        everything so far too, and only some types

The number of the last entry that was worked through is all that has to be kept: a connection that breaks is opened
again after it. A program that must survive its own end writes that number down and starts with `after=` it.
"""
import http.client, json, os, sys, time, urllib.error, urllib.parse, urllib.request

SERVER, TOKEN = os.environ["MUNIMENT_SERVER"], os.environ["MUNIMENT_TOKEN"]
SILENCE_SECONDS_MAX = 45  # the server gives a sign of life every 15

def get(path, timeout=30):
    request = urllib.request.Request(SERVER + path, headers={"Authorization": f"Bearer {TOKEN}"})
    return urllib.request.urlopen(request, timeout=timeout)

def events(stream):
    """Server-sent events as (event, id, data). One that the end of the stream cuts off does not count."""
    event, number, data = "message", None, []
    for line in stream:
        if not line.endswith(b"\n"):
            return
        name, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if line.strip() == b"":
            yield event, number, "\n".join(data)
            event, number, data = "message", None, []
        elif name == "event":
            event = value
        elif name == "id":
            number = int(value)
        elif name == "data":
            data.append(value)

def follow(selection):
    """Every line. `after` is always said, so that a break before the first entry loses nothing either."""
    after = selection.pop("after", None)
    wait = 1
    while True:
        try:
            if after is None:
                with get("/v1/ledger") as answer:
                    after = json.load(answer)["size"] - 1
            query = urllib.parse.urlencode({**selection, "after": after})
            with get(f"/v1/events/stream?{query}", SILENCE_SECONDS_MAX) as stream:
                wait = 1
                for event, number, data in events(stream):
                    if event == "end" and json.loads(data)["reason"] == "revoked":
                        sys.exit("the token was revoked")
                    if event == "entry":
                        yield data
                    if number is not None:
                        after = number
            why = "the stream ended"
        except urllib.error.HTTPError as refusal:
            why = refusal.read().decode()
            if refusal.code not in (408, 429, 500, 502, 503, 504):
                sys.exit(f"refused: {why}")
            wait = float(refusal.headers.get("Retry-After", wait))
        except (OSError, http.client.HTTPException) as error:
            why = str(error) or type(error).__name__
        print(f"going on after entry {after} in {wait} s: {why}", file=sys.stderr, flush=True)
        time.sleep(wait)
        wait = min(2 * wait, 30)

def main(arguments):
    for line in follow(dict(argument.split("=", 1) for argument in arguments)):
        print(line, flush=True)

try:
    main(sys.argv[1:])
except KeyboardInterrupt:
    pass
