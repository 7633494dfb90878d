import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncTestSupport

/// What a replica is used for, step by step, each acknowledged when it is done: edits, conflicts, deletions, pages of a
/// sync with their cursor, answers of a remote, settings, imports, quarantine, waiting revisions, the search index.
///
/// The same seed gives the same steps.
struct Workload {
    private var numbers: SeededNumbers
    private let maker = RevisionMaker()
    /// Heads by letter, as this workload knows them.
    private var heads: [Int: [Revision]] = [:]
    private var nextLetter = 3
    private var orphan: Revision?
    private var remoteEnd = LogPosition(epoch: "00000000000000ee", sequence: 0, chain: .zero)
    private var hasPosition = false

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    private mutating func number(below limit: Int) -> Int { Int(numbers.next() % UInt64(limit)) }

    private mutating func body(words: Int) -> String {
        (0..<words).map { _ in
            ["letter", "ink", "seal", "post", "answer", "家信"][number(below: 6)] + "\(number(below: 999))"
        }
        .joined(separator: " ")
    }

    private mutating func letter(_ words: Int) -> Letter {
        var letter = Letter()
        letter.title = body(words: 2)
        letter.body = body(words: words)
        letter.tags = ["tag \(number(below: 5))"]
        if number(below: 4) == 0 {
            var attachment = Attachment()
            attachment.blob = BlobID(SHA256.digest(of: [UInt8(number(below: 8))]))
            attachment.size = 1
            letter.attachments = [attachment]
        }
        return letter
    }

    private mutating func edit(_ letter: Int, words: Int, after parents: [Revision]? = nil) throws -> Revision {
        let parents = parents ?? heads[letter] ?? []
        let content = self.letter(words)
        let revision = try maker.revision(letter, letter: content, after: parents)
        let named = Set(parents.map(\.id))
        heads[letter] = (heads[letter] ?? []).filter { !named.contains($0.id) } + [revision]
        return revision
    }

    /// Fills a replica before anything is cut.
    mutating func begin(_ store: SQLiteReplicaStore) throws {
        try store.addRemote("origin", address: "https://example.org/letters")
        try store.setSetting("author", to: "Ada")
        var roots: [Revision] = []
        for letter in 0..<3 { roots.append(try edit(letter, words: 20)) }
        try take(roots, store)
        try store.catchUpSearchIndex()
    }

    private func take(_ revisions: [Revision], _ store: SQLiteReplicaStore) throws {
        let report = try store.ingest(maker.ingestion(revisions))
        guard report.acceptedCount >= revisions.count else { throw TestFailure("a step was not taken: \(report)") }
    }

    private mutating func position(after revisions: [Revision]) -> LogPosition {
        var chain = remoteEnd.chain
        for revision in revisions { chain = LogPosition.chain(chain, extendedBy: revision.id) }
        return LogPosition(epoch: remoteEnd.epoch, sequence: remoteEnd.sequence + revisions.count, chain: chain)
    }

    private mutating func advance(after revisions: [Revision]) -> CursorAdvance {
        let next = position(after: revisions)
        defer {
            remoteEnd = next
            hasPosition = true
        }
        return CursorAdvance(remote: "origin", from: hasPosition ? remoteEnd : nil, to: next)
    }

    /// One step. It is one transaction for what a ``Portrait`` shows.
    mutating func step(_ kind: Int, _ store: SQLiteReplicaStore) throws {
        switch kind % 12 {
        case 0, 4, 8:
            let words = 10 + number(below: 300)
            try take([try edit(number(below: 3), words: words)], store)
        case 1:
            // A page of a sync: revisions, what follows from them, and the cursor.
            var page: [Revision] = []
            for _ in 0..<(1 + number(below: 5)) {
                nextLetter += 1
                page.append(try edit(nextLetter, words: 40))
            }
            _ = try store.ingest(maker.ingestion(page, .wait, remote: "origin", advance: advance(after: page)))
        case 2:
            let answers = try store.unsent(to: "origin", maximumBytes: 4_000).revisions.enumerated().map {
                index, revision in
                PushAnswer(
                    revision: revision.id,
                    decision: index % 5 == 4 ? .refused(code: "letter", text: "not here") : .acknowledged)
            }
            try store.recordAnswers(from: "origin", answers)
        case 3:
            // A conflict: two edits of the same parents.
            let letter = number(below: 3)
            let parents = heads[letter] ?? []
            let left = try edit(letter, words: 15)
            let right = try edit(letter, words: 15, after: parents)
            try take([left, right], store)
        case 5:
            try store.setSetting("blobs", to: "\(number(below: 1_000_000))")
        case 6:
            // A child before its parent, then the parent with it.
            if let parent = orphan {
                orphan = nil
                _ = try store.ingest(
                    maker.ingestion([parent], .wait, remote: "origin", advance: advance(after: [parent])))
            } else {
                nextLetter += 1
                let parent = try edit(nextLetter, words: 8)
                let child = try edit(nextLetter, words: 9)
                orphan = parent
                _ = try store.ingest(maker.ingestion([child], .wait, remote: "origin"))
            }
        case 7:
            nextLetter += 1
            let root = try edit(nextLetter, words: 5)
            let tombstone = try maker.revision(nextLetter, nil, after: [root])
            heads[nextLetter] = [tombstone]
            try take([root, tombstone], store)
        case 9:
            try store.quarantine(
                QuarantinedBytes(
                    headerBytes: Array(body(words: 5).utf8), contentBytes: [1, 2], code: "header", text: "no header",
                    remote: "origin"))
        case 10:
            try store.catchUpSearchIndex()
        default:
            // An import of many letters at once.
            var page: [Revision] = []
            for _ in 0..<12 {
                nextLetter += 1
                page.append(try edit(nextLetter, words: 60))
            }
            try take(page, store)
        }
    }
}
