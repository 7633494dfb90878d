import Hashing
import LetterModel
import SQLiteBinding

/// Makes what follows from the truth anew, inside a transaction, byte for byte as ingestion makes it.
struct Reindexing {
    private let connection: Connection
    private let truth: TruthTables
    private let folder: ReplicaFolder
    private let listsAtOnce: Bool

    /// - Parameter listsAtOnce: Whether the list is made now, or when somebody asks for one.
    init(_ connection: Connection, folder: ReplicaFolder, listsAtOnce: Bool) {
        self.connection = connection
        self.folder = folder
        self.listsAtOnce = listsAtOnce
        truth = TruthTables(connection)
    }

    func run() throws {
        for table in ["head", "summary", "blob_reference", "blob"] { try connection.run("DELETE FROM \(table)") }
        try connection.run(Self.insertHeads)
        var state = try walkLog()
        if listsAtOnce { while state.listed < state.sequence { try LetterList(connection).takeIn(&state) } }
        try IDIndex(connection).remake(end: state.sequence)
        try state.write(connection)
        try SearchIndex(connection).clear()
    }

    static let headSelection = """
        SELECT letter, sequence FROM revision
        WHERE NOT EXISTS (SELECT 1 FROM parent WHERE parent.parent = revision.sequence)
        """
    private static let insertHeads = """
        INSERT INTO head (letter, revision) \(headSelection) AND (letter <> sequence OR EXISTS (
            SELECT 1 FROM revision AS other WHERE other.letter = revision.letter AND other.letter <> other.sequence))
        """

    /// State and blob references, in log order.
    private func walkLog() throws -> StateRow {
        let blobs = BlobTables(connection, folder: folder)
        var state = StateRow(sequence: 0, chain: .zero, fingerprint: .zero, listed: 0)
        while let row = try truth.stored(state.sequence + 1) {
            guard let id = row.id else { throw StoreError.damaged(object: "revision \(row.sequence)") }
            state.append(id)
            // A damaged revision has no references that anybody could know; `verify` names it.
            if let revision = row.intact() { try blobs.add(BlobTables.references(in: revision), at: row.sequence) }
        }
        return state
    }
}
