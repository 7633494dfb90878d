import Canaries
import Hashing
package import LetterModel
package import ReplicaStore
package import SyncProtocol

/// Follows a remote's log entry by entry and checks the chain at each checkpoint. A pure value.
///
/// Invariant: everything up to `position` fitted; `open` is where the page that is still open has come to.
package struct LogFollower {
    /// A page, or a checkpoint, that does not fit what was seen before.
    package struct Misfit: Error, Equatable {
        package init() {}
    }

    /// Where the last page that fitted ended.
    package private(set) var position: LogPosition
    private var open: LogPosition

    /// Follows a log from a position that was verified before; the epoch is the one that the log has now.
    package init(after position: LogPosition?, epoch: String) {
        let start = LogPosition(epoch: epoch, sequence: position?.sequence ?? 0, chain: position?.chain ?? .zero)
        self.position = start
        open = start
    }

    #if CANARIES
        /// Where the page that is still open has come to.
        package var openPosition: LogPosition { open }
    #endif

    /// Takes the next entry of the open page.
    package mutating func take(_ id: RevisionID) {
        open = open.extended(by: id)
    }

    /// Closes the page at a checkpoint. Throws if it names another place than the entries lead to.
    package mutating func close(at checkpoint: Cursor) throws(Misfit) {
        #if CANARIES
            if Canary.chainNotChecked.isOn, checkpoint.sequence == open.sequence { return position = open }
        #endif
        guard checkpoint == Cursor(open) else { throw Misfit() }
        position = open
    }

    /// Takes our own revisions, which the pages leave out, if the log continues with them here.
    ///
    /// - Returns: Whether the log continues with them here.
    package mutating func take(own ids: [RevisionID], from first: Int) -> Bool {
        guard position == open, position.sequence + 1 == first else { return false }
        for id in ids { open = open.extended(by: id) }
        position = open
        return true
    }
}
