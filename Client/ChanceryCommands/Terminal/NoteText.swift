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
        guard line.displayWidth > width else { return [line] }
        var lines: [String] = []
        for piece in pieces(line) {
            if let last = lines.last, last.displayWidth + 1 + piece.displayWidth <= width {
                lines[lines.count - 1] = "\(last) \(piece)"
            } else {
                lines.append(piece)
            }
        }
        return lines
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
