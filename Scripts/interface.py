#!/usr/bin/env python3
"""interface.py SYMBOLS FILE [--accept]: compares the public interface of the library with the one that is kept in git.

SYMBOLS is a folder of symbol graphs (Scripts/symbols.sh), FILE the kept interface: one declaration a line, sorted. A line
that went or changed breaks apps; one that came binds us. Both have to be meant: with --accept FILE is written anew.
"""
import json
import pathlib
import sys

# Everything in these is for apps; of the modules below them, what their declarations name.
OFFERED = ["ArchiveClient", "LetterModel", "LetterMerge"]
BELOW = ["ReplicaStore"]


def load(folder, module):
    """The symbols and relationships of a module, with what it adds to the types of other modules."""
    symbols, relationships = [], []
    for path in sorted(folder.glob(f"{module}.symbols.json")) + sorted(folder.glob(f"{module}@*.symbols.json")):
        graph = json.loads(path.read_text(encoding="utf-8"))
        symbols += graph["symbols"]
        relationships += graph["relationships"]
    if not symbols:
        sys.exit(f"interface: {folder} has no symbols of {module}")
    return symbols, relationships


def declaration(symbol):
    return " ".join("".join(part["spelling"] for part in symbol["declarationFragments"]).split())


def named(symbol):
    """The symbols that a declaration names."""
    return {part["preciseIdentifier"] for part in symbol["declarationFragments"] if "preciseIdentifier" in part}


def interface(folder):
    lines = set()
    wanted = set()
    for module in OFFERED + BELOW:
        symbols, relationships = load(folder, module)
        members = {}
        for symbol in symbols:
            members.setdefault(symbol["pathComponents"][0], []).append(symbol)
        if module in OFFERED:
            kept = symbols
        else:
            # Values that are handed out, and what these name in turn; not the store that is behind them.
            outer = {s["identifier"]["precise"]: s["pathComponents"][0] for s in symbols
                     if s["kind"]["identifier"] in ("swift.struct", "swift.enum")}
            kept, pending, seen = [], sorted(wanted & outer.keys()), set()
            while pending:
                name = outer[pending.pop()]
                if name in seen:
                    continue
                seen.add(name)
                kept += members[name]
                pending += [i for s in members[name] for i in sorted(named(s)) if i in outer]
        for symbol in kept:
            wanted |= named(symbol)
            lines.add(f"{module}  {'.'.join(symbol['pathComponents'])}  {declaration(symbol)}")
        titles = {s["identifier"]["precise"]: ".".join(s["pathComponents"]) for s in kept}
        for relationship in relationships:
            if relationship["kind"] == "conformsTo" and relationship["source"] in titles:
                target = titles.get(relationship["target"]) or relationship.get("targetFallback", "")
                name = target.split(".")[-1]
                if name and name not in ("Copyable", "Escapable", "SendableMetatype"):
                    lines.add(f"{module}  {titles[relationship['source']]}  : {name}")
    return sorted(lines)


def main():
    folder, file = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    now = interface(folder)
    text = "".join(line + "\n" for line in now)
    if "--accept" in sys.argv[3:]:
        file.write_text(text, encoding="utf-8")
        print(f"interface: {len(now)} lines in {file}")
        return
    kept = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
    gone, come = sorted(kept - set(now)), sorted(set(now) - kept)
    for line in gone:
        print(f"- {line}", file=sys.stderr)
    for line in come:
        print(f"+ {line}", file=sys.stderr)
    if gone or come:
        sys.exit(
            f"interface: {len(gone)} declarations of the library are no longer as {file} has them, and {len(come)} are new. "
            "What begins with - breaks apps, what begins with + has to stay from now on. "
            f"If this is meant, run `make interface`, commit {file}, and say it in CHANGELOG.md.")
    print(f"interface: {len(now)} lines, as in {file}")


if __name__ == "__main__":
    main()
