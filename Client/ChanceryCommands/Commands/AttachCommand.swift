import ArchiveClient
import CommandOptions
import LetterModel

/// `chancery attach`: adds files to a letter.
enum AttachCommand {
    static let id = Argument("ID", .letterID, help: "Which letter.")
    static let files = Argument(oneOrMore: "FILE", .file, help: "The files; `-` is standard input.")
    static let role = Option(
        "role", .vocabulary(AttachmentRole.self), shownDefault: "scan for pictures, else other",
        help: "What they are to the letter.")
    static let name = Option(
        "name", .text, shownDefault: "the file's name", help: "What the attachment is called; for one file.")
    static let type = Option(
        "type", .text, placeholder: "TYPE", shownDefault: "by the end of the name",
        help: "The media type, such as image/tiff.")

    static let description = CommandDescription(
        "attach", summary: "add files to a letter, of any size",
        discussion: """
            A file is read once, and never held in memory; the archive keeps one copy of equal bytes. It travels with the next sync, after the \
            letters, and a connection that breaks costs a few megabytes at most.
            """,
        arguments: [id, files], options: [role, name, type, ChangeOptions.message],
        examples: [Example("chancery attach 0190 page-1.tiff page-2.tiff", help: "The scans of a letter, in order.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let paths = values[files]
        guard values[name] == nil || paths.count == 1 else {
            throw Failure("usage", "--name is for one file", status: .wrongUsage)
        }
        let archive = try await context.openArchive()
        let author = try await context.author(for: archive)
        let letter = try await archive.letterID(values[id])
        // Refused before gigabytes are copied.
        _ = try await archive.draft(of: letter)
        var added: [Attachment] = []
        for path in paths {
            let shown = values[name] ?? (path == "-" ? "standard input" : FileSystem.name(of: path))
            let bar = ProgressBar(shown, on: context.console)
            var attachment = try await archive.storeAttachment(at: path == "-" ? "/dev/stdin" : path) {
                bar.update(doneBytes: $0, totalBytes: $1)
            }
            bar.clear()
            attachment.name = shown
            attachment.mediaType = values[type] ?? MediaTypes.type(ofName: shown)
            attachment.role = values[role] ?? MediaTypes.role(ofType: attachment.mediaType)
            added.append(attachment)
        }
        // The letter may have changed while the bytes were copied.
        var draft = try await archive.draft(of: letter)
        let known = Set(draft.letter.attachments.compactMap(\.blob))
        var order = draft.letter.attachments.reduce(draft.letter.attachments.count) { max($0, $1.order ?? 0) }
        var seen = known
        for attachment in added {
            guard let blob = attachment.blob, seen.insert(blob).inserted else { continue }
            order += 1
            var attachment = attachment
            attachment.order = order
            draft.letter.attachments.append(attachment)
        }
        let revision = try await archive.save(draft, author: author, message: values[ChangeOptions.message])
        show(added, known, letter, revision, context)
        return .done
    }

    private static func show(
        _ added: [Attachment], _ known: Set<BlobID>, _ letter: LetterID, _ revision: RevisionID?,
        _ context: CommandContext
    ) {
        if context.isJSON {
            var members: JSONObject = [
                "id": .string(letter.text), "changed": .bool(revision != nil),
                "blobs": .array(added.compactMap { $0.blob.map { .string($0.hex) } }),
            ]
            members["revision"] = (revision?.hex).map(JSONValue.string)
            context.print(.object(members))
            return
        }
        for attachment in added {
            guard let blob = attachment.blob else { continue }
            let what = known.contains(blob) ? "was attached before" : "attached, \(ByteText.of(attachment.size ?? 0))"
            context.console.write("\(blob.hex.prefix(12))  \(attachment.name ?? ""): \(what)")
        }
    }
}
