#!/usr/bin/env bash
# The restore drill: backs a server up while it is written to, restores the backup into a new folder, verifies it, serves it, clones it with
# the real client, and compares every byte of every revision and attachment with the original.
#
#   Scripts/drill.sh BIN              a server of its own, with letters, scans and a writer at work
#   Scripts/drill.sh BIN DATA         the data folder of a server, which may be running; nothing in it is changed but the audit log. The restored
#                                     logs are compared with the backup's
set -euo pipefail

bin=$(cd "$1" && pwd)
data=${2:-}
scratch=$(mktemp -d)
pids=()

finish() {
    status=$?
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$scratch"
    if [ "$status" -eq 0 ]; then echo "drill: passed"; else echo "drill: failed" >&2; fi
    exit "$status"
}
trap finish EXIT

say() { printf '\n%s\n' "$*"; }
fail() { echo "drill: $*" >&2; exit 1; }
server() { env -i PATH=/usr/bin:/bin SWIFT_BACKTRACE=enable=no "$bin/chancery-server" "$@"; }
serve() { # serves a data folder, and sets $origin and $served
    # Not through a function: what is killed at the end has to be the server and no shell around it.
    env -i PATH=/usr/bin:/bin SWIFT_BACKTRACE=enable=no "$bin/chancery-server" serve --data "$1" \
        --listen 127.0.0.1:0 >"$scratch/listening" 2>"$scratch/server.log" &
    served=$!
    pids+=("$served")
    for _ in $(seq 1200); do
        grep -q listening "$scratch/listening" && break
        kill -0 "$served" 2>/dev/null || { cat "$scratch/server.log" >&2; fail "the server did not start"; }
        sleep 0.1
    done
    origin=$(awk '{print $NF}' "$scratch/listening")
}
token() { server token create --archive "$2" --role "$3" --label drill --expires 1d --json --data "$1" | jq -r .token; }
client() { # client REPLICA COMMAND…, with $CHANCERY_TOKEN
    local replica=$1
    shift
    env -i HOME="$scratch" PATH=/usr/bin:/bin CHANCERY_ARCHIVE="$replica" CHANCERY_AUTHOR="Drill <drill@example.org>" \
        CHANCERY_TOKEN="${CHANCERY_TOKEN:-}" SWIFT_BACKTRACE=enable=no "$bin/chancery" "$@"
}
letters() { # letters FROM TO: as JSON Lines
    for number in $(seq "$1" "$2"); do
        printf '{"letter":{"body":"Letter number %s of the drill.","kind":"letter","title":"Drill %s"}}\n' "$number" "$number"
    done
}
wire() { # wire ORIGIN ARCHIVE ID TOKEN: every revision of a log, two lines each, as it travels
    echo "{\"archive\":{\"id\":\"$3\",\"mergeRule\":1},\"replica\":\"drill\",\"v\":1}" |
        curl --silent --show-error --fail --header "Authorization: Bearer $4" --header "Accept-Encoding: zstd" \
            --header "Content-Type: application/x-ndjson" --data-binary @- "$1/v1/archives/$2/sync" >"$scratch/wire"
    { zstd --decompress --stdout --quiet "$scratch/wire" 2>/dev/null || cat "$scratch/wire"; } |
        sed 1d | grep -v '^{"checkpoint":'
}

if [ -z "$data" ]; then
    say "1. A server with letters and scans, and somebody who goes on writing."
    data="$scratch/data"
    server archive create letters --data "$data" >/dev/null
    serve "$data"
    CHANCERY_TOKEN=$(token "$data" letters writer)
    client "$scratch/writer" init --name Drill >/dev/null
    client "$scratch/writer" remote add origin "$origin/letters" >/dev/null
    mkdir "$scratch/files"
    for number in $(seq 20); do
        { echo "Dear reader $number,"; echo; head -c 20000 /dev/urandom | base64; } >"$scratch/files/$number.txt"
    done
    client "$scratch/writer" import "$scratch/files" >/dev/null
    letters 1 500 | client "$scratch/writer" import - >/dev/null
    client "$scratch/writer" sync
    (
        for round in $(seq 40); do
            letters $((round * 1000)) $((round * 1000 + 4)) | client "$scratch/writer" import - >/dev/null
            client "$scratch/writer" sync >/dev/null
        done
    ) &
    writer=$!
    pids+=("$writer")
fi

say "2. A backup, while it is written to."
# The writer is at work before the backup begins: its second push has arrived.
if [ -n "${writer:-}" ]; then
    for _ in $(seq 1200); do
        [ "$(client "$scratch/writer" status --json | jq .revisions)" -ge 530 ] && break
        sleep 0.1
    done
fi
server backup "$scratch/backup" --data "$data"
(cd "$scratch/backup" && sha256sum --check --quiet SHA256SUMS)

say "3. Restored into a new folder, and verified."
server restore "$scratch/backup" --data "$scratch/restored"
server check --data "$scratch/restored"

say "4. Served, cloned with the real client, and compared."
if [ -n "${writer:-}" ]; then wait "$writer" || fail "the writer was disturbed"; fi
if [ -z "${origin:-}" ]; then
    cp -a "$scratch/backup" "$scratch/original"
    serve "$scratch/original"
    data="$scratch/original"
fi
original=$origin
serve "$scratch/restored"
restored=$origin
jq --raw-output '.archives[] | [.name, .revisions, .blobs] | @tsv' "$scratch/backup/backup.json" >"$scratch/archives"
[ -s "$scratch/archives" ] || fail "the backup holds no archive: there is nothing to compare"
while IFS=$'\t' read -r name revisions stored; do
    [ "$revisions" -gt 0 ] || continue
    first=$(token "$data" "$name" reader)
    second=$(token "$scratch/restored" "$name" reader)
    id=$(curl --silent --fail --header "Authorization: Bearer $second" "$restored/v1/archives/$name" | jq -r .archive)
    wire "$original" "$name" "$id" "$first" >"$scratch/whole"
    head -n $((revisions * 2)) "$scratch/whole" >"$scratch/first"
    wire "$restored" "$name" "$id" "$second" >"$scratch/second"
    cmp "$scratch/first" "$scratch/second" || fail "archive $name: the restored log differs"
    [ "$(wc -l <"$scratch/second")" -eq $((revisions * 2)) ] || fail "archive $name: the restored log has another length"
    CHANCERY_TOKEN=$second client "$scratch/clone-$name" clone "$restored/$name" "$scratch/clone-$name" || [ $? -eq 3 ]
    client "$scratch/clone-$name" verify
    # What a reader sees, too: a clone of the original, or the writer, shows the same letters.
    witness="$scratch/witness-$name"
    if [ -n "${writer:-}" ]; then
        witness="$scratch/writer"
    else
        CHANCERY_TOKEN=$first client "$witness" clone "$original/$name" "$witness" >/dev/null || [ $? -eq 3 ]
    fi
    client "$scratch/clone-$name" list --json | jq --compact-output 'sort_by(.id)[]' >"$scratch/listed"
    client "$witness" list --json |
        jq --compact-output --slurpfile listed "$scratch/listed" \
            '($listed | map({(.id): true}) | add // {}) as $ids | map(select($ids[.id])) | sort_by(.id)[]' >"$scratch/witnessed"
    cmp "$scratch/listed" "$scratch/witnessed" || fail "archive $name: the list of letters differs"
    for id_of_letter in $(jq -r .id "$scratch/listed" | sort -R --random-source="$scratch/second" | head -n 20); do
        client "$scratch/clone-$name" show "$id_of_letter" --json >"$scratch/shown"
        client "$witness" show "$id_of_letter" --json | cmp - "$scratch/shown" || fail "letter $id_of_letter is shown otherwise"
    done
    blobs=0
    while read -r file; do
        name_of_file=$(echo "$file" | tail -c 66 | tr -d /)
        [ "$(sha256sum <"$file" | cut -c1-64)" = "$name_of_file" ] || fail "archive $name: attachment $name_of_file differs"
        cmp --silent "$file" "$scratch/backup/archives/$name/blobs/${file: -65}" || fail "attachment $name_of_file differs"
        blobs=$((blobs + 1))
    done < <(find "$scratch/clone-$name/blobs" -type f)
    # In data of one's own an attachment may have been uploaded that no revision names yet.
    [ -z "${writer:-}" ] || [ "$blobs" -eq "$stored" ] || fail "archive $name: $blobs of $stored attachments were cloned"
    echo "archive $name: $revisions revisions and $blobs of $stored attachments equal, byte for byte; $(wc -l <"$scratch/listed") letters listed alike"
done <"$scratch/archives"
