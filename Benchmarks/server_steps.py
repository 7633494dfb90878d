"""The server alone, asked over raw sockets by a generator on the same cores: what one answer takes on a kept connection, how many small
syncs it answers a second, and how soon an edit reaches everybody who waits. Standard library only."""

import hashlib, json, os, resource, selectors, signal, socket, subprocess, sys, time, uuid

from measure import Cost, peak_memory, processor_seconds, run

CLIENTS = 64
PUSHES = 200
LISTENERS = 10_000


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Connection:
    """A socket that asks, and reads answers of a known length or in chunks."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def ask(self, request):
        self.socket.sendall(request)
        while True:
            answer = self.take()
            if answer is not None:
                return answer
            self.fill()

    def fill(self):
        more = self.socket.recv(65536)
        if not more:
            sys.exit("the server has closed a connection")
        self.buffer += more

    def take(self):
        """The body of an answer with a length that is complete."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.buffer[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            sys.exit(f"the server answered {self.buffer[:500]!r}")
        length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        if len(self.buffer) < end + 4 + length:
            return None
        body, self.buffer = self.buffer[end + 4:end + 4 + length], self.buffer[end + 4 + length:]
        return body


class Server:
    """An empty archive on a server of its own."""

    def __init__(self, programs, folder):
        self.program, self.folder = os.path.join(programs, "chancery-server"), folder
        self.plain = {"PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"}
        administration = lambda *words: run([self.program, *words, "--data", folder + "/data"], self.plain)
        administration("archive", "create", "letters")
        self.token = json.loads(administration("token", "create", "--archive", "letters", "--role", "writer", "--json").output)["token"]

    def __enter__(self):
        with open(self.folder + "/server.log", "w") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--data", self.folder + "/data", "--listen", "127.0.0.1:0", "--log-level", "warning"],
                env=self.plain, stdout=subprocess.PIPE, stderr=log)
        self.port = int(self.process.stdout.readline().rsplit(b":", 1)[1])
        self.archive = json.loads(Connection(self.port).ask(self.request("GET", "/v1/archives/letters")))["archive"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        if status != 0:
            with open(self.folder + "/server.log") as log:
                sys.exit(f"the server ended with {status}; the end of its log: {log.read()[-2000:]}")

    def request(self, method, path, body=b""):
        head = f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n"
        if body:
            head += f"Content-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\n"
        return (head + "\r\n").encode() + body

    def exchange(self, cursor=None, lines=b""):
        envelope = {"v": 1, "replica": "bench", "archive": {"id": self.archive, "mergeRule": 1}}
        if cursor:
            envelope["cursor"] = cursor
        if lines:
            envelope["limit"] = 1
        return self.request("POST", "/v1/archives/letters/sync", canonical(envelope) + b"\n" + lines)

    def revision(self, text):
        """The two lines of a new letter."""
        content = canonical({"body": text, "kind": "letter"})
        header = canonical({
            "archive": self.archive, "author": {"name": "Bench", "uri": "mailto:bench@example.org"},
            "content": hashlib.sha256(content).hexdigest(), "device": "bench", "letter": str(uuid.uuid4()), "parents": [],
            "reason": {"kind": "create"}, "time": "2026-01-01T00:00:00.000Z", "v": 1})
        return header + b"\n" + content + b"\n"


def cursor_of(answer):
    return json.loads(answer.split(b"\n", 1)[0])["end"]["cursor"]


def middle(values):
    return sorted(values)[len(values) // 2]


def timed(work):
    start = time.monotonic()
    value = work()
    return time.monotonic() - start, value


def kept_connection(server):
    """Medians, in seconds, of an exchange with nothing to do and of one that pushes a letter of 2 KB."""
    connection = Connection(server.port)
    cursor = cursor_of(connection.ask(server.exchange(lines=server.revision("First."))))
    nothing = [timed(lambda: connection.ask(server.exchange(cursor)))[0] for _ in range(1000)]
    pushes = []
    for number in range(200):
        request = server.exchange(cursor, server.revision(f"Letter {number}. " * 120))
        seconds, answer = timed(lambda: connection.ask(request))
        pushes.append(seconds)
        cursor = cursor_of(answer)
    return middle(nothing), middle(pushes)


def small_syncs(server):
    """How many a second: CLIENTS connections, each of which sends its next letter as soon as the last one is acknowledged, that is, durable."""
    connections = [Connection(server.port) for _ in range(CLIENTS)]
    cursor = cursor_of(connections[0].ask(server.exchange(lines=server.revision("First."))))
    # The generator's work is done before: it only sends, and waits for whole answers.
    queues = [[server.exchange(cursor, server.revision(f"{client} {number}")) for number in range(PUSHES)] for client in range(CLIENTS)]
    spent, own = processor_seconds(server.process.pid), time.process_time()
    start = time.monotonic()
    selector = selectors.EpollSelector()
    for number, connection in enumerate(connections):
        selector.register(connection.socket, selectors.EVENT_READ, number)
        connection.socket.sendall(queues[number].pop())
    open_count = CLIENTS
    while open_count:
        for key, _ in selector.select():
            connection, queue = connections[key.data], queues[key.data]
            connection.fill()
            answer = connection.take()
            if answer is None:
                continue
            if b'"accepted":{"count":1' not in answer:
                sys.exit(f"a push was not accepted: {answer[:300]!r}")
            if queue:
                connection.socket.sendall(queue.pop())
            else:
                open_count -= 1
    seconds = time.monotonic() - start
    return dict(
        syncs_per_second=CLIENTS * PUSHES / seconds, server_processor=processor_seconds(server.process.pid) - spent,
        generator_processor=time.process_time() - own, syncs=CLIENTS * PUSHES)


def live_clients(server):
    """How long an edit takes to the last of LISTENERS clients that wait for events, and the server's memory with them."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    waiting = server.request("GET", "/v1/archives/letters/events")
    selector, listeners = selectors.EpollSelector(), []
    for _ in range(LISTENERS):
        connection = Connection(server.port)
        connection.socket.sendall(waiting)
        listeners.append(connection)
    for number, connection in enumerate(listeners):
        # The first event tells where the log ends.
        while b"data: " not in connection.buffer:
            connection.fill()
        connection.buffer = b""
        selector.register(connection.socket, selectors.EVENT_READ, number)
    request = server.exchange(lines=server.revision("News."))
    writer = Connection(server.port)
    start = time.monotonic()
    writer.ask(request)
    pushed = time.monotonic() - start
    told = 0
    while told < LISTENERS:
        for key, _ in selector.select():
            connection = listeners[key.data]
            connection.fill()
            if b"data: " in connection.buffer:
                selector.unregister(connection.socket)
                told += 1
    return dict(pushed=pushed, last=time.monotonic() - start, memory=peak_memory(server.process.pid), listeners=LISTENERS)


def measure(programs, folder):
    """The figures by their names."""
    figures = {}
    for name, work in (("kept", kept_connection), ("small", small_syncs), ("live", live_clients)):
        os.makedirs(f"{folder}/{name}")
        with Server(programs, f"{folder}/{name}") as server:
            figures[name] = work(server)
    return figures
