import ArchiveClient
import CommandOptions
import Hashing
import LetterModel
import ReplicaStore

/// `chancery status`: what is unsent, open or missing.
enum StatusCommand {
    static let showEvidence = Flag(
        "evidence", help: "Also show what was seen of remotes that came back old, were wiped or rewrote their history.")

    static let description = CommandDescription(
        "status", summary: "show what is unsent, in conflict, held back or missing", options: [showEvidence],
        exitStatuses: [ExitStatus(2, "Others deleted so many letters at once that their deletions are held back.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let identity = try await archive.identity()
        let counts = try await archive.statistics()
        let remotes = try await archive.remotes()
        var refusals: [String: [Refusal]] = [:]
        for remote in remotes { refusals[remote.name] = try await archive.refusals(by: remote.name) }
        let deletions = try await archive.unconfirmedDeletions()
        let evidence = try await archive.evidence()
        let status: CommandStatus = deletions.held.isEmpty ? .done : .partlyDone
        if context.isJSON {
            guard case .object(var members) = json(identity, counts, remotes, refusals, deletions, evidence) else {
                return .failed
            }
            members["cursor"] = .string(try await archive.logCursor())
            context.print(.object(members))
            return status
        }
        let console = context.console
        console.write("\(identity.name) (\(identity.archive)), on \(identity.label)")
        console.write(
            "\(CountText.of(counts.letters, "letter")), \(CountText.of(counts.revisions, "revision")), \(counts.deletedLetters) deleted"
        )
        if counts.conflicts > 0 { console.write("\(counts.conflicts) with conflicts: see `chancery conflicts`") }
        if counts.missingBlobs > 0 {
            console.write("\(CountText.of(counts.missingBlobs, "attachment", "is", "are")) not on this machine")
        }
        if counts.waiting > 0 {
            console.write("\(CountText.of(counts.waiting, "revision", "waits", "wait")) for what comes before")
        }
        if counts.quarantined > 0 {
            console.write(
                "\(CountText.of(counts.quarantined, "revision", "was", "were")) received damaged and set aside")
        }
        if !deletions.held.isEmpty {
            console.write(
                "\(deletions.held.count) letters were deleted by others, too many at once: held back, shown as before; `chancery sync --accept-deletions` or `--reject-deletions`"
            )
            for letter in deletions.held.prefix(heldLettersShown) { console.write("  \(letter)") }
            let rest = deletions.held.count - heldLettersShown
            if rest > 0 { console.write("  and \(rest) more: see `chancery status --json`") }
        }
        for remote in remotes {
            let state =
                remote.position == nil ? "never synced" : remote.unsent == 0 ? "all sent" : "\(remote.unsent) unsent"
            console.write("\(remote.name) (\(remote.address)): \(state)")
            for refusal in refusals[remote.name] ?? [] {
                console.write(
                    "  refused \(refusal.revision.hex.prefix(12)) of letter \(refusal.letter.text.prefix(8)): \(refusal.text)"
                )
            }
        }
        if remotes.isEmpty { console.write("no remotes: add one with `chancery remote add NAME URL`") }
        let shown = values[showEvidence] ? evidence : newest(evidence)
        for entry in shown { console.write(entry.line) }
        if shown.count < evidence.count { console.write("more of that: `chancery status --evidence`") }
        return status
    }

    private static let heldLettersShown = 10

    /// The newest of each remote.
    private static func newest(_ evidence: [RemoteEvidence]) -> [RemoteEvidence] {
        evidence.enumerated().filter { index, entry in
            !evidence[(index + 1)...].contains { $0.remote.hasSameBytes(as: entry.remote) }
        }.map(\.element)
    }

    private static func json(
        _ identity: ReplicaIdentity, _ counts: ReplicaStatistics, _ remotes: [Remote], _ refusals: [String: [Refusal]],
        _ deletions: UnconfirmedDeletions, _ evidence: [RemoteEvidence]
    ) -> JSONValue {
        let rows = remotes.map { remote -> JSONValue in
            guard case .object(var members) = remote.json else { return remote.json }
            members["refusals"] = .array(
                (refusals[remote.name] ?? []).map {
                    [
                        "revision": .string($0.revision.hex), "letter": .string($0.letter.text),
                        "code": .string($0.code), "text": .string($0.text),
                    ]
                })
            return .object(members)
        }
        return [
            "archive": .string(identity.archive.text), "name": .string(identity.name),
            "device": .string(identity.label), "letters": .integer(counts.letters),
            "deleted": .integer(counts.deletedLetters), "revisions": .integer(counts.revisions),
            "conflicts": .integer(counts.conflicts), "unsent": .integer(remotes.map(\.unsent).max() ?? 0),
            "quarantined": .integer(counts.quarantined), "waiting": .integer(counts.waiting),
            "missingBlobs": .integer(counts.missingBlobs), "remotes": .array(rows),
            "heldDeletions": [
                "letters": .array(deletions.held.map { .string($0.text) }),
                "revisions": .integer(deletions.heldRevisions),
            ],
            "unconfirmedDeletions": .integer(deletions.letIn.count), "evidence": .array(evidence.map(\.json)),
        ]
    }
}

extension RemoteEvidence {
    /// What was seen, on a line.
    fileprivate var line: String {
        var line = "\(remote): \(sentence) on \(time)"
        if let position {
            line +=
                ", after revision \(position.sequence) of its log (epoch \(position.epoch), chain \(position.chain))"
        }
        if let statedCount { line += "; it said that it held \(statedCount)" }
        if let statedCursor { line += " (\(statedCursor))" }
        return line
    }

    private var sentence: String {
        switch kind {
        case "rewound": "came back from an old copy"
        case "forked": "had another history than before"
        case "wiped": "was empty"
        case "restored": "was restored from a backup"
        case "lostRevisions": "had lost revisions"
        case "copied": "this folder was found to be a copy when syncing with it"
        default: kind
        }
    }

    /// What was seen, as `status --json` prints it.
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "remote": .string(remote), "time": .string(time.text), "code": .string(kind), "text": .string(line),
        ]
        if let position {
            members["seen"] = [
                "epoch": .string(position.epoch), "sequence": .integer(position.sequence),
                "chain": .string(position.chain.hex),
            ]
        }
        members["statedCursor"] = statedCursor.map(JSONValue.string)
        members["statedCount"] = statedCount.map(JSONValue.integer)
        members["statedFingerprint"] = statedFingerprint.map { .string($0.hex) }
        return .object(members)
    }
}
