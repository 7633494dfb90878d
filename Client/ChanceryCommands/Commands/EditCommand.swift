import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel

/// The options by which `new` and `edit` change a letter.
enum ChangeOptions {
    static let set = Option(
        repeating: "set", .assignment,
        help:
            "Set a member: a string, JSON behind `:=`; an empty value removes it. A dot leads into a part: senders.0.name=Ada."
    )
    static let bodyFile = Option(
        "body-file", .file,
        help: "Take the body from a file, `-` is standard input; one final line feed is not part of it.")
    static let addTag = Option(repeating: "add-tag", .tag, help: "Add a tag.")
    static let removeTag = Option(repeating: "remove-tag", .tag, help: "Remove a tag.")
    static let message = Option("message", short: "m", .text, help: "Why, for the history.")

    static let all: [any OptionDeclaration] = [set, bodyFile, addTag, removeTag, message]

    /// Whether any of them changes the letter.
    static func areGiven(_ values: Values) -> Bool {
        !values[set].isEmpty || values[bodyFile] != nil || !values[addTag].isEmpty || !values[removeTag].isEmpty
    }

    /// Changes the letter as they say.
    static func apply(_ values: Values, to letter: inout Letter) throws {
        for assignment in values[set] {
            try MemberNames.check(assignment.path)
            try assignment.apply(to: &letter)
        }
        if let path = values[bodyFile] { letter.body = try text(of: path) }
        let removed = values[removeTag]
        if !removed.isEmpty || !values[addTag].isEmpty {
            letter.tags = letter.tags.filter { tag in !removed.contains { $0.hasSameBytes(as: tag) } } + values[addTag]
        }
    }

    /// The text in a file, without one final line feed.
    private static func text(of path: String) throws -> String {
        var bytes =
            path == "-"
            ? try FileSystem.readStandardInput(limitBytes: Limits.contentBytes)
            : try FileSystem.read(path, limitBytes: Limits.contentBytes)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure("encoding", "\(path) is not UTF-8 text; convert it, or import it with `chancery import`")
        }
        return text
    }
}

/// `chancery new`: writes a letter.
enum NewCommand {
    static let from = Option(
        "from", .file, help: "Begin with the letter in this file, in the text form that `show` prints.")

    static let description = CommandDescription(
        "new", summary: "write a new letter",
        discussion: "Without options, $VISUAL or $EDITOR opens on an empty letter.",
        options: [from] + ChangeOptions.all,
        examples: [Example("chancery new --set title=Reply --body-file reply.txt", help: "Without an editor.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let author = try await context.author(for: archive)
        var letter = Letter()
        letter.kind = .letter
        if let path = values[from] { letter = try Editor.letter(in: path) }
        try ChangeOptions.apply(values, to: &letter)
        if values[from] == nil, !ChangeOptions.areGiven(values) {
            letter = try Editor(context).edit(letter, again: "chancery new --from")
        }
        let id = try await archive.create(letter, author: author, message: values[ChangeOptions.message])
        if context.isJSON {
            context.print(["id": .string(id.text)])
        } else {
            context.console.write(id.text)
        }
        return .done
    }
}

/// `chancery edit`: changes a letter.
enum EditCommand {
    static let id = Argument("ID", .letterID, help: "Which letter.")
    static let from = Option(
        "from", .file,
        help:
            "Take the letter from this file, in the text form that `show` prints: also what the editor left and could not be read."
    )

    static let description = CommandDescription(
        "edit", summary: "change a letter",
        discussion:
            "Without options, $VISUAL or $EDITOR opens on the letter's text form. What arrives while it is open is merged, not overwritten.",
        arguments: [id], options: [from] + ChangeOptions.all,
        examples: [
            Example("chancery edit 0190 --set status=approved --add-tag reply", help: "Without an editor."),
            Example("chancery edit 0190 --set 'date:={\"edtf\":\"1873-05\"}'", help: "A part, as JSON."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        let author = try await context.author(for: archive)
        var draft = try await archive.draft(of: archive.letterID(values[id]))
        if let path = values[from] { draft.letter = try Editor.letter(in: path) }
        try ChangeOptions.apply(values, to: &draft.letter)
        if values[from] == nil, !ChangeOptions.areGiven(values) {
            draft.letter = try Editor(context).edit(
                draft.letter, again: "chancery edit \(draft.id.text.prefix(8)) --from")
        }
        let revision = try await archive.save(draft, author: author, message: values[ChangeOptions.message])
        if context.isJSON {
            var members: JSONObject = ["id": .string(draft.id.text), "changed": .bool(revision != nil)]
            members["revision"] = (revision?.hex).map(JSONValue.string)
            context.print(.object(members))
        } else {
            context.console.write(revision.map { "wrote \($0.hex.prefix(12))" } ?? "nothing changed")
        }
        return .done
    }
}
