import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery status`: what is unsent, open or missing.
enum StatusCommand {
    static let description = CommandDescription("status", summary: "show what is unsent, in conflict or missing")

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let identity = try await archive.identity()
        let counts = try await archive.statistics()
        let remotes = try await archive.remotes()
        var refusals: [String: [Refusal]] = [:]
        for remote in remotes { refusals[remote.name] = try await archive.refusals(by: remote.name) }
        if context.isJSON {
            context.print(json(identity, counts, remotes, refusals))
            return .done
        }
        let console = context.console
        console.write("\(identity.name) (\(identity.archive)), on \(identity.label)")
        console.write("\(counts.letters) letters, \(counts.revisions) revisions, \(counts.deletedLetters) deleted")
        if counts.conflicts > 0 { console.write("\(counts.conflicts) with conflicts: see `chancery conflicts`") }
        if counts.missingBlobs > 0 { console.write("\(counts.missingBlobs) attachments are not on this machine") }
        if counts.waiting > 0 { console.write("\(counts.waiting) revisions wait for what they build on") }
        if counts.quarantined > 0 {
            console.write("\(counts.quarantined) revisions were received damaged and set aside")
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
        return .done
    }

    private static func json(
        _ identity: ReplicaIdentity, _ counts: ReplicaStatistics, _ remotes: [Remote], _ refusals: [String: [Refusal]]
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
        ]
    }
}
