#!/usr/bin/env bash
# The main job, told step by step: two machines and a server keep one archive of letters.
# Everything happens in a folder under $TMPDIR that is removed at the end, and on a port of 127.0.0.1.
set -euo pipefail

bin=$(cd "${1:-.build/release}" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
letter="$here/Examples/2020-07-15-aliyev-to-oic-secretary-general.txt"
scratch=$(mktemp -d)
server_pid=""

finish() {
    status=$?
    if [ -n "$server_pid" ]; then
        kill -TERM "$server_pid" 2>/dev/null || true
        wait "$server_pid" 2>/dev/null || true
    fi
    rm -rf "$scratch"
    [ "$status" -eq 0 ] || echo "demo: failed" >&2
    exit "$status"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { # shows a command as it would be typed on that machine, and runs it
    local machine=$1
    shift
    printf '\033[2m%s$\033[0m chancery' "$machine"
    printf ' %q' "$@"
    printf '\n'
    on "$machine" "$@" | sed 's/^/    /'
}
on() { # runs chancery on one of the two machines: each has a home of its own
    local machine=$1
    shift
    env -i HOME="$scratch/$machine" PATH=/usr/bin:/bin CHANCERY_ARCHIVE="$scratch/$machine/letters" \
        CHANCERY_AUTHOR="$machine <$machine@example.org>" SWIFT_BACKTRACE=enable=no "$bin/chancery" "$@"
}
expect() { # the command has to end with this status
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" -eq "$wanted" ] || { echo "demo: expected status $wanted, got $status" >&2; exit 1; }
}
mkdir -p "$scratch/baku" "$scratch/jeddah"

say "1. A server hosts an archive, and each machine gets a token."
"$bin/chancery-server" archive create letters --data "$scratch/server" | sed 's/^/    /'
for machine in baku jeddah; do
    "$bin/chancery-server" token create --archive letters --role writer --label "$machine" --json \
        --data "$scratch/server" | jq -r .token >"$scratch/$machine/token"
done
"$bin/chancery-server" serve --data "$scratch/server" --listen 127.0.0.1:0 >"$scratch/listening" 2>"$scratch/server.log" &
server_pid=$!
for _ in $(seq 1200); do
    [ -s "$scratch/listening" ] && break
    kill -0 "$server_pid" 2>/dev/null || { cat "$scratch/server.log" >&2; exit 1; }
    sleep 0.1
done
origin=$(awk '{print $NF}' "$scratch/listening")
echo "    $(cat "$scratch/listening")"

say "2. In Baku: a new archive, a letter from a file, and the first sync."
show baku init --name "Letters of the Presidency"
show baku import "$letter"
on baku remote add origin "$origin/letters" >/dev/null
on baku login origin <"$scratch/baku/token" >/dev/null
show baku sync

say "3. In Jeddah: a clone. It has the letter, and the 1,983 bytes that it was imported from."
on jeddah login "$origin/letters" <"$scratch/jeddah/token" >/dev/null
show jeddah clone "$origin/letters" "$scratch/jeddah/letters"
show jeddah list
id=$(on jeddah list --json | jq -r '.[0].id')
on jeddah export "$id" --format original --output "$scratch/jeddah/originals" >/dev/null
sha256sum "$letter" "$scratch"/jeddah/originals/* | awk '{print "    " $1}' | uniq -c

say "4. Without a network, both edit the same letter: different paragraphs, and one title each."
on baku show "$id" --json | jq -j .letter.body | sed '1s/^I thank you/I thank you most sincerely/' >"$scratch/baku/body"
on jeddah show "$id" --json | jq -j .letter.body | sed 's/I wish you strong health and success\./I wish you strong health, happiness and success./' \
    >"$scratch/jeddah/body"
show baku edit "$id" --body-file "$scratch/baku/body" --set "title=Reply to the condolences of the OIC" --add-tag OIC
show jeddah edit "$id" --body-file "$scratch/jeddah/body" --set "title=President Aliyev to the Secretary General" --add-tag Tovuz

say "5. Both sync. Paragraphs and tags are merged; the title is one real conflict, shown and not guessed away."
show baku sync
expect 3 show jeddah sync
expect 3 on baku sync >/dev/null
show jeddah conflicts "$id"
on jeddah show "$id" --json | jq -r '.letter | .tags, (.body | split("\n\n") | first, last)' | cut -c1-76 | sed 's/^/    /'

say "6. Jeddah settles it, and both sync once more."
show jeddah resolve "$id" --set "title=President Aliyev thanks the Secretary General of the OIC"
show jeddah sync
show baku sync

say "7. Both ends are equal, byte for byte, and everything on them verifies."
for machine in baku jeddah; do on "$machine" show "$id" --json | sha256sum | awk -v m="$machine" '{print "    " $1 "  " m}'; done
cmp <(on baku show "$id" --json) <(on jeddah show "$id" --json)
show baku verify
show jeddah log "$id"
echo
echo "That was the whole job: letters travelled, were edited on both sides without a network, were merged, and one conflict was settled."
