import Hashing
import LetterModel

/// Tables of letters, one a row, with a header: csv2cmi's columns, and any others by ``CSVRules``.
///
/// A cell whose column is not known is kept in `extra.csv`, so that nothing of the table is lost.
public struct CSVImporter: LetterImporter {
    /// The word for `--format`.
    public let format = "csv"
    /// Every letter refers to the table that it is a row of.
    public let keepsSource = true
    /// The version of the rules, in `source.importerVersion`.
    public static let version = 1
    /// The longest table.
    public static let sourceBytes = 64 * 1024 * 1024
    /// The most columns.
    static let maximumColumns = 1_000

    private let rules: CSVRules

    /// The importer.
    public init(rules: CSVRules = CSVRules()) {
        self.rules = rules
    }

    /// Whether it is called so, or its first line names two columns that are known.
    public func recognises(start: [UInt8], fileName: String) -> Bool {
        let name = fileName.lowercased()
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") { return true }
        let line = start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard line.count < start.count, let decoded = DecodedText(Array(line)) else { return false }
        guard let header = CSVRecords(decoded.text).records.first, header.fault == nil else { return false }
        return header.cells.filter { rules.column(of: $0) != nil }.count >= 2
    }

    /// Begins to read one source.
    public func reader(fileName: String) -> any LetterReader {
        Reader(fileName: fileName, rules: rules)
    }

    private struct Reader: LetterReader {
        let fileName: String
        let rules: CSVRules
        private var buffer = SourceBuffer(limit: CSVImporter.sourceBytes)

        init(fileName: String, rules: CSVRules) {
            self.fileName = fileName
            self.rules = rules
        }

        mutating func read(_ bytes: [UInt8]) -> [ImportItem] {
            buffer.append(bytes)
            return []
        }

        mutating func finish() -> [ImportItem] {
            do throws(ImportRefusal) {
                guard !buffer.isTooLong else {
                    throw ImportRefusal(.tooLong, "a table has at most \(buffer.limit) bytes; divide it")
                }
                return try Table(buffer.bytes, fileName: fileName, rules: rules).items()
            } catch {
                return [.refusal(error)]
            }
        }
    }

    /// One table.
    private struct Table {
        let rules: CSVRules
        let identity: SourceIdentity
        let decoded: DecodedText
        let original: Attachment
        let header: [(name: String, column: CSVColumn?)]
        let rows: ArraySlice<CSVRecords.Record>

        init(_ bytes: [UInt8], fileName: String, rules: CSVRules) throws(ImportRefusal) {
            guard let decoded = DecodedText(bytes) else { throw ImportRefusal(.binary) }
            let records = CSVRecords(decoded.text).records
            guard let first = records.first else { throw ImportRefusal(.empty) }
            if let fault = first.fault { throw ImportRefusal(.syntax, fault, line: first.line) }
            guard first.cells.count <= CSVImporter.maximumColumns else {
                throw ImportRefusal(
                    .tooLong, "a table has at most \(CSVImporter.maximumColumns) columns", line: first.line)
            }
            header = first.cells.map { ($0, rules.column(of: $0)) }
            guard header.contains(where: { $0.column != nil }) else {
                throw ImportRefusal(
                    .invalid,
                    "no column of its first line is known, such as sender or senderDate; say what they are with --map COLUMN=MEMBER",
                    line: first.line)
            }
            let columns = header.compactMap(\.column)
            if let twice = columns.first(where: { column in columns.count { $0 == column } > 1 }) {
                throw ImportRefusal(
                    .invalid, "two columns are the \(twice.rawValue); --map can say what one of them is",
                    line: first.line)
            }
            self.rules = rules
            self.decoded = decoded
            identity = SourceIdentity(bytes)
            rows = records.dropFirst()
            var original = Attachment()
            original.blob = BlobID(identity.digest)
            original.name = fileName.utf8.isEmpty ? nil : fileName
            original.mediaType = "text/csv"
            original.size = identity.byteCount
            original.role = .original
            self.original = original
        }

        func items() -> [ImportItem] {
            var urls: [ByteKey: Int] = [:]
            for row in rows where row.fault == nil {
                if let url = CSVRow(cells(of: row), rules).url { urls[ByteKey(url), default: 0] += 1 }
            }
            guard !rows.isEmpty else {
                return [.refusal(ImportRefusal(.empty, "there is no row below the first line"))]
            }
            return rows.enumerated().map { index, row in
                do throws(ImportRefusal) {
                    var imported = CSVRow(cells(of: row), rules)
                    let letter = try letter(row, index, &imported)
                    let id = try id(of: row, index, imported, urls)
                    let warnings = (index == 0 ? decoded.warnings : []) + imported.warnings
                    return .letter(ImportedLetter(id: id, letter: letter, warnings: warnings, line: row.line))
                } catch {
                    return .refusal(error)
                }
            }
        }

        private func cells(of row: CSVRecords.Record) -> [CSVColumn: String] {
            var cells: [CSVColumn: String] = [:]
            for (head, cell) in zip(header, row.cells) {
                if let column = head.column { cells[column] = CSVFormula.restored(cell) }
            }
            return cells
        }

        private func letter(
            _ row: CSVRecords.Record, _ index: Int, _ imported: inout CSVRow
        ) throws(ImportRefusal) -> Letter {
            if let fault = row.fault { throw ImportRefusal(.syntax, fault, line: row.line) }
            guard row.cells.dropFirst(header.count).allSatisfy(\.utf8.isEmpty) else {
                throw ImportRefusal(
                    .syntax, "it has \(row.cells.count) cells, and the first line names \(header.count)", line: row.line
                )
            }
            var letter = imported.letter()
            var others = JSONObject()
            for (head, cell) in zip(header, row.cells) where head.column == nil && !cell.utf8.isEmpty {
                others[head.name.utf8.isEmpty ? "unnamed" : head.name] = .string(CSVFormula.restored(cell))
            }
            if !others.isEmpty {
                var extra = letter.extra
                extra["csv"] = .object(others)
                letter.extra = extra
            }
            guard !letter.members.isEmpty else { throw ImportRefusal(.empty, line: row.line) }
            var source = Source()
            source.sha256 = identity.digest.hex
            source.importer = "csv"
            source.importerVersion = CSVImporter.version
            source.charset = decoded.charset
            source.index = index
            letter.source = source
            letter.attachments = [original]
            do {
                try letter.validate()
            } catch {
                throw ImportRefusal(error.code == .limit ? .tooLong : .invalid, error.description, line: row.line)
            }
            return letter
        }

        /// The id that the row says, else the letter's URL if no other row has it, else the bytes of the table and the row's place.
        private func id(
            of row: CSVRecords.Record, _ index: Int, _ imported: CSVRow, _ urls: [ByteKey: Int]
        ) throws(ImportRefusal) -> LetterID {
            if let text = cells(of: row)[.id], !text.utf8.isEmpty {
                guard let id = LetterID(text) else {
                    throw ImportRefusal(.invalid, "id must be a lower-case UUID, or empty", line: row.line)
                }
                return id
            }
            if let url = imported.url, urls[ByteKey(url)] == 1 {
                return LetterID.derived(kind: "csv-url", key: Array(url.utf8))
            }
            return identity.letterID(index: index)
        }
    }
}
