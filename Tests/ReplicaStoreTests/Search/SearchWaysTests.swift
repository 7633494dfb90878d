import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// Whichever way the index is asked, the letters are those that going through all of them gives, in the same order, page by page.
struct SearchWaysTests {
    private let scratch = Scratch()

    /// Sorted, and the list not gone through; asked about one by one; asked about until that takes too long; through the set of all that fit.
    /// Then beginnings by each of their words, with letters asked about after the first ones, after some, and only where nothing is left to ask.
    /// The first and the last of all ask the index for the words of days too.
    private static let ways =
        [
            SearchCosts.measured, costs(sorted: 0, expected: 1_000_000, limit: 1_000_000),
            costs(sorted: 0, expected: 1_000_000, limit: 5), costs(sorted: 0, expected: 0, limit: 0),
            costs(sorted: 10, expected: 60, limit: 40),
        ] + [1_000_000, 20, 0].map(wordByWord)

    private static func wordByWord(probes: Int) -> SearchCosts {
        var costs = SearchCosts.measured
        costs.fewPages = -1_000
        costs.wordsBeforeLook = 1
        costs.wordProbes = probes
        if probes > 0 { costs.narrowedLetters = -1 }
        return costs
    }

    private static func costs(sorted: Int, expected: Int, limit: Int) -> SearchCosts {
        var costs = SearchCosts.measured
        costs.sortedLetters = sorted
        costs.expectedProbes = expected
        costs.probeLimit = limit
        costs.sampledLetters = 0
        costs.narrowedLetters = -1
        return costs
    }

    private static let words = [
        "every", "most", "half", "some", "hardly", "rare", "\"every most\"", "\"half every\"", "mo*", "ha*", "r*",
        "nowhere",
        "mo* ha*", "every mo*", "mo* -ha*", "-ha*", "-ha* -mos*", "from:h* mo*", "from:a*", "no*",
        "every most", "most -half", "half -rare", "every -ha*", "-every", "-most", "-half", "-rare", "-mo*",
        "-\"every most\"", "-nowhere", "from:ada", "has:date most", "tag:home", "has:date", "-has:date",
    ]
    private static let days = [
        "", "date:1903-05", "date:1904", "before:1905", "after:1903", "-before:1905", "date:1950", "before:1950",
        "after:1903 before:1906", "date:1903-12-31", "date:1903-12/1904-01", "date:1903-11/1904-11", "date:1901/1908",
        "date:1880/1950", "after:1906 before:1903", "date:1904 date:1903-12/1904-05",
        "-date:1904 after:1902 before:1906",
        "date:0000", "date:-0002/0001", "date:-0001-12",
    ]

    /// 240 letters of words that all, most, some and few of them hold, dated and not, some edited, some deleted.
    private func fill(_ stores: [any ReplicaStore]) throws {
        let maker = RevisionMaker()
        var state = 7
        func below(_ end: Int) -> Int {
            state = (state &* 1_103_515_245 &+ 12_345) & 0x7FFF_FFFF
            return (state >> 12) % end
        }
        func letter() -> Letter {
            var words = ["every"]
            for (word, share) in [
                ("most", 85), ("half", 50), ("some", 20), ("hardly", 4), ("rare", 2), ("moss", 5), ("mo", 3),
                ("halves", 8),
            ] where below(100) < share {
                for _ in 0...below(3) { words.insert(word, at: below(words.count + 1)) }
            }
            var letter = Letter()
            letter.body = words.joined(separator: " ")
            if below(3) == 0 { letter.tags = ["home"] }
            if below(2) == 0 {
                var sender = Agent()
                sender.name = "Ada Half"
                letter.senders = [sender]
            }
            let year = 1900 + below(10)
            let dates = [
                "\(year)-05-1\(below(9))", "\(year)", "\(year)/\(year + 2)", "\(year)/..", "../\(year)", nil,
                "\(year)-12-31/\(year + 1)-01-01", "\(year)-09/\(year + 1)-02", "\(year - 20)/\(year + 5)",
                ["190X", "-0001-12", "-0002/0000", "18XX"][below(4)],
            ]
            if let edtf = dates[below(dates.count)] {
                var date = LetterDate()
                date.edtf = edtf
                letter.date = date
            }
            return letter
        }
        for number in 1...240 {
            var revisions = [try maker.revision(number, letter: letter())]
            if below(10) == 0 { revisions.append(try maker.revision(number, letter: letter(), after: revisions)) }
            if below(20) == 0 {
                revisions.append(try maker.revision(number, nil, after: [revisions[revisions.count - 1]]))
            }
            for store in stores { _ = try store.ingest(maker.ingestion(revisions)) }
        }
    }

    private struct Filled {
        let store: SQLiteReplicaStore
        private let reference: InMemoryReplicaStore
        /// The newest first.
        let list: [LetterID]
        private let oldest: [LetterID]

        init(_ store: SQLiteReplicaStore, _ reference: InMemoryReplicaStore) throws {
            (self.store, self.reference) = (store, reference)
            try store.catchUpSearchIndex()
            func all(_ order: SearchQuery.Order) throws -> [LetterID] {
                let query = try SearchQuery("-nowhere", order: order)
                return try reference.search(query, limit: 1_000, offset: 0).hits.map(\.letter.id)
            }
            list = try all(.newest)
            oldest = try all(.oldest)
        }

        /// What fits each of some texts, found by going through all letters.
        func fitting(_ texts: [String]) throws -> [String: Set<LetterID>] {
            try Dictionary(
                uniqueKeysWithValues: texts.map { text in
                    guard !text.isEmpty else { return (text, Set(list)) }
                    let result = try reference.search(try SearchQuery(text), limit: 1_000, offset: 0)
                    return (text, Set(result.hits.map(\.letter.id)))
                })
        }

        func inOrder(_ letters: Set<LetterID>, _ order: SearchQuery.Order) -> [LetterID] {
            (order == .oldest ? oldest : list).filter(letters.contains)
        }

        /// Whether every way gives the pages of these letters.
        func check(_ query: SearchQuery, _ expected: [LetterID], _ text: String) throws {
            for costs in SearchWaysTests.ways {
                for (limit, offset) in [(1_000, 0), (3, 0), (4, 5), (7, max(0, expected.count - 4)), (2, 500), (0, 0)] {
                    let page = try store.lettersFound(query, limit: limit, offset: offset, costs: costs)
                    #expect(
                        page == Array(expected.dropFirst(offset).prefix(limit)),
                        "\(text), \(limit) from \(offset), \(costs)")
                }
            }
        }
    }

    private func filled() throws -> Filled {
        let store = try scratch.makeStore(.local)
        let reference = InMemoryReplicaStore(archive: RevisionMaker.archive(1), epoch: "00000000000000ff")
        try fill([store, reference])
        return try Filled(store, reference)
    }

    @Test func `by date, every way gives the pages that going through all letters gives`() throws {
        let filled = try filled()
        let (words, days) = try (filled.fitting(Self.words), filled.fitting(Self.days))
        var found = 0
        for (word, holding) in words {
            for (day, dated) in days {
                for order in [SearchQuery.Order.newest, .oldest] {
                    let query = try SearchQuery("\(word) \(day)", order: order)
                    let expected = filled.inOrder(holding.intersection(dated), order)
                    found += expected.count
                    try filled.check(query, expected, "\(word) \(day) \(order)")
                }
            }
        }
        #expect(found > 10_000)
    }

    @Test func `the best of some days come as they come of all days, every way`() throws {
        let filled = try filled()
        let days = try filled.fitting(Self.days)
        for word in Self.words {
            let ranking = try SearchQuery(word, order: .relevance)
            // Nothing but words has an order of relevance.
            guard ranking.effectiveOrder == .relevance else { continue }
            let ranked = try filled.store.search(ranking, limit: 1_000, offset: 0).hits.map(\.letter.id)
            #expect(try Set(ranked) == filled.fitting([word])[word])
            for (day, dated) in days {
                let query = try SearchQuery("\(word) \(day)", order: .relevance)
                try filled.check(query, ranked.filter(dated.contains), "\(word) \(day)")
            }
        }
    }

    @Test func `of very many letters of some days the last ones in are ranked, and the others follow them`() throws {
        let store = try scratch.makeStore(.local)
        let maker = RevisionMaker()
        let count = SearchQuery.rankedLetters + 200
        // Every tenth is of other days; the one that is about it most of all came in too early to be ranked.
        let revisions = try (1...count).map { number in
            var letter = Letter()
            letter.body = number == 1 || number == count - 7 ? "orchid orchid orchid" : "orchid number \(number)"
            var date = LetterDate()
            date.edtf = number.isMultiple(of: 20) ? "1950-05" : "1900-05"
            letter.date = date
            return try maker.revision(number, letter: letter)
        }
        _ = try store.ingest(maker.ingestion(revisions))
        try store.catchUpSearchIndex()
        let fitting = (1...count).filter { !$0.isMultiple(of: 20) }
        let last = fitting.suffix(SearchQuery.rankedLetters).filter { $0 != count - 7 }
        let expected = [count - 7] + last + fitting.dropLast(SearchQuery.rankedLetters).reversed()
        for costs in Self.ways {
            func page(_ text: String, _ limit: Int, _ offset: Int) throws -> [LetterID] {
                try store.lettersFound(try SearchQuery(text), limit: limit, offset: offset, costs: costs)
            }
            for (limit, offset) in [(3, 0), (20, SearchQuery.rankedLetters - 10), (20, fitting.count - 5)] {
                let letters = expected.dropFirst(offset).prefix(limit).map(RevisionMaker.letterID)
                #expect(try page("orchid before:1920", limit, offset) == letters, "\(limit) from \(offset), \(costs)")
            }
            #expect(try page("orchid date:1950", 3, 0) == [20, 40, 60].map(RevisionMaker.letterID))
        }
    }
}
