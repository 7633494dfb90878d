import LetterMerge
import LetterModel
import SQLiteBinding

/// Rows of `summary`: what lists show, filter and sort by. A pure function of the letter's view.
struct SummaryTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    static let columns = [
        "letter", "id", "is_deleted", "conflicts", "sort_key", "earliest", "latest", "status", "date", "title",
        "incipit", "senders", "recipients", "tags", "sender_words", "recipient_words",
    ]

    /// The columns that indexes hold.
    private static let indexed = ["id", "is_deleted", "conflicts", "sort_key", "earliest", "latest"]

    /// Enters a letter, or changes its row if something that indexes hold is another: SQLite writes the entry of an index anew wherever one
    /// of its columns is set, whatever to.
    private static let upsert: String = {
        let updates = columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let marks = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let old = indexed.map { "summary.\($0)" }.joined(separator: ", ")
        let new = indexed.map { "excluded.\($0)" }.joined(separator: ", ")
        return """
            INSERT INTO summary (\(columns.joined(separator: ", "))) VALUES (\(marks))
            ON CONFLICT (letter) DO UPDATE SET \(updates) WHERE (\(old)) IS NOT (\(new))
            """
    }()

    /// Changes what no index holds, if it is another: an edit seldom changes what lists show, and a row that stays is no page to write.
    private static let update: String = {
        let others = columns.indices.dropFirst().filter { !indexed.contains(columns[$0]) }
        let updates = others.map { "\(columns[$0]) = ?\($0 + 1)" }.joined(separator: ", ")
        let old = others.map { columns[$0] }.joined(separator: ", ")
        let new = others.map { "?\($0 + 1)" }.joined(separator: ", ")
        return "UPDATE summary SET \(updates) WHERE letter = ?1 AND (\(old)) IS NOT (\(new))"
    }()

    func write(_ number: Int, _ id: LetterID, _ view: LetterView) throws(SQLiteError) {
        try write(number, id, Self.values(of: view))
    }

    /// Writes the row of a letter whose columns are made already.
    func write(_ number: Int, _ id: LetterID, _ values: [SQLiteValue]) throws(SQLiteError) {
        let row = Self.names(number, id) + values
        try connection.run(Self.upsert, row)
        if connection.changedRowCount == 0 { try connection.run(Self.update, row) }
    }

    /// The row of a view, in the order of `columns`.
    static func values(_ number: Int, _ id: LetterID, _ view: LetterView) -> [SQLiteValue] {
        names(number, id) + values(of: view)
    }

    /// The columns that say which letter it is.
    private static func names(_ number: Int, _ id: LetterID) -> [SQLiteValue] {
        [.integer(number), .bytes(id.bytes)]
    }

    /// The columns that follow from a view.
    static func values(of view: LetterView) -> [SQLiteValue] {
        let letter = view.letter
        let date = letter.date
        let parsed = date?.parsed
        let sortKey = parsed?.sortKey ?? EDTF.undatedSortKey
        return [
            .bool(view.isDeleted), .integer(view.conflicts.count),
            sortKey == EDTF.undatedSortKey ? .null : .text(sortKey),
            .integer(parsed?.earliest.map(dayNumber)), .integer(parsed?.latest.map(dayNumber)),
            .text(letter.status?.rawValue), .text(date?.edtf ?? date?.text), .text(letter.title),
            .text(letter.body.flatMap(LetterSummary.incipit)), .text(list(names(letter.senders))),
            .text(list(names(letter.recipients))), .text(list(letter.tags)), .text(words(letter.senders)),
            .text(words(letter.recipients)),
        ]
    }

    /// A day as a number that sorts like it.
    static func dayNumber(_ day: CalendarDay) -> Int {
        day.year * 10_000 + day.month * 100 + day.day
    }

    private static func names(_ agents: [Agent]) -> [String] {
        agents.compactMap { $0.name ?? $0.role }
    }

    private static func list(_ texts: [String]) -> String {
        JSONValue.array(texts.map(JSONValue.string)).canonicalText
    }

    /// Folded names and roles, one a line.
    private static func words(_ agents: [Agent]) -> String {
        agents.flatMap { [$0.name, $0.role] }.compactMap { $0 }.map(SearchFold.name).joined(separator: "\n")
    }

    // MARK: Reading

    /// What `summary(_:)` reads, in its order.
    static let selection =
        """
        SELECT id, date, senders, recipients, title, incipit, status, tags, conflicts, is_deleted, sort_key
        FROM summary
        """

    static func summary(_ row: Row) throws -> LetterSummary {
        guard let id = LetterID(bytes: row.bytes(0)) else { throw StoreError.damaged(object: "archive.sqlite") }
        return LetterSummary(
            id: id, date: try row.optionalText(1), senders: try texts(row.text(2)),
            recipients: try texts(row.text(3)), title: try row.optionalText(4), incipit: try row.optionalText(5),
            status: try row.optionalText(6).map(Status.init(rawValue:)), tags: try texts(row.text(7)),
            conflicts: row.integer(8), isDeleted: row.bool(9))
    }

    private static func texts(_ list: String) throws -> [String] {
        do {
            return (try JSONScanner.parse(Array(list.utf8)).elements ?? []).compactMap(\.text)
        } catch {
            throw StoreError.damaged(object: "archive.sqlite")
        }
    }
}

extension LetterSummary {
    /// The first words of a text on one line, at most 100 characters; nil if there are none.
    package static func incipit(_ body: String) -> String? {
        plainIncipit(body) ?? anyIncipit(body)
    }

    /// The same for a text that begins with nothing but ASCII; nil for any other one, and for one without words. Most do, and a first
    /// sync makes this line for every letter.
    private static func plainIncipit(_ body: String) -> String? {
        var line: [UInt8] = []
        line.reserveCapacity(104)
        var isSpaceDue = false
        for byte in body.utf8.prefix(1_000) {
            guard byte < 0x80 else { return nil }
            guard byte > 0x20, byte != 0x7F else {
                isSpaceDue = !line.isEmpty
                continue
            }
            if isSpaceDue { line.append(0x20) }
            line.append(byte)
            isSpaceDue = false
            if line.count > 102 { break }
        }
        guard !line.isEmpty else { return nil }
        guard line.count > 100 else { return String(decoding: line, as: UTF8.self) }
        var end = 100
        if line[100] != 0x20, let space = line[..<100].lastIndex(of: 0x20) { end = space }
        return String(decoding: line[..<end], as: UTF8.self)
    }

    /// The same for any text, by its characters.
    package static func anyIncipit(_ body: String) -> String? {
        var line = String.UnicodeScalarView()
        var count = 0
        var isPlain = true
        var isSpaceDue = false
        // Looking at so many scalars bounds the work for a text of nothing but white space, or of nothing but marks.
        for scalar in body.unicodeScalars.prefix(1_000) {
            let isASCII = scalar.value < 0x80
            if isASCII ? scalar.value <= 0x20 || scalar.value == 0x7F : scalar.properties.isWhitespace {
                isSpaceDue = count > 0
                continue
            }
            if isSpaceDue { line.append(" ") }
            line.append(scalar)
            count += isSpaceDue ? 2 : 1
            isSpaceDue = false
            isPlain = isPlain && isASCII
            // Outside ASCII a character may be many scalars.
            if count > (isPlain ? 102 : 400) { break }
        }
        return cut(String(line))
    }

    /// The text up to 100 characters, at the end of a word, unless the first word is all there is.
    private static func cut(_ line: String) -> String? {
        guard !line.isEmpty else { return nil }
        guard line.count > 100 else { return line }
        let cut = line.prefix(100)
        guard let space = cut.lastIndex(of: " "), line[cut.endIndex] != " " else { return String(cut) }
        return String(cut[..<space])
    }
}
