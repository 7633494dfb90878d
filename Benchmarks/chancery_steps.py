"""Chancery's own work: two machines and a server, as whole processes over loopback. Standard library only."""

import contextlib, json, os, signal, subprocess, sys

from measure import Cost, bytes_below, median, middle, peak_memory, processor_seconds, run

# What each step is, with its goal at 100,000 letters: (seconds, bytes on the wire, requests).
GOALS = {
    "import": (5.0, None, None), "first push": (3.0, 110e6, None), "first clone": (2.4, 110e6, None), "search caught up": (10.0, None, None),
    "nothing to do": (0.015, 900, 1), "one letter pushed": (0.020, 1600, 1), "one letter pulled": (0.020, 1600, 1),
    "edits pushed": (0.3, 0.8e6, None), "edits pulled": (0.3, 0.8e6, None), "100 letters merged": (0.2, None, None),
    "list": (0.015, None, None), "show": (0.010, None, None), "search": (0.050, None, None),
}
# Of a sync that takes some milliseconds one tells little.
ONE_LETTER_TIMES = 5


class Chancery:
    """A server and two machines in a folder; `rows` are (step, Cost) in the order in which they were done."""

    def __init__(self, programs, letters, folder):
        self.program, self.server_program = (os.path.join(programs, name) for name in ("chancery", "chancery-server"))
        self.letters, self.folder, self.rows, self.facts = letters, folder, [], {}
        self.plain = {"PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    @contextlib.contextmanager
    def run_all(self, is_first_sync=False):
        """Does all steps, and serves the archive as long as the context lasts, so that it can be cloned once more."""
        administration = lambda *words: run([self.server_program, *words, "--data", self.path("data")], self.plain)
        administration("archive", "create", "letters")
        token = json.loads(administration("token", "create", "--archive", "letters", "--role", "writer", "--json").output)["token"]
        with open(self.path("server.log"), "w") as log:
            self.server = subprocess.Popen(
                [self.server_program, "serve", "--data", self.path("data"), "--listen", "127.0.0.1:0"], env=self.plain, stdout=subprocess.PIPE, stderr=log)
        try:
            url = self.server.stdout.readline().decode().split()[-1] + "/letters"
            machine = lambda name: dict(
                self.plain, HOME=self.path(name), CHANCERY_ARCHIVE=self.path(name, "letters"), CHANCERY_AUTHOR=name, CHANCERY_TOKEN=token)
            a, b = machine("a"), machine("b")
            self.first_sync(a, b, url)
            if not is_first_sync:
                self.further_steps(a, b)
            self.clone = lambda target: self.command(b, "clone", url, target, "--json")
            yield self
        finally:
            self.server.send_signal(signal.SIGTERM)
            status = self.server.wait(60)
            if status != 0:
                with open(self.path("server.log")) as log:
                    sys.exit(f"the server ended with {status}; the end of its log: {log.read()[-2000:]}")

    def command(self, machine, *arguments, status=(0,)):
        """Runs the command line; what a sync reports of its traffic and what the server spent goes into `extra`."""
        before = processor_seconds(self.server.pid)
        cost = run([self.program, *arguments], machine, status)
        cost.extra["server"] = processor_seconds(self.server.pid) - before
        try:
            value = json.loads(cost.output or "null")
        except json.JSONDecodeError:
            return cost
        report = value[0] if isinstance(value, list) and value else value
        if isinstance(report, dict) and "bytesSent" in report:
            cost.extra.update(wire=report["bytesSent"] + report["bytesReceived"], requests=report["requests"])
        return cost

    def note(self, step, cost):
        self.rows.append((step, cost))
        return cost

    def sync(self, machine, status=(0,)):
        return self.command(machine, "sync", "--json", status=status)

    def first_sync(self, a, b, url):
        letters = self.letters
        self.command(a, "init")
        self.note("import", self.command(a, "import", letters.all, "--json"))
        self.command(a, "remote", "add", "origin", url)
        self.note("first push", self.sync(a))
        self.facts["server_memory_push"] = peak_memory(self.server.pid)
        self.note("first clone", self.command(b, "clone", url, self.path("b", "letters"), "--json"))
        self.facts["server_memory_clone"] = peak_memory(self.server.pid)
        self.facts["disk_without_search"] = bytes_below(self.path("b", "letters"))
        self.facts["disk_server"] = bytes_below(self.path("data", "archives"))
        self.note("nothing to do", median(9, lambda: self.sync(a)))
        pushed, pulled = zip(*(self.one_letter(a, b, edit) for edit in range(ONE_LETTER_TIMES)))
        for step, costs in (("one letter pushed", pushed), ("one letter pulled", pulled)):
            cost = middle(costs)
            # That of the first edit, which is another sentence and not the same one with another number.
            cost.extra["wire"] = costs[0].extra["wire"]
            self.note(step, cost)

    def one_letter(self, a, b, edit):
        """Edits one letter, with another last sentence each time, and takes it from one machine to the other: the push and the pull."""
        with open(self.letters.one) as file:
            item = json.loads(file.readline())
        item["letter"]["body"] += f" Edited {edit} times." if edit else ""
        with open(self.path("one.jsonl"), "w") as file:
            print(json.dumps(item, ensure_ascii=False), file=file)
        self.command(a, "import", self.path("one.jsonl"), "--json")
        return self.sync(a), self.sync(b)

    def further_steps(self, a, b):
        letters = self.letters
        self.note("search caught up", self.caught_up(b))
        self.facts["disk_with_search"] = bytes_below(self.path("b", "letters"))
        self.merge(a, b)
        self.command(a, "import", letters.edits, "--json")
        self.note("edits pushed", self.sync(a))
        self.note("edits pulled", self.sync(b))
        with open(letters.one) as file:
            one = json.loads(file.readline())["id"]
        self.caught_up(b)
        self.note("list", median(9, lambda: self.command(b, "list", "--limit", "50")))
        self.note("show", median(9, lambda: self.command(b, "show", one)))
        self.note("search", median(9, lambda: self.command(b, "search", "morning", "brother")))
        self.note("process start", median(9, lambda: self.command(b, "--version")))
        shown = [run([self.program, "list", "--json"], machine).output for machine in (a, b)]
        if shown[0] != shown[1]:
            sys.exit("the two replicas differ")

    def caught_up(self, machine):
        """Searches until the index holds every letter: each search takes in a part of them before it answers."""
        total = Cost()
        while True:
            cost = self.command(machine, "search", "manuscript", "--json")
            total += cost
            if "still catching up" not in cost.errors:
                return total

    def merge(self, a, b):
        """Both change the same letters in different paragraphs; three syncs bring them together."""
        self.command(a, "import", self.letters.left, "--json")
        self.command(b, "import", self.letters.right, "--json")
        cost = self.sync(a) + self.sync(b) + self.sync(a)
        conflicts = json.loads(run([self.program, "status", "--json"], a).output).get("conflicts")
        cost.extra["conflicts"] = conflicts
        self.note("100 letters merged", cost)
