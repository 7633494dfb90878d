import SQLiteBinding
import Testing

/// `weight()` beside FTS5's own bm25().
struct FullTextRankingTests {
    private let database: TestDatabase

    init() throws { database = TestDatabase() }

    private static let queries = [
        "rare", "half", "every", "rar*", "h* AND every", "\"every half\"", "rare OR half", "every NOT half",
        "title : every", "half AND rare AND every",
    ]

    /// Rows of several lengths: `every` is in each, `half` in each second, `rare` in each fiftieth.
    private func table(rows: Int) throws -> Connection {
        let connection = try database.open()
        try connection.execute("CREATE VIRTUAL TABLE box USING fts5(body, title, content='')")
        try connection.transaction(.immediate) {
            for number in 1...rows {
                try connection.run("INSERT INTO box (rowid, body, title) VALUES (?, ?, ?)", Self.row(number))
            }
        }
        return connection
    }

    private static func row(_ number: Int) -> [SQLiteValue] {
        var words = ["every"]
        if number.isMultiple(of: 2) { words.append("half") }
        if number.isMultiple(of: 50) { words += ["rare", "half", "rare"] }
        words += Array(repeating: "filler", count: number % 17)
        return [
            .integer(number), .text(words.joined(separator: " ")),
            .text(number.isMultiple(of: 3) ? "every title" : ""),
        ]
    }

    /// Millionths, as our rows hold integers.
    private func scores(
        _ function: String, _ query: String, _ connection: Connection, _ phraseCounts: [Int] = []
    ) throws -> [[Int]] {
        try connection.beginFullTextRanking(phraseCounts: phraseCounts)
        return try connection.rows(
            """
            SELECT rowid, CAST(round(\(function)(box, 1.0, 5.0) * 1000000) AS INTEGER) AS score FROM box WHERE box MATCH ?
            ORDER BY score, rowid
            """, [.text(query)]
        ) { row throws(SQLiteError) in [row.integer(0), row.integer(1)] }
    }

    private func order(_ function: String, _ query: String, _ connection: Connection) throws -> [Int] {
        try connection.beginFullTextRanking()
        return try connection.rows(
            "SELECT rowid FROM box WHERE box MATCH ? ORDER BY \(function)(box, 1.0, 5.0), rowid", [.text(query)]
        ) { row throws(SQLiteError) in row.integer(0) }
    }

    /// Whole words, in place of the beginnings that stand for them.
    @Test(arguments: [
        ("h*", "half OR hardly", [2]), ("r*", "rare OR rarest OR riddle", [3]),
        ("h* AND r*", "(half OR hardly) AND (rare OR rarest OR riddle)", [2, 3]),
        ("every AND r*", "every AND (rare OR rarest OR riddle)", [1, 3]),
        ("h* NOT r*", "(half OR hardly) NOT (rare OR rarest OR riddle)", [2, 3]),
        ("r* AND every", "(rare OR rarest OR riddle) AND every", [3]),
    ])
    func `words that are taken as one weigh as their beginning does`(
        beginning: String, words: String, phraseCounts: [Int]
    ) throws {
        let connection = try table(rows: 900)
        // At the end more rows hold either beginning than are counted.
        for count in [900, 14_000] {
            try connection.transaction(.immediate) {
                for number in stride(from: count == 900 ? 7 : 907, through: count, by: 7) {
                    let words = ["hardly", "rarest rare", "riddle half hardly", "riddle riddle"][number % 4]
                    try connection.run(
                        "INSERT INTO box (rowid, body, title) VALUES (?, ?, '')",
                        [.integer(10_000 + number), .text("every \(words)")])
                }
            }
            let expected = try scores("weight", beginning, connection)
            #expect(expected.count > 40)
            #expect(try scores("weight", words, connection, phraseCounts) == expected)
            // Apart they weigh otherwise: the counts are not without effect.
            #expect(try scores("weight", words, connection) != expected)
        }
    }

    /// A row of the same words in each column, and marks of rows in one that weighs nothing.
    @Test(arguments: ["every", "half AND every", "(half OR rare) AND every", "every NOT rare"])
    func `what narrows a search down weighs nothing, nor does a column of weight 0 make a row longer`(
        query: String
    ) throws {
        let connection = try table(rows: 900)
        try connection.execute("CREATE VIRTUAL TABLE marked USING fts5(body, title, marks, content='')")
        try connection.transaction(.immediate) {
            for number in 1...900 {
                let marks = (0...(number % 40)).map { "m\($0)" }.joined(separator: " ")
                try connection.run(
                    "INSERT INTO marked (rowid, body, title, marks) VALUES (?, ?, ?, ?)",
                    Self.row(number) + [.text(marks)])
            }
        }
        func marked(_ query: String, narrowingPhrases: Int) throws -> [[Int]] {
            try connection.beginFullTextRanking(narrowingPhrases: narrowingPhrases)
            return try connection.rows(
                """
                SELECT rowid, CAST(round(weight(marked, 1.0, 5.0, 0.0) * 1000000) AS INTEGER) AS score
                FROM marked WHERE marked MATCH ? ORDER BY score, rowid
                """, [.text(query)]
            ) { row throws(SQLiteError) in [row.integer(0), row.integer(1)] }
        }
        let all = try scores("weight", query, connection)
        #expect(try marked(query, narrowingPhrases: 0) == all)
        // Those of marks from 30 on, in each forty rows.
        let narrow = try marked("(marks : (m30 OR m35)) AND (\(query))", narrowingPhrases: 2)
        #expect(narrow == all.filter { $0[0] % 40 >= 30 })
        #expect(narrow.count > 100)
    }

    @Test(arguments: queries) func `what few rows hold is weighed as by bm25`(query: String) throws {
        let connection = try table(rows: 900)
        let weighed = try scores("weight", query, connection)
        #expect(!weighed.isEmpty)
        // One phrase alone has no weight beside others: the order is the same, and the numbers are not asked for.
        guard query.contains(" "), !query.contains("\""), !query.contains(":") else {
            #expect(try order("weight", query, connection) == order("bm25", query, connection))
            return
        }
        #expect(try weighed == scores("bm25", query, connection))
    }

    @Test func `of what many rows hold the order of one word is that of bm25, and a rare word outweighs a common one`()
        throws
    {
        let connection = try table(rows: 4_000)
        for query in ["half", "rare", "title : every"] {
            #expect(try order("weight", query, connection) == order("bm25", query, connection), "\(query)")
        }
        // Of half of all rows the estimate is near, and so is the weight: bm25 gives a word of half of the rows hardly any.
        let (near, exact) = try (
            scores("weight", "half AND every", connection), scores("bm25", "half AND every", connection)
        )
        #expect(abs(near[0][1] - exact[0][1]) < 10_000)
        let mixed = try scores("weight", "every AND (half OR rare)", connection)
        #expect(mixed.prefix(80).allSatisfy { $0[0].isMultiple(of: 50) })
        #expect(try mixed == scores("weight", "every AND (half OR rare)", connection), "the same each time")
    }

    @Test(arguments: queries) func `rows that are asked for one by one weigh the same`(query: String) throws {
        let connection = try table(rows: 300)
        let together = try scores("weight", query, connection)
        let single = try connection.rows(
            """
            SELECT box.rowid, CAST(round(weight(box, 1.0, 5.0) * 1000000) AS INTEGER) AS score
            FROM json_each(?) AS wanted CROSS JOIN box ON box.rowid = wanted.value WHERE box MATCH ? ORDER BY score, box.rowid
            """, [.text("\(Array(1...300))"), .text(query)]
        ) { row throws(SQLiteError) in [row.integer(0), row.integer(1)] }
        #expect(single == together)
    }

    @Test func `it is made known once, and an empty table has no weights`() throws {
        let connection = try database.open()
        try connection.execute("CREATE VIRTUAL TABLE box USING fts5(body)")
        for _ in 0..<3 { try connection.beginFullTextRanking() }
        #expect(
            try connection.rows("SELECT weight(box) FROM box WHERE box MATCH 'x'") { row throws(SQLiteError) in
                row.integer(0)
            } == [])
        // Outside of a search there is nothing to weigh.
        #expect(throws: SQLiteError.self) { try connection.run("SELECT weight(1)") }
    }
}
