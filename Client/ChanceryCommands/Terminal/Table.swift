import LetterFormats

/// Rows in columns that fit the terminal. The widest columns are cut, but never the first one: it names the row, and half of an id is none. Where that is not enough, columns
/// are left out, those before the last one first.
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
        let columns = width.map { shown(widest, in: $0) } ?? Array(headings.indices)
        let limits = width.map { fit(columns.map { widest[$0] }, into: $0) } ?? widest
        func line(_ row: [String]) -> String {
            let cells = columns.enumerated().map { place, column in
                let cut = row[column].cut(toWidth: limits[place])
                let isLast = place == columns.count - 1
                return isLast ? cut : cut + String(repeating: " ", count: limits[place] - cut.displayWidth)
            }
            return cells.joined(separator: "  ")
        }
        return [style.apply(.bold, to: line(headings))] + rows.map(line)
    }

    /// No column behind the first is cut to less.
    private static let leastWidth = 10

    /// The columns for which there is room if each is cut as far as it may be: at least the first and the last.
    private func shown(_ widest: [Int], in width: Int) -> [Int] {
        var columns = Array(widest.indices)
        func least(_ column: Int) -> Int { column == 0 ? widest[0] : min(widest[column], Self.leastWidth) }
        while columns.count > 2, columns.map(least).reduce(2 * (columns.count - 1), +) > width {
            columns.remove(at: columns.count - 2)
        }
        return columns
    }

    /// Takes from the widest columns behind the first until the table fits.
    private func fit(_ widest: [Int], into width: Int) -> [Int] {
        var limits = widest
        let gaps = 2 * (limits.count - 1)
        while limits.reduce(gaps, +) > width, let largest = limits.dropFirst().max(), largest > Self.leastWidth,
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
