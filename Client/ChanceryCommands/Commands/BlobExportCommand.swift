import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel
import ReplicaStore

/// `chancery blobs export`: writes attachments into a folder.
enum BlobExportCommand {
    static let ids = Argument(any: "ID", .letterID, help: "Only those of these letters.")
    static let output = Option("output", .folder, shownDefault: ".", help: "The folder to write to.")

    static let description = CommandDescription(
        "blobs export", summary: "write attachments into a folder",
        discussion: """
            Each attachment becomes a file of its name, changed where a disk or another system would refuse it: separators, control \
            characters, names of devices, names that differ in case only, names that are too long. Files that are there are left alone. \
            Attachments that several letters share are written once.
            """,
        arguments: [ids], options: [output],
        examples: [Example("chancery blobs export 0190 --output scans", help: "The scans of one letter.")],
        exitStatuses: [ExitStatus(2, "Some are not on this machine, or damaged, and were named.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let entries = try await BlobSelection(values[ids], archive).entries
        let folder = values[output] ?? "."
        try FileSystem.makeFolder(folder)
        // What is there is neither replaced nor hidden behind a name that differs in case only.
        var taken = Set(try FileSystem.names(in: folder).map { ByteKey($0.lowercased()) })
        var written: Set<BlobID> = []
        var rows: [JSONValue] = []
        var status = CommandStatus.done
        for entry in entries where written.insert(entry.blob).inserted {
            var row: JSONObject = ["id": .string(entry.letter.text), "blob": .string(entry.blob.hex)]
            do {
                let safe = SafeFileName.make(from: entry.attachment.name ?? "", fallback: entry.blob.hex)
                guard entry.isHere else { throw AttachmentFileError.notHere(entry.blob) }
                let name = SafeFileName.unique(safe, taken: &taken)
                let path = FileSystem.join(folder, name)
                let bar = ProgressBar(name, on: context.console)
                try await archive.exportAttachment(entry.blob, to: path) { bar.update(doneBytes: $0, totalBytes: $1) }
                bar.clear()
                row["file"] = .string(path)
                if !context.isJSON { context.console.write(path) }
            } catch {
                let failure = Failure(error)
                // One that cannot be written is one for the next too.
                if case StoreError.damaged = error {} else if !(error is AttachmentFileError) { throw error }
                context.console.note("\(entry.letter): \(failure.message)")
                row["error"] = failure.json
                status = .partlyDone
            }
            rows.append(.object(row))
        }
        if context.isJSON { context.print(.array(rows)) }
        return status
    }
}
