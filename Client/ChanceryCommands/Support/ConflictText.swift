import LetterFormats
import LetterMerge
import LetterModel

/// Conflicts for people: the base, every side with the head that holds it, and nothing decided for them.
enum ConflictText {
    /// The lines of one conflict.
    static func lines(_ conflict: Conflict, style: Console.Style) -> [String] {
        guard let field = conflict.field else {
            return [
                style.apply(.bold, to: "deleted and edited"), "  one side deleted the letter, another one edited it:",
            ]
                + conflict.heads.map { "  head \($0.hex.prefix(12))" }
        }
        var lines = [style.apply(.bold, to: field.description)]
        if conflict.hunks.isEmpty {
            lines += side("base", conflict.base, style.apply(.dim, to: "was"))
            for value in conflict.values {
                lines += side(
                    String(value.head.hex.prefix(12)), value.value,
                    style.apply(.yellow, to: String(value.head.hex.prefix(12))))
            }
        } else {
            for hunk in conflict.hunks {
                lines += quoted(hunk.base, label: style.apply(.dim, to: "was"))
                for (index, value) in hunk.values.enumerated() {
                    lines += quoted(value, label: style.apply(.yellow, to: "side \(index + 1)"))
                }
            }
            for value in conflict.values {
                lines.append("  head \(value.head.hex.prefix(12)) holds one of the whole texts")
            }
        }
        return lines
    }

    private static func side(_ name: String, _ value: JSONValue?, _ label: String) -> [String] {
        guard let value else { return name == "base" ? [] : ["  \(label)  (removed)"] }
        return quoted(value.text ?? value.canonicalText, label: label)
    }

    private static func quoted(_ text: String, label: String) -> [String] {
        let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { VisibleText.of($0, keepsLines: false) }
        guard rows.count > 1 else {
            return ["  \(label)  \(rows.first.flatMap { $0.isEmpty ? nil : $0 } ?? "(nothing)")"]
        }
        return ["  \(label)"] + rows.map { "    │ \($0)" }
    }
}
