#!/usr/bin/env bash
# Durable inserts: this ledger beside a plain audit table in PostgreSQL, on the same disk, in turns.
#
#   cargo build --release && tests/bench/postgres.sh [PROGRAM]
#
# PROGRAM is target/release/muniment if not given. It needs PostgreSQL with pgbench (Debian: postgresql) and
# curl, builds the clients of PostgreSQL in tests/bench/postgres-clients, and ends by itself within about three
# minutes. It makes a directory of its own below BENCH_DIR (/var/tmp
# if not set), which must be on the disk that is meant, starts a PostgreSQL and a server there, and at the end
# stops both and removes it.
#
# Both are asked by clients of the same make over TCP on this machine: tasks on tokio, each of which sends as soon as it
# is answered. What PostgreSQL does for pgbench, which takes less of the machine than any other client and goes through
# a Unix socket, is shown beside it.
#
# PostgreSQL runs as installed: fsync and synchronous_commit on, everything else at its default. The table has
# no chain, no idempotency, no search index and no key but its number. The statements are prepared, and a batch is
# one statement with one parameter. The payload is jsonb, so that PostgreSQL too reads the JSON that it is given;
# with PAYLOAD=text it stores it unseen, which is less than what the ledger does.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
muniment=${1:-$root/target/release/muniment}
payload=${PAYLOAD:-jsonb}
seconds=4 turns=3 clients=64 batch=1000 batch_clients=8
user=postgres

fail() {
    echo "postgres.sh: $*" >&2
    exit 2
}

[[ -x $muniment ]] || fail "$muniment is not there: cargo build --release"
[[ $payload == text || $payload == jsonb ]] || fail "PAYLOAD=$payload: it is text or jsonb"
command -v curl > /dev/null || fail "curl is not installed"
command -v cargo > /dev/null || fail "cargo is not installed"
cargo build --release --quiet --manifest-path "$root/tests/bench/postgres-clients/Cargo.toml" \
    --target-dir "$root/target/postgres-clients"
clients_program=$root/target/postgres-clients/release/postgres-clients
PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -1)
for program in initdb postgres psql pgbench; do
    command -v "$program" > /dev/null || fail "$program is not installed: apt-get install postgresql"
done

# PostgreSQL refuses to run as root.
as_user=()
if [[ $(id -u) == 0 ]]; then
    id "$user" > /dev/null 2>&1 || user=nobody
    as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
else
    user=$(id -un)
fi

directory=$(mktemp -d "${BENCH_DIR:-/var/tmp}/muniment-postgres.XXXXXX")
postgres_pid='' server_pid=''

stop() {
    local pid
    for pid in $server_pid $postgres_pid; do
        kill -INT "$pid" 2> /dev/null && wait "$pid" || true
    done
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

until_it_works() {
    local try
    for try in $(seq 100); do
        "$@" > /dev/null 2>&1 && return
        sleep 0.1
    done
    fail "gave up waiting for: $*"
}

# The line of a result, by its name.
value() {
    sed -n "s|^$1  *\([0-9.]*\).*|\1|p"
}

median() {
    sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

port=$((20000 + RANDOM % 20000))
echo "starting PostgreSQL and a ledger in $directory"
chmod 711 "$directory"
mkdir -m 700 "$directory/postgres" "$directory/ledger"
chown "$user" "$directory/postgres"
cd "$directory/postgres"
"${as_user[@]}" initdb --pgdata=data --auth=trust --username=bench --encoding=UTF8 --locale=C > initdb.log 2>&1 \
    || fail "initdb: $(cat initdb.log)"
"${as_user[@]}" postgres -D "$directory/postgres/data" -c "unix_socket_directories=$directory/postgres" \
    -c listen_addresses=127.0.0.1 -c "port=$port" > "$directory/postgres/log" 2>&1 &
postgres_pid=$!
sql=(psql --quiet --no-psqlrc --host="$directory/postgres" --port="$port" --username=bench --dbname=postgres)
until_it_works "${sql[@]}" --command='SELECT 1'
"${sql[@]}" <<SQL
CREATE TABLE audit (id bigserial PRIMARY KEY, recorded timestamptz NOT NULL DEFAULT now(), payload $payload NOT NULL);
CREATE TABLE sample (payload text NOT NULL);
SQL
"$muniment" bench events --events "$batch" > sample
"${sql[@]}" --command="COPY sample FROM STDIN (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')" < sample
cat > single.sql <<SQL
\if :loaded = 0
SELECT payload FROM sample LIMIT 1 \gset
\set loaded 1
\endif
INSERT INTO audit (payload) VALUES (:payload);
SQL
cat > batch.sql <<SQL
\if :loaded = 0
SELECT string_agg(payload, E'\n') AS batch FROM sample \gset
\set loaded 1
\endif
INSERT INTO audit (payload) SELECT row::$payload FROM unnest(string_to_array(:batch, E'\n')) AS row;
SQL

export MUNIMENT_LOG=info
"$muniment" init --data "$directory/ledger/data" --origin bench.invalid/postgres --purpose test \
    > "$directory/ledger/init"
MUNIMENT_TOKEN=$(sed -n 's/^admin token  *//p' "$directory/ledger/init")
export MUNIMENT_TOKEN
"$muniment" serve --data "$directory/ledger/data" --listen 127.0.0.1:0 \
    > "$directory/ledger/serve" 2> "$directory/ledger/log" &
server_pid=$!
until_it_works grep -q 'http://' "$directory/ledger/serve"
url=$(sed -n 's|^.*\(http://.*\)$|\1|p' "$directory/ledger/serve")
until_it_works curl --silent --fail "$url/readyz"

# Rows a second: clients, rows of a statement.
postgres_rate() {
    timeout 60 "$clients_program" "host=127.0.0.1 port=$port user=bench dbname=postgres" \
        "$1" "$2" "$seconds" "$payload" sample
}

# Transactions a second: script, clients.
pgbench_rate() {
    timeout 60 pgbench --no-vacuum --protocol=prepared --define=loaded=0 --file="$1" --client="$2" --jobs=2 \
        --time="$seconds" --host="$directory/postgres" --port="$port" --username=bench postgres 2> pgbench.log \
        | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

# Events a second: clients, events of a post.
ledger_rate() {
    timeout 60 "$muniment" bench ingest --server "$url" --clients "$1" --batch "$2" --seconds "$seconds" \
        | value events/s
}

# The index follows within seconds; its work must not slow down the other side.
settle() {
    local try state
    for try in $(seq 40); do
        state=$(curl --silent --header "Authorization: Bearer $MUNIMENT_TOKEN" "$url/v1/ledger")
        [[ $state =~ \"size\":([0-9]+).*\"indexed_size\":([0-9]+) ]]
        (( BASH_REMATCH[2] >= BASH_REMATCH[1] )) && return
        sleep 0.25
    done
}

for turn in $(seq "$turns"); do
    echo "single events, turn $turn of $turns"
    postgres_rate "$clients" 1 >> postgres.single
    pgbench_rate single.sql "$clients" >> pgbench.single
    ledger_rate "$clients" 1 >> ledger.single
    settle
done
for turn in $(seq "$turns"); do
    echo "batches of $batch, turn $turn of $turns"
    postgres_rate "$batch_clients" "$batch" >> postgres.batch
    pgbench_rate batch.sql "$batch_clients" | awk -v batch="$batch" '{ print $1 * batch }' >> pgbench.batch
    ledger_rate "$batch_clients" "$batch" >> ledger.batch
    settle
done

line() {
    local pgbench postgres ledger
    pgbench=$(median < "pgbench.$2") postgres=$(median < "postgres.$2") ledger=$(median < "ledger.$2")
    awk -v name="$1" -v b="$pgbench" -v p="$postgres" -v l="$ledger" -v wanted="$3" \
        'BEGIN { printf "%-38s %10.0f %12.0f %10.0f %6.2f %6s\n", name, b, p, l, l / p, wanted }'
}

echo
echo "$("${sql[@]}" --tuples-only --no-align --command='SHOW server_version'), payload $payload, medians of $turns turns of $seconds s"
printf '%-38s %10s %12s %10s %6s %6s\n' 'durable events a second' '(pgbench)' PostgreSQL Muniment ratio wanted
line "one by one, $clients connections" single '>= 3'
line "batches of $batch, $batch_clients connections" batch '>= 2'
