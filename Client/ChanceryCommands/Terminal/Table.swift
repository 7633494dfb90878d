import LetterFormats

/// Rows in columns that fit the terminal. The widest columns are cut, but never the first one: it names the row, and half of an id is none.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: [String]) {
        self.headings = headings
    }

    mutating func add(_ row: [String]) {
        precondition(row.count == headings.count, "a row has a cell for each heading")
        // Letters are hostile input: no line feed and no control character reaches the terminal.
        rows.append(row.map { VisibleText.of($0, keepsLines: false) })
    }

    /// The lines, headings first. `width` nil does not cut: what is piped stays whole.
    func lines(width: Int?, style: Console.Style) -> [String] {
        let widest = headings.indices.map { column in
            ([headings] + rows).map { $0[column].displayWidth }.max() ?? 0
        }
        let limits = width.map { fit(widest, into: $0) } ?? widest
        func line(_ row: [String]) -> String {
            let cells = row.enumerated().map { column, cell in
                let cut = cell.cut(toWidth: limits[column])
                let isLast = column == row.count - 1
                return isLast ? cut : cut + String(repeating: " ", count: limits[column] - cut.displayWidth)
            }
            return cells.joined(separator: "  ")
        }
        return [style.apply(.bold, to: line(headings))] + rows.map(line)
    }

    /// Takes from the widest columns behind the first until the table fits.
    private func fit(_ widest: [Int], into width: Int) -> [Int] {
        var limits = widest
        let gaps = 2 * (limits.count - 1)
        while limits.reduce(gaps, +) > width, let largest = limits.dropFirst().max(), largest > 10,
            let column = limits.dropFirst().lastIndex(of: largest)
        {
            limits[column] -= 1
        }
        return limits
    }
}

extension String {
    /// Columns on a terminal: East Asian wide characters take two, combining marks none.
    var displayWidth: Int {
        unicodeScalars.reduce(0) { $0 + $1.displayWidth }
    }

    /// The text cut to a number of columns, with an ellipsis where something is missing.
    func cut(toWidth width: Int) -> String {
        guard displayWidth > width else { return self }
        var result = ""
        var used = 1
        for scalar in unicodeScalars {
            used += scalar.displayWidth
            guard used <= width else { break }
            result.unicodeScalars.append(scalar)
        }
        return result + "…"
    }
}

extension Unicode.Scalar {
    fileprivate var displayWidth: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF,
            0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(value) } ? 2 : 1
    }
}
