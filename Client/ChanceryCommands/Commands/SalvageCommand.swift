import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel

/// `chancery salvage`: brings over what can be read of a replica whose database does not open any more.
enum SalvageCommand {
    static let damaged = Argument("FOLDER", .folder, help: "The damaged replica. It is read, and left as it is.")
    static let database = Option(
        "database", .file, shownDefault: "FOLDER/archive.sqlite",
        help: "Read this file in its place: a copy of the damaged disk, or what `verify --repair` kept.")
    static let rest = Option(
        "rest", .file, shownDefault: "counted, and left",
        help:
            "Write letters that cannot be shown into this file, one a line, for `chancery import`: those of revisions that wait for one that is lost, and those of which only the text is left."
    )

    static let description = CommandDescription(
        "salvage", summary: "read what is left of an archive that does not open any more",
        discussion: """
            Every page of the damaged database is read by itself. What has the hash that names it is written into the archive of --archive, which is made if it \
            is not there: a letter with all its history and attachments, and in a new one remotes and author. Nothing is taken that cannot be proved. Sync afterwards: what the remotes have comes from there, and what they lack goes there.

            To keep what was synced and bring over the rest alone, clone first and salvage into the clone. Run again, it goes on.
            """,
        arguments: [damaged], options: [database, rest],
        examples: [
            Example("chancery salvage letters --archive letters-salvaged", help: "Into a new replica."),
            Example(
                "chancery salvage letters --archive clone --rest rest.jsonl",
                help: "Into a clone that is there already."
            ),
        ],
        exitStatuses: [ExitStatus(2, "Done, and something is lacking, which was named.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let folder = try context.archiveFolder()
        let bar = ProgressBar("reading", on: context.console)
        var restLines: [UInt8] = []
        let report = try Archive.salvage(
            values[damaged], database: values[database], into: folder, label: context.machineName(),
            surroundings: context.surroundings
        ) { id, letter in
            if values[rest] != nil { restLines += JSONLinesWriter.line(id: id, letter: letter) }
        } progress: {
            bar.update(done: $0, total: $1)
        }
        bar.clear()
        if let path = values[rest] { try FileSystem.write(restLines, to: path) }
        if context.isJSON {
            context.print(json(report, folder))
        } else {
            lines(report, folder, rest: values[rest]).forEach(context.console.write)
        }
        return report.isWhole ? .done : .partlyDone
    }

    private static func lines(_ report: SalvageReport, _ folder: String, rest: String?) -> [String] {
        var lines = [
            "\(CountText.of(report.revisions, "revision")) could be read, \(report.accepted) of them are new in \(folder); \(CountText.of(report.blobs, "attachment")) came with them"
        ]
        for (id, letter) in report.withoutContent {
            lines.append("letter \(letter): the text of revision \(id.hex) could not be read")
        }
        let place = rest.map { "; what they say is in \($0)" } ?? "; --rest FILE writes down what they say"
        if report.waiting > 0 {
            lines.append(
                "\(CountText.of(report.waiting, "revision", "waits", "wait")) for one that could not be read, which a remote may have\(place)"
            )
        }
        if report.looseContents > 0 {
            lines.append(
                "\(CountText.of(report.looseContents, "letter", "has", "have")) lost who wrote them when\(place)")
        }
        if report.missingBlobs > 0 {
            lines.append("\(CountText.of(report.missingBlobs, "attachment")) could not be read")
        }
        if !report.remotes.isEmpty {
            lines.append(
                "remotes: \(report.remotes.joined(separator: ", ")); `chancery sync` compares with them, and both sides get what they lack"
            )
        }
        return lines
    }

    private static func json(_ report: SalvageReport, _ folder: String) -> JSONValue {
        let withoutContent = report.withoutContent.map { id, letter -> JSONValue in
            ["revision": .string(id.hex), "letter": .string(letter.text)]
        }
        return [
            "folder": .string(folder), "revisions": .integer(report.revisions), "accepted": .integer(report.accepted),
            "waiting": .integer(report.waiting), "withoutContent": .array(withoutContent),
            "looseContents": .integer(report.looseContents), "blobs": .integer(report.blobs),
            "missingBlobs": .integer(report.missingBlobs), "remotes": .array(report.remotes.map { .string($0) }),
        ]
    }
}
