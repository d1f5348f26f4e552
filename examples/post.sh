#!/usr/bin/env bash
# Post events with curl: one, the same one again, a batch, and one whose attributes are headers.
#
#   export MUNIMENT_SERVER=http://127.0.0.1:8080 MUNIMENT_TOKEN=muniment_...
#   examples/post.sh
#
# The ledger knows an event by its source and id, for ever. Whoever is not sure that an event arrived sends it again,
# unchanged: that is answered 200 instead of 201, with the first answer, and nothing is recorded twice.
set -euo pipefail
server=${MUNIMENT_SERVER:?is not set} token=${MUNIMENT_TOKEN:?is not set}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# post WHAT, and what curl is to send. The token comes from a file: a list of processes shows arguments to everybody.
# curl waits as long as Retry-After says; that it may try again after any broken connection is what the id is for.
post() {
  local what=$1 status
  shift
  status=$(curl --silent --show-error --max-time 30 --retry 6 --retry-all-errors \
    --header @<(printf 'Authorization: Bearer %s' "$token") \
    --output "$answer" --write-out '%{http_code}' "$@" "$server/v1/events")
  printf '%s: %s %s\n' "$what" "$status" "$(cat "$answer")"
  [[ $status == 20[01] ]]
}

# received NUMBER: an event in the JSON format.
received() {
  printf '{"specversion":"1.0","id":"%s.received","source":"/systems/foi-casework","type":"request.received",' "$1"
  printf '"subject":"%s","time":"2026-01-12T09:30:00Z",' "$1"
  printf '"data":{"regime":"foi","channel":"email","unit":"housing"}}'
}

structured='Content-Type: application/cloudevents+json'
batched='Content-Type: application/cloudevents-batch+json'

post "one" --header "$structured" --data-binary "$(received FOI-2026-0011)"
post "the same again" --header "$structured" --data-binary "$(received FOI-2026-0011)"
post "a batch" --header "$batched" --data-binary "[$(received FOI-2026-0012),$(received FOI-2026-0013)]"
post "binary mode" \
  --header 'ce-specversion: 1.0' --header 'ce-id: FOI-2026-0014.received' \
  --header 'ce-source: /systems/foi-casework' --header 'ce-type: request.received' \
  --header 'ce-subject: FOI-2026-0014' --header 'ce-time: 2026-01-12T09:30:00Z' \
  --header 'Content-Type: application/json' \
  --data-binary '{"regime":"foi","channel":"email","unit":"housing"}'
