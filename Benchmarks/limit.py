"""The raw limit: standard tools in a pipe do the least that the work needs. Needs curl, zstd, sqlite3. Standard library only."""

import functools, http.server, json, os, sqlite3, threading

from measure import run


def serve(folder):
    """Files of a folder over loopback HTTP; returns (server, port)."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


def finished_file(letters, path):
    """A SQLite file with the letters and what is needed to list them by date: what a clone ends with, at the least."""
    database = sqlite3.connect(path)
    database.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE letter (number INTEGER PRIMARY KEY, id TEXT, date TEXT, title TEXT, content TEXT);")
    def rows():
        with open(letters.all) as file:
            for line in file:
                item = json.loads(line)
                yield item["id"], item["letter"]["date"]["edtf"], item["letter"]["title"], line
    database.executemany("INSERT INTO letter (id, date, title, content) VALUES (?, ?, ?, ?)", rows())
    database.executescript("CREATE UNIQUE INDEX a ON letter (id); CREATE INDEX b ON letter (date, id);")
    database.commit()
    database.close()


def measure(letters, folder):
    """Rows of (step, Cost)."""
    os.makedirs(folder)
    path = functools.partial(os.path.join, folder)
    finished_file(letters, path("letters.sqlite"))
    run(["zstd", "-q", "-3", "--rm", path("letters.sqlite"), "-o", path("letters.sqlite.zst")])
    compressed = run(["zstd", "-q", "-3", "-k", letters.all, "-o", path("letters.jsonl.zst")])
    compressed.extra["wire"] = os.path.getsize(path("letters.jsonl.zst"))
    server, port = serve(folder)
    try:
        fetch = f"curl -sS --no-buffer http://127.0.0.1:{port}/"
        file = run(f"{fetch}letters.sqlite.zst | zstd -q -d | tee copy.sqlite | sha256sum && sync copy.sqlite", folder=folder)
        file.extra["wire"] = os.path.getsize(path("letters.sqlite.zst"))
        load = (
            'PRAGMA synchronous=FULL;\nCREATE TABLE letter (line TEXT);\n.mode ascii\n.separator "\\037" "\\n"\n.import /dev/stdin letter\n')
        with open(path("load.sql"), "w") as script:
            script.write(load)
        records = run(
            f"{fetch}letters.jsonl.zst | zstd -q -d | tee >(sha256sum >digest) | sqlite3 rows.sqlite -init load.sql 'SELECT count(*) FROM letter'",
            folder=folder)
        records.extra["wire"] = os.path.getsize(path("letters.jsonl.zst"))
        indexes = run(
            ["sqlite3", "rows.sqlite", "CREATE INDEX a ON letter (json_extract(line, '$.id')); CREATE INDEX b ON letter (json_extract(line, '$.letter.date.edtf'));"],
            folder=folder)
    finally:
        server.shutdown()
    return [
        ("zstd -3 of the letters", compressed), ("finished file: curl | zstd -d | sha256sum, sync", file),
        ("records: curl | zstd -d | sha256sum | sqlite3", records), ("two indexes after the records", indexes)]
