public import Hashing
import LetterModel
import Parallelism
import SQLiteBinding

extension SQLiteReplicaStore {
    // MARK: Remotes

    /// All remotes by name.
    public func remotes() throws(StoreError) -> [Remote] {
        try connections.read { try RemoteTable($0).all(end: try StateRow.read($0).sequence) }
    }

    /// Adds a remote.
    public func addRemote(_ name: String, address: String) throws(StoreError) {
        try connections.write { try RemoteTable($0).add(name, address: address) }
    }

    /// Removes a remote with its cursor and marks. Revisions stay.
    public func removeRemote(_ name: String) throws(StoreError) {
        try connections.write { try RemoteTable($0).remove(name) }
    }

    /// Revisions in log order that the remote has not acknowledged, without those that it refused and their
    /// descendants. What is damaged here does not leave; its descendants will miss it there.
    public func unsent(
        to remote: String, after passed: Int, maximumBytes: Int, packedBy dictionary: Digest?
    ) throws(StoreError) -> UnsentBatch {
        // Damaged ones are passed over: where all of a stretch are, what follows it is looked at.
        var entryCount = 0
        while true {
            let (rows, hasMore) = try connections.read { [entryCount] connection in
                let progress = try RemoteTable(connection).progress(remote)
                return try Self.page(
                    connection, "\(RemoteProgress.unsentSelection) LIMIT -1 OFFSET ?3",
                    [.integer(progress.number), .integer(try progress.pushedThrough()), .integer(passed + entryCount)],
                    maximumBytes: maximumBytes)
            }
            entryCount += rows.count
            let entries = rows.concurrentMap { $0.outgoing(packedBy: dictionary) }.compactMap { $0 }
            if !entries.isEmpty || !hasMore {
                return UnsentBatch(entries, entryCount: entryCount, hasMore: hasMore)
            }
        }
    }

    /// Records what a remote said of revisions that were sent to it. Answers for revisions that are not in the log are
    /// passed over.
    public func recordAnswers(
        from remote: String, _ answers: [PushAnswer], advance: CursorAdvance?
    ) throws(StoreError) {
        try connections.write { connection in
            let progress = try RemoteTable(connection).progress(remote)
            if let advance { try RemoteTable(connection).advance(advance) }
            let sequences = try TruthTables(connection).sequences(of: answers.map(\.revision))
            var acknowledged: [Int] = []
            var refused: [(sequence: Int, code: String, text: String)] = []
            let beside = BesideTable(connection)
            for (answer, sequence) in zip(answers, sequences) {
                guard let sequence else {
                    // What waits here, or is held back, is not sent; but it is known that the remote has it.
                    if answer.decision == .acknowledged, try beside.isKept(answer.revision) {
                        try beside.add(answer.revision, at: progress.number)
                    }
                    continue
                }
                switch answer.decision {
                case .acknowledged: acknowledged.append(sequence)
                case .refused(let code, let text): refused.append((sequence, code, text))
                }
            }
            try progress.acknowledge(acknowledged.sorted())
            for answer in refused.sorted(by: { $0.sequence < $1.sequence }) {
                try progress.refuse(answer.sequence, code: answer.code, text: answer.text)
            }
        }
    }

    /// The revisions that a remote refused, with its reasons, in log order.
    public func refusals(by remote: String) throws(StoreError) -> [Refusal] {
        try connections.read { connection in
            let number = try RemoteTable(connection).progress(remote).number
            return try connection.rows(
                """
                SELECT revision.id, letter.id, remote_mark.code, remote_mark.text
                FROM remote_mark JOIN revision ON revision.sequence = remote_mark.revision
                JOIN letter ON letter.number = revision.letter
                WHERE remote_mark.remote = ? AND remote_mark.kind = 1 ORDER BY remote_mark.revision
                """, [.integer(number)]
            ) { row throws in
                guard let id = Digest(bytes: row.bytes(0)), let letter = LetterID(bytes: row.bytes(1)) else {
                    throw StoreError.damaged(object: "archive.sqlite")
                }
                return Refusal(
                    revision: RevisionID(id), letter: letter, code: try row.text(2), text: try row.text(3))
            }
        }
    }

    /// Lets refused revisions be sent again.
    public func forgetRefusals(by remote: String) throws(StoreError) {
        try connections.write { try RemoteTable($0).progress(remote).forgetRefusals() }
    }

    /// Moves where we stand in a remote's log without taking revisions.
    public func advanceCursor(_ advance: CursorAdvance) throws(StoreError) {
        try connections.write { try RemoteTable($0).advance(advance) }
    }

    /// Forgets the position in a remote's log and what it acknowledged and refused.
    public func forgetProgress(with remote: String) throws(StoreError) {
        try connections.write { try RemoteTable($0).progress(remote).forgetProgress() }
    }

    /// Records that all blobs which log entries up to `sequence` refer to were offered to the remote.
    public func recordBlobsOffered(to remote: String, through sequence: Int) throws(StoreError) {
        try connections.write { connection in
            let remotes = RemoteTable(connection)
            try remotes.set(try remotes.progress(remote).number, blobsOfferedThrough: sequence)
        }
    }
}
