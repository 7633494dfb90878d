import LetterMerge

/// A long text in which little was changed, with the words around the changes: what stayed is cut in its middle.
struct BriefText {
    /// How much of what stayed is shown beside a change, in characters.
    private static let keptCharacters = 80

    let base: String
    let sides: [String]

    /// What stayed, as it stands between two changes, or before the first or behind the last.
    static func kept(_ text: String, isFirst: Bool, isLast: Bool) -> String {
        let characters = Array(text)
        guard characters.count > 2 * keptCharacters else { return text }
        var (head, tail) = (characters.prefix(keptCharacters), characters.suffix(keptCharacters))
        if let space = head.lastIndex(where: \.isWhitespace) { head = head[..<space] }
        if let space = tail.firstIndex(where: \.isWhitespace) { tail = tail[(space + 1)...] }
        return (isFirst ? "" : String(head) + " ") + "…" + (isLast ? "" : " " + String(tail))
    }

    /// What was there, cut where no side changed it.
    var ofBase: StyledText {
        let bytes = Array(base.utf8)
        var result = StyledText()
        var end = 0
        func add(_ range: Range<Int>, isKept: Bool) {
            let text = String(decoding: bytes[range], as: UTF8.self)
            guard isKept else { return result.add(text) }
            result.add(Self.kept(text, isFirst: range.lowerBound == 0, isLast: range.upperBound == bytes.count))
        }
        for range in touched {
            if range.lowerBound > end { add(end..<range.lowerBound, isKept: true) }
            if range.upperBound > end { add(max(end, range.lowerBound)..<range.upperBound, isKept: false) }
            end = max(end, range.upperBound)
        }
        if end < bytes.count { add(end..<bytes.count, isKept: true) }
        return result
    }

    /// Where a side took something away or put something in, in order.
    private var touched: [Range<Int>] {
        sides.flatMap { side -> [Range<Int>] in
            var position = 0
            return TextDiff(from: base, to: side).spans.compactMap { span in
                let start = position
                if span.change != .added { position += span.text.utf8.count }
                return span.change == .kept ? nil : start..<position
            }
        }.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }
}
