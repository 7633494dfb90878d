import ArchiveClient
import LetterMerge
import LetterModel
import ReplicaStore

/// The letters of one archive on their way into another.
struct Joining {
    private let here: Archive
    private let there: Archive
    private let letters: [LetterID]

    /// What became, or would become, of them.
    struct Outcome {
        var created = 0
        var merged = 0
        var unchanged = 0
        /// Those that were not brought, and why.
        var left: [(id: LetterID, reason: String)] = []

        /// Whether anything is there to bring.
        var isChange: Bool { created + merged > 0 }

        func lines(into name: String) -> [String] {
            [
                "\(created) letters are new in \(name), \(merged) are in both and would be merged, \(unchanged) are there already"
            ]
        }
    }

    /// How many letters are written in one transaction.
    private static let batchCount = 512

    init(from here: Archive, into there: Archive) async throws {
        self.here = here
        self.there = there
        letters = try await here.letterIDs()
    }

    /// Brings them, attachments first; or only counts.
    func run(isDryRun: Bool) async throws -> Outcome {
        var outcome = Outcome()
        for start in stride(from: 0, to: letters.count, by: Self.batchCount) {
            var steps: [ImportStep] = []
            for id in letters[start..<min(start + Self.batchCount, letters.count)] {
                let view = try await here.view(of: id)
                guard view.conflicts.isEmpty else {
                    outcome.left.append((id, "it has a conflict: `chancery resolve` it, and join again"))
                    continue
                }
                if !isDryRun { try await bring(view.letter.attachments) }
                steps.append(.letter(id, view.letter))
            }
            let rules = ImportRules(existing: .merges, isDryRun: isDryRun)
            let outcomes = try await there.take(steps, rules: rules)
            for (step, result) in zip(steps, outcomes) {
                switch result {
                case .created: outcome.created += 1
                case .changed: outcome.merged += 1
                case .unchanged, .deleted: outcome.unchanged += 1
                case .refused(let error): outcome.left.append((step.id, error.description))
                }
            }
        }
        return outcome
    }

    /// Copies the attachments that are on this machine; the others are missing there as they are here.
    private func bring(_ attachments: [Attachment]) async throws {
        for blob in attachments.compactMap(\.blob) {
            _ = try await there.copyAttachment(blob, from: here)
        }
    }
}
