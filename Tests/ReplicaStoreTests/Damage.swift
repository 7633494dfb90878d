import Compression
import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing

/// What tests do to a database behind the store's back.
struct Damage {
    let connection: Connection

    init(_ folder: String) throws {
        connection = try Connection(
            path: folder + "/archive.sqlite", access: .write,
            policy: ConnectionPolicy(busyTimeoutMilliseconds: 1_000, journal: nil))
        // The damage of a disk asks no key and no constraint.
        try connection.execute("PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON")
    }

    /// Runs a statement that no trigger hears of.
    func run(_ sql: String, _ values: [SQLiteValue] = []) throws {
        let triggers = try texts("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
        let definitions = try texts("SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
        for trigger in triggers { try connection.execute("DROP TRIGGER \(trigger)") }
        try connection.run(sql, values)
        for definition in definitions { try connection.execute(definition) }
    }

    /// From now on no trigger hears of anything.
    func dropTriggers() throws {
        for trigger in try texts("SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
            try connection.execute("DROP TRIGGER \(trigger)")
        }
    }

    func texts(_ sql: String) throws -> [String] {
        try connection.rows(sql) { row throws in try row.text(0) }
    }

    /// The tables that are no index's own.
    func tables() throws -> [String] {
        try texts(
            """
            SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0
                AND name NOT IN ('search_data', 'search_idx', 'search_docsize', 'search_config') ORDER BY name
            """)
    }

    func columns(_ table: String) throws -> [String] {
        try texts("SELECT name FROM pragma_table_info('\(table)') ORDER BY cid")
    }

    /// Every row of a table, in the order of its key.
    func rows(_ table: String) throws -> [[SQLiteValue]] {
        let columns = try columns(table)
        let order = columns.count > 1 ? "1, 2" : "1"
        let list = columns.joined(separator: ", ")
        return try connection.rows("SELECT \(list) FROM \(table) ORDER BY \(order)") { row throws in try row.values() }
    }

    /// Changes one bit of a value of a column, in the first row that has one. False if none has.
    func flip(_ table: String, _ column: String) throws -> Bool {
        let columns = try columns(table)
        guard let index = columns.firstIndex(of: column) else { return false }
        for row in try rows(table) {
            guard let flipped = Damage.flipped(row[index]) else { continue }
            let match = columns.map { "\($0) IS ?" }.joined(separator: " AND ")
            try run("UPDATE \(table) SET \(column) = ? WHERE \(match)", [flipped] + row)
            return true
        }
        return false
    }

    /// A value with one bit changed; nil if it has none.
    static func flipped(_ value: SQLiteValue) -> SQLiteValue? {
        switch value {
        case .null: nil
        case .integer(let number): .integer(number ^ 64)
        case .text(let text):
            text.utf8.isEmpty
                ? nil
                : .text(String(decoding: Array(text.utf8.dropLast()) + [(text.utf8.last ?? 0) ^ 1], as: UTF8.self))
        case .bytes(let bytes): bytes.isEmpty ? nil : .bytes(bytes.dropLast() + [(bytes.last ?? 0) ^ 1])
        }
    }
}

extension SQLiteReplicaStore {
    /// A replica with something in every table, all of it in the search index; some contents need a dictionary, the first does not.
    static func filled(_ folder: String, _ mode: ReplicaMode = .local) throws -> SQLiteReplicaStore {
        let store = try SQLiteReplicaStore.create(
            folder: folder, archive: RevisionMaker.archive(1), name: "letters", label: "test",
            epoch: "00000000000000ff", mode: mode)
        let maker = RevisionMaker()
        try store.addRemote("origin", address: "https://example.org/letters")
        try store.setSetting("author", to: "Ada")
        var letter = Letter()
        letter.title = "A title"
        letter.body = "A body of some words"
        letter.tags = ["tag"]
        letter.status = .draft
        var date = LetterDate()
        date.edtf = "1873-05"
        letter.date = date
        var sender = Agent()
        sender.name = "Ada"
        letter.senders = [sender]
        letter.recipients = [sender]
        var attachment = Attachment()
        attachment.blob = try store.storeBlob([1, 2, 3])
        attachment.size = 3
        letter.attachments = [attachment]
        let root = try maker.revision(1, letter: letter)
        letter.title = "Another title"
        let whole = try maker.revision(5, letter: letter)
        let left = try maker.revision(1, "left", after: [root])
        let right = try maker.revision(1, "right", after: [root])
        let other = try maker.revision(2, "other")
        let tombstone = try maker.revision(3, nil, after: [])
        _ = try store.ingest(maker.ingestion([root], remote: "origin"))
        let dictionary = try WordDictionary.make()
        var batch = RevisionBatch(dictionary: dictionary)
        for revision in [left, right, other, tombstone, whole] { batch.append(revision) }
        _ = try store.ingest(Ingestion(archive: maker.archive, batch: batch, remote: "origin"))
        _ = try store.ingest(
            maker.ingestion(
                [try maker.revision(4, "waits", after: [try maker.revision(4, "gone")])], .wait, remote: "origin"))
        try store.advanceCursor(
            CursorAdvance(remote: "origin", from: nil, to: try store.logState().end))
        try store.recordAnswers(
            from: "origin", [PushAnswer(revision: other.id, decision: .refused(code: "code", text: "text"))])
        try store.recordEvidence(
            RemoteEvidence(
                remote: "origin", time: Timestamp(milliseconds: 1), kind: "forked", position: try store.logState().end,
                statedCursor: "cursor", statedCount: 1, statedFingerprint: root.id.digest))
        try store.quarantine(
            QuarantinedBytes(headerBytes: [1], contentBytes: [2], code: "code", text: "text", remote: "origin"))
        try store.recordImport(
            ImportRecord(
                sourceSHA256: root.id.digest, fileName: "a.txt", importer: "text", time: Timestamp(milliseconds: 1),
                author: "Ada", letters: [RevisionMaker.letterID(1)]))
        try store.catchUpSearchIndex()
        return store
    }

    /// Further letters, until the log has so many entries.
    func fillLog(_ count: Int) throws {
        let maker = RevisionMaker()
        for number in try logState().count..<count {
            _ = try ingest(maker.ingestion([try maker.revision(100 + number, "letter \(number)")]))
        }
        try catchUpSearchIndex()
    }

    /// One deletion that was let in, and a dozen that are held back.
    func fillDeletions() throws {
        let maker = RevisionMaker()
        let letters = try (20...32).map { try maker.revision($0, "letter \($0)") }
        _ = try ingest(maker.ingestion(letters, remote: "origin"))
        var tombstones = try letters.enumerated().map { try maker.revision(20 + $0, nil, after: [$1]) }
        tombstones.append(try maker.revision(32, "on top", after: [tombstones[12]]))
        for page in [tombstones.prefix(1), tombstones.dropFirst()] {
            var ingestion = maker.ingestion(Array(page), .wait, remote: "origin")
            ingestion.guardedThrough = try logState().end.sequence
            _ = try ingest(ingestion)
        }
    }
}
