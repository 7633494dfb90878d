"""The letters that every benchmark uses, in files: all, the `edits`, one change, and both sides of a merge.

They come from ../shared/tools/make-letters.py where that is beside the checkout, else from the generator below, whose letters
are of the same size and shape but not the same letters. Standard library only.
"""

import json, math, os, random, subprocess, sys, uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.path.join(os.path.dirname(ROOT), "shared", "tools", "make-letters.py")


class Letters:
    """Files of letters in a folder; made once for each count and kept there.

    With `is_first_sync`, only the letters and the edit of one of them: the other files need all letters in memory.
    """

    def __init__(self, folder, count, is_first_sync=False):
        self.count = count
        self.source = "make-letters.py" if os.path.exists(SHARED) else "letters.py"
        maker = SHARED if os.path.exists(SHARED) else os.path.abspath(__file__)
        os.makedirs(folder, exist_ok=True)
        name = lambda what: os.path.join(folder, f"{self.source}-{count}-{what}.jsonl")
        self.all, self.edits, self.one = name("letters"), name("edits"), name("one")
        self.left, self.right = name("left"), name("right")
        self.merged = min(100, count // 20)

        def make(*arguments):
            targets = [text for text in arguments if text.endswith(".jsonl") and text != self.all or arguments[0] == "letters" and text == self.all]
            if not all(map(os.path.exists, targets)):
                subprocess.run([sys.executable, maker, *arguments], check=True)

        make("letters", str(count), self.all)
        self.bytes = os.path.getsize(self.all)
        if is_first_sync:
            with open(self.all) as file:
                item = json.loads(file.readline())
            item["letter"]["title"] += " (seen)"
            return write(self.one, [item])
        make("edits", self.all, self.edits)
        make("one", self.all, self.one, "1")
        make("conflict", self.all, self.left, self.right, str(self.merged))


WORDS = (
    "the of and to a in that is was he for it with as his on be at by i this had not are but from or have an they which one you were "
    "all her she there would their we him been has when who will no more if out so up said what its about than into them can only "
    "yesterday morning received kind friend always ever glad sorry weather town country mother father brother sister children health "
    "paper book print london paris week month money church winter summer garden journey answer promise letter address parcel evening "
    "company manuscript publisher edition proof chapter ministry council signed treaty"
).split()
NAMES = [a + " " + b for a in "Ada Clara Edith Henry Hugh James Louisa Oscar".split() for b in "Ashworth Bell Carrow Dunstan Ellery".split()]
PLACES = "Ashbury Brookfield Camford Dunmouth Eastport Glenstead Kingston Northwick Rockdale Westham".split()


def sentence(r):
    words = [r.choice(WORDS) + (r.choice(("", "s", "ed", "ing", "ment", str(r.randint(0, 999)))) if r.random() < 0.4 else "")
             for _ in range(max(4, int(r.gauss(17, 7))))]
    return " ".join(words).capitalize() + "."


def letter(r):
    """One letter of about 2.8 KB, in paragraphs of sentences."""
    sender, recipient = r.sample(NAMES, 2)
    date = f"{r.randint(1780, 1940):04d}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
    left, paragraphs = max(120, min(60_000, r.lognormvariate(math.log(1880), 0.741))), []
    while left > 60:
        text = sentence(r)
        while len(text) < min(left, 520):
            text += " " + sentence(r)
        paragraphs.append(text)
        left -= len(text)
    return {"id": str(uuid.UUID(int=r.getrandbits(128), version=4)), "letter": {
        "kind": "letter", "title": f"{sender} to {recipient}, {date}", "date": {"edtf": date}, "language": "en",
        "senders": [{"name": sender, "kind": "person"}], "recipients": [{"name": recipient, "kind": "person"}],
        "place": {"name": r.choice(PLACES)}, "salutation": f"Dear {recipient.split()[0]},", "body": "\n\n".join(paragraphs or [sentence(r)]),
        "valediction": "Yours sincerely,", "signature": sender}}


def edited(r, item, which=None):
    """The letter with a sentence or so of one paragraph changed."""
    paragraphs = item["letter"]["body"].split("\n\n")
    place = r.randrange(len(paragraphs)) if which is None else which
    words = paragraphs[place].split(" ")
    start = r.randrange(len(words))
    words[start:start + 12] = sentence(r).split(" ")
    paragraphs[place] = " ".join(words)
    return {"id": item["id"], "letter": dict(item["letter"], body="\n\n".join(paragraphs))}


def write(path, items):
    with open(path, "w") as file:
        for item in items:
            file.write(json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")


def main(command, *arguments):
    r = random.Random(f"20261125:{command}")
    if command == "letters":
        return write(arguments[1], (letter(r) for _ in range(int(arguments[0]))))
    with open(arguments[0]) as file:
        items = [json.loads(line) for line in file]
    count = len(items)
    if command == "one":
        write(arguments[1], [edited(r, items[7919 % count])])
    elif command == "edits":
        chosen = r.sample(items, count // 100 + count // 1000)
        write(arguments[1], [edited(r, item) for item in chosen[:count // 100]]
              + [{"id": item["id"], "deleted": True} for item in chosen[count // 100:]] + [letter(r) for _ in range(count * 5 // 1000)])
    elif command == "conflict":
        chosen = r.sample([item for item in items if item["letter"]["body"].count("\n\n") >= 2], int(arguments[3]))
        write(arguments[1], [edited(r, item, 0) for item in chosen])
        write(arguments[2], [edited(r, item, -1) for item in chosen])


if __name__ == "__main__":
    main(*sys.argv[1:])
