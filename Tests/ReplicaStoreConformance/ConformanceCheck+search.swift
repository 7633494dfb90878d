import LetterMerge
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    private static let bodies = [
        1: "Dear Sir, the garden is in bloom and the gardener smiles.",
        2: "Le café était fermé; l\u{2019}été à Zürich, naïve façade.",
        3: "\u{5BB6}\u{4FE1}\u{548C}\u{8BD7}\u{7A3F}\u{90FD}\u{5230}\u{4E86}",
        4: "He said \u{201C}come home\u{201D} and didn't.",
        5: "DIYARBAKIR'dan ıssız İzmir'e Işık",
        6: "AND OR NOT NEAR title: body* (x) -y \"quoted\" ^z",
        7: "Łódź, smørrebrød and Ǻngström; Москва́ ёлка",
        8: "home come, not come home in this order; at the garden gate",
    ]

    private static func fill(_ store: any ReplicaStore) throws {
        let maker = RevisionMaker()
        for (number, body) in bodies.sorted(by: { $0.key < $1.key }) {
            var letter = Letter()
            letter.body = body
            if number == 1 { letter.title = "Spring" }
            if number == 2 {
                var sender = Agent()
                sender.name = "Ada Lovelace"
                letter.senders = [sender]
                letter.tags = ["botany"]
            }
            _ = try store.ingest(maker.ingestion([try maker.revision(number, letter: letter)]))
        }
    }

    static func found(_ store: any ReplicaStore, _ query: String) throws -> [Int] {
        let ids = (0...20).map(RevisionMaker.letterID)
        return try store.search(query, limit: 20, offset: 0).hits.compactMap { ids.firstIndex(of: $0.letter.id) }
            .sorted()
    }

    static let search: [ConformanceCheck] = [
        ConformanceCheck("words are found without case and accents, wherever they stand") { make in
            let store = try make()
            try fill(store)
            let expected: [String: [Int]] = [
                "garden": [1, 8], "GARDEN": [1, 8], "gard*": [1, 8], "gard": [], "cafe": [2], "CAFÉ": [2],
                "cafe\u{301}": [2], "zurich facade": [2], "ete": [2], "lovelace": [2], "botany": [2], "spring": [1],
                "garden gate": [8], "garden \"gate\"": [8], "garden nowhere": [], "diyarbakir": [5], "izmir": [5],
                "ISSIZ": [5], "ıssız": [5], "isik": [5], "lodz smorrebrod": [7], "angstrom": [7],
                "москва": [7],
            ]
            for (query, numbers) in expected { try expect(try found(store, query), equals: numbers, query) }
        },
        ConformanceCheck("Chinese is found by word, by character, and not by characters in another order") { make in
            let store = try make()
            try fill(store)
            try expect(try found(store, "\u{5BB6}\u{4FE1}"), equals: [3])
            try expect(try found(store, "\u{5BB6}"), equals: [3])
            try expect(try found(store, "\u{4FE1}"), equals: [3])
            try expect(try found(store, "\u{4FE1}\u{5BB6}"), equals: [])
            try expect(try found(store, "\u{4FE1} \u{5BB6}"), equals: [3])
        },
        ConformanceCheck("words in quotes are a phrase") { make in
            let store = try make()
            try fill(store)
            try expect(try found(store, "come home"), equals: [4, 8])
            try expect(try found(store, "\"come home\""), equals: [4, 8])
            try expect(try found(store, "\"home come\""), equals: [8])
            try expect(try found(store, "\"said come\""), equals: [4])
            try expect(try found(store, "\"come home"), equals: [4, 8], "a quote that is never closed")
            try expect(try found(store, "didn\u{2019}t"), equals: [4])
        },
        ConformanceCheck("no query is an error, and none is more than words") { make in
            let store = try make()
            try fill(store)
            let nothing = [
                "", " ", "\"", "\"\"", "*", "***", "()", "- -", "!", "\u{0}", "^", "\" \"", "\u{301}", "\u{200B}", "'",
                ";--",
            ]
            for query in nothing { try expect(try found(store, query), equals: [], "query of nothing") }
            try expect(try found(store, "AND"), equals: [1, 4, 6, 7])
            try expect(try found(store, "NOT NEAR(title:"), equals: [6])
            try expect(try found(store, "\"quoted\" ^z"), equals: [6])
            try expect(try found(store, "garden\u{0}gate"), equals: [8])
            let hostile = [
                "garden'); DROP TABLE search; --", "\"garden\" OR \"gate", "{body title}: garden", "\"search:x\"",
                String(repeating: "(", count: 4_000), String(repeating: "garden ", count: 4_000),
                String(repeating: "\"", count: 999), String(repeating: "a*", count: 3_000),
                String(repeating: "字", count: 9_000), "\u{FFFD}\u{10FFFF}\u{E000}",
            ]
            for query in hostile { _ = try found(store, query) }
            try expect(try found(store, "garden"), equals: [1, 8])
        },
        ConformanceCheck("a hit shows the words around the place, with ranges of what fits") { make in
            let store = try make()
            let maker = RevisionMaker()
            let before = String(repeating: "before it ", count: 100)
            let after = String(repeating: " after it", count: 100)
            var letter = Letter()
            letter.body = before + "stands\n\nthe CAFÉ" + after
            _ = try store.ingest(maker.ingestion([try maker.revision(1, letter: letter)]))
            let result = try store.search("cafe", limit: 1, offset: 0)
            try expect(result.hits.count, equals: 1)
            let hit = result.hits[0]
            let bytes = Array(hit.snippet.utf8)
            try expect(hit.matches.isEmpty, equals: false)
            for range in hit.matches {
                try expect(
                    String(decoding: bytes[range], as: UTF8.self).hasSameBytes(as: "CAFÉ"), "the place that fits")
            }
        },
        ConformanceCheck("each of many hits shows its own words") { make in
            let store = try make()
            let maker = RevisionMaker()
            let letters = 1...120
            _ = try store.ingest(
                maker.ingestion(try letters.map { try maker.revision($0, "Søren’s “old” Gärten, number \($0), ße.") }))
            let hits = try store.search("garten", limit: 500, offset: 0).hits
            try expect(Set(hits.map(\.letter.id)).count, equals: letters.count)
            for hit in hits {
                let number = letters.first { RevisionMaker.letterID($0) == hit.letter.id } ?? 0
                try expect(hit.snippet, equals: "Søren’s “old” Gärten, number \(number), ße.")
                let bytes = Array(hit.snippet.utf8)
                try expect(hit.matches.map { String(decoding: bytes[$0], as: UTF8.self) }, equals: ["Gärten"])
            }
        },
        ConformanceCheck("an edit is found by its new words only, a deleted letter by none") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "an old expression")
            let left = try maker.revision(1, "a new expression", after: [root])
            _ = try store.ingest(maker.ingestion([root]))
            try expect(try found(store, "old"), equals: [1])
            _ = try store.ingest(maker.ingestion([left]))
            try expect(try found(store, "old"), equals: [])
            try expect(try found(store, "new expression"), equals: [1])
            let right = try maker.revision(1, "an old expression of love", after: [root])
            _ = try store.ingest(maker.ingestion([right]))
            try expect(try found(store, "love"), equals: [1])
            try expect(try found(store, "new"), equals: [1])
            let tombstone = try maker.revision(1, nil, after: [left, right])
            _ = try store.ingest(maker.ingestion([tombstone]))
            try expect(try found(store, "expression"), equals: [])
            let restored = try maker.revision(1, "back again", after: [tombstone])
            _ = try store.ingest(maker.ingestion([restored]))
            try expect(try found(store, "back"), equals: [1])
            try expect(try found(store, "love"), equals: [])
        },
        ConformanceCheck("hits come in pages, the letter that is about it first") { make in
            let store = try make()
            let maker = RevisionMaker()
            for number in 1...7 {
                let body =
                    "word " + (number == 5 ? String(repeating: "orchid ", count: 20) : "orchid and much else besides")
                _ = try store.ingest(maker.ingestion([try maker.revision(number, body)]))
            }
            let all = try store.search("orchid", limit: 10, offset: 0).hits.map(\.letter.id)
            try expect(all.count, equals: 7)
            try expect(all.first, equals: RevisionMaker.letterID(5))
            let pages = try [0, 3, 6].flatMap { try store.search("orchid", limit: 3, offset: $0).hits.map(\.letter.id) }
            try expect(pages, equals: all)
            try expect(try store.search("orchid", limit: 10, offset: 0).unindexed, equals: 0)
        },
    ]
}
