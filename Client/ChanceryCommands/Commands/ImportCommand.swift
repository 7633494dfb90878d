import ArchiveClient
import CommandOptions
import LetterFormats
import LetterModel

/// `chancery import`: takes letters from files.
enum ImportCommand {
    static let paths = Argument(
        oneOrMore: "FILE", .file,
        help: """
            Files or folders; `-` is standard input. In folders .txt, .md, .eml, .mbox, .xml, .csv, .tsv and .jsonl are \
            taken.
            """)
    static let format = Option(
        "format", .format, shownDefault: "what the file looks like",
        help: "`text`, `jsonl`, `tei`, `cmif`, `mbox`, `eml` or `csv`.")
    static let tag = Option(repeating: "tag", .tag, help: "Add this tag to every letter.")
    static let collection = Option(
        "collection", .text, placeholder: "PATH", help: "Put every letter into this collection.")
    static let map = Option(
        repeating: "map", .columnMeaning,
        help: "What a column of a table is, where its header does not say so: `--map Absender=sender`.")
    static let delimiter = Option(
        "extra-delimiter", .text, default: "|",
        help: "What stands between several people or ids in one cell of a table.")
    static let dryRun = Flag("dry-run", help: "Say what would be done, and write nothing.")

    static let description = CommandDescription(
        "import", summary: "take letters from files",
        discussion: """
            Plain text, JSON Lines, TEI, CMIF, e-mail, mailboxes and tables; the format is found out. The bytes of a text, TEI, CMIF or table file, and of each \
            e-mail, are kept as an attachment, as are the files that hang on an e-mail. Importing the \
            same bytes again changes nothing, also on another machine. A file that cannot be taken is named with its reason, and the others go on.
            """,
        arguments: [paths], options: [format, tag, collection, map, delimiter, dryRun],
        examples: [
            Example("chancery import letters/ --tag 1914", help: "A folder."),
            Example(
                "chancery import list.csv --map Absender=sender --map Datum=senderDate",
                help: "A table, a letter a row."),
            Example(
                "chancery export --format jsonl | chancery import - --archive copy",
                help: "From one archive to another."),
        ],
        exitStatuses: [ExitStatus(2, "Some files, or some lines of them, were refused and named.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        var author: Author?
        do {
            author = try await context.author(for: archive)
        } catch ArchiveError.noAuthor {
            // Letters that are new name no author; one is asked for where a letter that is there is changed.
        }
        let session = ImportSession(archive: archive, author: author, values: values)
        let (files, skipped) = ImportCommand.files(values[paths])
        for path in skipped { context.console.note("skipped \(path): no file of letters by its name") }
        var reports: [ImportReport] = []
        let bar = ProgressBar("importing", on: context.console)
        for (index, path) in files.enumerated() {
            if files.count > 1 { bar.update(done: index, total: files.count) }
            let report = await session.take(path, bar: files.count == 1 ? bar : nil)
            bar.clear()
            report.remarks.forEach { context.console.note("\(path): \($0)") }
            reports.append(report)
        }
        if context.isJSON {
            context.print(.array(reports.map(\.json)))
        } else {
            ImportReport.summary(reports, isDryRun: values[dryRun]).forEach(context.console.write)
        }
        try await archive.completeList()
        return ImportReport.status(reports)
    }

    /// The files to take, and those in folders that are left alone.
    private static func files(_ paths: [String]) -> (taken: [String], skipped: [String]) {
        var taken: [String] = []
        var skipped: [String] = []
        for path in paths {
            guard path != "-", FileSystem.isFolder(path) else {
                taken.append(path)
                continue
            }
            for file in FileSystem.files(below: path) {
                let name = file.lowercased()
                let isKnown = ImporterRegistry.folderExtensions.contains { name.hasSuffix("." + $0) }
                // A folder stands among them if it could not be read: taking it tells why.
                if isKnown || FileSystem.isFolder(file) { taken.append(file) } else { skipped.append(file) }
            }
        }
        return (taken, skipped)
    }
}

/// What a column of a table is.
struct ColumnMeaning: Sendable {
    let header: String
    let column: CSVColumn
}

extension ValueParser where Value == ColumnMeaning {
    /// `HEADER=MEMBER`: the header may have `=` in it, the member has not.
    static var columnMeaning: ValueParser {
        ValueParser(placeholder: "COLUMN=MEMBER", format: { "\($0.header)=\($0.column.rawValue)" }) {
            text throws(InvalidValue) in
            let end = text.utf8.lastIndex(of: UInt8(ascii: "=")) ?? text.startIndex
            guard end > text.startIndex, let column = CSVColumn(header: String(text[text.utf8.index(after: end)...]))
            else {
                let members = CSVColumn.allCases.map(\.rawValue).joined(separator: ", ")
                throw InvalidValue(expected: "the header of a column, `=`, and one of \(members)")
            }
            return ColumnMeaning(header: String(text[..<end]), column: column)
        }
    }
}

extension ValueParser where Value == String {
    /// A format that letters are read from.
    static var format: ValueParser {
        let formats = ImporterRegistry.standard.formats
        return ValueParser(placeholder: "FORMAT", kind: .choice(formats), format: { $0 }) { text throws(InvalidValue) in
            guard formats.contains(where: { $0.hasSameBytes(as: text) }) else {
                throw InvalidValue(expected: formats.joined(separator: " or "))
            }
            return text
        }
    }
}
