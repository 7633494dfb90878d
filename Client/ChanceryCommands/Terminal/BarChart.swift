import LetterFormats

/// Numbers as bars of a terminal's characters: a label, a bar that ends at an eighth of a column, the number.
struct BarChart {
    /// A bar, of one or two parts.
    struct Row {
        let label: String
        /// The numbers of its parts, from the left.
        let parts: [Int]

        var total: Int { parts.reduce(0, +) }
    }

    private let rows: [Row]

    init(_ rows: [Row]) {
        self.rows = rows
    }

    /// The lines; a bar is as long as its number, the longest fills what the labels leave.
    func lines(width: Int, style: Console.Style) -> [String] {
        let labels = rows.map { VisibleText.of($0.label, keepsLines: false).cut(toWidth: max(12, width / 3)) }
        let numbers = rows.map { $0.parts.map(String.init).joined(separator: " + ") }
        let labelWidth = labels.map(\.displayWidth).max() ?? 0
        let room = max(8, width - labelWidth - (numbers.map(\.count).max() ?? 0) - 4)
        let most = max(1, rows.map(\.total).max() ?? 1)
        return rows.indices.map { index in
            let gap = String(repeating: " ", count: labelWidth - labels[index].displayWidth)
            let bar = Self.bar(rows[index].parts, most: most, room: room, style)
            return "\(gap)\(labels[index])  \(bar)\(bar.isEmpty ? "" : " ")\(numbers[index])"
        }
    }

    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    private static func bar(_ parts: [Int], most: Int, room: Int, _ style: Console.Style) -> String {
        let total = parts.reduce(0, +)
        // Whatever is there shows, if by an eighth of a column.
        let length = total == 0 ? 0 : max(1, total * room * 8 / most)
        let bar = String(repeating: "█", count: length / 8) + eighths[length % 8]
        guard parts.count == 2, total > 0 else { return bar }
        // The second part is lighter; where its share is no whole column, it is the first one's.
        let first = parts[0] * room / most
        let second = max(0, length / 8 - first)
        guard parts[1] > 0, second > 0 else { return bar }
        return String(repeating: "█", count: first) + String(repeating: "░", count: second)
    }
}
