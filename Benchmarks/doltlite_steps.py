"""One step of the doltlite peer: `serve`, `load`, `push`, `clone`, `pull`. Needs the package doltlite."""

import ctypes, json, sys

import doltlite
import sqlite3


def connect(path):
    return sqlite3.connect(path, isolation_level=None)


def serve(folder):
    """Serves the databases of a folder until standard input ends; prints the port first. The wheel's library has the server."""
    library = ctypes.CDLL(doltlite.libdoltlite_path())
    library.doltliteServeAsync.restype = ctypes.c_void_p
    library.doltliteServeAsync.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p]
    library.doltliteServerPort.argtypes = [ctypes.c_void_p]
    handle = library.doltliteServeAsync(folder.encode(), 0, b"127.0.0.1")
    print(library.doltliteServerPort(handle), flush=True)
    sys.stdin.read()


def load(path, source):
    """Takes the letters of a file and commits once."""
    database = connect(path)
    database.execute("CREATE TABLE IF NOT EXISTS letter (id TEXT PRIMARY KEY, date TEXT, title TEXT, content TEXT) WITHOUT ROWID")
    database.execute("BEGIN")
    with open(source) as file:
        for line in file:
            item = json.loads(line)
            if item.get("deleted"):
                database.execute("DELETE FROM letter WHERE id = ?", (item["id"],))
                continue
            letter = item["letter"]
            database.execute("REPLACE INTO letter VALUES (?, ?, ?, ?)", (item["id"], letter["date"]["edtf"], letter["title"], line))
    database.execute("COMMIT")
    database.execute("SELECT dolt_commit('-A', '-m', 'change')").fetchone()


def push(path, url):
    database = connect(path)
    if database.execute("SELECT count(*) FROM dolt_remotes").fetchone()[0] == 0:
        database.execute("SELECT dolt_remote('add', 'origin', ?)", (url,)).fetchone()
    database.execute("SELECT dolt_push('origin', 'main')").fetchone()


def clone(path, url):
    database = connect(path)
    database.execute("SELECT dolt_clone(?)", (url,)).fetchone()
    database.execute("SELECT count(*) FROM letter").fetchone()


def pull(path, url):
    connect(path).execute("SELECT dolt_pull('origin', 'main')").fetchone()


globals()[sys.argv[1]](*sys.argv[2:])
