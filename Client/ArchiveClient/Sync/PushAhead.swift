import Compression
package import Hashing
package import LetterModel
import Parallelism
package import ReplicaStore
package import SyncProtocol

/// A revision that is sent to a remote.
package struct SentRevision: Hashable, Sendable {
    /// Its id.
    package let id: RevisionID
    /// The letter that it is of.
    package let letter: LetterID
}

/// How contents travel to a remote as they are stored.
package struct Packing: Sendable {
    /// The dictionary that the remote holds, as far as this sync knows, by its name.
    package var held: Digest?
    /// What a push aims at.
    package var maximumBytes: Int

    package init(held: Digest?, maximumBytes: Int) {
        self.held = held
        self.maximumBytes = maximumBytes
    }

    /// The dictionary by which a batch travels so; nil if too little of it can: a dictionary may have to travel with it.
    fileprivate func dictionary(
        for batch: UnsentBatch, newest: CompressionDictionary
    ) -> TravellingDictionary? {
        let dictionary = TravellingDictionary(newest, isHeld: held == newest.digest)
        let packable = batch.entries.reduce(0) { if case .packed = $1 { $0 + $1.byteCount } else { $0 } }
        let isWorthIt =
            packable >= ProtocolLimits.packingBytes || dictionary.isHeld && 2 * packable > batch.byteCount
        return isWorthIt ? dictionary : nil
    }
}

/// Reads, checks and compresses the next push while the remote works on this one.
///
/// Belongs to one thread; only the work itself runs on another one.
package final class PushAhead {
    /// What a remote has not acknowledged, and how it travels.
    package struct Push: Sendable {
        /// Its revisions; none of them any more once they are in packed frames.
        package private(set) var batch: UnsentBatch
        /// Which revisions these are.
        package let sent: [SentRevision]
        /// What it is to be compressed against; nil where that was not asked for.
        package let bases: Bases?
        /// Its revisions in frames of their own; nil where these were not made, or it is to be compressed against something.
        package private(set) var frames: [UInt8]?
        /// How contents may travel as they are stored once the remote has this; nil if they may not.
        package private(set) var packing: Packing?
        /// By what contents travel as they are stored; nil if they do not.
        private let dictionary: TravellingDictionary?
        /// Whether contents travel as they are stored.
        package var isPacked: Bool { dictionary != nil }

        /// Reads what follows some entries that are not acknowledged.
        ///
        /// - Parameters:
        ///   - store: The replica.
        ///   - remote: The name of one of its remotes.
        ///   - passed: So many entries that are not acknowledged are passed over.
        ///   - maximumBytes: What it aims at. It is `thinPushBytes` where it is compressed against so much that not both would fit into the
        ///     window of a frame.
        ///   - isThin: Whether it may be compressed against what the remote holds.
        ///   - packing: How contents may travel as they are stored; nil if they may not.
        package init(
            from store: any ReplicaStore, to remote: String, after passed: Int = 0, maximumBytes: Int, isThin: Bool,
            packing: Packing? = nil
        ) throws(StoreError) {
            func read(
                _ maximumBytes: Int, packedBy dictionary: Digest? = nil
            ) throws(StoreError) -> (UnsentBatch, Bases?) {
                let batch = try store.unsent(
                    to: remote, after: passed, maximumBytes: maximumBytes, packedBy: dictionary)
                return (batch, try isThin ? Bases(of: batch.entries, in: store) : nil)
            }
            // Without a dictionary here there is nothing to be packed.
            let newest = try packing == nil ? nil : store.dictionary()
            let largest = newest == nil ? maximumBytes : packing?.maximumBytes ?? maximumBytes
            var (batch, bases) = try read(largest, packedBy: newest?.digest)
            var dictionary: TravellingDictionary?
            if let newest, bases?.isEmpty != false { dictionary = packing?.dictionary(for: batch, newest: newest) }
            if newest != nil, dictionary == nil {
                if batch.byteCount <= maximumBytes, case let whole = batch.unpacked,
                    whole.entries.count == batch.entries.count
                {
                    batch = whole
                } else {
                    (batch, bases) = try read(maximumBytes)
                }
            }
            if let found = bases, !found.isEmpty, maximumBytes > ProtocolLimits.thinPushBytes,
                batch.byteCount + found.byteCount > ProtocolLimits.windowBytes
            {
                (batch, bases) = try read(ProtocolLimits.thinPushBytes)
            }
            self.batch = batch
            self.bases = bases
            self.dictionary = dictionary
            self.packing = packing
            sent = batch.entries.map { SentRevision(id: $0.id, letter: $0.links.letter) }
        }

        /// The body of a request that brings it.
        package func body(of request: ExchangeRequest) -> EncodedBody {
            if let frames { return request.body(before: frames) }
            return request.body(pushing: batch.revisions, against: bases ?? Bases())
        }

        /// Makes the frames, unless what it is compressed against has to stand before the envelope.
        package mutating func makeFrames() {
            guard bases?.isEmpty != false else { return }
            var dictionary = dictionary
            var lines = MessageLines()
            lines.reserve(batch.entries)
            for entry in batch.entries { lines.append(entry, by: &dictionary) }
            frames = lines.frames
            guard let dictionary else { return }
            packing?.held = dictionary.dictionary.digest
            batch = UnsentBatch([], entryCount: batch.entryCount, hasMore: batch.hasMore)
        }
    }

    private let store: any ReplicaStore
    private let remote: String
    /// Nil where everything has to happen in one order.
    private let work: WorkBeside<Push, StoreError>?
    private var ready: Push?

    /// - Parameters:
    ///   - store: The replica.
    ///   - remote: The name of one of its remotes.
    ///   - isBeside: Whether another thread does it. Where everything has to happen in one order, none does, and nothing is made ready.
    package init(store: any ReplicaStore, remote: String, isBeside: Bool) {
        self.store = store
        self.remote = remote
        work = isBeside ? WorkBeside(.ownThread) : nil
    }

    /// Begins to make ready what follows a batch that is about to be sent.
    ///
    /// - Parameters:
    ///   - batch: What is about to be sent.
    ///   - maximumBytes: Of the push that is made ready.
    ///   - isThin: Whether it may be compressed against what the remote holds once it has acknowledged the batch.
    ///   - packing: How contents may travel as they are stored then; nil if they may not.
    package func begin(after batch: UnsentBatch, maximumBytes: Int, isThin: Bool, packing: Packing? = nil) {
        guard batch.hasMore, let work, !work.isBegun else { return }
        work.begin { [store, remote] () throws(StoreError) in
            var push = try Push(
                from: store, to: remote, after: batch.entryCount, maximumBytes: maximumBytes, isThin: isThin,
                packing: packing)
            push.makeFrames()
            return push
        }
    }

    /// Waits until it is made ready. To be called before the answers for the batch before it are recorded: it is found by what is
    /// unsent while that one still is.
    package func settle() {
        do throws(StoreError) {
            ready = try work?.finish() ?? ready
        } catch {
            // Whoever reads it when it is wanted is told the same.
            ready = nil
        }
    }

    /// What was made ready, if it is what comes next: all before it was acknowledged.
    package func next() throws(StoreError) -> Push? {
        settle()
        guard let push = ready.take(), let first = push.sent.first else { return nil }
        return try store.unsent(to: remote, maximumBytes: 1).revisions.first?.id == first.id ? push : nil
    }

    /// Drops what was made ready: something was refused, and what descends from it is not sent either.
    package func drop() {
        settle()
        ready = nil
    }
}
