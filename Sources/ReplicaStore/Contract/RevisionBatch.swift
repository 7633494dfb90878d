import Dispatch
public import LetterModel
import Parallelism

/// Revisions on their way into a store, in their order. What a store needs of them and can be worked out before its transaction (their
/// compressed contents, what lists show) is begun on all cores while more of them come, and is kept in their place.
public struct RevisionBatch: Sendable {
    /// The ids of the revisions.
    public private(set) var ids: [RevisionID] = []
    /// What is being worked out, and how many revisions come before it.
    private var parts: [(start: Int, work: BegunWork<[PreparedRevision], Never>)] = []
    /// The last revisions: nothing of them is worked out yet.
    private var rest: [Revision] = []
    /// What some of those say, where that is at hand.
    private var letters: [RevisionID: Letter] = [:]

    /// How many are worked out together: what one of them costs is some ten microseconds.
    private static let partCount = 32

    /// An empty batch.
    public init() {}

    /// A batch of revisions that are all there: nothing is begun before it is taken in.
    public init(_ revisions: [Revision]) {
        ids = revisions.map(\.id)
        rest = revisions
    }

    /// Whether there are none.
    public var isEmpty: Bool { ids.isEmpty }

    /// The revisions themselves. Those that were worked out are made again, which is no work to do for each of many.
    public var revisions: [Revision] { ids.indices.map(revision(at:)) }

    /// One revision.
    public func revision(at index: Int) -> Revision {
        let start = ids.count - rest.count
        guard index < start else { return rest[index - start] }
        guard let part = parts.last(where: { $0.start <= index }) else { preconditionFailure("parts begin at 0") }
        return part.work.wait()[index - part.start].revision
    }

    /// Adds a revision.
    ///
    /// - Parameters:
    ///   - revision: the revision.
    ///   - letter: what it says, where that is at hand: it is read from the revision's bytes otherwise.
    public mutating func append(_ revision: Revision, letter: Letter? = nil) {
        ids.append(revision.id)
        rest.append(revision)
        if let letter { letters[revision.id] = letter }
        if rest.count == RevisionBatch.partCount { beginPart() }
    }

    /// Adds what follows.
    public mutating func append(_ next: RevisionBatch) {
        beginPart()
        parts += next.parts.map { ($0.start + ids.count, $0.work) }
        ids += next.ids
        rest = next.rest
        letters = next.letters
    }

    private mutating func beginPart() {
        guard !rest.isEmpty else { return }
        let work = BegunWork<[PreparedRevision], Never>(on: .global()) { [rest, letters] in
            rest.map { PreparedRevision($0, letter: letters[$0.id]) }
        }
        parts.append((ids.count - rest.count, work))
        rest = []
        letters = [:]
    }

    /// Waits for what was begun, and works out the rest.
    func prepared() -> [PreparedRevision] {
        // Those that come last are worked out here while others work on those before them.
        let last = rest.concurrentMap { [letters] in PreparedRevision($0, letter: letters[$0.id]) }
        var prepared: [PreparedRevision] = []
        prepared.reserveCapacity(ids.count)
        for part in parts { prepared += part.work.wait() }
        return prepared + last
    }
}
