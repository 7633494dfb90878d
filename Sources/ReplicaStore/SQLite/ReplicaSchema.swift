import SQLiteBinding

/// The tables of `archive.sqlite`.
///
/// The truth is `letter`, `content`, `dictionary` with its copy, `revision` and `parent`: rows are added and never changed. What follows
/// from it can be made again by `reindex`: `letter_by_id`, `revision_by_id`, and what came lately of both, `head`, `summary`, `blob`,
/// `blob_reference`, `state`, and the search index. The rest is what only this replica knows: its identity, settings, remotes with evidence,
/// waiting and held revisions, quarantine, import journal; such rows carry a digest of their values, so that `verify` finds a flipped bit in
/// them too.
enum ReplicaSchema {
    /// Marks the file as a Chancery replica: "ChRe".
    static let applicationID = 0x4368_5265

    /// All steps ever shipped. Append; never change one.
    static let migrator = Migrator(
        applicationID: applicationID,
        migrations: [
            Migrator.Migration("truth, projections, remotes, search", script: version1),
            Migrator.Migration("held deletions, evidence, what remotes have beside the log", script: version2),
            Migrator.Migration("senders, recipients, tags and facts in the search index", script: version3),
            Migrator.Migration("dictionaries", script: version4),
            Migrator.Migration("short headers, and a list that holds what it is asked by", script: version5),
            Migrator.Migration("fixity of contents, and smaller indexes", version6),
            Migrator.Migration("what follows from the rest of the log stands there once", version7),
            Migrator.Migration("what came lately stands by itself in the indexes of ids", version8),
        ])

    private static let version1 = """
        CREATE TABLE letter (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
        ) STRICT;

        CREATE TABLE content (
            number INTEGER PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            bytes BLOB NOT NULL
        ) STRICT;

        CREATE TABLE revision (
            sequence INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
            chain BLOB NOT NULL CHECK (length(chain) = 32),
            letter INTEGER NOT NULL REFERENCES letter (number),
            content INTEGER REFERENCES content (number),
            header BLOB NOT NULL
        ) STRICT;
        CREATE INDEX revision_by_letter ON revision (letter);

        CREATE TABLE parent (
            revision INTEGER NOT NULL REFERENCES revision (sequence),
            parent INTEGER NOT NULL REFERENCES revision (sequence),
            PRIMARY KEY (revision, parent)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX parent_by_parent ON parent (parent);

        CREATE TABLE healing (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            is_on INTEGER NOT NULL CHECK (is_on IN (0, 1))
        ) STRICT;
        INSERT INTO healing VALUES (1, 0);

        CREATE TRIGGER letter_is_kept BEFORE UPDATE ON letter
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER letter_stays BEFORE DELETE ON letter
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER content_is_kept BEFORE UPDATE ON content WHEN (SELECT is_on FROM healing) = 0
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER content_stays BEFORE DELETE ON content
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER revision_is_kept BEFORE UPDATE ON revision WHEN (SELECT is_on FROM healing) = 0
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER revision_stays BEFORE DELETE ON revision
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER parent_is_kept BEFORE UPDATE ON parent
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER parent_stays BEFORE DELETE ON parent
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;

        CREATE TABLE state (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            sequence INTEGER NOT NULL,
            chain BLOB NOT NULL CHECK (length(chain) = 32),
            fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32)
        ) STRICT;
        INSERT INTO state VALUES (1, 0, zeroblob(32), zeroblob(32));

        CREATE TABLE head (
            letter INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (letter, revision)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE summary (
            letter INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            is_deleted INTEGER NOT NULL,
            conflicts INTEGER NOT NULL,
            sort_key TEXT,
            earliest INTEGER,
            latest INTEGER,
            status TEXT,
            date TEXT,
            title TEXT,
            incipit TEXT,
            senders TEXT NOT NULL,
            recipients TEXT NOT NULL,
            tags TEXT NOT NULL,
            sender_words TEXT NOT NULL,
            recipient_words TEXT NOT NULL
        ) STRICT;
        CREATE INDEX summary_by_date ON summary (is_deleted, sort_key DESC, id);
        CREATE INDEX summary_in_conflict ON summary (letter) WHERE conflicts > 0;

        CREATE TABLE blob (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
            is_here INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX blob_missing ON blob (number) WHERE is_here = 0;

        CREATE TABLE blob_reference (
            revision INTEGER NOT NULL,
            position INTEGER NOT NULL,
            blob INTEGER NOT NULL,
            byte_count INTEGER,
            PRIMARY KEY (revision, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX blob_reference_by_blob ON blob_reference (blob, revision);

        CREATE VIRTUAL TABLE search USING fts5(
            body, title, names, other, content='', tokenize='unicode61 remove_diacritics 2');
        CREATE TABLE search_entry (
            letter INTEGER PRIMARY KEY,
            heads BLOB NOT NULL,
            digest BLOB NOT NULL
        ) STRICT;
        CREATE TABLE search_state (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            through INTEGER NOT NULL,
            fold INTEGER NOT NULL
        ) STRICT;
        INSERT INTO search_state VALUES (1, 0, 0);

        CREATE TABLE archive (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            id TEXT NOT NULL,
            is_open INTEGER NOT NULL,
            name TEXT NOT NULL,
            label TEXT NOT NULL,
            merge_rule INTEGER NOT NULL,
            mode TEXT NOT NULL,
            epoch TEXT NOT NULL,
            digest BLOB NOT NULL
        ) STRICT;

        CREATE TABLE setting (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL,
            digest BLOB NOT NULL
        ) STRICT;

        CREATE TABLE remote (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            address TEXT NOT NULL,
            epoch TEXT,
            sequence INTEGER,
            chain BLOB,
            pushed_through INTEGER NOT NULL,
            blobs_offered_through INTEGER NOT NULL,
            digest BLOB NOT NULL
        ) STRICT;

        CREATE TABLE remote_mark (
            remote INTEGER NOT NULL REFERENCES remote (number) ON DELETE CASCADE,
            revision INTEGER NOT NULL REFERENCES revision (sequence),
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
            code TEXT,
            text TEXT,
            PRIMARY KEY (remote, revision)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX remote_mark_by_revision ON remote_mark (revision) WHERE kind IN (1, 2);

        CREATE TABLE waiting (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
            header BLOB NOT NULL,
            content BLOB,
            remote TEXT,
            digest BLOB NOT NULL
        ) STRICT;
        CREATE TABLE waiting_parent (
            parent BLOB NOT NULL,
            waiting INTEGER NOT NULL REFERENCES waiting (number) ON DELETE CASCADE,
            PRIMARY KEY (parent, waiting)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX waiting_parent_by_waiting ON waiting_parent (waiting);

        CREATE TABLE quarantine (
            number INTEGER PRIMARY KEY,
            bytes_digest BLOB NOT NULL UNIQUE,
            header BLOB NOT NULL,
            content BLOB,
            code TEXT NOT NULL,
            text TEXT NOT NULL,
            remote TEXT,
            digest BLOB NOT NULL
        ) STRICT;

        CREATE TABLE import_record (
            source BLOB PRIMARY KEY,
            file_name TEXT NOT NULL,
            importer TEXT NOT NULL,
            time INTEGER NOT NULL,
            author TEXT,
            letters BLOB NOT NULL,
            digest BLOB NOT NULL
        ) STRICT;
        """
    private static let version2 = """
        CREATE TABLE held (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
            letter BLOB NOT NULL CHECK (length(letter) = 16),
            header BLOB NOT NULL,
            content BLOB,
            digest BLOB NOT NULL
        ) STRICT;

        CREATE TABLE pulled_deletion (
            letter INTEGER PRIMARY KEY REFERENCES letter (number)
        ) STRICT;

        CREATE TABLE remote_beside (
            remote INTEGER NOT NULL REFERENCES remote (number) ON DELETE CASCADE,
            id BLOB NOT NULL CHECK (length(id) = 32),
            PRIMARY KEY (remote, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX remote_beside_by_id ON remote_beside (id);
        INSERT INTO remote_beside (remote, id)
            SELECT remote.number, waiting.id FROM waiting JOIN remote ON remote.name = waiting.remote;

        CREATE TABLE remote_evidence (
            number INTEGER PRIMARY KEY,
            remote TEXT NOT NULL,
            time INTEGER NOT NULL,
            kind TEXT NOT NULL,
            epoch TEXT,
            sequence INTEGER,
            chain BLOB,
            stated_cursor TEXT,
            stated_count INTEGER,
            stated_fingerprint BLOB,
            digest BLOB NOT NULL
        ) STRICT;
        CREATE INDEX remote_evidence_by_remote ON remote_evidence (remote);
        """

    /// The search index as it has been since version 3. It is dropped and made again by these words, so they are those of that step to the byte.
    static let searchTable = """
        CREATE VIRTUAL TABLE search USING fts5(
            body, title, senders, recipients, names, tags, other, facts,
            content='', tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'")
        """

    /// The index of the list by date, as it has been since version 7, to the byte: it is dropped for large ingestions, and made again by these words.
    static let dateIndex =
        "CREATE INDEX \(dateIndexName) ON summary (is_deleted, sort_key DESC, id, earliest, span)"
    /// The same from version 3 to 6.
    private static let dateIndexWithLatest =
        "CREATE INDEX \(dateIndexName) ON summary (is_deleted, sort_key DESC, id, earliest, latest)"
    /// Its name.
    static let dateIndexName = "summary_by_date"

    /// The index begins empty and fills again behind the next searches.
    private static let version3 = """
        DROP TABLE search;
        \(searchTable);
        DELETE FROM search_entry;
        UPDATE search_state SET through = 0, fold = 0;
        DROP INDEX summary_by_date;
        \(dateIndexWithLatest);
        """

    /// Each dictionary stands in two tables: two rows of one may stand on the same page, and go with it. Contents that were there have
    /// no dictionary, and stay as they are.
    private static let version4 = """
        CREATE TABLE dictionary (
            place INTEGER PRIMARY KEY,
            number INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            bytes BLOB NOT NULL
        ) STRICT;
        CREATE TABLE dictionary_copy (
            place INTEGER PRIMARY KEY,
            number INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            bytes BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER dictionary_is_kept BEFORE UPDATE ON dictionary WHEN (SELECT is_on FROM healing) = 0
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER dictionary_stays BEFORE DELETE ON dictionary
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER dictionary_copy_is_kept BEFORE UPDATE ON dictionary_copy WHEN (SELECT is_on FROM healing) = 0
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        CREATE TRIGGER dictionary_copy_stays BEFORE DELETE ON dictionary_copy
            BEGIN SELECT RAISE(ABORT, 'append-only'); END;
        ALTER TABLE content ADD COLUMN dictionary INTEGER;
        """

    /// Headers that were there stay as they are (`HeaderShorthand`). What lists show is read from the letters; the key of a plain day is that
    /// day, and what it is sorted after.
    private static let version5 = """
        CREATE TABLE old_summary AS
            SELECT letter, id, is_deleted, conflicts,
                CASE
                    WHEN sort_key GLOB '-*' THEN sort_key
                    WHEN substr(sort_key, 23, 1) IN ('/', '.') THEN substr(sort_key, 1, 10) || char(1) || substr(sort_key, 23)
                    WHEN sort_key = printf('%.10s %.10s %.10s', sort_key, sort_key, sort_key)
                        THEN substr(sort_key, 1, 10) || char(2)
                    ELSE sort_key
                END,
                earliest, latest, status, nullif(tags, '[]'), sender_words, recipient_words
            FROM summary;
        DROP TABLE summary;
        CREATE TABLE summary (
            letter INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            is_deleted INTEGER NOT NULL,
            conflicts INTEGER NOT NULL,
            sort_key TEXT,
            earliest INTEGER,
            latest INTEGER,
            status TEXT,
            tags TEXT,
            sender_words TEXT NOT NULL,
            recipient_words TEXT NOT NULL
        ) STRICT;
        INSERT INTO summary SELECT * FROM old_summary ORDER BY letter;
        ALTER TABLE state ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
        UPDATE state SET listed = sequence;
        DROP TABLE old_summary;
        \(dateIndexWithLatest);
        CREATE INDEX summary_in_conflict ON summary (letter) WHERE conflicts > 0;
        """

    /// Contents get what they can be checked by without being decompressed (`StoredContent.fixity`); those that were there have none, and are
    /// decompressed for that. No index holds their hashes any more, and one holds the beginnings of the revisions' ids: the larger an index of
    /// random keys is, the more of it every large ingestion writes anew.
    private static func version6(_ connection: Connection) throws {
        try connection.execute("ALTER TABLE content ADD COLUMN fixity INTEGER")
        try dropUnique("hash", of: "content", connection)
        try dropUnique("id", of: "revision", connection)
        try connection.execute("CREATE INDEX revision_by_id ON revision (substr(id, 1, 8))")
    }

    /// A letter has the number of its first log entry: so its first revision needs no index to be found, and is its head where no table says
    /// otherwise. The chain stands at every sixteenth entry (`LogChain`), the hash of a content in the header that names it alone, and the last day
    /// of a date by how far it is from the first. Rows of the log that were there stay as they are.
    private static func version7(_ connection: Connection) throws {
        try connection.execute(
            """
            DROP INDEX IF EXISTS \(dateIndexName);
            UPDATE summary SET latest = latest - ifnull(earliest, 0);
            """)
        let changes = [
            ("content", "hash BLOB NOT NULL", "hash BLOB"), ("revision", "chain BLOB NOT NULL", "chain BLOB"),
            ("summary", "latest INTEGER", "span INTEGER"),
        ]
        try connection.changingDefinitions {
            for (table, old, new) in changes {
                try replace(old, by: new, inTable: table, connection)
            }
        }
        try connection.execute(
            """
            \(dateIndex);
            DROP INDEX revision_by_letter;
            CREATE INDEX revision_by_letter ON revision (letter) WHERE letter <> sequence;
            """)
    }

    /// Tables in the place of the two indexes of random keys (`IDIndex`).
    private static func version8(_ connection: Connection) throws {
        try dropUnique("id", of: "letter", connection)
        try connection.execute(
            """
            DROP INDEX revision_by_id;
            CREATE TABLE letter_by_id (
                id BLOB PRIMARY KEY,
                number INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE recent_letter_by_id (
                id BLOB PRIMARY KEY,
                number INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE revision_by_id (
                beginning BLOB,
                sequence INTEGER,
                PRIMARY KEY (beginning, sequence)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE recent_revision_by_id (
                beginning BLOB,
                sequence INTEGER,
                PRIMARY KEY (beginning, sequence)
            ) STRICT, WITHOUT ROWID;
            """)
        let end = try connection.integer("SELECT sequence FROM state") ?? 0
        try IDIndex(connection).remake(end: end)
    }

    /// Takes the one UNIQUE from a table. SQLite drops its index only once that stands under a name of its own, and its table without the word.
    private static func dropUnique(_ column: String, of table: String, _ connection: Connection) throws {
        try connection.changingDefinitions {
            try replace(
                "\(column) BLOB NOT NULL UNIQUE", by: "\(column) BLOB NOT NULL", inTable: table, connection)
            try connection.run(
                """
                UPDATE sqlite_schema SET name = 'unique_\(column)', sql = 'CREATE INDEX unique_\(column) ON \(table) (\(column))'
                WHERE type = 'index' AND name = 'sqlite_autoindex_\(table)_1'
                """)
        }
        try connection.execute("DROP INDEX unique_\(column)")
    }

    /// Changes the definition of a table, while definitions may be changed. No row is written.
    private static func replace(
        _ old: String, by new: String, inTable table: String, _ connection: Connection
    ) throws(SQLiteError) {
        try connection.run(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
            [.text(old), .text(new), .text(table)])
    }
}
