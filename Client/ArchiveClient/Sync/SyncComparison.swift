import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol

/// What both sides should hold after an exchange: ours without what was not sent and what was refused, with descendants, and
/// with what is kept beside the log; theirs as of the stated log end. Only the client compares, since only it knows both lists.
struct SyncComparison {
    let store: any ReplicaStore
    let remote: String

    /// Compares with what the remote stated.
    ///
    /// - Parameters:
    ///   - end: The stated end.
    ///   - position: Where we stand after the exchange; if somebody else moved on from there, nothing can be told.
    ///   - damagedCount: How many damaged revisions the remote told of: one less, and what could not be fetched is tried again.
    ///   - isLast: Whether nothing more will be done about a difference: then it is remembered, and not tried again.
    func compare(
        with end: ExchangeResponse.LogEnd, at position: LogPosition?, damagedCount: Int, isLast: Bool
    ) throws -> (SyncStateMachine.Comparison, notice: SyncNotice?) {
        guard try store.remote(named: remote).position == position else { return (.unknown, nil) }
        let ours = try store.sharedSet(with: remote).expected
        let key = "sync.\(remote).difference"
        let known = try store.setting(key)
        if ours.count == end.count && ours.fingerprint == end.fingerprint {
            if known != nil { try store.setSetting(key, to: nil) }
            return (.equal, nil)
        }
        // The difference stays the same while both sides grow alike.
        let difference = "\(end.count - ours.count) \((end.fingerprint &- ours.fingerprint).hex) \(damagedCount)"
        let isKnown = known?.hasSameBytes(as: difference) == true
        if isLast && !isKnown { try store.setSetting(key, to: difference) }
        let notice = SyncNotice.difference(countHere: ours.count, countThere: end.count)
        return (.different(isKnown: isKnown), isLast || isKnown ? notice : nil)
    }
}
