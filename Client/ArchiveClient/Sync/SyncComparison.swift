import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol

/// What both sides should hold after an exchange: ours without what was not sent and what was refused, with descendants;
/// theirs as of the stated log end. Only the client compares, since only it knows both lists.
struct SyncComparison {
    let store: any ReplicaStore
    let remote: String

    /// Our count and fingerprint of what the remote should hold; nil if it cannot be told now, because something else wrote
    /// meanwhile or too much is unsent to be looked at.
    private func shared() throws -> (count: Int, fingerprint: Digest)? {
        let before = try store.logState()
        var count = before.count
        var fingerprint = before.fingerprint
        let unsent = try store.unsent(to: remote, maximumBytes: ProtocolLimits.pushBytes)
        guard !unsent.hasMore else { return nil }
        var left = Set(unsent.revisions.map(\.id))
        left.formUnion(try refused())
        for id in left {
            count -= 1
            fingerprint = fingerprint &- id.digest
        }
        guard try store.logState() == before else { return nil }
        return (count, fingerprint)
    }

    /// The revisions that the remote refused, and their descendants.
    private func refused() throws -> Set<RevisionID> {
        let refusals = try store.refusals(by: remote)
        var refused = Set(refusals.map(\.revision))
        for letter in Set(refusals.map(\.letter)) {
            for logged in try store.history(of: letter) {
                let revision = logged.revision
                if revision.header.parents.contains(where: refused.contains) { refused.insert(revision.id) }
            }
        }
        return refused
    }

    /// Compares with what the remote stated.
    ///
    /// - Parameters:
    ///   - end: The stated end.
    ///   - position: Where we stand after the exchange; if somebody else moved on from there, nothing can be told.
    ///   - isLast: Whether nothing more will be done about a difference: then it is remembered, and not tried again.
    func compare(
        with end: ExchangeResponse.LogEnd, at position: LogPosition?, isLast: Bool
    ) throws -> (SyncStateMachine.Comparison, notice: SyncNotice?) {
        guard try store.remote(named: remote).position == position, let ours = try shared() else {
            return (.unknown, nil)
        }
        let key = "sync.\(remote).difference"
        let known = try store.setting(key)
        if ours.count == end.count && ours.fingerprint == end.fingerprint {
            if known != nil { try store.setSetting(key, to: nil) }
            return (.equal, nil)
        }
        // The difference stays the same while both sides grow alike.
        let difference = "\(end.count - ours.count) \((end.fingerprint &- ours.fingerprint).hex)"
        let isKnown = known?.hasSameBytes(as: difference) == true
        if isLast && !isKnown { try store.setSetting(key, to: difference) }
        let notice = SyncNotice.difference(countHere: ours.count, countThere: end.count)
        return (.different(isKnown: isKnown), isLast || isKnown ? notice : nil)
    }
}
