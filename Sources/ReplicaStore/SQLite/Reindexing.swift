import Hashing
import LetterModel
import SQLiteBinding

/// Makes what follows from the truth anew, inside a transaction, byte for byte as ingestion makes it.
struct Reindexing {
    private let connection: Connection
    private let truth: TruthTables
    private let folder: ReplicaFolder

    init(_ connection: Connection, folder: ReplicaFolder) {
        self.connection = connection
        self.folder = folder
        truth = TruthTables(connection)
    }

    func run() throws {
        for table in ["head", "summary", "blob_reference", "blob"] { try connection.run("DELETE FROM \(table)") }
        try connection.run(Self.insertHeads)
        try walkLog()
        try writeSummaries()
        try SearchIndex(connection).clear()
    }

    static let headSelection = """
        SELECT letter, sequence FROM revision
        WHERE NOT EXISTS (SELECT 1 FROM parent WHERE parent.parent = revision.sequence)
        """
    private static let insertHeads = "INSERT INTO head (letter, revision) \(headSelection)"

    /// State and blob references, in log order.
    private func walkLog() throws {
        let blobs = BlobTables(connection, folder: folder)
        var state = StateRow(sequence: 0, chain: .zero, fingerprint: .zero)
        while let row = try truth.stored(state.sequence + 1) {
            guard let id = row.id else { throw StoreError.damaged(object: "revision \(row.sequence)") }
            state.append(id)
            // A damaged revision has no references that anybody could know; `verify` names it.
            if let revision = row.intact() { try blobs.add(BlobTables.references(in: revision), at: row.sequence) }
        }
        try state.write(connection)
    }

    private func writeSummaries() throws {
        let summaries = SummaryTable(connection)
        var last = 0
        while let letter = try connection.integer(
            "SELECT number FROM letter WHERE number > ? ORDER BY number LIMIT 1", [.integer(last)])
        {
            last = letter
            do {
                let view = try truth.view(ofLetter: letter, heads: try truth.heads(ofLetter: letter))
                try summaries.write(letter, try truth.letterID(letter), view)
            } catch StoreError.damaged {
                // Such a letter is in no list until it was repaired. The others are.
                continue
            }
        }
    }
}
