#!/usr/bin/env python3
"""Load: thousands of idle connections and 200 active clients on the real chancery-server, over real sockets.

  load.py BIN [SECONDS [IDLE [ACTIVE]]]       30 seconds, 10,000 idle, 200 active

Half of the idle ones wait for events, half have asked once and keep their connection. Each active client pushes new letters one after
the other, and keeps the id of each that was acknowledged. At the end the log has to hold all of them, the server may not have taken
400 MB, and when all have left it has the descriptors that it had before, and those of the readers of its database.
"""
import asyncio
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import uuid

RESIDENT_LIMIT_MB = 400
# Sixteen readers of the database are kept, of two descriptors each; of the others, as many as there were at once, SQLite keeps one for the next, as
# closing it would give up its locks.
DESCRIPTOR_SLACK = 100


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def revision(archive, text):
    """A new letter: its id, and its two lines."""
    content = canonical({"body": text, "kind": "letter"})
    header = canonical({
        "archive": archive, "author": {"name": "Load", "uri": "mailto:load@example.org"},
        "content": hashlib.sha256(content).hexdigest(), "device": "load", "letter": str(uuid.uuid4()), "parents": [],
        "reason": {"kind": "create"}, "time": "2026-01-01T00:00:00.000Z", "v": 1})
    return hashlib.sha256(header).hexdigest(), header + b"\n" + content + b"\n"


async def answer(reader):
    """The status and the body of one response with a length or chunks."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"content-length" in fields:
        return status, await reader.readexactly(int(fields[b"content-length"]))
    body = b""
    while True:
        size = int(await reader.readline(), 16)
        body += await reader.readexactly(size)
        await reader.readexactly(2)
        if size == 0:
            return status, body


class Load:
    def __init__(self, port, token, pid):
        self.port, self.token, self.pid, self.archive = port, token, pid, None
        self.acknowledged, self.exchanges, self.events, self.peak_mb = set(), 0, 0, 0
        self.idle = []

    def request(self, method, path, body=b"", kind="application/x-ndjson"):
        return (f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\nContent-Type: {kind}\r\n"
                + (f"Content-Length: {len(body)}\r\n" if body else "") + "\r\n").encode() + body

    async def open_idle(self, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4096)
        if number % 2:
            writer.write(self.request("GET", "/v1/archives/letters/events"))
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
        else:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await answer(reader))[0] == 200
        self.idle.append((number, reader, writer))

    def envelope(self):
        return canonical({"v": 1, "replica": "load", "archive": {"id": self.archive, "mergeRule": 1},
                          "limit": 1}) + b"\n"

    async def active(self, number, end):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        count = 0
        while time.monotonic() < end:
            identifier, lines = revision(self.archive, f"Letter {count} of client {number}.")
            writer.write(self.request("POST", "/v1/archives/letters/sync", self.envelope() + lines))
            status, body = await answer(reader)
            assert status == 200, body
            first = json.loads(body.split(b"\n", 1)[0])
            assert first["accepted"]["count"] == 1, first
            self.acknowledged.add(identifier)
            self.exchanges += 1
            count += 1
        writer.close()

    def resident_mb(self):
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    async def watch(self, end):
        while time.monotonic() < end:
            self.peak_mb = max(self.peak_mb, self.resident_mb())
            await asyncio.sleep(0.5)

    async def count(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.request("GET", "/v1/archives/letters"))
        status, body = await answer(reader)
        writer.close()
        assert status == 200, body
        return json.loads(body)

    async def run(self, seconds, idle, active):
        self.archive = (await self.count())["archive"]
        before = self.descriptors()
        # The idle ones come a few hundred at a time: what is measured is that they stay.
        for start in range(0, idle, 500):
            await asyncio.gather(*(self.open_idle(n) for n in range(start, min(start + 500, idle))))
        open_mb, open_descriptors = self.resident_mb(), self.descriptors()
        assert open_descriptors >= before + idle, "not all idle connections are held"
        end = time.monotonic() + seconds
        await asyncio.gather(self.watch(end), *(self.active(number, end) for number in range(active)))
        self.peak_mb = max(self.peak_mb, self.resident_mb())
        # Each of those that kept their connection, or a sample of a thousand, is still served; those that wait were told.
        for number, reader, writer in self.idle[:: max(1, idle // 1000)]:
            if number % 2:
                while b"data: " not in await asyncio.wait_for(reader.readline(), 20):
                    pass
                self.events += 1
            elif seconds < 60:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                assert (await asyncio.wait_for(answer(reader), 20))[0] == 200
        state = await self.count()
        assert state["count"] == len(self.acknowledged), f"{len(self.acknowledged)} acknowledged, {state['count']} kept"
        total = format(sum(int(identifier, 16) for identifier in self.acknowledged) % 2**256, "064x")
        assert state["fingerprint"] == total, "the log holds other revisions than were acknowledged"
        for _, _, writer in self.idle:
            writer.close()
        # Who waits for events is noticed to have left with the next message, after 25 seconds at most.
        for _ in range(120):
            after = self.descriptors()
            if after <= before + DESCRIPTOR_SLACK:
                break
            await asyncio.sleep(0.5)
        print(f"load: {idle} idle and {active} active for {seconds} s: {self.exchanges} pushes, all kept; resident {open_mb} MB "
              f"with the idle ones, {self.peak_mb} MB at most; descriptors {before} before, {open_descriptors} open, {after} after")
        assert self.peak_mb < RESIDENT_LIMIT_MB, f"{self.peak_mb} MB are too much"
        assert after <= before + DESCRIPTOR_SLACK, "descriptors are left over"


def main(arguments):
    folder = os.path.abspath(arguments[0])
    seconds, idle, active = (int(word) for word in (arguments[1:] + ["30", "10000", "200"][len(arguments) - 1:])[:3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = idle + active + 500
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    with tempfile.TemporaryDirectory() as scratch:
        program, data = f"{folder}/chancery-server", f"{scratch}/data"
        environment = {"PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"}
        subprocess.run([program, "archive", "create", "letters", "--data", data], check=True, env=environment,
                       stdout=subprocess.DEVNULL)
        made = subprocess.run([program, "token", "create", "--archive", "letters", "--role", "writer", "--json", "--data", data],
                              check=True, env=environment, stdout=subprocess.PIPE)
        token = json.loads(made.stdout)["token"]
        with open(f"{scratch}/log", "wb") as log:
            server = subprocess.Popen([program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "warning"],
                                      env=environment, stdout=subprocess.PIPE, stderr=log)
        try:
            port = int(server.stdout.readline().rsplit(b":", 1)[1].strip().rstrip(b"/"))
            asyncio.run(Load(port, token, server.pid).run(seconds, idle, active))
        finally:
            server.send_signal(signal.SIGTERM)
            status = server.wait(timeout=60)
        if status != 0:
            raise SystemExit(f"load: the server ended with {status}")


if __name__ == "__main__":
    main(sys.argv[1:])
