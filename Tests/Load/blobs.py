#!/usr/bin/env python3
"""An attachment of any size in constant memory: the real programs, over real sockets, with the largest resident set of each.

  blobs.py BIN [MEGABYTES [SEED]]             2,000 MB, seed 1

A file of pseudo-random bytes is attached, sent to a server, fetched by a second replica in another folder, exported, and compared. Then the same
again with the client killed in the middle, both ways: what is sent and fetched after that is counted by the server's log. Fails if a
program's memory grows with the file, if bytes differ, or if a transfer begins anew.
"""
import filecmp
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MEMORY_LIMIT_MB = 100
MIB = 1 << 20


def noise(path, megabytes, seed):
    """Bytes that no compressor makes smaller."""
    numbers = random.Random(seed)
    with open(path, "wb") as file:
        for _ in range(megabytes):
            file.write(numbers.randbytes(1_000_000))


def peak_of(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Machine:
    """A folder with one replica."""

    def __init__(self, bin_folder, folder, token):
        self.program = os.path.join(bin_folder, "chancery")
        self.folder = folder
        os.makedirs(folder)
        self.archive = os.path.join(folder, "archive")
        self.environment = {
            "HOME": folder, "PATH": "/usr/bin:/bin", "CHANCERY_ARCHIVE": self.archive,
            "CHANCERY_AUTHOR": "Load <load@example.org>", "CHANCERY_TOKEN": token}

    def start(self, *arguments):
        return subprocess.Popen(
            [self.program, *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, *arguments, status=0):
        """Runs a command: its output, seconds, and the largest resident set in MB."""
        begun = time.monotonic()
        process = self.start(*arguments)
        output = process.stdout.read().decode()
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
        if process.returncode != status:
            sys.exit(f"blobs: chancery {' '.join(arguments)} ended with {process.returncode}: {output}")
        return output, time.monotonic() - begun, usage.ru_maxrss / 1024

    def kill_when(self, path, size, *arguments):
        """Starts a command and kills it when a file has reached a size; the size that it has then."""
        process = self.start(*arguments)
        while process.poll() is None:
            if os.path.exists(path) and os.path.getsize(path) >= size:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.005)
        process.wait()
        process.stdout.close()
        if process.returncode != -signal.SIGKILL:
            sys.exit(f"blobs: chancery {' '.join(arguments)} ended before it could be killed; try a larger file")
        return os.path.getsize(path)


def main():
    bin_folder = sys.argv[1]
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    scratch = tempfile.mkdtemp(prefix="chancery-blobs-", dir=os.environ.get("CHANCERY_BLOBS_FOLDER"))
    server = None
    try:
        server_program = os.path.join(bin_folder, "chancery-server")
        data = os.path.join(scratch, "data")
        subprocess.run([server_program, "archive", "create", "letters", "--data", data], check=True, stdout=subprocess.DEVNULL)
        made = subprocess.run(
            [server_program, "token", "create", "--archive", "letters", "--role", "writer", "--data", data, "--json"],
            check=True, stdout=subprocess.PIPE)
        token = json.loads(made.stdout)["token"]
        log = open(os.path.join(scratch, "server.log"), "w")
        server = subprocess.Popen(
            [server_program, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log)
        url = server.stdout.readline().decode().split()[-1] + "/letters"

        figures = []

        def note(name, seconds, peak, size=megabytes):
            figures.append((name, seconds, peak))
            rate = f"{size / seconds:8.0f} MB/s" if size else ""
            print(f"  {name:28} {seconds:7.1f} s {peak:7.1f} MB {rate}", flush=True)

        print(f"one attachment of {megabytes:,} MB, seed {seed}; largest resident set of each program", flush=True)
        for part in ("first", "second"):
            source = os.path.join(scratch, f"{part}.bin")
            noise(source, megabytes, seed if part == "first" else seed + 1)
            ada = Machine(bin_folder, os.path.join(scratch, f"ada-{part}"), token)
            ben = Machine(bin_folder, os.path.join(scratch, f"ben-{part}"), token)
            ada.run("clone", url, ada.archive)
            letter = json.loads(ada.run("new", "--set", f"title={part}", "--json")[0])["id"]
            _, seconds, peak = ada.run("attach", letter, source)
            note("attach", seconds, peak)
            blob = json.loads(ada.run("blobs", "list", letter, "--json")[0])[0]["blob"]
            if part == "second":
                part_there = os.path.join(data, "archives/letters/blobs", f"part-{blob}")
                reached = ada.kill_when(part_there, megabytes * 400_000, "sync")
                print(f"  the client was killed when the server had {reached / 1e6:,.0f} MB")
            output, seconds, peak = ada.run("sync", "--json")
            report = json.loads(output)[0]
            note("send" if part == "first" else "send the rest", seconds, peak, report["bytesSent"] / 1e6)
            if part == "second" and report["bytesSent"] > megabytes * 1_000_000 - reached + 8 * MIB:
                sys.exit(f"blobs: {report['bytesSent']:,} bytes were sent after the kill: it began anew")
            ben.run("clone", url, ben.archive)
            if part == "second":
                part_here = os.path.join(ben.archive, "blobs", f"part-{blob}")
                reached = ben.kill_when(part_here, megabytes * 400_000, "blobs", "fetch", letter)
                print(f"  the client was killed when it had {reached / 1e6:,.0f} MB")
            _, seconds, peak = ben.run("blobs", "fetch", letter)
            note("fetch" if part == "first" else "fetch the rest", seconds, peak, megabytes if part == "first" else 0)
            out = os.path.join(scratch, f"out-{part}")
            _, seconds, peak = ben.run("blobs", "export", letter, "--output", out)
            note("export", seconds, peak)
            if not filecmp.cmp(source, os.path.join(out, f"{part}.bin"), shallow=False):
                sys.exit("blobs: the exported file is not the one that was attached")
            for path in (source, ada.folder, ben.folder, out):
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        peak = peak_of(server.pid)
        print(f"  {'server':28} {'':9} {peak:7.1f} MB")
        figures.append(("server", 0, peak))
        high = [(name, peak) for name, _, peak in figures if peak > MEMORY_LIMIT_MB]
        if high:
            sys.exit(f"blobs: more than {MEMORY_LIMIT_MB} MB: {high}")
        print("figures blobs " + " ".join(
            [f"megabytes={megabytes}", f"client={max(p for n, _, p in figures if n != 'server'):.0f}", f"server={peak:.0f}"]))
    finally:
        if server:
            server.terminate()
            server.wait()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
