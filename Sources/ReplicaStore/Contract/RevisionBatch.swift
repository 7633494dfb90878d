public import Compression
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
    /// What contents are compressed with; nil for nothing, or for what the store has for those that nothing was begun of.
    private var dictionary: CompressionDictionary?

    /// How many are worked out together: what one of them costs is some ten microseconds.
    static let partCount = 32

    /// An empty batch.
    ///
    /// - Parameter dictionary: what contents are compressed with; nil for nothing.
    public init(dictionary: CompressionDictionary? = nil) {
        self.dictionary = dictionary
    }

    /// A batch of revisions that are all there: nothing is begun before it is taken in.
    public init(_ revisions: [Revision]) {
        ids = revisions.map(\.id)
        rest = revisions
    }

    /// A batch of revisions that are worked out.
    init(_ prepared: [PreparedRevision]) {
        ids = prepared.map(\.id)
        parts = [(0, BegunWork(on: nil) { prepared })]
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
        dictionary = next.dictionary ?? dictionary
    }

    private mutating func beginPart() {
        guard !rest.isEmpty else { return }
        let prepare = preparation(dictionary)
        let work = BegunWork<[PreparedRevision], Never>(on: .global()) { [rest] in rest.map(prepare) }
        parts.append((ids.count - rest.count, work))
        rest = []
        letters = [:]
    }

    /// How each of the last revisions is worked out.
    private func preparation(
        _ dictionary: CompressionDictionary?, _ level: Zstandard.Level = .page
    ) -> @Sendable (Revision) -> PreparedRevision {
        { [letters] in PreparedRevision($0, letter: letters[$0.id], dictionary: dictionary, level: level) }
    }

    /// Waits for what was begun, and works out the rest.
    ///
    /// - Parameter newest: What the rest is compressed with if the batch has no dictionary of its own.
    func prepared(_ newest: CompressionDictionary?) -> [PreparedRevision] {
        // Those that come last are worked out here while others work on those before them.
        let level: Zstandard.Level = ids.count < RevisionBatch.partCount ? .letter : .page
        let last = rest.concurrentMap(preparation(dictionary ?? newest, level))
        var prepared: [PreparedRevision] = []
        prepared.reserveCapacity(ids.count)
        for part in parts { prepared += part.work.wait() }
        return prepared + last
    }
}
