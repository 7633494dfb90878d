import LetterMerge
import LetterModel
import SQLiteBinding

/// Cuts out of a letter the words around the first place that fits a query, inside a transaction.
///
/// The index keeps no texts, so the letter is put into an index of few rows in memory, which marks what fits: by the
/// same tokenizer, so that nothing is marked that did not fit.
struct SnippetMaker {
    private let connection: Connection
    /// The words that are marked; nil if none are asked for.
    private let match: String?
    /// How many letters were put into the index.
    private var count = 0

    /// As many are in it at once. Taking one out, or putting one in before others, takes as long as all the rest.
    private static let lettersTogether = 20

    init(_ connection: Connection, match: String?) {
        self.connection = connection
        self.match = match
    }

    /// Makes the index anew, empty.
    private func makeIndex() throws(SQLiteError) {
        try end()
        try connection.execute(
            "CREATE VIRTUAL TABLE temp.snippet USING fts5(\(SearchDocument.columnNames), \(SearchDocument.tokenizer))")
    }

    /// Lets go of the letters.
    func end() throws(SQLiteError) {
        try connection.execute("DROP TABLE IF EXISTS temp.snippet")
    }

    /// Folding turns control characters into spaces, so these two occur in no folded text.
    private static let open: UInt8 = 0x02
    private static let close: UInt8 = 0x03

    /// About as much as two lines of a terminal.
    private static let snippetBytes = 160

    mutating func snippet(of view: LetterView) throws -> (text: String, matches: [Range<Int>]) {
        guard let texts = SearchDocument(view)?.shown else { return ("", []) }
        guard let match else { return Self.beginning(of: texts) }
        let folded = texts.map(SearchFold.textWithOffsets)
        if count.isMultiple(of: Self.lettersTogether) { try makeIndex() }
        count += 1
        try connection.run(
            "INSERT INTO temp.snippet (rowid, \(SearchDocument.columnNames)) VALUES (?, \(SearchDocument.columnMarks))",
            [.integer(count)] + folded.map { .text($0.text) })
        let columns = SearchDocument.columns.indices
        let marks = columns.map { "highlight(snippet, \($0), char(2), char(3))" }.joined(separator: ", ")
        let marked = try connection.first(
            "SELECT \(marks) FROM temp.snippet WHERE snippet MATCH ? AND rowid = ?", [.text(match), .integer(count)]
        ) {
            (row) throws(SQLiteError) in
            var texts: [String] = []
            for column in columns { texts.append(try row.text(column)) }
            return texts
        }
        for (column, text) in (marked ?? []).enumerated() {
            let ranges = Self.ranges(in: text, folded: folded[column], of: texts[column])
            guard !ranges.isEmpty else { continue }
            return Self.cut(Array(texts[column].utf8), around: ranges)
        }
        return Self.beginning(of: texts)
    }

    /// What a letter begins with, where no place of it fits better than another.
    private static func beginning(of texts: [String]) -> (text: String, matches: [Range<Int>]) {
        let text = texts.first { !$0.isEmpty } ?? ""
        return (cut(Array(text.utf8), around: [0..<0]).text, [])
    }

    /// The marked places as byte ranges of the original text.
    private static func ranges(
        in marked: String, folded: SearchFold.FoldedText, of original: String
    ) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var position = 0
        var start: Int?
        let bytes = Array(original.utf8)
        for byte in marked.utf8 {
            switch byte {
            case open: start = position
            case close:
                if let first = start, position > first {
                    var end = folded.offsets[position - 1]
                    // To the end of the scalar, with the marks that folding dropped.
                    end += 1
                    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
                    result.append(folded.offsets[first]..<end)
                }
                start = nil
            default: position += 1
            }
        }
        return result
    }

    /// The words around the first place, on one line.
    private static func cut(_ bytes: [UInt8], around ranges: [Range<Int>]) -> (text: String, matches: [Range<Int>]) {
        guard let first = ranges.first else { return ("", []) }
        func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F }
        func isBoundary(_ index: Int) -> Bool { index >= bytes.count || bytes[index] & 0xC0 != 0x80 }
        var start = max(0, first.lowerBound - snippetBytes / 3)
        // At the beginning of a word if one begins before the place, else at least of a scalar.
        if start > 0 {
            var word = start
            while word < first.lowerBound, !isSpace(bytes[word]) { word += 1 }
            start = word < first.lowerBound ? word + 1 : start
            while !isBoundary(start) { start += 1 }
        }
        var end = min(bytes.count, max(start + snippetBytes, first.upperBound))
        if end < bytes.count {
            var word = end
            while word > first.upperBound, !isSpace(bytes[word]) { word -= 1 }
            if word > first.upperBound { end = word }
            while !isBoundary(end) { end -= 1 }
            end = max(end, first.upperBound)
        }
        var line: [UInt8] = []
        // Where each byte of the stretch went.
        var places: [Int] = []
        for index in start..<end {
            places.append(line.count)
            if isSpace(bytes[index]) {
                if let last = line.last, last != 0x20 { line.append(0x20) }
            } else {
                line.append(bytes[index])
            }
        }
        places.append(line.count)
        let matches = ranges.filter { $0.lowerBound >= start && $0.upperBound <= end }
            .map { places[$0.lowerBound - start]..<places[$0.upperBound - start] }
        return (String(decoding: line, as: UTF8.self), matches)
    }
}
