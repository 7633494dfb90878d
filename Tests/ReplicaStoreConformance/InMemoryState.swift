import Hashing
import LetterMerge
import LetterModel
import ReplicaStore

extension InMemoryReplicaStore.State {
    var logState: LogState {
        LogState(
            end: LogPosition(epoch: epoch, sequence: log.count, chain: chain[log.count]), count: log.count,
            fingerprint: fingerprint)
    }

    mutating func settle(_ archive: ArchiveID) throws(StoreError) {
        guard identity.isArchiveOpen || identity.archive == archive else {
            throw .archiveMismatch(expected: identity.archive, found: archive)
        }
        identity = ReplicaIdentity(
            archive: archive, isArchiveOpen: false, name: identity.name, label: identity.label,
            mergeRule: identity.mergeRule)
    }

    // MARK: Ingestion

    mutating func ingest(_ ingestion: Ingestion) throws(StoreError) -> IngestionReport {
        guard identity.isArchiveOpen || identity.archive == ingestion.archive else {
            throw .archiveMismatch(expected: identity.archive, found: ingestion.archive)
        }
        if let name = ingestion.remote { _ = try remote(name) }
        if let advance = ingestion.advance { try self.advance(advance) }
        let before = log.count
        let revisions = ingestion.revisions
        if !waiting.isEmpty || revisions.contains(where: { $0.header.content == nil }) { shownBefore = shown }
        let through = ingestion.guardedThrough(end: before)
        var isHolding = isHolding(revisions, through: through)
        let outcomes = ingestion.batch.ids.indices.map { index in
            do throws(RefusedRevision) {
                let revision = try ingestion.batch.revision(at: index)
                return take(revision, ingestion, before: before, through: through, isHolding: &isHolding)
            } catch {
                return .rejected(error.error)
            }
        }
        promote(ingestion.archive, guardedThrough: through ?? before)
        if identity.isArchiveOpen, ingestion.settlesArchive(outcomes) { try settle(ingestion.archive) }
        return report(outcomes, since: before)
    }

    private mutating func take(
        _ revision: Revision, _ ingestion: Ingestion, before: Int, through: Int?, isHolding: inout Bool
    ) -> IngestionOutcome {
        if !revision.header.parents.allSatisfy({ places[$0] != nil }) {
            promote(ingestion.archive, guardedThrough: through ?? before)
            isHolding = isHolding || !held.isEmpty
        }
        let outcome = decide(revision, ingestion, through: through, isHolding: isHolding)
        switch outcome {
        case .accepted:
            if let through { noteDeletion(revision, through: through) }
            append(revision, from: ingestion.remote)
        case .held:
            hold(revision, from: ingestion.remote)
            isHolding = true
        case .duplicate: acknowledge(revision.id, by: ingestion.remote)
        case .waiting:
            if !waiting.contains(where: { $0.revision.id == revision.id }) {
                waiting.append((revision, ingestion.remote))
            }
            noteBeside(revision.id, at: ingestion.remote)
        case .missingParents, .rejected: break
        }
        return outcome
    }

    func report(_ outcomes: [IngestionOutcome], since before: Int) -> IngestionReport {
        var letters: [LetterID] = []
        for revision in log[before...] where !letters.contains(revision.header.letter) {
            letters.append(revision.header.letter)
        }
        return IngestionReport(
            outcomes: outcomes, state: logState, firstSequence: log.count > before ? before + 1 : nil,
            acceptedCount: log.count - before, letters: letters)
    }

    private func decide(_ revision: Revision, _ ingestion: Ingestion, through: Int?, isHolding: Bool)
        -> IngestionOutcome
    {
        guard revision.header.archive == ingestion.archive else { return .rejected(RevisionError(.archive)) }
        guard places[revision.id] == nil else { return .duplicate }
        if through != nil, held.contains(where: { $0.id == revision.id }) { return .held }
        guard belongsTogether(revision) else { return .rejected(RevisionError(.parentLetter)) }
        let missing = revision.header.parents.filter { parent in
            places[parent] == nil && !(through != nil && held.contains { $0.id == parent })
        }
        guard missing.isEmpty else {
            switch ingestion.missingParents {
            case .refuse: return .missingParents(missing)
            case .wait: return .waiting
            }
        }
        if let through, mustHold(revision, through: through, isHolding: isHolding) { return .held }
        return .accepted(sequence: log.count + 1)
    }

    private func belongsTogether(_ revision: Revision) -> Bool {
        revision.header.parents.allSatisfy { parent in
            places[parent].map { log[$0 - 1].header.letter == revision.header.letter } ?? true
        }
    }

    mutating func append(_ revision: Revision, from remote: String?) {
        log.append(revision)
        places[revision.id] = log.count
        chain.append(LogPosition.chain(chain[log.count - 1], extendedBy: revision.id))
        fingerprint = fingerprint &+ revision.id.digest
        waiting.removeAll { $0.revision.id == revision.id }
        held.removeAll { $0.id == revision.id }
        acknowledge(revision.id, by: remote)
        for name in remotes.keys where remotes[name]?.beside.remove(revision.id) != nil {
            acknowledge(revision.id, by: name.text)
        }
    }

    private mutating func acknowledge(_ id: RevisionID, by name: String?) {
        guard let name else { return }
        remotes[ByteKey(name)]?.acknowledged.insert(id)
        remotes[ByteKey(name)]?.refusals[id] = nil
    }

    /// Takes in what waits for nothing more, in the order in which its last parent came.
    mutating func promote(_ archive: ArchiveID, guardedThrough through: Int, isReleasing: Bool = false) {
        while true {
            let ready = waiting.enumerated().filter {
                $0.element.revision.header.parents.allSatisfy { parent in
                    places[parent] != nil || held.contains { $0.id == parent }
                }
            }
            let next = ready.min { left, right in
                (lastArrival(left.element.revision), left.offset) < (lastArrival(right.element.revision), right.offset)
            }
            guard let next else { return }
            let (revision, remote) = next.element
            waiting.remove(at: next.offset)
            let isGuarded = !isReleasing && (remote != nil || !held.isEmpty)
            if isGuarded, mustHold(revision, through: through, isHolding: !held.isEmpty) {
                hold(revision, from: remote)
            } else if belongsTogether(revision) {
                if isGuarded { noteDeletion(revision, through: through) }
                append(revision, from: nil)
            } else {
                quarantine.insert(SHA256.digest(of: revision.id.digest.bytes))
            }
        }
    }

    private func lastArrival(_ revision: Revision) -> Int {
        revision.header.parents.compactMap { places[$0] }.max() ?? 0
    }

    // MARK: Remotes

    func remote(_ name: String) throws(StoreError) -> InMemoryReplicaStore.RemoteState {
        guard let remote = remotes[ByteKey(name)] else { throw .unknownRemote(name) }
        return remote
    }

    mutating func advance(_ advance: CursorAdvance) throws(StoreError) {
        guard try remote(advance.remote).position == advance.from else { throw .cursorMoved(remote: advance.remote) }
        remotes[ByteKey(advance.remote)]?.position = advance.to
    }

    /// The places of the revisions that are to be sent, ascending.
    func unsentPlaces(_ remote: InMemoryReplicaStore.RemoteState) -> [Int] {
        var withheld = Set(remote.refusals.keys)
        var result: [Int] = []
        for (index, revision) in log.enumerated() where !remote.acknowledged.contains(revision.id) {
            if withheld.contains(revision.id) || revision.header.parents.contains(where: withheld.contains) {
                withheld.insert(revision.id)
            } else {
                result.append(index + 1)
            }
        }
        return result
    }

    // MARK: Blobs

    func references(after sequence: Int, through end: Int) -> [BlobReference] {
        var seen: Set<BlobID> = []
        var result: [BlobReference] = []
        for (index, revision) in log.enumerated() where index + 1 > sequence && index + 1 <= end {
            for attachment in revision.letter?.attachments ?? [] {
                guard let blob = attachment.blob, seen.insert(blob).inserted else { continue }
                result.append(
                    BlobReference(blob: blob, letter: revision.header.letter, byteCount: attachment.size))
            }
        }
        return result
    }

    var missingBlobs: [BlobReference] {
        references(after: 0, through: log.count).filter { blobs[$0.blob] == nil }
    }
}
