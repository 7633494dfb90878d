#!/usr/bin/env python3
"""A client of a Chancery server in Python, written from Documentation/sync-protocol.md and merge-rules.md alone.

  chancery_client.py sync URL STATE.json                 pushes what is unsent, pulls and checks everything
  chancery_client.py write STATE.json TITLE TEXT         writes a new letter
  chancery_client.py list STATE.json                     a line a revision: its id and its letter's title

The token is read from CHANCERY_TOKEN. Nothing but Python's standard library and the program `zstd` is used. It keeps every revision
verbatim and checks every hash, the chain, each checkpoint and the fingerprint; what does not fit is an error, never taken.
"""
import base64
import datetime
import hashlib
import http.client
import json
import os
import subprocess
import sys
import urllib.parse
import uuid

REPLICA = "python-client"


class Misfit(Exception):
    """What the server said does not fit what this client has seen."""


def canonical(value):
    """RFC 8785 for what this client writes: its own members have ASCII names, its numbers are small integers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def cursor(epoch, sequence, chain):
    raw = bytes.fromhex(epoch) + sequence.to_bytes(8, "big") + bytes.fromhex(chain)[:16]
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def epoch_of(text):
    return base64.urlsafe_b64decode(text + "=")[:8].hex()


def load(path):
    if not os.path.exists(path):
        return {"archive": str(uuid.uuid4()), "open": True, "epoch": None, "sequence": 0, "chain": "00" * 32,
                "revisions": {}, "unsent": []}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def save(path, state):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def post(url, lines):
    """Sends lines to …/sync and gives the lines of the answer."""
    parts = urllib.parse.urlsplit(url)
    prefix, name = parts.path.rsplit("/", 1)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=60)
    connection.request("POST", f"{prefix}/v1/archives/{name}/sync", body=b"".join(line + b"\n" for line in lines),
                       headers={"Content-Type": "application/x-ndjson", "Accept-Encoding": "zstd",
                                "Authorization": "Bearer " + os.environ["CHANCERY_TOKEN"]})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{response.status}: {json.loads(body).get('title', '')}")
    if response.getheader("Content-Encoding") == "zstd":
        body = subprocess.run(["zstd", "-dcq"], input=body, stdout=subprocess.PIPE, check=True).stdout
    return body.split(b"\n")[:-1]


def checked(header, content, archive):
    """The id of a revision whose bytes are as they must be."""
    members = json.loads(header)
    if members["archive"] != archive:
        raise Misfit("a revision of another archive")
    expected = members.get("content")
    if (sha256(content) if content is not None else None) != expected:
        raise Misfit("a content that does not have the hash that its header names")
    return sha256(header), members


def exchange(url, state):
    """One exchange; true if there is nothing left to pull or push."""
    epoch = state["epoch"]
    envelope = {"v": 1, "replica": REPLICA, "archive": {"id": state["archive"], "mergeRule": 1}}
    if state["open"] and not state["revisions"]:
        envelope["archive"]["open"] = True
    if epoch:
        envelope["cursor"] = cursor(epoch, state["sequence"], state["chain"])
    lines = [canonical(envelope)]
    sent = list(state["unsent"])
    for identifier in sent:
        header, content = state["revisions"][identifier]
        lines += [header.encode(), b"null" if content is None else content.encode()]
    lines = post(url, lines)
    answer = json.loads(lines[0])
    if answer["cursor"] != "ok":
        # Begin anew: adding to a set is safe, so everything is sent and pulled again.
        state.update(epoch=None, sequence=0, chain="00" * 32, unsent=list(state["revisions"]))
        return False
    state.update(archive=answer["archive"]["id"], open=answer["archive"].get("open", False))
    exceptions = {exception["id"]: exception["result"] for exception in answer.get("exceptions", [])}
    accepted = [identifier for identifier in sent if identifier not in exceptions] if answer["push"] == "taken" else []
    if len(accepted) != answer["accepted"]["count"]:
        raise Misfit("another number of revisions was accepted than the exceptions leave")
    done = accepted + [identifier for identifier, result in exceptions.items() if result == "duplicate"]
    state["unsent"] = [identifier for identifier in state["unsent"] if identifier not in done]
    pull(lines[1:], state, epoch_of(answer["end"]["cursor"]))
    if accepted and answer["accepted"].get("first") == state["sequence"] + 1:
        for identifier in accepted:
            extend(state, identifier)
    if cursor(state["epoch"], state["sequence"], state["chain"]) != answer["end"]["cursor"]:
        return False
    shared = [identifier for identifier in state["revisions"] if identifier not in state["unsent"]]
    total = format(sum(int(identifier, 16) for identifier in shared) % 2**256, "064x")
    if (len(shared), total) != (answer["end"]["count"], answer["end"]["fingerprint"]):
        raise Misfit("the two sides hold different sets")
    return not state["unsent"]


def extend(state, identifier):
    state["sequence"] += 1
    state["chain"] = sha256(bytes.fromhex(state["chain"]) + bytes.fromhex(identifier))


def pull(lines, state, epoch):
    """Takes the pages of an answer, each only when its checkpoint fits."""
    page, position = {}, {"sequence": state["sequence"], "chain": state["chain"]}
    state["epoch"] = epoch
    lines = iter(lines)
    for line in lines:
        if line.startswith(b'{"checkpoint":'):
            if json.loads(line)["checkpoint"] != cursor(epoch, position["sequence"], position["chain"]):
                raise Misfit("a page does not lead to its checkpoint")
            state["revisions"].update(page)
            state.update(position)
            page = {}
        elif line.startswith(b'{"damaged":'):
            extend(position, json.loads(line)["damaged"])
        else:
            content = next(lines)
            content = None if content == b"null" else content
            identifier, _ = checked(line, content, state["archive"])
            page[identifier] = [line.decode(), None if content is None else content.decode()]
            extend(position, identifier)


def write(path, title, text):
    state = load(path)
    content = canonical({"body": text, "kind": "letter", "title": title})
    now = datetime.datetime.now(datetime.timezone.utc)
    header = canonical({
        "archive": state["archive"], "author": {"name": "A Stranger", "uri": "mailto:stranger@example.org"},
        "content": sha256(content), "device": REPLICA, "letter": str(uuid.uuid4()), "parents": [],
        "reason": {"kind": "create"}, "time": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z", "v": 1})
    identifier = sha256(header)
    state["revisions"][identifier] = [header.decode(), content.decode()]
    state["unsent"].append(identifier)
    save(path, state)
    print(identifier)


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "sync":
        state = load(arguments[2])
        for _ in range(10):
            is_done = exchange(arguments[1], state)
            save(arguments[2], state)
            if is_done:
                break
        print(f"{len(state['revisions'])} revisions, {len(state['unsent'])} unsent")
        return 0 if is_done else 1
    if len(arguments) == 4 and arguments[0] == "write":
        return write(*arguments[1:])
    if len(arguments) == 2 and arguments[0] == "list":
        for identifier, (_, content) in load(arguments[1])["revisions"].items():
            print(identifier, json.loads(content).get("title", "untitled") if content else "deleted")
        return 0
    print(__doc__)
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
