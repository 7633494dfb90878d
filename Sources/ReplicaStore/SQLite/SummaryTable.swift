import LetterMerge
import LetterModel
import SQLiteBinding

/// Rows of `summary`: what lists filter and sort by. A pure function of the letter's view. What a list shows of a letter is read from the letter.
struct SummaryTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    static let columns = [
        "letter", "id", "is_deleted", "conflicts", "sort_key", "earliest", "span", "status", "tags", "sender_words",
        "recipient_words",
    ]

    /// The number of the last day that a letter may be from; null for none. What stands in the row is how much more it is than that of the first day,
    /// or than 0: nothing for a plain day, as most dates are.
    static let latest = "(ifnull(summary.earliest, 0) + summary.span)"

    /// The columns that indexes hold.
    private static let indexed = ["id", "is_deleted", "conflicts", "sort_key", "earliest", "span"]

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

    /// Changes what no index holds, if it is another: an edit seldom changes what lists are asked by, and a row that stays is no page to write.
    private static let update: String = {
        let others = columns.indices.dropFirst().filter { !indexed.contains(columns[$0]) }
        let updates = others.map { "\(columns[$0]) = ?\($0 + 1)" }.joined(separator: ", ")
        let old = others.map { columns[$0] }.joined(separator: ", ")
        let new = others.map { "?\($0 + 1)" }.joined(separator: ", ")
        return "UPDATE summary SET \(updates) WHERE letter = ?1 AND (\(old)) IS NOT (\(new))"
    }()

    /// Writes the rows of letters that were not here, of the columns that follow from their views.
    func add(_ letters: [(number: Int, id: LetterID, values: [SQLiteValue])]) throws(SQLiteError) {
        var rows: [SQLiteValue] = []
        rows.reserveCapacity(letters.count * Self.columns.count)
        for index in letters.indices {
            rows += Self.names(letters[index].number, letters[index].id)
            rows += letters[index].values
        }
        guard try connection.run(Self.insertion, rows) < letters.count else { return }
        // Something was left of a letter that was damaged.
        for letter in letters { try write(letter.number, letter.id, letter.values) }
    }

    private static let insertion = RowInsertion(
        "INSERT OR IGNORE INTO summary (\(columns.joined(separator: ", ")))", columnCount: columns.count)

    /// Writes the row of a letter, of the columns that follow from its view.
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

    /// What of a letter is in its row.
    static let lettersMembers = ["date", "recipients", "senders", "status", "tags"]

    /// The columns that follow from a view.
    static func values(of view: LetterView) -> [SQLiteValue] {
        let letter = view.letter
        let date = letter.date?.parsed
        let earliest = date?.earliest.map(dayNumber)
        return [
            .bool(view.isDeleted), .integer(view.conflicts.count), .text(date.flatMap(sortKey)),
            .integer(earliest), .integer(date?.latest.map { dayNumber($0) - (earliest ?? 0) }),
            .text(letter.status?.rawValue),
            .text(letter.tags.isEmpty ? nil : JSONValue.array(letter.tags.map(JSONValue.string)).canonicalText),
            .text(words(letter.senders)), .text(words(letter.recipients)),
        ]
    }

    /// What letters are sorted by, in the order of `EDTF.sortKey`; nil for a date without a first or last day. That key says a plain day, which
    /// most dates are, three times, and `/` and `..` before a day make it come before the day itself.
    private static func sortKey(_ date: EDTF) -> String? {
        if let day = date.day, day.year >= 0, date.text.hasSameBytes(as: day.text) { return date.text + "\u{2}" }
        let key = date.sortKey
        if key.hasSameBytes(as: EDTF.undatedSortKey) { return nil }
        guard let latest = date.latest, latest.year >= 0, "/.".utf8.contains(date.text.utf8.first ?? 0) else {
            return key
        }
        return latest.text + "\u{1}" + date.text
    }

    /// A day as a number that sorts like it.
    static func dayNumber(_ day: CalendarDay) -> Int {
        day.year * 10_000 + day.month * 100 + day.day
    }

    /// Folded names and roles, one a line.
    private static func words(_ agents: [Agent]) -> String {
        var words: [String] = []
        for agent in agents {
            if let name = agent.name { words.append(name) }
            if let role = agent.role { words.append(role) }
        }
        return SearchFold.names(words)
    }
}
