import LetterModel
import SQLiteBinding

/// What decides how the index is asked.
package struct SearchCosts: Sendable {
    /// As many letters that fit are sorted, instead of looking for them along the list.
    package var sortedLetters = SearchQuery.rankedLetters
    /// As many letters are asked about one by one, if so few are there or are likely to fill the page.
    package var expectedProbes = 150
    /// After so many, a page that is not full is looked for in another way.
    package var probeLimit = 200
    /// As many letters that have a word of the asked-for days are asked for with the days, and not together with the letters of other days.
    package var narrowedLetters = 20_000
    /// Among so many letters that came in last it is looked whether most are of the asked-for days, so that the list need not be gone through.
    package var sampledLetters = 10_000
    /// Beginnings that so few pages of the index are about are not asked for word by word.
    package var fewPages = 20
    /// As many words take as long to be looked for as a page of the index takes to be put together with others.
    package var wordsPerPage = 1.0
    /// As many words are asked for one by one, of all beginnings together: each takes up to 50 KB while it is looked for.
    package var wordLimit = 1_200
    /// After so many words it is looked whether they make out the page of a list, then after twice as many, and so on.
    package var wordsBeforeLook = 8
    /// As many words are looked for in single letters to do without the other letters of these words.
    package var wordProbes = 200

    /// As measured with 100,000 letters.
    package static let measured = SearchCosts()
}

/// How the index is asked: the letters are the same whichever way they are found, and come in the same order.
///
/// The index knows at once how many letters hold a word that few hold, and it steps through those of a common one in the order of their
/// numbers. Asking it whether one letter fits costs as much as stepping through some hundred of them. So a page of the list is found by asking
/// about one letter after the other where many fit, and otherwise by going through all that fit. Where few letters have a word of the asked-for days, all others
/// are left out at once.
extension SearchIndex {
    /// Letters that fit, in the order that is asked for: their numbers.
    func find(_ query: SearchQuery, limit: Int, offset: Int, _ costs: SearchCosts) throws -> [Int] {
        let (limit, offset) = (max(0, limit), max(0, offset))
        let match = SearchMatch(query)
        if match.order == .relevance, let required = match.required {
            return try ranked(required, match, limit: limit, offset: offset, costs)
        }
        return try listed(match, limit: limit, offset: offset, costs)
    }

    private func numbers(_ sql: String, _ values: [SQLiteValue]) throws -> [Int] {
        try connection.rows(sql, values) { row throws in row.integer(0) }
    }

    // MARK: By relevance

    /// Best first among the letters that were taken in last; past so many, the order in which they came, the last ones first.
    private func ranked(
        _ phrases: String, _ match: SearchMatch, limit: Int, offset: Int, _ costs: SearchCosts
    ) throws -> [Int] {
        var match = match
        let isNarrow = try isNarrow(match, limit: costs.narrowedLetters)
        let isDayCommon = try match.days.isEmpty || isNarrow || areMany(match, among: costs.sampledLetters)
        // Where all letters are looked at, a beginning costs less than its words.
        if match.hasPrefix, isDayCommon { match = try wordByWord(match.query, costs) }
        var values: [SQLiteValue] = [.text((isNarrow ? match.narrowed : match.required) ?? phrases)]
        var source = "search WHERE search MATCH ?1"
        let last = " ORDER BY search.rowid DESC"
        if match.days.isEmpty {
            source += last
        } else if isDayCommon {
            source = """
                search CROSS JOIN summary ON summary.letter = search.rowid AND summary.is_deleted = 0
                WHERE search MATCH ?1\(match.daysSQL)\(last)
                """
            values += match.dayValues
        } else {
            let listed = try connection.rowSet(
                "SELECT letter FROM \(LetterList(connection).sourceByDate()) WHERE is_deleted = 0\(match.daysSQL)",
                match.dayValues)
            if listed.count <= min(costs.expectedProbes, SearchQuery.rankedLetters), !match.hasPrefix {
                // All of them are ranked. In an order of its own the index would begin at its end for each.
                source += " AND search.rowid IN (SELECT value FROM json_each(?2))"
                values.append(.text("[\(listed.rows.map(String.init).joined(separator: ","))]"))
            } else {
                try connection.define("is_listed", as: listed)
                source += " AND is_listed(search.rowid)\(last)"
            }
        }
        let weights = SearchDocument.columns.map { "\($0.weight).0" }.joined(separator: ", ")
        var found: [Int] = []
        if offset < SearchQuery.rankedLetters {
            try connection.beginFullTextRanking(
                phraseCounts: match.phraseCounts, narrowingPhrases: isNarrow ? match.dayWords.count : 0)
            found = try numbers(
                """
                SELECT found.letter FROM (
                    SELECT search.rowid AS letter, weight(search, \(weights)) AS score FROM \(source)
                    LIMIT \(SearchQuery.rankedLetters)
                ) AS found CROSS JOIN summary ON summary.letter = found.letter AND summary.is_deleted = 0
                ORDER BY found.score, summary.id LIMIT ? OFFSET ?
                """, values + [.integer(min(limit, SearchQuery.rankedLetters - offset)), .integer(offset)])
            // Fewer than there is room for: no letter is left, or the ranked ones are all given.
            guard found.count < limit, offset + found.count == SearchQuery.rankedLetters else { return found }
        }
        return try found
            + numbers(
                "SELECT search.rowid FROM \(source) LIMIT ? OFFSET ?",
                values + [.integer(limit - found.count), .integer(max(offset, SearchQuery.rankedLetters))])
    }

    /// Whether so few letters have a word of the asked-for days that the others can be left out of everything else.
    private func isNarrow(_ match: SearchMatch, limit: Int) throws -> Bool {
        guard match.required != nil, let days = match.daysPhrase else { return false }
        let count = try connection.integer(
            "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)",
            [.text(days), .integer(limit + 1)])
        return (count ?? 0) <= limit
    }

    /// Whether a fifth or more of the letters that came in last are of the asked-for days, as a look at each fiftieth tells.
    private func areMany(_ match: SearchMatch, among count: Int) throws -> Bool {
        let end = try lastLetter()
        let sample = stride(from: end, to: max(0, end - count), by: -50).map(String.init)
        let fitting = try connection.integer(
            """
            SELECT count(*) FROM json_each(?) AS sample CROSS JOIN summary ON summary.letter = sample.value
            WHERE summary.is_deleted = 0\(match.daysSQL)
            """, [.text("[\(sample.joined(separator: ","))]")] + match.dayValues)
        return !sample.isEmpty && (fitting ?? 0) * 5 >= sample.count
    }

    // MARK: In the order of the list

    private func listed(_ match: SearchMatch, limit: Int, offset: Int, _ costs: SearchCosts) throws -> [Int] {
        var page = Page(limit: limit, offset: offset)
        guard limit > 0 else { return [] }
        guard let phrases = match.required ?? match.excluded else {
            try forEachListed(match) { page.take($0) }
            return page.letters
        }
        if try isNarrow(match, limit: costs.sortedLetters),
            let phrases = try (match.hasPrefix ? wordByWord(match.query, costs) : match).narrowed
        {
            return try sorted(phrases, match, limit: limit, offset: offset)
        }
        let isWanted = match.required != nil
        var set: RowSet?
        if match.hasPrefix {
            let words = try wordByWord(match.query, costs).alternatives ?? []
            if words.count > 1 {
                let held = try letters(ofAny: words, isWanted ? (match, offset + limit) : nil, costs)
                try forEachListed(match) { held.contains($0) == isWanted ? page.take($0) : true }
                return page.letters
            }
            set = try letters(phrases)
        }
        let share = try set.map { (count: $0.count, last: try lastLetter()) } ?? beginning(of: phrases, costs)
        if isWanted, share.count <= costs.sortedLetters {
            return try sorted(phrases, match, limit: limit, offset: offset)
        }
        let holding = Double(share.count) / Double(max(share.last, 1))
        let fitting = isWanted ? holding : 1 - holding
        if set == nil, Double(offset + limit) <= fitting * Double(costs.expectedProbes) {
            var probes = 0
            try forEachListed(match) { letter in
                probes += 1
                if try holds(letter, phrases) == isWanted { return page.take(letter) }
                return probes < costs.probeLimit
            }
            if page.isFull || probes < costs.probeLimit { return page.letters }
            page = Page(limit: limit, offset: offset)
        }
        let held = try set ?? letters(phrases)
        try forEachListed(match) { held.contains($0) == isWanted ? page.take($0) : true }
        return page.letters
    }

    /// What is asked for of a list.
    private struct Page {
        let limit: Int
        let offset: Int
        private var passed = 0
        private(set) var letters: [Int] = []

        init(limit: Int, offset: Int) {
            self.limit = limit
            self.offset = offset
        }

        var isFull: Bool { letters.count >= limit }

        /// Takes the next letter of the list that fits; false when it was the last one that there is room for.
        mutating func take(_ letter: Int) -> Bool {
            passed += 1
            if passed > offset { letters.append(letter) }
            return !isFull
        }
    }

    /// Goes through the letters of the asked-for days in the order of the list, by its index, until the closure returns false.
    func forEachListed(_ match: SearchMatch, _ body: (Int) throws -> Bool) throws {
        let sql = "SELECT letter FROM \(try LetterList(connection).sourceByDate()) WHERE is_deleted = 0\(match.daysSQL)"
        var goesOn = true
        func walk(_ end: String) throws {
            try connection.forEach(sql + end, match.dayValues) { row in
                goesOn = try body(row.integer(0))
                return goesOn
            }
        }
        guard match.order == .oldest else { return try walk(" ORDER BY sort_key DESC, id") }
        // In two parts, each of which follows the index: in one, all would be sorted.
        try walk(" AND sort_key IS NOT NULL ORDER BY sort_key, id")
        if goesOn { try walk(" AND sort_key IS NULL ORDER BY id") }
    }

    /// From the few that fit to their rows of the list.
    private func sorted(_ phrases: String, _ match: SearchMatch, limit: Int, offset: Int) throws -> [Int] {
        let order = match.order == .oldest ? "summary.sort_key IS NULL, summary.sort_key" : "summary.sort_key DESC"
        return try numbers(
            """
            SELECT summary.letter FROM search CROSS JOIN summary ON summary.letter = search.rowid
            WHERE search MATCH ? AND summary.is_deleted = 0\(match.daysSQL)
            ORDER BY \(order), summary.id LIMIT ? OFFSET ?
            """, [.text(phrases)] + match.dayValues + [.integer(limit), .integer(offset)])
    }

    func holds(_ letter: Int, _ phrases: String) throws(SQLiteError) -> Bool {
        try connection.integer(
            "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?", [.text(phrases), .integer(letter)]) != nil
    }

    /// All letters that hold something.
    private func letters(_ phrases: String) throws -> RowSet {
        try connection.rowSet("SELECT rowid FROM search WHERE search MATCH ?", [.text(phrases)])
    }

    /// How many of the letters up to which one hold something: all, or one more than are sorted.
    private func beginning(of phrases: String, _ costs: SearchCosts) throws -> (count: Int, last: Int) {
        let counted = costs.sortedLetters + 1
        let (count, last) =
            try connection.first(
                "SELECT count(*), max(rowid) FROM (SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ?)",
                [.text(phrases), .integer(counted)]
            ) { (row) throws(SQLiteError) in (row.integer(0), row.integer(1)) } ?? (0, 0)
        return (count, count < counted ? try lastLetter() : last)
    }

    private func lastLetter() throws -> Int {
        try connection.integer("SELECT max(letter) FROM search_entry") ?? 0
    }
}
