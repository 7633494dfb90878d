#!/usr/bin/env python3
"""Canaries: deliberate bugs, one after another, each of which a test has to notice within its budget.

    Scripts/canaries.py BUILD PROGRAMS      all of them, two at a time; first all their tests without a canary, which must pass
    Scripts/canaries.py BUILD NAME...       only these

BUILD is the folder of a build with -DCANARIES, PROGRAMS that of a normal one, whose programs must have no trace of a canary. A
canary is caught if the test that is named for it fails; a test program that crashes or hangs has caught nothing.
Exits 1 if one is not caught. Sources/Canaries/Canary.swift has the list, and the points are where `Canary.name.isOn` is asked.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SECONDS_AT_MOST = 600
VARIABLE = "CHANCERY_CANARY"


class Battery(NamedTuple):
    """A test that makes up its own cases: how many is in the environment, and a failure names its seed."""

    suite: str
    test: str
    variable: str
    unit: str
    # What a failure says of the first seed that fails.
    seed: str


HISTORIES = Battery(
    "LetterMergeTests.RandomHistoryTests", "random histories keep every promise",
    "CHANCERY_HISTORIES", "histories", r"CHANCERY_SEED=(\d+)")


class Canary(NamedTuple):
    name: str
    # The bug, as its author would not say it.
    bug: str
    # The test that must notice it, or the battery and how many of its cases may be run until it does.
    suite: str | Battery
    test: str | int

    @property
    def title(self) -> str:
        return self.suite.test if isinstance(self.suite, Battery) else self.test

    @property
    def filter(self) -> str:
        """The test alone, as a pattern of --filter: `Module.Suite/name`."""
        suite = self.suite.suite if isinstance(self.suite, Battery) else self.suite
        return re.escape(suite) + "/.?" + re.sub(r"[^A-Za-z0-9]", ".", self.title) + ".?\\("

    @property
    def budget(self) -> str:
        return f"{self.test:,} {self.suite.unit}" if isinstance(self.suite, Battery) else "1 test"

    @property
    def amount(self) -> dict[str, int]:
        return {self.suite.variable: self.test} if isinstance(self.suite, Battery) else {}


CANARIES = [
    # Disks
    Canary("synchronousNormal", "a commit does not wait for the disk",
           "FaultTests.PowerCutTests", "a power cut at any operation of the disk loses no acknowledged step"),
    Canary("acknowledgedBeforeCommit", "a change is called done before it is committed",
           "ReplicaStoreTests.FolderTests", "everything is there again after reopening"),
    Canary("failedCommitSwallowed", "a commit that fails is called done",
           "SQLiteBindingTests.FailingDiskTests", "after a failed fsync nothing is acknowledged and the connection is dead"),
    Canary("blobNotSynced", "the bytes of an attachment are renamed before they are on disk",
           "EndToEndTests.BlobDurabilityTests", "bytes, name and folder of an attachment are synced, in this order"),
    Canary("folderNotSynced", "the name of an attachment is not on disk when it is called kept",
           "EndToEndTests.BlobDurabilityTests", "bytes, name and folder of an attachment are synced, in this order"),
    Canary("serverLockNotTaken", "a second server opens the folder of the first",
           "ReplicaStoreTests.FolderTests", "a folder has one server, and the next one when it is gone"),
    # The store
    Canary("headDropped", "a new revision takes the place of every head, also of those that it does not name",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("secondParentLeftOut", "of several parents only the first is noted",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("missingParentAccepted", "a revision enters the log when one of its parents is there",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("badRevisionEndsBatch", "one bad revision ends its batch",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("readBackSkipped", "what was written is not read back before it is acknowledged",
           "ReplicaStoreTests.DamageTests", "what was written wrongly is noticed before anybody is told that it is here"),
    Canary("cursorBeforePage", "the cursor is on disk before the page that it stands behind",
           "ReplicaStoreTests.FailingDiskTests", "a full disk takes nothing, and goes on when there is room"),
    Canary("pushedOneTooFar", "the mark of what a remote has moves one too far",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("withheldAcknowledged", "descendants of what a remote refused count as acknowledged",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("outgoingNotHashed", "a revision leaves the replica without being hashed",
           "ReplicaStoreTests.DamageTests", "a header that became another good one never leaves the replica"),
    Canary("outgoingBlobNotHashed", "an attachment leaves the replica without being hashed",
           "ReplicaStoreTests.DamageTests", "a damaged blob is found, not given out, and replaced by the right bytes"),
    Canary("mergedByClock", "of several heads the newest by its author's clock is shown",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("deletionsCountedPerPage", "the guard forgets with each page what it let in before",
           "ReplicaStoreTests.ConformanceTests", "in a laptop's folder"),
    Canary("verifySkipsBlobs", "verify does not look at attachments",
           "ReplicaStoreTests.DamageTests", "a damaged blob is found, not given out, and replaced by the right bytes"),
    # Letters and merging
    Canary("incomingNotHashed", "a content is taken under a hash that is not its own",
           "LetterModelTests.RevisionHeaderTests", "content that is missing, too much, not the named one or no letter is refused"),
    Canary("keysComparedAsText", "composed and decomposed letters are one key",
           "LetterMergeTests.MapTests", "keys that look alike and have other bytes are two entries"),
    Canary("lastWriteWins", "of two values the last one wins without a word", HISTORIES, 50),
    Canary("tombstoneBeatsEdit", "a deletion hides an edit that its author had not seen", HISTORIES, 50),
    Canary("unionResurrects", "what one side removed comes back with the other", HISTORIES, 50),
    Canary("textTakesOneSide", "where both sides changed a text, one of them is kept", HISTORIES, 200),
    Canary("unknownMemberDropped", "members that this version does not know are left out of attachments",
           "LetterMergeTests.AttachmentTests", "members that nobody knows stay with their attachment, and go together with edits of others"),
    Canary("setOrderLeaks", "values stand in the order of a hash table", HISTORIES, 200),
    # Syncing
    Canary("headsNamedAtSaveTime", "a saved draft replaces heads that its author never saw",
           "ArchiveClientTests.ArchiveTests", "what arrives while a draft is open becomes a second head, not a victim"),
    Canary("chainNotChecked", "a remote's checkpoint is believed",
           "ArchiveClientTests.LogFollowerTests", "a checkpoint that names another place is a misfit"),
    Canary("cursorMovedOnCutPage", "the cursor moves with each revision, also of a page that is never closed",
           "ArchiveClientTests.SyncFaultTests", "the cursor passes nothing that is not here, wherever a page is cut"),
    Canary("bundleAppliedUnchecked", "a bundle is applied as far as it can be read",
           "EndToEndTests.BundleTests", "a file that is cut, flipped, foreign or no bundle changes nothing"),
    Canary("lineLimitOff", "a line may be as long as its sender likes",
           "SyncProtocolTests.MessageDecoderTests", "a line that does not end is refused before it costs much"),
    Canary("rangeOffByOne", "a listed range lacks its last revision",
           "SyncProtocolTests.ReconciliationResponderTests", "small ranges list their ids, large ones their parts, equal ones nothing"),
    # The server
    Canary("foreignArchiveTold", "another archive is forbidden instead of not there",
           "ArchiveServerTests.AuthorizationTests", "another archive is hidden as one that does not exist"),
    Canary("tokenNotAskedAgain", "a token that is revoked while a push comes in still pushes",
           "ArchiveServerTests.LiveAdministrationTests", "a token that is revoked while a push comes in pushes nothing"),
    Canary("secretComparedByPrefix", "eight bytes of a token's hash are compared",
           "ArchiveServerTests.AccessTokenTests", "a hash that differs in one byte, whichever, is another one"),
    Canary("bodyLimitOff", "a body without a length may be as long as it likes",
           "HTTPServerTests.BodyTests", "a chunked body over the limit is refused while it streams, and the connection goes on"),
    Canary("hiddenBytesAccepted", "NUL and folded lines in a header block pass",
           "HTTPServerTests.RequestGateTests", "hidden bytes are refused whatever is visible"),
    Canary("restoreKeepsEpoch", "a restored server claims the life of the log that it came from",
           "ArchiveServerTests.AdministrationTests", "a restored archive begins a new life of its log, at the place where the backup was"),
    Canary("backupNotVerified", "a backup is called done before it was read",
           "ArchiveServerTests.AdministrationTests", "an archive with a damaged letter makes no backup, and says which letter"),
]


class Run(NamedTuple):
    """How a run of the test program ended."""

    output: str
    status: int | None  # None: it hung and was ended.
    seconds: float

    def issues(self, title: str) -> list[str]:
        """What a test said of each of its issues."""
        return re.findall(rf'^✘ Test "{re.escape(title)}" recorded an issue(?: with .*?)?(?: at \S+)?: (.*)$', self.output, re.M)

    def has_passed(self, title: str) -> bool:
        return re.search(rf'^✔ Test "{re.escape(title)}" (with \d+ test cases )?passed', self.output, re.M) is not None

    def cases(self, title: str) -> int:
        found = re.search(rf'^✘ Test "{re.escape(title)}" with (\d+) test cases failed', self.output, re.M)
        return int(found[1]) if found else 1


def run(build: Path, canaries: list[Canary], name: str | None) -> Run:
    """Runs the tests of some canaries with one of them on, or with none. Whatever they leave behind goes."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CHANCERY_")}
    # As few images as there are operations of the disk: the canary is no matter of luck.
    environment |= {"SWIFT_BACKTRACE": "enable=no", "CHANCERY_IMAGES": "1"} | ({VARIABLE: name} if name else {})
    for canary in canaries:
        for variable, amount in canary.amount.items():
            environment[variable] = str(max(amount, int(environment.get(variable, 0))))
    command = [build / "ChanceryPackageTests.xctest", "--testing-library", "swift-testing"]
    for pattern in sorted({canary.filter for canary in canaries}):
        command += ["--filter", pattern]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch, tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment | {"TMPDIR": scratch}, stdout=output, stderr=output,
            stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            status = process.wait(SECONDS_AT_MOST)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            # The programs that it started too: they are of its own session.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        output.seek(0)
        return Run(output.read().decode(errors="replace"), status, time.monotonic() - begun)


def judge(canary: Canary, found: Run) -> tuple[bool, str]:
    """Whether the canary was caught, and after how much."""
    issues = found.issues(canary.title)
    took = f"{found.seconds:.1f} s"
    if not issues:
        if found.status is None:
            return False, f"MISSED: hung, ended after {took}"
        return False, f"MISSED: {'passed' if found.has_passed(canary.title) else f'ended with {found.status}'}"
    if isinstance(canary.suite, Battery):
        seeds = [int(seed) for seed in re.findall(canary.suite.seed, found.output)]
        after = f"{min(seeds) + 1:,} {canary.suite.unit}" if seeds else canary.budget
    else:
        cases = found.cases(canary.title)
        after = "1 test" if cases == 1 else f"1 test of {cases} cases"
    return True, f"{after}, {took}" + (", then hung and was ended" if found.status is None else "")


def check_list() -> list[str]:
    """Every canary has its place in the code and its row here."""
    text = (ROOT / "Sources/Canaries/Canary.swift").read_text()
    listed = {name for line in re.findall(r"^        case (.*(?:\n {12}.*)*)", text, re.M) for name in re.findall(r"\w+", line)}
    points = set()
    for folder in ["Sources", "Client", "Server"]:
        for path in (ROOT / folder).rglob("*.swift"):
            points |= set(re.findall(r"\bCanary\.(\w+)\.isOn", path.read_text()))
    rows = [canary.name for canary in CANARIES]
    faults = [f"{name} is in Canary.swift and not in the table" for name in sorted(listed - set(rows))]
    faults += [f"{name} is in the table and not in Canary.swift" for name in sorted(set(rows) - listed)]
    faults += [f"{name} has no point in the code" for name in sorted(listed - points)]
    return faults + [f"{name} is twice in the table" for name in sorted(set(rows)) if rows.count(name) > 1]


def traces(folder: Path) -> dict[str, list[str]]:
    """What the programs of a build have of canaries: the variable, long names as text, symbols of the module."""
    # Swift keeps names of up to 15 bytes inside of instructions.
    wanted = [VARIABLE, "$s8Canaries6Canary"] + [canary.name for canary in CANARIES if len(canary.name) > 15]
    return {
        program: [text for text in wanted if text.encode() in (folder / program).read_bytes()]
        for program in ["chancery", "chancery-server"]
    }


def check_programs(build: Path, programs: Path) -> list[str]:
    faults = [f"{program} has {', '.join(found)}" for program, found in traces(programs).items() if found]
    # A look that finds nothing anywhere says nothing.
    return faults + [f"{program} of the build with canaries has no trace either" for program, found in traces(build).items() if len(found) < 10]


def main() -> int:
    build, others = Path(sys.argv[1]).resolve(), sys.argv[2:]
    names = [other for other in others if "/" not in other]
    canaries = [canary for canary in CANARIES if not names or canary.name in names]
    faults = check_list()
    for programs in others if not names else []:
        faults += check_programs(build, Path(programs))
        if not faults:
            print(f"no trace of a canary in chancery and chancery-server of {programs}")
    begun = time.monotonic()
    clean = run(build, canaries, None)
    titles = {canary.title for canary in canaries}
    failed = sorted(title for title in titles if not clean.has_passed(title))
    faults += [f"without a canary this does not pass: {title}" for title in failed]
    if faults:
        print("\n".join(faults), *(clean.output.splitlines()[-20:] if failed else []), sep="\n")
        return 1
    print(f"without a canary: {len(titles)} tests pass, {clean.seconds:.0f} s\n")
    print("| canary | the bug | the test that must notice | budget | noticed after |\n|---|---|---|---|---|")
    with ThreadPoolExecutor(2) as pool:
        caught = 0
        for canary, found in zip(canaries, pool.map(lambda canary: run(build, [canary], canary.name), canaries)):
            is_caught, after = judge(canary, found)
            caught += is_caught
            print(f"| {canary.name} | {canary.bug} | {canary.title} | {canary.budget} | {after} |", flush=True)
            if os.environ.get("VERBOSE") or not is_caught:
                print(*(found.issues(canary.title)[:2] or found.output.splitlines()[-8:]), sep="\n", file=sys.stderr)
    print(f"\n{caught} of {len(canaries)} caught, {time.monotonic() - begun:.0f} s")
    return 0 if caught == len(canaries) else 1


if __name__ == "__main__":
    sys.exit(main())
