"""Runs the tests, keeps every line that they print, and shows those that a person reads.

    battery.py LOG COMMAND [ARGUMENT...]

LOG gets everything (tens of megabytes: each test case says that it began and that it passed). Standard output gets the build, one line
for each test and suite that ended, the figures, and every issue where it was found. If the command failed, every issue comes once more
at the end, so that the last page of a log is enough to know what to do; the last line is the runner's summary. The status is the
command's own.
"""

import os
import re
import subprocess
import sys

BEGUN = "◇ Test run started."
SHOWN = re.compile(r"(✘|↳|figures |formats: |\S+ (Suite|Test run) |[✔➜] Test (?!case ))|  replay: ")
CRASH = re.compile(r"Fatal error|\*\*\* Program crashed|Thread .* crashed:")
CRASH_LINES = 16
ISSUE = re.compile(r"✘ .* recorded an issue")
SUMMARY = re.compile(r"[✔✘] Test run with ")
PAGES = 200


def main():
    path, command = sys.argv[1], sys.argv[2:]
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    begun, inside, summary, issues, crash, crash_left = False, False, None, {}, [], 0
    with open(path, "wb") as log:
        for raw in running.stdout:
            log.write(raw)
            line = raw.decode(errors="replace").rstrip("\n")
            begun = begun or line.startswith(BEGUN)
            crash_left = CRASH_LINES if CRASH.search(line) else crash_left - 1
            if crash_left > 0:
                crash.append(line)
            if ISSUE.match(line):
                inside, issue = True, line
                issues[issue] = []
            elif inside and not line.startswith(("◇", "✔", "✘")):
                issues[issue].append(line)
            else:
                inside = False
            if SUMMARY.match(line):
                summary = line
            elif not begun or inside or SHOWN.match(line):
                print(line, flush=True)
    status = running.wait()
    if status:
        print(f"\n{len(issues)} different issues; everything that was printed is in {path}\n")
        lines = crash + [line for issue, details in issues.items() for line in [issue, *dict.fromkeys(details)]]
        print("\n".join(line[:1000] for line in lines[:PAGES]))
    print(summary or "The tests did not run to their end.", flush=True)
    # A program that a signal ended has a negative status, which no shell knows.
    sys.exit(status if status >= 0 else 128 - status)


main()
