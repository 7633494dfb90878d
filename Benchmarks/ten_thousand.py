#!/usr/bin/env python3
"""Times the main job on 10,000 letters with whole processes: import, push, clone, nothing to do, one letter.

  ten_thousand.py BIN [LETTERS]     BIN is the folder of the programs, such as .build/release

Prints seconds, peak memory, bytes on the wire and HTTP requests of each step, and beside them what rsync's kind of work,
copying and hashing the same bytes, takes on this machine in this run. Standard library only; nothing is left behind.
"""

import hashlib, json, os, random, signal, subprocess, sys, tempfile, time, uuid

WORDS = (
    "the of and to a in that is was he for it with as his on be at by i this had not are but from or have an they which "
    "one you were all her she there would their we him been has when who will no more if out so up said what its about "
    "than into them can only other time new some could these two may first then do any like my now over such our man me "
    "even most made after also well did many must before back see through way where get much go your know should down "
    "yesterday morning received kind friend always ever glad sorry weather town country mother father brother sister "
    "children health paper book print london paris week month money church winter summer garden journey answer promise "
    "letter address parcel evening company manuscript publisher edition proof chapter ministry council signed treaty"
).split()
NAMES = "Ada Ashworth,Clara Bell,Edith Carrow,Henry Dunstan,Hugh Ellery,James Fairfax,Louisa Greaves,Oscar Holt".split(",")
PLACES = "Ashbury Brookfield Camford Dunmouth Eastport Glenstead Kingston Northwick Rockdale Westham".split()


def letter(r):
    """One letter of about 2.5 KB, in paragraphs of sentences."""
    sender, recipient = r.sample(NAMES, 2)
    date = f"{r.randint(1780, 1940):04d}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"

    def sentence():
        words = [r.choice(WORDS) if r.random() < 0.8 else f"{r.choice(WORDS)}{r.randint(0, 999)}" for _ in range(r.randint(8, 24))]
        return " ".join(words).capitalize() + "."

    body = "\n\n".join(" ".join(sentence() for _ in range(r.randint(3, 7))) for _ in range(r.randint(2, 6)))
    return {
        "id": str(uuid.UUID(int=r.getrandbits(128), version=4)),
        "letter": {
            "kind": "letter", "title": f"{sender} to {recipient}, {date}", "date": {"edtf": date}, "language": "en",
            "senders": [{"name": sender, "kind": "person"}], "recipients": [{"name": recipient, "kind": "person"}],
            "place": {"name": r.choice(PLACES)}, "salutation": f"Dear {recipient.split()[0]},", "body": body,
            "valediction": "Yours sincerely,", "signature": sender,
        },
    }


def run(arguments, environment, status=(0,)):
    """Runs a program to its end: (its standard output, seconds, peak memory in MB)."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(arguments, env=environment, stdout=output, stderr=errors, stdin=subprocess.DEVNULL)
        _, raw, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
        code = os.waitstatus_to_exitcode(raw)
        child.returncode = code
        output.seek(0), errors.seek(0)
        if code not in status:
            sys.exit(f"{' '.join(arguments)} ended with {code}: {errors.read().decode()}")
        return output.read().decode(), seconds, usage.ru_maxrss / 1024


def peak(pid):
    """The peak memory of a running process in MB."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def main():
    programs, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    chancery, server = os.path.join(programs, "chancery"), os.path.join(programs, "chancery-server")
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        path = lambda *names: os.path.join(scratch, *names)
        plain = {"PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"}
        letters, r = path("letters.jsonl"), random.Random(20261123)
        with open(letters, "w") as file:
            for _ in range(count):
                file.write(json.dumps(letter(r), ensure_ascii=False) + "\n")
        size = os.path.getsize(letters)

        start = time.monotonic()
        with open(letters, "rb") as source, open(path("copy"), "wb") as copy:
            data = source.read()
            hashlib.sha256(data).hexdigest()
            copy.write(data)
            os.fsync(copy.fileno())
        rows.append(("copy, SHA-256 and fsync of the bytes", time.monotonic() - start, None, None, None))

        run([server, "archive", "create", "letters", "--data", path("data")], plain)
        token = json.loads(run([server, "token", "create", "--archive", "letters", "--role", "writer", "--json", "--data", path("data")], plain)[0])["token"]
        listening = subprocess.Popen(
            [server, "serve", "--data", path("data"), "--listen", "127.0.0.1:0"], env=plain, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            url = listening.stdout.readline().decode().split()[-1] + "/letters"
            machine = lambda name: dict(plain, HOME=path(name), CHANCERY_ARCHIVE=path(name, "letters"), CHANCERY_AUTHOR=name, CHANCERY_TOKEN=token)
            a, b = machine("a"), machine("b")

            def step(name, arguments, environment, status=(0,)):
                output, seconds, memory = run([chancery, *arguments], environment, status)
                value = json.loads(output)
                report = value[0] if isinstance(value, list) and value and "requests" in value[0] else value if isinstance(value, dict) and "requests" in value else {}
                wire = report["bytesSent"] + report["bytesReceived"] if report else None
                rows.append((name, seconds, memory, wire, report.get("requests")))
                return value

            run([chancery, "init"], a)
            step(f"import {count} letters ({size / 1e6:.1f} MB of JSON Lines)", ["import", letters, "--json"], a)
            run([chancery, "remote", "add", "origin", url], a)
            step("first push", ["sync", "--json"], a)
            pushed = peak(listening.pid)
            step("first clone", ["clone", url, path("b", "letters"), "--json"], b)
            step("nothing to do", ["sync", "--json"], a)
            one = json.loads(run([chancery, "list", "--limit", "1", "--json"], b)[0])[0]["id"]
            run([chancery, "edit", one, "--set", "title=Another title"], b)
            step("one letter pushed", ["sync", "--json"], b)
            step("one letter pulled", ["sync", "--json"], a)
            step("search two words", ["search", "manuscript", "publisher", "--json"], a)
            same = run([chancery, "show", one, "--json"], a)[0] == run([chancery, "show", one, "--json"], b)[0]
            if not same:
                sys.exit("the two replicas differ")
            rows.append((f"server: peak memory ({pushed:.0f} MB after the push)", None, peak(listening.pid), None, None))
        finally:
            listening.send_signal(signal.SIGTERM)
            if listening.wait(30) != 0:
                sys.exit("the server did not stop cleanly")

    print(f"{'step':<52}{'seconds':>9}{'peak MB':>9}{'wire bytes':>13}{'requests':>10}")
    cell = lambda value, form: format(value, form) if value is not None else "–"
    for name, seconds, memory, wire, requests in rows:
        print(f"{name:<52}{cell(seconds, '.2f'):>9}{cell(memory, '.0f'):>9}{cell(wire, 'd'):>13}{cell(requests, 'd'):>10}")


main()
