"""The same work by programs that Debian and PyPI have: git over smart HTTP, rsync, fossil, doltlite. Standard library only.

A peer that is not on the machine is left out and named.
"""

import contextlib, http.server, json, os, shutil, subprocess, sys, threading
from dataclasses import dataclass
from typing import Callable

from measure import Cost, bytes_below, run

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Peer:
    """What a peer did, (step, Cost) in its order, the bytes of its hub, and what clones the hub once more into a folder, as long as it is served."""

    rows: list
    disk: int
    clone: Callable[[str], Cost]


def tree(source, folder):
    """One text file a letter; from a file of edits, the same edits in such a tree."""
    with open(source) as file:
        for line in file:
            item = json.loads(line)
            path = os.path.join(folder, item["id"][:2], item["id"] + ".txt")
            if item.get("deleted"):
                os.unlink(path)
                continue
            letter = item["letter"]
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as target:
                target.write(
                    f"id: {item['id']}\ntitle: {letter['title']}\ndate: {letter['date']['edtf']}\n\n{letter['salutation']}\n\n{letter['body']}\n\n"
                    f"{letter['valediction']}\n{letter['signature']}\n")


class GitHandler(http.server.BaseHTTPRequestHandler):
    """git http-backend as CGI, and a count of the bytes of bodies both ways."""

    protocol_version, root, counted = "HTTP/1.1", "", 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_USER": "bench", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
        backend = subprocess.Popen(["git", "http-backend"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self.feed, args=(backend.stdin,)).start()
        status, headers = "200 OK", []
        while (line := backend.stdout.readline().strip()):
            name, value = line.decode().split(": ", 1)
            if name == "Status":
                status = value
            else:
                headers.append((name, value))
        self.send_response(int(status.split()[0]))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        while (piece := backend.stdout.read1(1 << 20)):
            self.count(len(piece))
            self.wfile.write(piece)
        self.close_connection = True
        backend.wait()

    do_POST = do_GET

    def feed(self, target):
        with target:
            if self.headers.get("Transfer-Encoding") == "chunked":
                while (size := int(self.rfile.readline(), 16)):
                    target.write(self.rfile.read(size))
                    self.count(size)
                    self.rfile.readline()
                return
            left = int(self.headers.get("Content-Length", 0))
            while left:
                piece = self.rfile.read(min(left, 1 << 20))
                target.write(piece)
                self.count(len(piece))
                left -= len(piece)

    @classmethod
    def count(cls, size):
        GitHandler.counted += size


@contextlib.contextmanager
def git(letters, folder):
    a, b, hub = (os.path.join(folder, name) for name in ("a", "b", "hub.git"))
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
                   "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_COUNT": "1",
                   "GIT_CONFIG_KEY_0": "gc.auto", "GIT_CONFIG_VALUE_0": "0"}
    run(["git", "init", "-q", "-b", "main", "--bare", hub], environment)
    run(["git", "-C", hub, "config", "http.receivepack", "true"], environment)
    GitHandler.root = folder
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/hub.git"

    def step(words, where=a):
        before = GitHandler.counted
        cost = run(words if isinstance(words, str) else ["git", "-C", where, *words], environment, folder=where)
        if GitHandler.counted > before:
            cost.extra["wire"] = GitHandler.counted - before
        return cost

    try:
        run(["git", "init", "-q", "-b", "main", a], environment)
        tree(letters.all, a)
        rows = [("import", step("git add -A && git commit -q -m letters"))]
        run(["git", "-C", a, "remote", "add", "origin", url], environment)
        rows.append(("first push", step(["push", "-q", "-u", "origin", "main"])))
        rows.append(("first clone", step(["clone", "-q", url, b], folder)))
        rows.append(("nothing to do", step(["pull", "-q"])))
        for name, source in (("one letter", letters.one), ("edits", letters.edits)):
            tree(source, a)
            run("git add -A && git commit -q -m change", environment, folder=a)
            rows += [(f"{name} pushed", step(["push", "-q"])), (f"{name} pulled", step(["pull", "-q"], b))]
        yield Peer(rows, bytes_below(hub), lambda target: step(["clone", "-q", url, target], folder))
    finally:
        server.shutdown()


@contextlib.contextmanager
def rsync(letters, folder):
    """Copies without history; bytes as rsync counts them."""
    a, hub, b = (os.path.join(folder, name) for name in ("a", "hub", "b"))
    tree(letters.all, a)

    def step(source, target):
        cost = run(["rsync", "-a", "--delete", "--stats", source + "/", target])
        numbers = [int(line.split()[-1].replace(",", "")) for line in cost.output.splitlines() if line.startswith("Total bytes")]
        cost.extra["wire"] = sum(numbers)
        return cost

    rows = [("first push", step(a, hub)), ("first clone", step(hub, b)), ("nothing to do", step(a, hub))]
    for name, source in (("one letter", letters.one), ("edits", letters.edits)):
        tree(source, a)
        rows += [(f"{name} pushed", step(a, hub)), (f"{name} pulled", step(hub, b))]
    yield Peer(rows, bytes_below(hub), lambda target: step(hub, target))


@contextlib.contextmanager
def fossil(letters, folder):
    """Only asked for by name: its first push of 100,000 letters takes more than ten minutes."""
    a, b = os.path.join(folder, "a"), os.path.join(folder, "b")
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "USER": "a"}
    repository = lambda name: os.path.join(folder, name + ".fossil")
    run(["fossil", "init", repository("hub")], environment)
    run(["fossil", "user", "password", "a", "secret", "-R", repository("hub")], environment)
    port = 18_000 + os.getpid() % 10_000
    server = subprocess.Popen(["fossil", "server", "--localhost", "-P", str(port), repository("hub")], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    server.stdout.readline()
    url = f"http://a:secret@127.0.0.1:{port}"
    def clone(target):
        # It keeps no password without a terminal, so nothing is synced but by its URL.
        os.makedirs(target)
        took = run(["fossil", "clone", url, target + ".fossil"], environment)
        run(["fossil", "settings", "autosync", "off", "-R", target + ".fossil"], environment)
        return took + run(["fossil", "open", target + ".fossil", "--force"], environment, folder=target)

    try:
        clone(a)
        tree(letters.all, a)
        commit = "fossil addremove >/dev/null && fossil commit -m change --no-warnings --allow-empty >/dev/null"
        rows = [("import", run(commit, environment, folder=a)), ("first push", run(["fossil", "push", url], environment, folder=a)),
                ("first clone", clone(b)), ("nothing to do", run(["fossil", "pull", url], environment, folder=a))]
        for name, source in (("one letter", letters.one), ("edits", letters.edits)):
            tree(source, a)
            run(commit, environment, folder=a)
            rows += [(f"{name} pushed", run(["fossil", "push", url], environment, folder=a)),
                     (f"{name} pulled", run(["fossil", "pull", url], environment, folder=b) + run(["fossil", "update"], environment, folder=b))]
        yield Peer(rows, bytes_below(repository("hub")), clone)
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def doltlite(letters, folder):
    """In a program of its own, by the Python that has the package (DOLTLITE_PYTHON, else this one)."""
    python = os.environ.get("DOLTLITE_PYTHON", sys.executable)
    steps = lambda *words: run([python, os.path.join(HERE, "doltlite_steps.py"), *words], folder=folder)
    server = subprocess.Popen([python, os.path.join(HERE, "doltlite_steps.py"), "serve", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    url = f"http://127.0.0.1:{int(server.stdout.readline())}/hub.db"
    try:
        rows = [("import", steps("load", "a.db", letters.all)), ("first push", steps("push", "a.db", url)),
                ("first clone", steps("clone", "b.db", url)), ("nothing to do", steps("pull", "a.db", url))]
        for name, source in (("one letter", letters.one), ("edits", letters.edits)):
            steps("load", "a.db", source)
            rows += [(f"{name} pushed", steps("push", "a.db", url)), (f"{name} pulled", steps("pull", "b.db", url))]
        yield Peer(rows, bytes_below(os.path.join(folder, "hub.db")), lambda target: steps("clone", target, url))
    finally:
        server.stdin.close()
        server.wait()


def is_here(name):
    if name != "doltlite":
        return shutil.which(name) is not None
    python = os.environ.get("DOLTLITE_PYTHON", sys.executable)
    return subprocess.run([python, "-c", "import doltlite"], capture_output=True).returncode == 0


PEERS = {"git": git, "rsync": rsync, "doltlite": doltlite, "fossil": fossil}
