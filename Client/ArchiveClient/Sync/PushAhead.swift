import Dispatch
import LetterModel
import Parallelism
package import ReplicaStore
package import SyncProtocol

/// Reads, checks and compresses the next push while the remote works on this one.
///
/// Belongs to one thread; only the work itself runs on another one.
package final class PushAhead {
    /// What a remote has not acknowledged, and how it travels.
    package struct Push: Sendable {
        /// Its revisions.
        package let batch: UnsentBatch
        /// What it is to be compressed against; nil where that was not asked for.
        package let bases: Bases?
        /// The lines of its revisions, in a frame of their own; nil where it was not made ready, or is to be compressed against something.
        package private(set) var frame: [UInt8]?

        /// Reads what follows some entries that are not acknowledged.
        ///
        /// - Parameters:
        ///   - store: The replica.
        ///   - remote: The name of one of its remotes.
        ///   - passed: So many entries that are not acknowledged are passed over.
        ///   - maximumBytes: What it aims at. It is `thinPushBytes` where it is compressed against so much that not both would fit into the
        ///     window of a frame.
        ///   - isThin: Whether it may be compressed against what the remote holds.
        package init(
            from store: any ReplicaStore, to remote: String, after passed: Int = 0, maximumBytes: Int, isThin: Bool
        ) throws(StoreError) {
            var batch = try store.unsent(to: remote, after: passed, maximumBytes: maximumBytes)
            var bases = try isThin ? Bases(of: batch.revisions, in: store) : nil
            if let found = bases, !found.isEmpty, maximumBytes > ProtocolLimits.thinPushBytes,
                batch.byteCount + found.byteCount > ProtocolLimits.windowBytes
            {
                batch = try store.unsent(to: remote, after: passed, maximumBytes: ProtocolLimits.thinPushBytes)
                bases = try Bases(of: batch.revisions, in: store)
            }
            self.batch = batch
            self.bases = bases
        }

        /// Makes the frame, unless what it is compressed against has to stand before the envelope.
        fileprivate mutating func makeFrame() {
            if bases?.isEmpty != false { frame = MessageLines(batch.revisions).frame }
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
        work = isBeside ? WorkBeside(on: DispatchQueue(label: "push")) : nil
    }

    /// Begins to make ready what follows a batch that is about to be sent.
    ///
    /// - Parameters:
    ///   - batch: What is about to be sent.
    ///   - maximumBytes: Of the push that is made ready.
    ///   - isThin: Whether it may be compressed against what the remote holds once it has acknowledged the batch.
    package func begin(after batch: UnsentBatch, maximumBytes: Int, isThin: Bool) {
        guard batch.hasMore, let work, !work.isBegun else { return }
        work.begin { [store, remote] () throws(StoreError) in
            var push = try Push(
                from: store, to: remote, after: batch.entryCount, maximumBytes: maximumBytes, isThin: isThin)
            push.makeFrame()
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
        guard let push = ready.take(), let first = push.batch.revisions.first else { return nil }
        return try store.unsent(to: remote, maximumBytes: 1).revisions.first?.id == first.id ? push : nil
    }

    /// Drops what was made ready: something was refused, and what descends from it is not sent either.
    package func drop() {
        settle()
        ready = nil
    }
}
