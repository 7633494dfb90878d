import Dispatch
public import LetterModel
import Parallelism

/// Revisions on their way into a store, in their order. What a store needs of them and can be worked out before its transaction (their
/// compressed contents, what lists show) is begun on all cores while more of them come.
public struct RevisionBatch: Sendable {
    /// The revisions.
    public private(set) var revisions: [Revision] = []
    /// What those say that are not begun, where that is at hand.
    private var letters: [RevisionID: Letter] = [:]
    /// What is being worked out, of the first `begunCount` of them.
    private var parts: [BegunWork<[PreparedRevision], Never>] = []
    private var begunCount = 0

    /// How many are worked out together: what one of them costs is some ten microseconds.
    private static let partCount = 32

    /// An empty batch.
    public init() {}

    /// A batch of revisions that are all there: nothing is begun before it is taken in.
    public init(_ revisions: [Revision]) {
        self.revisions = revisions
    }

    /// Adds a revision.
    ///
    /// - Parameter letter: What it says, where that is at hand: it is read from the revision's bytes otherwise.
    public mutating func append(_ revision: Revision, letter: Letter? = nil) {
        revisions.append(revision)
        if let letter { letters[revision.id] = letter }
        if revisions.count - begunCount == RevisionBatch.partCount { beginPart() }
    }

    /// Adds what follows.
    public mutating func append(_ next: RevisionBatch) {
        beginPart()
        parts += next.parts
        begunCount += next.begunCount
        revisions += next.revisions
        letters = next.letters
    }

    private mutating func beginPart() {
        let stretch = Array(revisions[begunCount...])
        guard !stretch.isEmpty else { return }
        parts.append(
            BegunWork(on: .global()) { [letters] in
                stretch.map { PreparedRevision($0, letter: letters[$0.id]) }
            })
        begunCount = revisions.count
        letters = [:]
    }

    /// Waits for what was begun, and works out the rest.
    func prepared() -> [PreparedRevision] {
        // Those that come last are worked out here while others work on those before them.
        let rest = Array(revisions[begunCount...]).concurrentMap { PreparedRevision($0, letter: letters[$0.id]) }
        var prepared: [PreparedRevision] = []
        prepared.reserveCapacity(revisions.count)
        for part in parts { prepared += part.wait() }
        return prepared + rest
    }
}
