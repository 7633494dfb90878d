#!/usr/bin/env python3
"""Makes histories with the views that the executable model of the merge rule gives, one JSON object a line.

    make-vectors.py path/to/merge-model-all.py COUNT [FIRST-SEED] > model.jsonl

Only histories with several live texts or lists are kept. Texts of the model are numbers; here each is a
Chinese character, which is a word by itself, and a paragraph is two of them.
"""
import builtins, importlib.util, json, random, sys

spec = importlib.util.spec_from_file_location("model", sys.argv[1])
model = importlib.util.module_from_spec(spec)
spec.loader.exec_module(model)


def ends_paragraph(hunk):
    return all(not run or run[-1] == model.BR for _, run in hunk[1])


def paragraphs(words):
    """As in the model, but a paragraph is also over behind a hunk that ends it."""
    out, current = [], []
    for token in words:
        current.append(token)
        if token == model.BR or model.ishunk(token) and ends_paragraph(token):
            out.append(tuple(current))
            current = []
    if current:
        out.append(tuple(current))
    return out


model.paras = paragraphs
LEVELS = {0: "public", 1: "restricted", 2: "closed", 3: "sealed"}


def text(words, is_whole=True):
    run = "".join("\n\n" if w == model.BR else chr(0x4E00 + w) for w in words)
    return run[:-2] if is_whole and run.endswith("\n\n") else run


def members(content):
    d = dict(content)
    out = {}
    if d.get("s1") is not None:
        out["title"] = str(d["s1"])
    extra = {k[1]: str(v) for k, v in d.items() if isinstance(k, tuple) and v is not None}
    if extra:
        out["extra"] = extra
    if d.get("access") is not None:
        out["access"] = {"level": LEVELS[d["access"]]}
    if d.get("text"):
        out["body"] = text(d["text"])
    if d.get("list"):
        out["senders"] = [str(e) for e in d["list"]]
    if d.get("tags"):
        out["tags"] = sorted(d["tags"])
    return out


FIELDS = {"s1": "title", ("m", "x"): "extra.x", ("m", "y"): "extra.y", "list": "senders", "text": "body"}


def conflicts(flags):
    out = {}
    for key, value in flags.items():
        if key == "text":
            out["body"] = [
                sorted({text(run, ends_paragraph(t)) for _, run in t[1]}, key=lambda s: s.encode())
                for t in value
                if model.ishunk(t)
            ]
        elif key == "list":
            out["senders"] = sorted(([str(e) for e in v] if v else None for v in value), key=builtins.repr)
        else:
            out[FIELDS[key]] = sorted((None if v is None else str(v) for v in value), key=builtins.repr)
    return out


def vector(seed):
    _, history = model.run(seed, full=True)
    everything = set(history.r)
    view, flags, deleted, state = model.view(history, everything)
    if view is None or not any(len(state.get(k, ())) > 1 for k in ("text", "list")):
        return None
    shown = members(view)
    for key in flags:
        shown.pop(FIELDS[key].split(".")[0], None)
    return {
        "seed": seed,
        "revisions": [
            {"id": i, "parents": list(parents), "letter": None if c is None else members(c)}
            for i, (parents, c) in history.r.items()
        ],
        "heads": [h for h in model.heads(history, everything)],
        "shown": shown,
        "conflicts": conflicts(flags),
        "deleted": deleted == "both",
    }


count = int(sys.argv[2])
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
made = 0
while made < count:
    found = vector(seed)
    seed += 1
    if found:
        made += 1
        print(json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
