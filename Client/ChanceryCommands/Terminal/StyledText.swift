import LetterFormats

/// Text in several looks, broken into lines between words where a terminal would break them in the middle of one.
struct StyledText {
    /// A stretch in one look.
    struct Span {
        var text: String
        var look: Console.Style.Look?
    }

    private(set) var spans: [Span] = []

    init() {}

    init(_ text: String, _ look: Console.Style.Look? = nil) {
        add(text, look)
    }

    /// Adds a stretch; control characters of letters become visible.
    mutating func add(_ text: String, _ look: Console.Style.Look? = nil) {
        guard !text.utf8.isEmpty else { return }
        spans.append(Span(text: VisibleText.of(text, keepsLines: true), look: look))
    }

    mutating func add(_ other: StyledText) { spans += other.spans }

    /// The lines with their colours. `width` nil breaks nothing but at line feeds.
    func lines(width: Int?, style: Console.Style) -> [String] {
        var lines: [[Span]] = [[]]
        var used = 0
        func end() {
            lines.append([])
            used = 0
        }
        for span in spans {
            for (index, row) in span.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if index > 0 { end() }
                for piece in Self.pieces(String(row), width) {
                    let room = piece.displayWidth
                    if let width, used > 0, used + piece.trimmedWidth > width { end() }
                    // A line does not begin with the space that it was broken at.
                    if used == 0, lines.count > 1, piece.utf8.allSatisfy({ $0 == 0x20 }) { continue }
                    lines[lines.count - 1].append(Span(text: piece, look: span.look))
                    used += room
                }
            }
        }
        return lines.map { line in
            Self.joined(width == nil ? line : Self.trimmed(line)).map { span in
                span.look.map { style.apply($0, to: span.text) } ?? span.text
            }.joined()
        }
    }

    /// Words with the space behind them; words longer than a line in pieces.
    private static func pieces(_ row: String, _ width: Int?) -> [String] {
        guard let width else { return row.utf8.isEmpty ? [] : [row] }
        var pieces: [String] = []
        var current = String.UnicodeScalarView()
        var used = 0
        func end() {
            if !current.isEmpty { pieces.append(String(current)) }
            current = String.UnicodeScalarView()
            used = 0
        }
        for scalar in row.unicodeScalars {
            let room = String(scalar).displayWidth
            // Wide characters are words of their own: their scripts write no spaces.
            if room == 2 || used + room > width { end() }
            current.append(scalar)
            used += room
            if scalar == " " || room == 2 { end() }
        }
        end()
        return pieces
    }

    /// A line that was broken ends with its last word.
    private static func trimmed(_ line: [Span]) -> [Span] {
        var line = line
        while let last = line.last {
            let spaces = last.text.unicodeScalars.reversed().prefix { $0 == " " }.count
            let text = String(String.UnicodeScalarView(last.text.unicodeScalars.dropLast(spaces)))
            guard text.utf8.isEmpty else {
                line[line.count - 1].text = text
                break
            }
            line.removeLast()
        }
        return line
    }

    private static func joined(_ spans: [Span]) -> [Span] {
        var result: [Span] = []
        for span in spans {
            if let last = result.last, last.look == span.look {
                result[result.count - 1].text += span.text
            } else {
                result.append(span)
            }
        }
        return result
    }
}

extension String {
    /// The columns without spaces at the end: those may hang over the edge.
    fileprivate var trimmedWidth: Int {
        displayWidth - unicodeScalars.reversed().prefix { $0 == " " }.count
    }
}
