import Hashing
public import LetterModel
public import ReplicaStore

extension InMemoryReplicaStore {
    // MARK: Reconciliation

    /// Count and fingerprint of the log's ids in each of these ranges.
    public func summaries(of ranges: [IDRange]) throws(StoreError) -> [RangeSummary] {
        try revisionIDs(in: ranges).map { ids in
            var summary = RangeSummary()
            for id in ids { summary.add(id) }
            return summary
        }
    }

    /// The log's ids in each of these ranges.
    public func revisionIDs(in ranges: [IDRange]) throws(StoreError) -> [[RevisionID]] {
        precondition(IDRange.areAscending(ranges), "ranges ascend and do not overlap")
        return try change { state in
            let sorted = state.log.map(\.id).sorted()
            var index = 0
            return ranges.map { range in
                let (lowest, highest) = (range.lowest, range.highest)
                while index < sorted.count, sorted[index].digest < lowest { index += 1 }
                let start = index
                while index < sorted.count, sorted[index].digest <= highest { index += 1 }
                return Array(sorted[start..<index])
            }
        }
    }

    /// Those of these revisions that are in the log, in log order.
    public func logEntries(of ids: [RevisionID], maximumBytes: Int) throws(StoreError) -> [LogEntry] {
        try change { state in
            var entries: [LogEntry] = []
            var byteCount = 0
            for place in Set(ids.compactMap { state.places[$0] }).sorted() {
                byteCount += state.log[place - 1].byteCount
                guard entries.isEmpty || byteCount <= maximumBytes else { break }
                entries.append(.intact(LoggedRevision(sequence: place, revision: state.log[place - 1])))
            }
            return entries
        }
    }

    /// Those of these revisions that are neither in the log nor kept beside it.
    public func unknown(among ids: [RevisionID]) throws(StoreError) -> [RevisionID] {
        try change { state in ids.filter { state.places[$0] == nil && !state.isBeside($0) } }
    }

    /// What this replica and a remote have in common, as far as this side can tell.
    public func sharedSet(with remote: String) throws(StoreError) -> SharedSet {
        try change { (state) throws(StoreError) in
            let known = try state.remote(remote)
            return SharedSet(
                log: state.logState,
                lacking: state.log.map(\.id).filter { !known.acknowledged.contains($0) || known.refusals[$0] != nil }
                    .sorted(),
                beside: known.beside.sorted())
        }
    }

    /// Records that a remote lacks revisions that it was thought to have.
    public func recordLost(by remote: String, _ revisions: [RevisionID]) throws(StoreError) {
        try changeRemote(remote) { remote, _ in
            remote.acknowledged.subtract(revisions)
            remote.beside.subtract(revisions)
        }
    }

    /// Keeps what was seen of a remote.
    public func recordEvidence(_ evidence: RemoteEvidence) throws(StoreError) {
        try change { state in
            state.evidence.append(evidence)
            let ofRemote = state.evidence.indices.filter { state.evidence[$0].remote.hasSameBytes(as: evidence.remote) }
            if ofRemote.count > RemoteEvidence.maximumCount { state.evidence.remove(at: ofRemote[0]) }
        }
    }

    /// What was seen of all remotes.
    public func evidence() throws(StoreError) -> [RemoteEvidence] { try change { $0.evidence } }
}
