/// Rows in columns, for people. What people named comes without control characters: it must not move the cursor.
struct Table {
    private var rows: [[String]]

    init(_ headings: [String]) {
        rows = [headings]
    }

    mutating func add(_ row: [String]) {
        precondition(row.count == rows[0].count, "a row has a cell for each heading")
        rows.append(row.map(Table.onOneLine))
    }

    /// The lines, headings first.
    var lines: [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            var line = cells.joined(separator: "  ")
            while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
            return line
        }
    }

    private static func onOneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let category = scalar.properties.generalCategory
            line.append(category == .control || category == .format ? " " : scalar)
        }
        return String(line)
    }
}
