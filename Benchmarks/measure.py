"""Runs programs and says what they cost: seconds, processor seconds, peak memory. Standard library only."""

import os, subprocess, sys, tempfile, threading, time
from dataclasses import dataclass, field

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """What one step cost. `processor` and `memory` (MB; 0 for what ends too soon to be looked at) are of the programs that ran; the
    server's stand apart."""

    seconds: float = 0.0
    processor: float = 0.0
    memory: float = 0.0
    output: str = ""
    errors: str = ""
    extra: dict = field(default_factory=dict)

    def __add__(self, other):
        return Cost(
            self.seconds + other.seconds, self.processor + other.processor, max(self.memory, other.memory), other.output, other.errors,
            {key: self.extra.get(key, 0) + other.extra.get(key, 0) for key in {**self.extra, **other.extra}})


def run(arguments, environment=None, status=(0,), folder=None, source=None):
    """Runs a program to its end; a list is run as it is, a text by a shell. Ends the benchmark if it fails."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with open(source or os.devnull, "rb") as input:
            child = subprocess.Popen(
                ["bash", "-c", "set -o pipefail; " + arguments] if isinstance(arguments, str) else arguments,
                env=environment, cwd=folder, stdin=input, stdout=output, stderr=errors)
        # The peak that the kernel tells at the end has this program's own in it, from before the other one was started.
        peaks, ended = [0.0], threading.Event()
        watcher = threading.Thread(target=watch, args=(child.pid, peaks, ended))
        watcher.start()
        _, raw, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
        ended.set()
        watcher.join()
        child.returncode = os.waitstatus_to_exitcode(raw)
        output.seek(0), errors.seek(0)
        said, noted = output.read().decode(errors="replace"), errors.read().decode(errors="replace")
        if child.returncode not in status:
            sys.exit(f"{arguments} ended with {child.returncode}: {noted[-2000:]}")
        return Cost(seconds, usage.ru_utime + usage.ru_stime, max(peaks), said, noted)


def watch(pid, peaks, ended):
    """Looks at a process's peak memory until it has ended."""
    while not ended.wait(0.05):
        try:
            peaks.append(peak_memory(pid))
        except (FileNotFoundError, ProcessLookupError, StopIteration):
            return


def median(count, measure):
    """The run of the middle one of several that take no long time, by seconds."""
    return middle([measure() for _ in range(count)])


def middle(costs):
    """The middle one of several runs, by seconds."""
    return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]


def processor_seconds(pid):
    """The processor time of a process that is still running."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_memory(pid):
    """The peak memory of a running process in MB."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def bytes_below(*paths):
    """The bytes of files, and of all files below folders."""
    total = 0
    for path in paths:
        if os.path.isfile(path):
            total += os.path.getsize(path)
        for folder, _, names in os.walk(path):
            total += sum(os.path.getsize(os.path.join(folder, name)) for name in names)
    return total
