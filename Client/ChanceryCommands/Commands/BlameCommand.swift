import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel
import ReplicaStore

/// `chancery blame`: who wrote each paragraph, and when.
enum BlameCommand {
    static let id = Argument("ID", .letterID, help: "Which letter.")
    static let member = Option(
        "member", .memberPath, default: MemberPath(["body"]),
        help: "Which text: `body`, `summary`, `postscript`, `translations.de.body` and the like.")

    static let description = CommandDescription(
        "blame", summary: "show who wrote each paragraph of a letter, and when",
        discussion: """
            A paragraph belongs to the revision that was the first to write it as it stands now. Where several sides were merged within a paragraph, \
            all of them are named.
            """,
        arguments: [id], options: [member])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        try MemberNames.check(values[member])
        let archive = try await context.openArchive()
        let id = try await archive.letterID(values[id])
        let origins = try await archive.origins(of: id, member: values[member])
        let history = try await archive.history(of: id).map(\.revision)
        let revisions = Dictionary(history.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        if context.isJSON {
            context.print([
                "id": .string(id.text), "member": .string(values[member].description),
                "paragraphs": .array(origins.paragraphs.map { json($0, revisions) }),
            ])
            return .done
        }
        if origins.paragraphs.isEmpty { context.console.note("the letter has no \(values[member])") }
        for (index, paragraph) in origins.paragraphs.enumerated() {
            if index > 0 { context.console.write("") }
            for revision in paragraph.revisions {
                context.console.write(heading(revision, revisions[revision], context))
            }
            for line in lines(paragraph.text, context) { context.console.write("    " + line) }
        }
        return .done
    }

    private static func heading(_ id: RevisionID, _ revision: Revision?, _ context: CommandContext) -> String {
        let who = VisibleText.of(revision?.header.author?.name ?? "import", keepsLines: false)
        return context.console.output.apply(.yellow, to: String(id.hex.prefix(12)))
            + "  \(who)  \(context.time(revision?.header.time))"
    }

    /// The lines of a paragraph, wrapped where a terminal would break them in the middle of a word.
    private static func lines(_ text: String, _ context: CommandContext) -> [String] {
        let lines = VisibleText.of(text, keepsLines: true).split(separator: "\n", omittingEmptySubsequences: false)
        guard context.console.output.isTerminal else { return lines.map(String.init) }
        return lines.flatMap { String($0).wrapped(toWidth: context.console.output.width - 4) }
    }

    private static func json(
        _ paragraph: TextOrigins.Paragraph, _ revisions: [RevisionID: Revision]
    ) -> JSONValue {
        let rows = paragraph.revisions.map { id -> JSONValue in
            var members: JSONObject = ["revision": .string(id.hex)]
            if let header = revisions[id]?.header {
                members["author"] = header.author?.json
                members["time"] = (header.time?.text).map(JSONValue.string)
                members["reason"] = header.reason.json
            }
            return .object(members)
        }
        return ["text": .string(paragraph.text), "revisions": .array(rows)]
    }
}

extension ValueParser where Value == MemberPath {
    /// The way to a member, such as `translations.de.body`.
    static var memberPath: ValueParser {
        ValueParser(placeholder: "MEMBER", format: \.description) { text throws(InvalidValue) in
            guard let path = MemberPath(parsing: text) else {
                throw InvalidValue(expected: "names of members joined by dots")
            }
            return path
        }
    }
}
