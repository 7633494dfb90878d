import SQLiteBinding

/// The schema of `server.sqlite`: an append-only list of steps, never changed once shipped.
enum RegistrySchema {
    /// "ChSv": tells this file from an archive's, and from other programs' databases.
    static let applicationID = 0x4368_5376

    static let migrator = Migrator(
        applicationID: applicationID,
        migrations: [
            Migrator.Migration("archives, tokens and the audit log", script: first)
        ])

    /// Times are milliseconds since 1970 in UTC. Numbers of archives are never used twice (AUTOINCREMENT), so that a token
    /// for a deleted archive is not good for a later one of the same name.
    private static let first = """
        CREATE TABLE archive (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            created INTEGER NOT NULL,
            deleted INTEGER,
            folderName TEXT,
            isMoved INTEGER NOT NULL DEFAULT 0,
            CHECK ((deleted IS NULL) = (folderName IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX archiveInUse ON archive (name) WHERE deleted IS NULL;

        CREATE TABLE token (
            id BLOB PRIMARY KEY,
            secretHash BLOB NOT NULL CHECK (length(secretHash) = 32),
            archive INTEGER REFERENCES archive (number),
            role TEXT NOT NULL,
            label TEXT NOT NULL,
            creator TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER,
            lastUsed INTEGER,
            revoked INTEGER
        ) STRICT;

        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            entry TEXT NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE TRIGGER auditIsNotChanged BEFORE UPDATE ON audit
            BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
        CREATE TRIGGER auditIsNotShortened BEFORE DELETE ON audit
            BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
        """
}
