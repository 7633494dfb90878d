/// Notes for people, broken into lines where a terminal would break them in the middle of a word.
enum NoteText {
    /// The note with line feeds between words, so that no line is wider than this if it can be helped.
    ///
    /// What is to be copied stays in one piece: what stands between backquotes, lines that begin with a space, and words that are longer than a line, such as paths.
    static func wrapped(_ note: String, width: Int) -> String {
        note.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix(" ") ? String(line) : lines(String(line), width).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func lines(_ line: String, _ width: Int) -> [String] {
        line.displayWidth > width ? String.lines(of: pieces(line), toWidth: width) : [line]
    }

    /// Words, and what stands between backquotes as one.
    private static func pieces(_ line: String) -> [String] {
        var pieces: [String] = []
        var isQuoted = false
        for word in line.split(separator: " ") {
            if isQuoted {
                pieces[pieces.count - 1] += " \(word)"
            } else {
                pieces.append(String(word))
            }
            if !word.count(where: { $0 == "`" }).isMultiple(of: 2) { isQuoted.toggle() }
        }
        return pieces
    }
}

extension String {
    /// The text in lines of at most so many columns, broken between words.
    func wrapped(toWidth width: Int) -> [String] {
        Self.lines(of: split(separator: " ", omittingEmptySubsequences: false).map(String.init), toWidth: width)
    }

    /// Words in lines of at most so many columns, or of one word that is longer.
    static func lines(of words: [String], toWidth width: Int) -> [String] {
        var lines = [""]
        var used = 0
        for word in words {
            let length = word.displayWidth
            if used > 0, used + 1 + length > width {
                lines.append(word)
                used = length
            } else {
                lines[lines.count - 1] += (used > 0 ? " " : "") + word
                used += length + (used > 0 ? 1 : 0)
            }
        }
        return lines
    }
}
