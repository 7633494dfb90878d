import LetterModel
import ReplicaStore
import SyncProtocol

/// Tells a person of a remote that is not what it was, and keeps what was seen as evidence.
struct SyncEvidence {
    let store: any ReplicaStore
    let remote: String
    let now: () -> Timestamp

    /// Notes it in the report, and keeps the position and the stated end; once a sync, however often it is met.
    func note(
        _ notice: SyncNotice, at position: LogPosition?, _ end: ExchangeResponse.LogEnd, _ report: inout SyncReport
    ) throws(StoreError) {
        guard !report.notices.contains(notice) else { return }
        report.note(notice)
        try store.recordEvidence(
            RemoteEvidence(
                remote: remote, time: now(), kind: notice.code, position: position, statedCursor: end.cursor.text,
                statedCount: end.count, statedFingerprint: end.fingerprint))
    }

    /// Whether the report says already why the remote lacks something.
    func isExplained(_ report: SyncReport) -> Bool {
        report.notices.contains { [.rewound, .forked, .wiped, .restored, .lostRevisions].contains($0) }
    }

    /// Notices that this replica is not where it was at its last sync: its folder was copied, or restored from a copy.
    func notePlace(_ place: String?, _ report: inout SyncReport) throws(StoreError) {
        guard let place else { return }
        let key = "sync.place"
        let known = try store.setting(key)
        guard known?.hasSameBytes(as: place) != true else { return }
        if known != nil {
            report.note(.copied)
            let position = try store.remote(named: remote).position
            try store.recordEvidence(
                RemoteEvidence(remote: remote, time: now(), kind: SyncNotice.copied.code, position: position))
        }
        try store.setSetting(key, to: place)
    }
}
