import LetterFormats
import LetterMerge
import LetterModel

/// A difference for a terminal: the lines in which something changed, with what was removed and added marked word by word.
enum DiffText {
    static func lines(_ diff: TextDiff, style: Console.Style) -> [String] {
        var lines: [String] = []
        var line = ""
        var isChanged = false
        func end() {
            if isChanged { lines.append(line) }
            line = ""
            isChanged = false
        }
        for span in diff.spans {
            let parts = span.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index > 0 { end() }
                // A line feed that came or went changes the line that it ends.
                let isMarked = span.change != .kept && (!part.isEmpty || parts.count > 1)
                isChanged = isChanged || isMarked
                line += marked(VisibleText.of(part, keepsLines: false), span.change, style)
            }
        }
        end()
        return lines.filter { !$0.isEmpty }
    }

    private static func marked(_ text: String, _ change: TextDiff.Change, _ style: Console.Style) -> String {
        guard !text.isEmpty else { return "" }
        switch change {
        case .kept: return text
        case .removed: return style.hasColour ? style.apply(.red, to: text) : "[-\(text)-]"
        case .added: return style.hasColour ? style.apply(.green, to: text) : "{+\(text)+}"
        }
    }
}
