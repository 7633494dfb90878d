public import Compression
import Hashing
public import LetterModel
import Parallelism

/// Revisions on their way into a store, in their order, and bytes that are to be such. What a store needs of them and can be worked out beside
/// its transaction (whether they are revisions, their compressed contents, what lists show) is begun on all cores while more of them come. The
/// transaction waits for each when it gets to it.
public struct RevisionBatch: Sendable {
    /// The ids of what is in it, those of bytes that are no revision included.
    public private(set) var ids: [RevisionID] = []
    /// What is being worked out.
    private var parts: [Part] = []
    /// The last ones: nothing of them is worked out yet.
    private var rest: [Item] = []
    /// What the next contents are compressed with that do not come as they are stored; nil for nothing, or for what the store has for those that
    /// nothing was begun of.
    public var dictionary: CompressionDictionary?
    private let isListed: Bool

    /// How many are worked out together: what one of them costs is some ten microseconds.
    static let partCount = 64

    /// What becomes of one of them.
    typealias Prepared = Result<PreparedRevision, RefusedRevision>

    private struct Part: Sendable {
        /// So many come before it.
        let start: Int
        /// Whether a tombstone may be among them, which is seen without work.
        let hasTombstones: Bool
        let work: BegunWork<[Prepared], Never>
    }

    /// What one is worked out of.
    fileprivate enum Item: Sendable {
        /// A revision, and what it says, where that is at hand.
        case revision(Revision, Letter?)
        /// What may turn out to be none.
        case received(ReceivedRevision)
    }

    /// An empty batch.
    ///
    /// - Parameters:
    ///   - dictionary: what contents are compressed with that do not come as they are stored; nil for nothing.
    ///   - isListed: whether the store that takes them in puts letters into its list then (``ReplicaStore/listsAtOnce``): a laptop, and no server.
    public init(dictionary: CompressionDictionary? = nil, isListed: Bool = true) {
        self.dictionary = dictionary
        self.isListed = isListed
    }

    /// A batch of revisions that are all there: nothing is begun before it is taken in.
    public init(_ revisions: [Revision]) {
        self.init()
        ids = revisions.map(\.id)
        rest = revisions.map { .revision($0, nil) }
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { ids.isEmpty }

    /// The revisions that are in it. Those that were worked out are made again, which is no work to do for each of many.
    public var revisions: [Revision] {
        ids.indices.compactMap { index in
            do throws(RefusedRevision) { return try revision(at: index) } catch { return nil }
        }
    }

    /// One revision.
    ///
    /// - Throws: If what came is none.
    public func revision(at index: Int) throws(RefusedRevision) -> Revision {
        let start = ids.count - rest.count
        guard index < start else { return try rest[index - start].revision() }
        guard let part = parts.last(where: { $0.start <= index }) else { preconditionFailure("parts begin at 0") }
        return try part.work.wait()[index - part.start].get().revision
    }

    /// Adds a revision.
    ///
    /// - Parameters:
    ///   - revision: the revision.
    ///   - letter: what it says, where that is at hand: it is read from the revision's bytes otherwise.
    public mutating func append(_ revision: Revision, letter: Letter? = nil) {
        append(revision.id, .revision(revision, letter))
    }

    /// Adds what came as one.
    public mutating func append(_ received: ReceivedRevision) {
        append(received.id, .received(received))
    }

    private mutating func append(_ id: RevisionID, _ item: Item) {
        ids.append(id)
        rest.append(item)
        if rest.count >= RevisionBatch.partCount { beginRest() }
    }

    /// Adds what follows.
    public mutating func append(_ next: RevisionBatch) {
        beginRest()
        parts += next.parts.map {
            Part(start: $0.start + ids.count, hasTombstones: $0.hasTombstones, work: $0.work)
        }
        ids += next.ids
        rest = next.rest
        dictionary = next.dictionary ?? dictionary
    }

    /// Waits for what was begun: a content that is not compressed yet takes three times the memory.
    public func finishBegun() {
        for part in parts { _ = part.work.wait() }
    }

    // MARK: What a store needs of it

    /// Begins what is not begun yet. What is too little for another thread is worked out here, while others work on what comes before it.
    ///
    /// - Parameter newest: What the rest is compressed with if the batch has no dictionary of its own.
    mutating func beginAll(_ newest: CompressionDictionary?) {
        dictionary = dictionary ?? newest
        beginRest(isLast: true)
    }

    private mutating func beginRest(isLast: Bool = false) {
        let level: Zstandard.Level = isLast && ids.count < RevisionBatch.partCount ? .letter : .page
        // A server's transaction holds up everybody else who writes: what it waits for is as urgent.
        let place = isListed ? WorkPlace.coresBehind : .cores
        let start = ids.count - rest.count
        for first in stride(from: 0, to: rest.count, by: RevisionBatch.partCount) {
            let items = rest[first..<min(first + RevisionBatch.partCount, rest.count)]
            let isForAnother = !isLast || items.count == RevisionBatch.partCount
            let work = BegunWork<[Prepared], Never>(isForAnother ? place : .here) { [dictionary, isListed] in
                items.indices.map { items[$0].prepared(dictionary, level, isListed: isListed) }
            }
            let hasTombstones = items.contains { $0.isTombstone }
            parts.append(Part(start: start + first, hasTombstones: hasTombstones, work: work))
        }
        rest = []
    }

    /// What was begun, in its order: each part is waited for when it is its turn.
    var prepared: some Sequence<Prepared> { parts.lazy.flatMap { $0.work.wait() } }

    /// Whether one of them is compressed with a dictionary.
    var hasDictionaries: Bool {
        prepared.contains { if case .success(let revision) = $0 { revision.content?.dictionary != nil } else { false } }
    }

    /// The letters of the tombstones among what was begun. Waits only for parts that have one.
    var tombstones: [LetterID] {
        parts.filter(\.hasTombstones).flatMap { $0.work.wait() }.compactMap { result in
            guard case .success(let revision) = result, revision.links.content == nil else { return nil }
            return revision.links.letter
        }
    }
}

extension RevisionBatch.Item {
    var isTombstone: Bool {
        switch self {
        case .revision(let revision, _): revision.contentBytes == nil
        case .received(let received): if case .none = received.content { true } else { false }
        }
    }

    func revision() throws(RefusedRevision) -> Revision {
        switch self {
        case .revision(let revision, _): revision
        case .received(let received): try received.checked()
        }
    }

    func prepared(
        _ dictionary: CompressionDictionary?, _ level: Zstandard.Level, isListed: Bool
    ) -> RevisionBatch.Prepared {
        switch self {
        case .revision(let revision, let letter):
            return .success(
                PreparedRevision(revision, letter: letter, dictionary: dictionary, level: level, isListed: isListed))
        case .received(let received):
            return Result { () throws(RefusedRevision) in
                try PreparedRevision(received, dictionary: dictionary, level: level, isListed: isListed)
            }
        }
    }
}
