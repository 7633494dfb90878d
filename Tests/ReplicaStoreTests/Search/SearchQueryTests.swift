import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// What somebody typed, as conditions.
struct SearchQueryTests {
    private let scratch = Scratch()

    private func conditions(_ text: String) throws -> [SearchQuery.Condition] { try SearchQuery(text).conditions }

    @Test func `words, phrases, prefixes and operators are told apart`() throws {
        func words(_ text: String, isPrefix: Bool = false) -> SearchQuery.Words {
            SearchQuery.Words(text, isPrefix: isPrefix)
        }
        #expect(
            try conditions(#"home "come back" gard* -war from:ada -to:"Ben Byron" tag:hom*"#) == [
                SearchQuery.Condition(.words(words("home"))), SearchQuery.Condition(.words(words("come back"))),
                SearchQuery.Condition(.words(words("gard", isPrefix: true))),
                SearchQuery.Condition(.words(words("war")), isNegated: true),
                SearchQuery.Condition(.sender(words("ada"))),
                SearchQuery.Condition(.recipient(words("Ben Byron")), isNegated: true),
                SearchQuery.Condition(.tag(words("hom", isPrefix: true))),
            ])
        let days = try [(1914, 1, 1), (1914, 12, 31)].map {
            try #require(CalendarDay(year: $0.0, month: $0.1, day: $0.2))
        }
        #expect(
            try conditions("before:1914 after:1914 date:1914 has:scan is:conflict") == [
                SearchQuery.Condition(.before(days[0])), SearchQuery.Condition(.after(days[1])),
                SearchQuery.Condition(.during(days[0], days[1])), SearchQuery.Condition(.fact(.hasScan)),
                SearchQuery.Condition(.fact(.isConflict)),
            ])
        #expect(try conditions(" - \"\" * -* !") == [])
    }

    @Test(arguments: [
        ("form:ada", SearchQueryError.unknownOperator("form"), "from:, to:, tag:"),
        ("garden BEFOR:1914", .unknownOperator("befor"), "no operator befor:"),
        ("mailto:ada@example.org", .unknownOperator("mailto"), "double quotes"),
        ("from:", .missingValue("from"), "right after the colon"),
        ("tag: home", .missingValue("tag"), "nothing stands after tag:"),
        ("to:\"\"", .missingValue("to"), "nothing stands after to:"),
        ("-has:", .missingValue("has"), "nothing stands after has:"),
        ("has:scam", .unknownWord("scam", of: "has"), "has: takes attachment, scan"),
        ("is:deleted", .unknownWord("deleted", of: "is"), "is: takes conflict, letter"),
        (
            "before:20", .invalidDate("20", of: "before", reason: EDTFError(.syntax).description),
            "before:20 has no date"
        ),
        ("after:1914/..", .invalidDate("1914/..", of: "after", reason: "that end of it is open"), "open"),
        ("date:../..", .invalidDate("../..", of: "date", reason: "it leaves every day open"), "open"),
    ])
    func `what is nearly a query is an error that says what to write`(
        _ text: String, _ error: SearchQueryError, _ part: String
    ) throws {
        #expect(throws: error) { try SearchQuery(text) }
        #expect(error.description.contains(part), "\(error)")
    }

    @Test func `an impossible day is named`() throws {
        let error = #expect(throws: SearchQueryError.self) { try SearchQuery("after:2020-02-30") }
        #expect(error?.description.contains("after:2020-02-30 has no date: there is no such day") == true)
    }

    @Test func `where very many letters fit, all of them come, each once, the ranked ones first`() throws {
        let store = try scratch.makeStore(.local)
        let maker = RevisionMaker()
        let count = SearchQuery.rankedLetters + 20
        // The first letter in is about it most of all, and past those that are ranked.
        let revisions = try (1...count).map { number in
            try maker.revision(
                number, number == 1 || number == count - 7 ? "orchid orchid orchid" : "orchid number \(number)")
        }
        _ = try store.ingest(maker.ingestion(revisions))
        try store.catchUpSearchIndex()
        func page(_ limit: Int, _ offset: Int) throws -> [LetterID] {
            try store.search("orchid", limit: limit, offset: offset).hits.map(\.letter.id)
        }
        #expect(try page(1, 0) == [RevisionMaker.letterID(count - 7)])
        #expect(try page(10, count - 20) == (11...20).reversed().map(RevisionMaker.letterID))
        #expect(try page(10, count - 5) == (1...5).reversed().map(RevisionMaker.letterID))
        // Over the edge between the two.
        let edge = try page(20, SearchQuery.rankedLetters - 10)
        #expect(edge.count == 20 && Set(edge).count == 20)
        #expect(Array(edge[10...]) == (11...20).reversed().map(RevisionMaker.letterID))
        #expect(try page(10, SearchQuery.rankedLetters - 10) == Array(edge[..<10]))
        #expect(try store.search("orchid -number", limit: 9, offset: 0).hits.count == 2)
        #expect(try store.search("orchid from:nobody", limit: 9, offset: 0).hits == [])
        // By date, they come from the list and not from the index: undated ones by id.
        func byDate(_ text: String) throws -> [LetterID] {
            try store.search(try SearchQuery(text, order: .newest), limit: 3, offset: 0).hits.map(\.letter.id)
        }
        #expect(try byDate("orchid") == (1...3).map(RevisionMaker.letterID))
        #expect(try byDate("orchid -number") == [1, count - 7].map(RevisionMaker.letterID))
        #expect(try byDate("number") == (2...4).map(RevisionMaker.letterID))
    }

    @Test func `the oldest come page by page as all at once, dated ones first`() throws {
        let store = try scratch.makeStore(.local)
        let maker = RevisionMaker()
        let revisions = try (1...12).map { number in
            var letter = Letter()
            letter.body = number.isMultiple(of: 4) ? "a rose" : "an orchid"
            if !number.isMultiple(of: 3) {
                var date = LetterDate()
                date.edtf = "19\(20 - number / 2)"
                letter.date = date
            }
            return try maker.revision(number, letter: letter)
        }
        _ = try store.ingest(maker.ingestion(revisions))
        for text in ["orchid", "-rose", "-orchid", "rose", "before:1950", "-before:1950"] {
            let query = try SearchQuery(text, order: .oldest)
            let all = try store.search(query, limit: 100, offset: 0).hits.map(\.letter.id)
            for offset in 0...13 {
                for limit in 0...4 {
                    let page = try store.search(query, limit: limit, offset: offset).hits.map(\.letter.id)
                    #expect(page == Array(all.dropFirst(offset).prefix(limit)), "\(text), \(limit) from \(offset)")
                }
            }
        }
        let orchids = try store.search(try SearchQuery("orchid", order: .oldest), limit: 9, offset: 0).hits
        #expect(orchids.map(\.letter.id) == [10, 11, 7, 5, 2, 1, 3, 6, 9].map(RevisionMaker.letterID))
    }
}
