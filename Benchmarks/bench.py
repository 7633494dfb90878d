#!/usr/bin/env python3
"""Measures Chancery, its peers and the raw limit in one run, and holds counts, bytes and requests against the baseline.

  bench.py BIN [--letters N] [--peers git,rsync,doltlite,fossil] [--turns N] [--no-limit] [--no-server] [--first-sync] [--json FILE] [--plot FILE.svg]
           [--folder FOLDER] [--write-baseline]

Seconds move with the machine's mood: compare the ratios of one run, and of a clone those of the clones in turns. Only bytes and requests are checked
against baseline.json: a run in which one has grown by more than 2 % ends with 1. Peers that are not on the machine are named and left out.
Standard library only.
"""

import argparse, contextlib, json, os, statistics, sys, tempfile

import limit, peers, plot, server_steps
from chancery_steps import GOALS, Chancery
from letters import Letters

HERE = os.path.dirname(os.path.abspath(__file__))
BASELINE = os.path.join(HERE, "baseline.json")
SLACK = 1.02


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--peers", default="git,rsync,doltlite")
    parser.add_argument("--turns", type=int, default=5, help="so many clones by each in turns, after all else: the machine's mood is that of all")
    parser.add_argument("--no-limit", action="store_true")
    parser.add_argument("--no-server", action="store_true", help="without the server's own rows: kept connections, small syncs a second, live clients")
    parser.add_argument("--first-sync", action="store_true", help="only import, first push, first clone, no-ops and one letter: for a million of them")
    parser.add_argument("--json")
    parser.add_argument("--plot")
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "chancery-bench"), help="where the letters are kept")
    parser.add_argument("--write-baseline", action="store_true")
    return parser.parse_args()


def cell(value, form):
    return format(value, form) if value is not None else "–"


def table(rows, others):
    """One line a step: what it cost, the goal, and how many times as long each peer took."""
    names = list(others)
    print(f"{'step':<20}{'seconds':>9}{'user+sys':>9}{'server':>8}{'MB':>6}{'wire':>14}{'req':>5}{'goal s':>8}{'of goal':>8}" + "".join(f"{name + ' ×':>12}" for name in names))
    for step, cost in rows:
        seconds, wire, _ = GOALS.get(step, (None, None, None))
        ratios = [dict(others[name]).get(step) for name in names]
        print(
            f"{step:<20}{cost.seconds:>9.3f}{cost.processor:>9.3f}{cell(cost.extra.get('server'), '.2f'):>8}{cost.memory:>6.0f}"
            f"{cell(cost.extra.get('wire'), ',.0f'):>14}{cell(cost.extra.get('requests'), '.0f'):>5}{cell(seconds, '.3f'):>8}"
            f"{cell(cost.seconds / seconds if seconds else None, '.1f'):>8}"
            + "".join(f"{cell(other and other.seconds / cost.seconds, '.2f'):>12}" for other in ratios))


def server_lines(figures):
    """What the server alone was measured at, with the goals."""
    (nothing, push), small, live = figures["kept"], figures["small"], figures["live"]
    return (
        f"kept connection: nothing to do {nothing * 1e3:.2f} ms (goal 1), one letter pushed {push * 1e3:.2f} ms (goal 4)\n"
        f"small syncs: {small['syncs_per_second']:,.0f} a second with {server_steps.CLIENTS} clients (goal 5,000), each durable; server {small['server_processor']:.2f} s "
        f"and generator {small['generator_processor']:.2f} s of processor time for {small['syncs']:,}\n"
        f"live clients: an edit reaches {live['listeners']:,} in {live['last']:.2f} s (goal 1; the push itself took {live['pushed'] * 1e3:.0f} ms), "
        f"server {live['memory']:.0f} MB (goal 400)")


def clones_in_turns(work, others, turns, scratch):
    """Seconds of clones by each, one after the other, with all servers running; who begins is another one each time."""
    clones = {"chancery": work.clone, **{name: peer.clone for name, peer in others.items()}}
    seconds = {name: [] for name in clones}
    for turn in range(turns):
        names = list(clones)
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            with scratch() as folder:
                os.sync()
                seconds[name].append(clones[name](os.path.join(folder, "clone")).seconds)
    return seconds


def turn_lines(seconds):
    """Medians of clones in turns, and of how many times as long each peer took."""
    ours = seconds["chancery"]
    lines = [f"clones in turns, medians of {len(ours)}: chancery {statistics.median(ours):.2f} s ({min(ours):.2f} to {max(ours):.2f})"]
    for name in filter(lambda name: name != "chancery", seconds):
        ratios = sorted(their / our for their, our in zip(seconds[name], ours))
        lines.append(f"{name} {statistics.median(seconds[name]):.2f} s, {statistics.median(ratios):.2f} × ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    return "; ".join(lines)


def compare(rows, facts, count, write):
    """Bytes and requests against the baseline for this number of letters: the lines that have grown."""
    counted = {step: {key: cost.extra[key] for key in ("wire", "requests", "conflicts") if key in cost.extra} for step, cost in rows}
    counted = {step: values for step, values in counted.items() if values}
    counted["disk"] = {key: facts[f"disk_{key}"] for key in ("without_search", "with_search") if f"disk_{key}" in facts}
    with open(BASELINE) as file:
        baselines = json.load(file)
    if write:
        baselines[str(count)] = counted
        with open(BASELINE, "w") as file:
            json.dump(baselines, file, indent=1, sort_keys=True)
            file.write("\n")
    known = baselines.get(str(count), {})
    return [
        f"{step}: {key} was {known[step][key]} and is {value}" for step, values in counted.items() for key, value in values.items()
        if step in known and value > known[step].get(key, value) * SLACK]


def main():
    options = arguments()
    letters = Letters(options.folder, options.letters, options.first_sync)
    print(f"{letters.count} letters of {letters.source}, {letters.bytes / 1e6:.1f} MB of JSON Lines; whole processes over loopback")
    others, report = {}, {"letters": letters.count, "bytes": letters.bytes, "peers": {}}
    plain = lambda rows: {step: dict(cost.extra, seconds=cost.seconds, processor=cost.processor, memory=cost.memory) for step, cost in rows}

    programs = os.path.abspath(options.programs)
    scratch = lambda: tempfile.TemporaryDirectory(prefix="chancery-bench-", ignore_cleanup_errors=True)

    limits = []
    if not options.no_limit:
        with scratch() as folder:
            limits = limit.measure(letters, os.path.join(folder, "limit"))
    # All hubs are served until the clones in turns are done.
    with contextlib.ExitStack() as served:
        for name in filter(None, options.peers.split(",")):
            if not peers.is_here(name):
                print(f"{name} is not on this machine: left out")
                continue
            others[name] = served.enter_context(peers.PEERS[name](letters, served.enter_context(scratch())))
            report["peers"][name] = dict(plain(others[name].rows), disk_bytes=others[name].disk)
        work = served.enter_context(Chancery(programs, letters, served.enter_context(scratch())).run_all(options.first_sync))
        turns = clones_in_turns(work, others, options.turns, scratch) if others and options.turns else None
    # What the clones and their removal leave to the disk would hold up what the server writes.
    os.sync()
    table(work.rows, {name: peer.rows for name, peer in others.items()})
    print("\npeers: seconds, bytes on the wire as far as they can be counted")
    for name, peer in others.items():
        print(f"  {name}: " + ", ".join(f"{step} {cost.seconds:.2f}" + (f" ({cost.extra['wire']:,} B)" if "wire" in cost.extra else "") for step, cost in peer.rows))
    if turns:
        print(f"  {turn_lines(turns)}")
    for step, cost in limits:
        print(f"  limit, {step}: {cost.seconds:.2f} s, {cost.processor:.2f} user+sys" + (f", {cost.extra['wire']:,} B" if "wire" in cost.extra else ""))
    facts = work.facts
    print(
        f"\ndisk: {facts['disk_without_search'] / letters.bytes:.2f} × the letters without the search index (goal 0.45), "
        + (f"{facts['disk_with_search'] / letters.bytes:.2f} × with it (goal 1.0), " if "disk_with_search" in facts else "")
        + f"server {facts['disk_server'] / letters.bytes:.2f} ×")
    print(f"memory: server {facts['server_memory_push']:.0f} MB after the push, {facts['server_memory_clone']:.0f} MB after the clone (goal 128)")
    report.update(chancery=plain(work.rows), limit=plain(limits), facts=facts, clones_in_turns=turns)
    if not options.no_server:
        with scratch() as folder:
            report["server"] = server_steps.measure(programs, folder)
        print(server_lines(report["server"]))
    if options.plot:
        title = f"{letters.count} letters, {letters.bytes / 1e6:.0f} MB: seconds of whole processes over loopback"
        goals = {step: goal[0] for step, goal in GOALS.items()} if letters.count == 100_000 else {}
        with open(options.plot, "w") as file:
            file.write(plot.svg(title, work.rows, {name: peer.rows for name, peer in others.items()}, goals))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(report, file, indent=1)
    grown = compare(work.rows, work.facts, letters.count, options.write_baseline)
    for line in grown:
        print(f"grown: {line}")
    sys.exit(1 if grown else 0)


main()
