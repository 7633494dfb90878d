import LetterModel
import SQLiteBinding

/// Beginnings of words, such as `gard*`, asked for word by word.
///
/// FTS5 puts the letters of all words that begin so together before it knows the first one, which takes long where many letters hold them. It steps through
/// several words beside each other from any end, but it has to look for each of them first.
extension SearchIndex {
    /// The same match with the words instead of their beginnings, where that costs less; the letters, and their order, are the same.
    func wordByWord(_ query: SearchQuery, _ costs: SearchCosts) throws -> SearchMatch {
        var room = costs.wordLimit
        return try SearchMatch(query) { beginning in
            let limit = min(room, try Int(Double(pages(of: beginning) - costs.fewPages) * costs.wordsPerPage))
            guard limit > 0 else { return nil }
            let words = try words(beginning, limit: limit + 1)
            guard !words.isEmpty, words.count <= limit else { return nil }
            room -= words.count
            return words
        }
    }

    /// Letters that hold one of some words: all of them, or so many that the first ones of the list are among them.
    func letters(
        ofAny phrases: [String], _ listed: (match: SearchMatch, count: Int)?, _ costs: SearchCosts
    ) throws -> RowSet {
        // Short words are common. Once they are known, most of a page is, and the few letters before its end that hold none of them are asked about.
        let phrases = phrases.sorted { $0.utf8.count < $1.utf8.count }
        let held = RowSet()
        var look = costs.wordsBeforeLook
        for (index, phrase) in phrases.enumerated() {
            try connection.rowSet("SELECT rowid FROM search WHERE search MATCH ?", [.text(phrase)], into: held)
            guard let listed, index + 1 == look else { continue }
            look *= 2
            let left = phrases[(index + 1)...]
            let probes = left.isEmpty ? 0 : costs.wordProbes / left.count
            guard let open = try openLetters(listed.match, before: listed.count, held, limit: probes) else { continue }
            let others = left.joined(separator: " OR ")
            for letter in open where try holds(letter, others) { held.insert(letter) }
            return held
        }
        return held
    }

    /// The letters of a list that are not in a set, up to so many of the list that are; nil if they are more than a limit.
    private func openLetters(_ match: SearchMatch, before count: Int, _ held: RowSet, limit: Int) throws -> [Int]? {
        var (found, open) = (0, [Int]())
        try forEachListed(match) { letter in
            if held.contains(letter) { found += 1 } else { open.append(letter) }
            return found < count && open.count <= limit
        }
        return open.count <= limit ? open : nil
    }

    /// Up to so many words of the index, in the order of their bytes.
    ///
    /// Source: https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module
    private func words(_ beginning: String, limit: Int) throws -> [String] {
        // A row a place: it reads no further than the first place of a word.
        try connection.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_place USING fts5vocab('main', 'search', 'instance')")
        func first(from: String) -> String {
            "(SELECT term FROM temp.search_place WHERE term >= \(from) AND term < ?2 ORDER BY term LIMIT 1)"
        }
        // Of the words that are longer than a word by anything the one with a zero is the first.
        return try connection.rows(
            """
            WITH RECURSIVE word (term) AS (
                SELECT \(first(from: "?1"))
                UNION ALL SELECT \(first(from: "word.term || char(0)")) FROM word WHERE word.term IS NOT NULL
            ) SELECT term FROM word WHERE term IS NOT NULL LIMIT ?3
            """, [.text(beginning), .text(beginning + "\u{10FFFF}"), .integer(limit)]
        ) { row throws in try row.text(0) }
    }

    /// About how many pages of the index are about words that begin so, as the beginnings of its pages tell: what it costs to put their letters together.
    private func pages(of beginning: String) throws -> Int {
        // A zero stands before each word. Pages are counted twice: the last bit says something else.
        let (start, end) = (Array("0\(beginning)".utf8), Array("0\(beginning)\u{10FFFF}".utf8))
        func page(_ condition: String) -> String {
            "(SELECT pgno / 2 FROM search_idx WHERE segid = segment.id AND \(condition) ORDER BY term DESC LIMIT 1)"
        }
        let count =
            try connection.first(
                """
                WITH RECURSIVE segment (id) AS (
                    SELECT min(segid) FROM search_idx
                    UNION ALL SELECT (SELECT min(segid) FROM search_idx WHERE segid > segment.id) FROM segment
                    WHERE segment.id IS NOT NULL
                ) SELECT CAST(total(\(page("term < ?2")) - \(page("term <= ?1"))) AS INTEGER) FROM segment WHERE id IS NOT NULL
                """, [.bytes(start), .bytes(end)]
            ) { (row) throws(SQLiteError) in row.integer(0) } ?? 0
        return max(0, min(count, 1_000_000))
    }
}
