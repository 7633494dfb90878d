#!/usr/bin/env python3
"""The long run of the battery: every layer again and again, each time with other seeds, for a bounded time.

  soak.py BIN STATE SECONDS COMMAND…     COMMAND is what runs the tests: swift test with its flags

Where to go on is kept in STATE, so that one soak continues the last. Each run of a layer prints a line of figures; at the
end there is a table of all of this STATE. A finding keeps its whole output in STATE, is printed with the command that
repeats it, and makes the status 1.
"""
import json
import os
import re
import subprocess
import sys
import time

HANG_SECONDS = 3600
# A layer's share of a round is minutes, so that an hour reaches every layer several times.
FLIPS = 1_000
CALLS = 160


def layers(state, bin_folder, state_folder):
    """What one round runs: name, environment, the suite or the command, and what moves on in the state afterwards."""
    seed = str(1_000_000 + state["round"])
    flip, call, history, offset = (state[name] for name in ("flip", "call", "history", "offset"))
    return [
        ("power cuts", {"CHANCERY_IMAGES": "25000", "CHANCERY_FAULTS_SEED": seed}, "PowerCutTests", {}),
        ("flipped bits", {"CHANCERY_FLIPS": str(FLIPS), "CHANCERY_FLIP_FROM": str(flip)}, "FlippedBitTests", {"flip": FLIPS}),
        ("merge", {"CHANCERY_HISTORIES": "200000", "CHANCERY_HISTORIES_FROM": str(history)}, "RandomHistoryTests",
         {"history": 200_000}),
        ("simulation", {}, [f"{bin_folder}/simulate", "--seconds", "90", "--from", "1000000", "--state",
                            f"{state_folder}/simulate"], {}),
        ("connections", {"CHANCERY_CUT_STRIDE": "50", "CHANCERY_CUT_OFFSET": str(offset)}, "CutConnectionTests", {"offset": 1}),
        ("system calls", {"CHANCERY_INJECTIONS": str(CALLS * 5 // 4), "CHANCERY_INJECTIONS_FROM": str(call)}, "InjectionTests",
         {"call": CALLS}),
        ("command lines", {"CHANCERY_EDITS": "50", "CHANCERY_FAULTS_SEED": seed},
         "ParallelCommandLineTests|PausedProcessTests|ClockTests|ClosedDiskTests", {}),
        ("load", {}, ["python3", "Tests/Load/load.py", bin_folder, "60"], {}),
    ]


def figures(output):
    """The numbers that a run told, added up over its tests; of a total the largest."""
    found = {}
    for line in output.splitlines():
        match = re.match(r"figures (\S+) seed=\S+ (.*)", line)
        for name, value in re.findall(r"(\w+)=(-?\d+)", match[2]) if match else []:
            found[name] = max(found.get(name, 0), int(value)) if name in TOTALS else found.get(name, 0) + int(value)
    return found


# Not sums: how large a thing was.
TOTALS = {"of", "all", "toServer", "toClient"}


def text(numbers):
    return " ".join(f"{name}={value:,}" for name, value in numbers.items())


def run(layer, state, state_folder, command, seconds):
    name, environment, what, moves = layer
    arguments = what if isinstance(what, list) else command + ["--filter", what]
    began = time.monotonic()
    try:
        ended = subprocess.run(arguments, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               timeout=HANG_SECONDS)
        output, status = ended.stdout.decode(errors="replace"), ended.returncode
    except subprocess.TimeoutExpired as hang:
        output, status = (hang.stdout or b"").decode(errors="replace") + "\nsoak: it hangs\n", -1
    took = time.monotonic() - began
    told = figures(output)
    if not isinstance(what, list) and status == 0 and not re.search(r"Test run with [1-9]\d* tests?", output):
        output, status = output + "\nsoak: no test was run\n", -1
    total = state["layers"].setdefault(name, {"runs": 0, "findings": 0, "seconds": 0, "figures": {}})
    total["runs"] += 1
    total["seconds"] += round(took)
    for figure, value in told.items():
        before = total["figures"].get(figure, 0)
        total["figures"][figure] = max(before, value) if figure in TOTALS else before + value
    if name in ("simulation", "load"):
        told["last"] = output.strip().splitlines()[-1] if output.strip() else ""
    said = " ".join(f"{figure}={value:,}" if isinstance(value, int) else value for figure, value in told.items())
    print(f"{time.strftime('%H:%M:%S')} {name}: {'ok' if status == 0 else 'FINDING'}, {took:.0f} s {said}", flush=True)
    if status != 0:
        total["findings"] += 1
        path = f"{state_folder}/finding-{name.replace(' ', '-')}-{state['round']}.txt"
        with open(path, "w") as file:
            file.write(output)
        words = [f"{key}={value}" for key, value in environment.items()] + [f"'{word}'" if " " in word or "|" in word else word
                                                                          for word in arguments]
        print(f"  replay: {' '.join(words)}\n  output: {path}", flush=True)
    for key, step in moves.items():
        state[key] += step
    # The end of the archive, or of the list of calls: from the beginning again.
    if name == "flipped bits" and told.get("flips", 0) < FLIPS:
        state["flip"] = 0
    if name == "system calls" and state["call"] >= told.get("all", 0) > 0:
        state["call"] = 0
    state["offset"] %= 50
    return status == 0


def main(bin_folder, state_folder, seconds, command):
    os.makedirs(state_folder, exist_ok=True)
    path = f"{state_folder}/state.json"
    state = {"round": 0, "flip": 0, "call": 0, "history": 1_000_000, "offset": 0, "next": 0, "layers": {}}
    if os.path.exists(path):
        with open(path) as file:
            state.update(json.load(file))
        print(f"soak: goes on from round {state['round']}", flush=True)
    end = time.monotonic() + seconds
    is_well = True
    while time.monotonic() < end:
        todo = layers(state, bin_folder, state_folder)
        is_well &= run(todo[state["next"]], state, state_folder, command, seconds)
        state["next"] = (state["next"] + 1) % len(todo)
        state["round"] += state["next"] == 0
        with open(path + ".new", "w") as file:
            json.dump(state, file, indent=1)
        os.replace(path + ".new", path)
    print("\n| layer | runs | seconds | findings | figures |\n|---|---|---|---|---|")
    for name, total in state["layers"].items():
        print(f"| {name} | {total['runs']} | {total['seconds']:,} | {total['findings']} | {text(total['figures'])} |")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
