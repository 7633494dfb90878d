import ArchiveServer
import CommandOptions
import LetterModel

/// `chancery-server backup`: a copy of everything, while the server runs.
enum BackupCommand {
    static let target = Argument("FOLDER", .folder, help: "A new folder, best on another disk.")

    static let description = CommandDescription(
        "backup", summary: "copy everything into a new folder, while the server runs",
        discussion: """
            Archives, attachments, tokens and the audit log; each archive as it was at one moment. Every hash of the copy is \
            computed anew before FOLDER gets its name: what is there is good, and what was broken off leaves only a folder FOLDER.new-… to \
            delete. A damaged archive makes no backup, and leaves earlier ones alone.

            `sha256sum --check --quiet SHA256SUMS` in the folder checks it again at any time.
            """,
        arguments: [target],
        examples: [
            Example(
                "chancery-server backup /backup/$(date +%F) --data /var/lib/chancery", help: "One backup a day.")
        ])

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let manifest = try context.administration().backUp(to: values[target])
        context.print(
            [
                "folder": .string(values[target]), "time": .string(manifest.time),
                "archives": .array(manifest.archives.map(\.json)),
            ],
            lines: manifest.lines + ["backed up and verified: \(values[target])"])
        return .done
    }
}

/// `chancery-server restore`: a backup becomes the data folder.
enum RestoreCommand {
    static let backup = Argument("FOLDER", .folder, help: "What `backup` made.")
    static let replace = Flag("replace", help: "Move a data folder that is there aside; it is kept.")

    static let description = CommandDescription(
        "restore", summary: "make a data folder from a backup",
        discussion: """
            Checks every byte of the backup before anything is touched, and puts the data folder in its place only at the end. \
            Each archive begins a new epoch: every client notices, says so, and sends again what the backup lacks.

            Tokens are those of the backup: revoke again what was revoked since, and give those a new token who got theirs since.
            """,
        arguments: [backup], options: [replace],
        examples: [
            Example(
                "chancery-server restore /backup/2026-11-25 --data /var/lib/chancery --replace",
                help: "Back to that day; the present folder is kept beside it.")
        ])

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let restoration = Restoration(context.folder, surroundings: context.administrationSurroundings)
        let report = try restoration.restore(from: values[backup], replacing: values[replace])
        var lines = report.manifest.lines
        lines.append("restored the backup of \(report.manifest.time) to \(context.folder.path)")
        if let kept = report.kept { lines.append("what was there is kept as \(kept)") }
        context.print(
            [
                "folder": .string(context.folder.path), "time": .string(report.manifest.time),
                "archives": .array(report.manifest.archives.map(\.json)),
                "kept": report.kept.map { .string($0) } ?? .null,
            ], lines: lines)
        if !context.isJSON { context.note("tokens are those of the backup: revoke again what was revoked since") }
        return .done
    }
}

extension BackupManifest {
    /// A line for each archive.
    fileprivate var lines: [String] {
        archives.map { "\($0.name): \(counted($0.revisions, "revision")), \(counted($0.blobs, "blob"))" }
    }
}

/// A number with its word, which takes an s for several unless another form is given.
func counted(_ number: Int, _ word: String, _ several: String? = nil) -> String {
    "\(number) \(number == 1 ? word : several ?? word + "s")"
}
