import LetterMerge
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    /// A letter of few words: who to whom, when, with which tags, and what it has.
    private static func letter(
        _ body: String, from sender: String? = nil, to recipient: String? = nil, on date: String? = nil,
        tags: [String] = [], role: AttachmentRole? = nil, kind: Kind? = nil
    ) -> Letter {
        var letter = Letter()
        letter.body = body
        func agent(_ name: String) -> Agent {
            var agent = Agent()
            agent.name = name
            return agent
        }
        letter.senders = sender.map { [agent($0)] } ?? []
        letter.recipients = recipient.map { [agent($0)] } ?? []
        if let date {
            var written = LetterDate()
            written.edtf = date
            letter.date = written
        }
        letter.tags = tags
        letter.kind = kind
        if let role {
            var attachment = Attachment()
            attachment.blob = BlobID(hex: String(repeating: "ab", count: 32))
            attachment.role = role
            letter.attachments = [attachment]
        }
        return letter
    }

    /// Ten letters of every kind that operators tell apart; the ninth is in conflict, the tenth deleted.
    private static func fillForOperators(_ store: any ReplicaStore) throws {
        let maker = RevisionMaker()
        let letters = [
            letter(
                "The garden is in bloom.", from: "Ada Lovelace", to: "Ben Byron", on: "1914-07-28", tags: ["home leave"]
            ),
            letter(
                "The garden and the war.", from: "Ben Byron", to: "Ada Lovelace", on: "1914", tags: ["home", "war"],
                role: .scan),
            letter(
                "No flowers here.", from: "Hüseyin Işık", to: "DIYARBAKIR Valisi", on: "1915-01-01", role: .enclosure,
                kind: .telegram),
            letter("家信和诗稿都到了", from: "魯迅", to: "許廣平", on: "1926-09-04", tags: ["家書"]),
            letter("وصلت الرسالة اليوم", from: "أحمد", to: "محمد", on: "1820~"),
            letter("Garden: nobody knows when.", from: "Byron Ada", tags: ["Réponse"]),
            letter("From before, or later.", from: "O\u{2019}Brien", on: "../1914-07-01"),
            letter("Before our era.", from: "Cicero", to: "Atticus", on: "-0043-03-15", kind: .letter),
        ]
        for (index, letter) in letters.enumerated() {
            _ = try store.ingest(maker.ingestion([try maker.revision(index + 1, letter: letter)]))
        }
        let root = try maker.revision(9, letter: letter("War and peace.", from: "Ada Lovelace", on: "1916"))
        let sides = try ["War.", "Peace."].map { title in
            var side = letter("War and peace.", from: "Ada Lovelace", on: "1916")
            side.title = title
            return try maker.revision(9, letter: side, after: [root])
        }
        _ = try store.ingest(maker.ingestion([root] + sides))
        let gone = try maker.revision(10, letter: letter("A garden that is gone.", from: "Ada Lovelace", on: "1914"))
        _ = try store.ingest(maker.ingestion([gone, try maker.revision(10, nil, after: [gone])]))
    }

    private static func inOrder(
        _ store: any ReplicaStore, _ query: String, _ order: SearchQuery.Order? = nil, limit: Int = 20, offset: Int = 0
    ) throws -> [Int] {
        let ids = (0...20).map(RevisionMaker.letterID)
        return try store.search(try SearchQuery(query, order: order), limit: limit, offset: offset).hits
            .compactMap { ids.firstIndex(of: $0.letter.id) }
    }

    private static func check(_ store: any ReplicaStore, _ expected: [String: [Int]]) throws {
        for (query, numbers) in expected { try expect(try inOrder(store, query).sorted(), equals: numbers, query) }
    }

    static let operators: [ConformanceCheck] = [
        ConformanceCheck("senders and recipients are told apart, in any script and by any of their words") { make in
            let store = try make()
            try fillForOperators(store)
            try check(
                store,
                [
                    "from:ada": [1, 6, 9], "to:ada": [2], "from:lovelace": [1, 9], "FROM:Lovel*": [1, 9],
                    "from:lovel": [],
                    "from:\"Ada Lovelace\"": [1, 9], "from:\u{201C}ada lovelace\u{201D}": [1, 9],
                    "from:\"Lovelace Ada\"": [],
                    "from:\"ada lov\"*": [1, 9], "from:byron to:lovelace": [2], "from:byron from:ben": [2],
                    "from:huseyin": [3], "from:isik": [3], "from:IŞIK": [3], "from:ışık": [3], "to:diyarbakır": [3],
                    "to:DİYARBAKIR": [3], "from:魯": [4], "from:魯迅": [4], "from:迅魯": [], "to:許廣平": [4], "from：魯迅": [4],
                    "from:أحمد": [5], "to:محمد": [5], "from:o'brien": [7], "from:O\u{2018}Brien": [7],
                    "from:garden": [],
                ])
        },
        ConformanceCheck("a tag is asked for as a whole, or by its beginning") { make in
            let store = try make()
            try fillForOperators(store)
            try check(
                store,
                [
                    "tag:home": [2], "tag:\"home leave\"": [1], "tag:home*": [1, 2], "tag:leave": [],
                    "tag:war tag:home": [2],
                    "tag:reponse": [6], "tag:RÉPONSE": [6], "tag:家書": [4], "tag:家": [], "tag:家*": [4],
                    "tag:\"home war\"": [],
                ])
        },
        ConformanceCheck("days are asked for as days, months, years and spans, and no letter without a date is found") {
            make in
            let store = try make()
            try fillForOperators(store)
            try check(
                store,
                [
                    "before:1914": [5, 7, 8], "before:1914-07-28": [2, 5, 7, 8], "before:1914-07-29": [1, 2, 5, 7, 8],
                    "after:1914": [3, 4, 9], "after:1914-07": [2, 3, 4, 9], "after:1926-09-04": [],
                    "after:1926-09-03": [4],
                    "after:1914 before:1916": [3], "date:1914": [1, 2, 7], "date:1914-07-28": [1, 2],
                    "date:1914/1915": [1, 2, 3, 7],
                    "date:-0043": [7, 8], "before:0001": [7, 8], "date:1820": [5, 7], "date:1915/..": [3, 4, 9],
                    "-date:1914": [3, 4, 5, 6, 8, 9], "-before:2000": [6], "date:\"1914\"": [1, 2, 7],
                ])
        },
        ConformanceCheck("what a letter has and is can be asked for") { make in
            let store = try make()
            try fillForOperators(store)
            try check(
                store,
                [
                    "has:scan": [2], "has:attachment": [2, 3], "has:enclosure": [3], "has:original": [],
                    "HAS:Scan": [2],
                    "has:tag": [1, 2, 4, 6], "-has:date": [6], "is:conflict": [9], "is:telegram": [3], "is:letter": [8],
                    "is:enclosure": [], "-is:conflict after:1915": [4],
                ])
            try expect(try found(store, "scan"), equals: [], "a fact is no word of the letter")
            try expect(try found(store, "conflict"), equals: [])
        },
        ConformanceCheck("a hyphen stands before what must not be, and conditions are combined") { make in
            let store = try make()
            try fillForOperators(store)
            try check(
                store,
                [
                    "garden": [1, 2, 6], "garden -war": [1, 6], "garden -from:ada": [2],
                    "garden -tag:home -date:1914": [6],
                    "-garden -from:ada": [3, 4, 5, 7, 8], "garden -\"is in bloom\"": [2, 6],
                    "-\"garden and\" garden": [1, 6],
                    "garden from:ada date:1914": [1], "is:conflict from:ada war -title": [9], "from:ada -gard*": [9],
                    "garden - war": [2], "garden -": [1, 2, 6], "--garden -from:ada": [3, 4, 5, 7, 8],
                ])
        },
        ConformanceCheck("what is no operator is a word, and what is nearly one is an error") { make in
            let store = try make()
            try fillForOperators(store)
            try check(
                store,
                [
                    "Garden:": [1, 2, 6], "\"garden: nobody\"": [6], "\"from:ada\"": [], "https://garden": [],
                    "12:30": [],
                    "\u{300C}家信\u{300D}": [4], "\u{AB}in bloom\u{BB}": [1], "\"in blo\"*": [1], "from:ada*garden": [],
                ])
            for query in [
                "form:ada", "title:garden", "from:", "from: ada", "tag:\"\"", "before:soon", "after:1914-13",
                "has:scam", "is:", "date:..",
            ] {
                do {
                    _ = try SearchQuery(query)
                    try expect(false, "\(query) was taken")
                } catch is SearchQueryError {}
            }
        },
        ConformanceCheck("the order is that of relevance for words, else the newest first, or what is asked for") {
            make in
            let store = try make()
            try fillForOperators(store)
            try expect(try inOrder(store, "from:ada"), equals: [9, 1, 6])
            try expect(try inOrder(store, "from:ada", .oldest), equals: [1, 9, 6])
            try expect(try inOrder(store, "from:ada", .relevance), equals: [9, 1, 6])
            try expect(try inOrder(store, "garden", .newest), equals: [1, 2, 6])
            try expect(try inOrder(store, "garden", .oldest), equals: [2, 1, 6])
            try expect(try inOrder(store, "-is:conflict", .oldest, limit: 3), equals: [8, 5, 2])
            try expect(try inOrder(store, "-is:conflict", .oldest, limit: 3, offset: 6), equals: [4, 6])
            try expect(try inOrder(store, "from:ada", limit: 1, offset: 1), equals: [1])
            try expect(try inOrder(store, "from:ada", limit: 5, offset: 3), equals: [])
        },
        ConformanceCheck("all tags are told, each once, without those of deleted letters") { make in
            let store = try make()
            try expect(try store.tags(), equals: [])
            try fillForOperators(store)
            try expect(try store.tags(), equals: ["Réponse", "home", "home leave", "war", "家書"])
            let maker = RevisionMaker()
            let tagged = try maker.revision(11, letter: letter("x", tags: ["gone", "war"]))
            _ = try store.ingest(maker.ingestion([tagged, try maker.revision(11, nil, after: [tagged])]))
            try expect(try store.tags().count, equals: 5)
        },
        ConformanceCheck("a hit without words shows what the letter begins with") { make in
            let store = try make()
            try fillForOperators(store)
            let hit = try store.search("tag:\"home leave\"", limit: 1, offset: 0).hits.first
            try expect(hit?.snippet, equals: "The garden is in bloom.")
            try expect(hit?.matches.isEmpty, equals: true)
        },
        ConformanceCheck("an operator follows what changes") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, letter: letter("A letter.", from: "Ada", tags: ["old"]))
            _ = try store.ingest(maker.ingestion([root]))
            try expect(try found(store, "tag:old"), equals: [1])
            let next = try maker.revision(1, letter: letter("A letter.", from: "Ben", tags: ["new"]), after: [root])
            _ = try store.ingest(maker.ingestion([next]))
            try check(store, ["tag:old": [], "tag:new": [1], "from:ada": [], "from:ben": [1], "is:conflict": []])
            let other = try maker.revision(1, letter: letter("A letter.", from: "Eve", tags: ["old"]), after: [root])
            _ = try store.ingest(maker.ingestion([other]))
            try check(store, ["is:conflict": [1], "-is:conflict": []])
        },
    ]
}
