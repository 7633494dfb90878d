package import LetterModel
package import ReplicaStore

/// Finds the ids that only one of two sets holds, by asking the other side about ever smaller ranges. A pure value.
///
/// Invariant: an id that differs is in `onlyHere`, in `onlyThere`, or in a range that is still open.
package struct DifferenceSearch {
    /// The ids that this side is taken to share with the other one.
    package protocol LocalSet {
        /// Count and sum of each range; they ascend.
        func summaries(of ranges: [IDRange]) throws -> [RangeSummary]
        /// The ids of each range, ascending; the ranges ascend.
        func revisionIDs(in ranges: [IDRange]) throws -> [[RevisionID]]
    }

    /// What an answer must not be.
    package enum Failure: Error, Equatable {
        /// It is about ranges that were not asked about, or about none of them.
        case unrelated
        /// It goes on for ever.
        case endless
    }

    /// Ids here that the other side lacks.
    package private(set) var onlyHere: [RevisionID] = []
    /// Ids there that are not shared.
    package private(set) var onlyThere: [RevisionID] = []
    /// Ranges that may differ, ascending.
    private var open: [IDRange]
    /// Whether the open ranges are known to differ.
    private var isKnownToDiffer = false

    /// A search over two sets of about so many ids.
    ///
    /// The first ranges hold so many that their parts can be listed: two round trips, whatever the size.
    package init(idCount: Int) {
        open = [.all]
        while open.count < ProtocolLimits.rangesPerQuestion,
            idCount / open.count > ProtocolLimits.listedIDs * IDRange.fanOut / 2
        {
            open = open.flatMap(\.parts)
        }
    }

    /// Whether all was found.
    package var isDone: Bool { open.isEmpty }

    /// What to ask next.
    package func questions(_ local: some LocalSet) throws -> [ReconciliationRequest.Question] {
        let ranges = Array(open.prefix(ProtocolLimits.rangesPerQuestion))
        guard !isKnownToDiffer else { return ranges.map { ReconciliationRequest.Question($0, claim: nil) } }
        return zip(ranges, try local.summaries(of: ranges)).map { range, summary in
            ReconciliationRequest.Question(range, claim: ReconciliationRequest.Claim(summary))
        }
    }

    /// Takes the answer to the questions that were asked.
    package mutating func take(
        _ answer: ReconciliationResponse, to questions: [ReconciliationRequest.Question], _ local: some LocalSet
    ) throws {
        guard (1...questions.count).contains(answer.answeredCount) else { throw Failure.unrelated }
        let asked = questions.prefix(answer.answeredCount).map(\.range)
        var index = 0
        var listed: [(range: IDRange, ids: [RevisionID])] = []
        var parts: [(ranges: [IDRange], claims: [ReconciliationRequest.Claim])] = []
        for entry in answer.ranges {
            while index < asked.count, asked[index] != entry.range { index += 1 }
            guard index < asked.count else { throw Failure.unrelated }
            index += 1
            switch entry.holding {
            case .ids(let ids): listed.append((entry.range, ids))
            case .parts(let claims): parts.append((entry.range.parts, claims))
            }
        }
        try compare(listed, local)
        let rest = Array(open.dropFirst(answer.answeredCount))
        let next = try differing(parts, local)
        open = (rest + next).map { (range: $0, lowest: $0.lowest) }.sorted { $0.lowest < $1.lowest }.map(\.range)
        // From here on only ranges are open that differ.
        if rest.isEmpty { isKnownToDiffer = true }
        guard open.count <= ProtocolLimits.openRanges else { throw Failure.endless }
    }

    private mutating func compare(_ listed: [(range: IDRange, ids: [RevisionID])], _ local: some LocalSet) throws {
        for (ours, theirs) in zip(try local.revisionIDs(in: listed.map(\.range)), listed.map(\.ids)) {
            let (here, there) = (Set(ours), Set(theirs))
            onlyHere += ours.filter { !there.contains($0) }
            onlyThere += theirs.filter { !here.contains($0) }
        }
    }

    /// The parts that differ from ours.
    private func differing(
        _ entries: [(ranges: [IDRange], claims: [ReconciliationRequest.Claim])], _ local: some LocalSet
    ) throws -> [IDRange] {
        let ranges = entries.flatMap(\.ranges)
        let ours = try local.summaries(of: ranges)
        return zip(zip(ranges, ours), entries.flatMap(\.claims)).compactMap { mine, claim in
            ReconciliationRequest.Claim(mine.1) == claim ? nil : mine.0
        }
    }
}
