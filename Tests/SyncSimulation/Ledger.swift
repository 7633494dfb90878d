import Hashing
import LetterMerge
import LetterModel
import MergeOracle
import ReplicaStoreConformance

/// Everything that was ever written in a simulation, as its authors know it: no replica is asked.
struct Ledger {
    /// One letter, with the oracle of what must be shown of it.
    struct Tale {
        let id: LetterID
        /// What the file says that it is imported from; nil for a letter that was written.
        var source: Letter?
        var editor: LetterEditor
        var oracle = Oracle()
        var numbers: [RevisionID: Int] = [:]

        /// Whether it is one of the file of many letters: those are only imported, deleted and restored.
        var isOfMany = false

        /// No oracle takes more revisions.
        var isFull: Bool { numbers.count >= 60 }
    }

    /// What attachments name; the bytes are made from the number.
    static let blobs: [(id: BlobID, bytes: [UInt8])] = (0..<2).map { number in
        let bytes = (0..<(300 + 4_000 * number)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
        return (BlobID(SHA256.digest(of: bytes)), bytes)
    }

    private(set) var tales: [Tale] = []
    private var places: [LetterID: Int] = [:]
    private var writtenCount = 0
    private(set) var revisions: [RevisionID: Revision] = [:]

    /// How many letters are imported from files.
    static let fileCount = 2
    /// How many letters there may be, those of the file of many letters left out.
    static let letterLimit = 5
    /// How many letters the file of many letters has: more than a guard against mass deletion lets go unasked.
    static let manyCount = 13
    private static let firstOfMany = 1_000

    init(seed: UInt64) {
        for number in 0..<Ledger.fileCount { add(number, seed: seed) }
        for number in 0..<Ledger.fileCount { tales[number].source = tales[number].editor.first() }
    }

    private mutating func add(_ number: Int, seed: UInt64) {
        let random = SplitMix(seed: seed &* 31 &+ UInt64(number))
        let id = RevisionMaker.letterID(number)
        places[id] = tales.count
        var tale = Tale(id: id, editor: LetterEditor(random: random, blobs: Ledger.blobs.map(\.id.hex)))
        tale.isOfMany = number >= Ledger.firstOfMany
        tales.append(tale)
    }

    /// A letter that nobody has written yet; nil if there are enough.
    mutating func newLetter(seed: UInt64) -> Int? {
        guard writtenCount < Ledger.letterLimit - Ledger.fileCount else { return nil }
        writtenCount += 1
        add(Ledger.fileCount + writtenCount, seed: seed)
        return tales.count - 1
    }

    /// The letters of the file of many letters. They are known from the first time that somebody asks.
    mutating func manyLetters() -> [(id: LetterID, letter: Letter)] {
        (0..<Ledger.manyCount).map { number in
            let id = RevisionMaker.letterID(Ledger.firstOfMany + number)
            if places[id] == nil { add(Ledger.firstOfMany + number, seed: 0) }
            var letter = Letter()
            letter.title = "\(number)"
            return (id, letter)
        }
    }

    func letter(_ id: LetterID) -> Int? { places[id] }

    mutating func withEditor<Result>(of letter: Int, seed: UInt64, _ body: (inout LetterEditor) -> Result) -> Result {
        tales[letter].editor.random = SplitMix(seed: seed)
        return body(&tales[letter].editor)
    }

    /// Notes a revision that is about to be written. The same one may be written twice.
    mutating func note(_ revision: Revision) {
        guard revisions[revision.id] == nil, let place = places[revision.header.letter] else { return }
        revisions[revision.id] = revision
        let parents = revision.header.parents.compactMap { tales[place].numbers[$0] }
        tales[place].numbers[revision.id] = tales[place].numbers.count
        tales[place].oracle.add(parents: parents, letter: revision.letter)
    }

    /// What is wrong with a view of a letter on a replica that holds these revisions.
    mutating func faults(in view: LetterView, of letter: Int, held: [RevisionID]) -> [String] {
        var set: UInt64 = 0
        for id in held {
            guard let number = tales[letter].numbers[id] else { return ["revision \(id) was never written"] }
            set |= 1 << UInt64(number)
        }
        var faults = tales[letter].oracle.faults(in: view, of: set)
        // A deleted letter is one whose heads are all tombstones: an edit beside a tombstone is never hidden.
        let parents = Set(held.flatMap { revisions[$0]?.header.parents ?? [] })
        let heads = held.filter { !parents.contains($0) }
        let areTombstones = heads.allSatisfy { revisions[$0]?.header.isTombstone == true }
        if view.isDeleted != areTombstones { faults.append("an edit is hidden by a delete, or a deleted letter shown") }
        if view.heads != heads.sorted() { faults.append("the view names other heads") }
        return faults
    }
}
