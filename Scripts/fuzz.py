#!/usr/bin/env python3
"""Feeds each parser of outside bytes with what libFuzzer thinks of, under AddressSanitizer, for a bounded time.

  fuzz.py PROGRAM FOLDER SECONDS [TARGET…]     PROGRAM is the one that `make fuzz` builds; without a target, all of them

FOLDER keeps what each parser was fed and what was new to it, so that one run continues the last. The first inputs are the texts of
the tests, the letters in ../shared/corpora where they are, and what the programs themselves write; the words of the
dictionaries are those of the parsers' sources. A finding is kept in FOLDER/findings with the line that repeats it, and makes
the status 1.
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"
SEED_LIMIT_BYTES = 48 * 1024
HANG_SECONDS = 20

# Which tests' texts are inputs for a parser, and which sources its words are taken from.
JSON = ["LetterModelTests/JSON", "LetterModelTests/Letter"]
HEADERS = ["LetterModelTests/Revision"]
MESSAGES = ["SyncProtocolTests"]
TEXTS = ["LetterFormatsTests/PlainText"]
XML = ["LetterFormatsTests/TEI", "XMLParsingTests", "EndToEndTests/HostileFileTests.swift"]
MODEL, PROTOCOL, FORMATS = "Sources/LetterModel", "Sources/SyncProtocol", "Sources/LetterFormats"
TARGETS = {
    "json": (JSON, MODEL + "/JSON"), "canonical": (JSON, MODEL + "/Letter"), "header": (HEADERS, MODEL + "/Revision"),
    "revision": (HEADERS, MODEL), "letter": (JSON, MODEL + "/Letter"), "edtf": (["LetterModelTests/Dates"], MODEL + "/Dates"),
    "timestamp": (["LetterModelTests/Dates"], MODEL + "/Dates"), "merge": (["LetterMergeTests"], MODEL + "/Letter"),
    "message": (MESSAGES, PROTOCOL), "zstandard": ([], PROTOCOL), "response": ([], PROTOCOL), "bundle": ([], PROTOCOL),
    "request-envelope": (MESSAGES, PROTOCOL + "/Messages"), "response-envelope": (MESSAGES, PROTOCOL + "/Messages"),
    "ranges": (MESSAGES, PROTOCOL + "/Messages"), "ranges-answer": (MESSAGES, PROTOCOL + "/Messages"),
    "blobs": (MESSAGES, PROTOCOL + "/Messages"), "cursor": (MESSAGES, PROTOCOL),
    "text": (TEXTS, FORMATS + "/PlainText"), "form": (["LetterFormatsTests/TextForm"], MODEL + "/Letter"),
    "csv": (["LetterFormatsTests/CSV"], FORMATS + "/CSV"),
    "lines": (["LetterFormatsTests/JSONLines"] + JSON, MODEL + "/Letter"), "tei": (XML, FORMATS + "/TEI"),
    "mail": (["LetterFormatsTests/Mail"], FORMATS + "/Mail"), "mailbox": (["LetterFormatsTests/Mail"], FORMATS + "/Mail"),
    "cmif": (XML, FORMATS + "/TEI"), "recognise": (XML + TEXTS, FORMATS), "display": (["LetterFormatsTests/Display"], None),
    "events": (["ArchiveClientTests/Live"], None), "problem": (["ArchiveClientTests/Sync"], PROTOCOL + "/Messages"),
    "response-head": (["EndToEndTests/HostileServerTests.swift"], "Client/CurlTransport"),
    "remote-address": (["ArchiveClientTests/ServerAddressTests.swift"], "Client/ArchiveClient/ServerAddress.swift"),
    "request-head": (["HTTPServerTests", "ArchiveServerTests/Hostile"], "Server/HTTPServer"),
    "token": (["ArchiveServerTests/Access"], "Server/ArchiveServer/Access"), "salvage": ([], None),
    "search": (["ReplicaStoreTests/Search", "EndToEndTests/SearchTests.swift"], "Sources/ReplicaStore"), "thin": ([], PROTOCOL),
}

LITERAL = re.compile(
    r'(#?)"""\n(?P<long>.*?)\n *"""\1|#"(?P<raw>.*?)"#|"(?P<plain>(?:[^"\\\n]|\\.)*)"', re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", '"': '"', "\\": "\\", "'": "'"}


def swift_files(place):
    path = ROOT / place
    return sorted(path.rglob("*.swift")) if path.is_dir() else [path]


def literals(path):
    """The texts in a Swift file, with what they interpolate left out."""
    for match in LITERAL.finditer(path.read_text()):
        if match["long"] is not None:
            lines = match["long"].split("\n")
            indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
            text = "\n".join(line[indent:] for line in lines)
        else:
            text = match["raw"] if match["raw"] is not None else match["plain"]
        if match["raw"] is None:
            text = re.sub(r"\\u\{([0-9A-Fa-f]{1,6})\}", lambda found: chr(min(int(found[1], 16), 0x10FFFF)), text)
            text = re.sub(r"\\([nrt0\"\\'])", lambda found: ESCAPES[found[1]], text)
        yield text.encode("utf-8", "replace")


def corpus(target):
    """Letters of the corpora: whole files, and the long lists cut to their first entries."""
    texts = []
    if target in ("text", "form", "recognise") and CORPORA.is_dir():
        texts += [path.read_bytes() for path in sorted(CORPORA.rglob("*.txt")) + sorted(CORPORA.rglob("*.md"))]
    if target in ("tei", "cmif", "recognise") and CORPORA.is_dir():
        for path in sorted((CORPORA / "cmif").glob("*.xml")):
            text = path.read_text()
            entries = re.findall(r"<correspDesc.*?</correspDesc>", text, re.DOTALL)
            for number in (0, 20):
                head = text[: text.index("<correspDesc")] if entries else ""
                texts.append((head + "".join(entries[number:number + 3]) + "</profileDesc></teiHeader></TEI>").encode())
        texts += [path.read_bytes() for path in sorted((CORPORA / "schnitzler" / "editions").glob("*.xml"))[:60]]
    return texts + [(ROOT / "Examples/2020-07-15-aliyev-to-oic-secretary-general.txt").read_bytes()]


def prepare(program, folder):
    """Writes each target's first inputs and its dictionary."""
    environment = {**os.environ, "CHANCERY_FUZZ_SEEDS": str(folder / "corpus")}
    subprocess.run([program], env=environment, check=True, stderr=subprocess.DEVNULL)
    for target, (tests, sources) in TARGETS.items():
        place = folder / "corpus" / target
        place.mkdir(parents=True, exist_ok=True)
        texts = [text for test in tests for path in swift_files("Tests/" + test) for text in literals(path)]
        for number, text in enumerate(dict.fromkeys(texts + corpus(target))):
            if 0 < len(text) <= SEED_LIMIT_BYTES:
                (place / f"seed-{number}").write_bytes(text)
        words = {word for path in swift_files(sources) for word in literals(path)} if sources else set()
        quoted = ["".join(f"\\x{byte:02x}" for byte in word) for word in sorted(words) if 1 < len(word) <= 40]
        (folder / f"{target}.dictionary").write_text("".join(f'"{word}"\n' for word in quoted))


def number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run(program, folder, target, seconds):
    findings = folder / "findings" / target
    findings.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    # swift-backtrace would hold the pipes of a program that crashed. LeakSanitizer does not see pointers in which Swift keeps flags.
    environment = {**os.environ, "CHANCERY_FUZZ_TARGET": target, "SWIFT_BACKTRACE": "enable=no",
                   "ASAN_OPTIONS": "detect_leaks=0"}
    arguments = [
        program, f"-max_total_time={seconds}", f"-timeout={HANG_SECONDS}", "-rss_limit_mb=2048", "-print_final_stats=1",
        "-use_value_profile=1", "-detect_leaks=0", f"-artifact_prefix={findings}/", str(folder / "corpus" / target)]
    words = folder / f"{target}.dictionary"
    if words.stat().st_size > 0:
        arguments.append(f"-dict={words}")
    log = folder / f"{target}.log"
    with open(log, "wb") as output:
        status = subprocess.run(arguments, env=environment, stdout=output, stderr=output).returncode
    text = log.read_text(errors="replace")
    cases = number(r"number_of_executed_units: (\d+)", text)
    peak = number(r"peak_rss_mb: +(\d+)", text)
    edges, inputs = number(r"cov: (\d+)", text), number(r"corp: (\d+)", text)
    mark = "" if status == 0 else "FOUND"
    print(f"{target:18}{cases:12,}{edges:9,}{inputs:9,}{seconds:9}{peak:8}  {mark}".rstrip(), flush=True)
    if status == 0:
        return True
    found = [path for path in findings.iterdir() if path not in before]
    for path in found:
        print(f"  {path}\n  again: CHANCERY_FUZZ_TARGET={target} SWIFT_BACKTRACE=enable=no {program} {path}")
    if not found:
        print(f"  no input was kept; {log} tells why")
    return False


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, folder, seconds, chosen = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), int(sys.argv[3]), sys.argv[4:]
    known = subprocess.run([program], env={name: value for name, value in os.environ.items() if name != "CHANCERY_FUZZ_TARGET"},
                           capture_output=True, text=True, check=True).stdout.split()
    if sorted(known) != sorted(TARGETS):
        sys.exit(f"the program and this script know different parsers: {sorted(set(known) ^ set(TARGETS))}")
    unknown = [target for target in chosen if target not in TARGETS]
    if unknown:
        sys.exit(f"there is no parser {unknown[0]}; there are: {' '.join(TARGETS)}")
    prepare(program, folder)
    print(f"{'parser':18}{'executions':>12}{'edges':>9}{'inputs':>9}{'seconds':>9}{'MiB':>8}")
    results = [run(program, folder, target, seconds) for target in chosen or TARGETS]
    sys.exit(0 if all(results) else 1)


main()
