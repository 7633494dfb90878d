import LetterMerge
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    private static func day(_ year: Int, _ month: Int, _ day: Int) throws -> CalendarDay {
        guard let result = CalendarDay(year: year, month: month, day: day) else {
            throw ConformanceFailure(description: "there is no such day")
        }
        return result
    }

    private static func agent(_ name: String?, role: String? = nil) -> Agent {
        var agent = Agent()
        agent.name = name
        agent.role = role
        return agent
    }

    /// Letters of several dates and persons, by number.
    private static func fill(_ store: any ReplicaStore) throws {
        let maker = RevisionMaker()
        let dates: [Int: String] = [1: "1873-05-01", 2: "1873-05", 3: "2020-07-15", 5: "1914/1918", 6: "1873-05-01"]
        for number in 1...6 {
            var letter = Letter()
            letter.title = "Letter \(number)"
            letter.body = "  The \n first\twords of \(number).  "
            if let edtf = dates[number] {
                var date = LetterDate()
                date.edtf = edtf
                letter.date = date
            }
            letter.senders = [agent("Ádám Łukasz"), agent(nil, role: "Secretary General")]
            letter.recipients = [agent(number.isMultiple(of: 2) ? "Isıl İnan" : "家信")]
            letter.tags = number < 4 ? ["b,\"c", "a"] : []
            letter.status = number == 3 ? .published : .draft
            _ = try store.ingest(maker.ingestion([try maker.revision(number, letter: letter)]))
        }
    }

    private static func numbers(_ store: any ReplicaStore, _ change: (inout LetterQuery) -> Void) throws -> [Int] {
        var query = LetterQuery()
        change(&query)
        let ids = (0...20).map(RevisionMaker.letterID)
        return try store.letters(query).compactMap { ids.firstIndex(of: $0.id) }
    }

    static let letters: [ConformanceCheck] = [
        ConformanceCheck("the view of one head is its content, and of a letter that is not here there is none") {
            make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let child = try maker.revision(1, "child", after: [root])
            _ = try store.ingest(maker.ingestion([root, child]))
            let view = try store.view(of: RevisionMaker.letterID(1))
            try expect(view?.letter, equals: child.letter)
            try expect(view?.heads, equals: [child.id])
            try expect(view?.leadingHead, equals: child.id)
            try expect(view?.isDeleted, equals: false)
            try expect(try store.view(of: RevisionMaker.letterID(2)), equals: nil)
            try expect(try store.history(of: RevisionMaker.letterID(2)), equals: [])
            try expect(try store.history(of: RevisionMaker.letterID(1)).map(\.revision), equals: [root, child])
            try expect(try store.history(of: RevisionMaker.letterID(1)).map(\.sequence), equals: [1, 2])
        },
        ConformanceCheck("views of forked, deleted and twin letters are those of the merge") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "one\n\ntwo")
            let left = try maker.revision(1, "one changed\n\ntwo", after: [root])
            let right = try maker.revision(1, "one\n\ntwo changed", after: [root])
            let clash = try maker.revision(1, "one otherwise\n\ntwo", after: [root])
            let gone = try maker.revision(2, "gone")
            let tombstone = try maker.revision(2, nil, after: [gone])
            let twins = [try maker.revision(3, "twin"), try maker.revision(3, "twin", author: "Bo")]
            let child = try maker.revision(3, "child of a twin", after: [twins[0]])
            let all = [root, left, right, clash, gone, tombstone] + twins + [child]
            for revision in all {
                _ = try store.ingest(maker.ingestion([revision]))
                let history = try store.history(of: revision.header.letter).map { HistoryRevision($0.revision) }
                try expect(try store.view(of: revision.header.letter), equals: Merge.view(of: history))
            }
            try expect(try store.letters(LetterQuery()).map(\.conflicts), equals: [1, 0])
            try expect(try numbers(store) { $0.onlyDeleted = true }, equals: [2])
            try expect(try numbers(store) { $0.onlyConflicts = true }, equals: [1])
            let statistics = try store.statistics()
            try expect(statistics.letters, equals: 2)
            try expect(statistics.deletedLetters, equals: 1)
            try expect(statistics.conflicts, equals: 1)
            try expect(statistics.revisions, equals: 9)
        },
        ConformanceCheck("a list shows newest first, undated last, ties by id") { make in
            let store = try make()
            try fill(store)
            try expect(try numbers(store) { _ in }, equals: [3, 5, 2, 1, 6, 4])
            try expect(try numbers(store) { $0.limit = 2 }, equals: [3, 5])
            try expect(
                try numbers(store) {
                    $0.limit = 3
                    $0.offset = 2
                }, equals: [2, 1, 6])
            try expect(try numbers(store) { $0.offset = 5 }, equals: [4])
            try expect(try numbers(store) { $0.limit = 0 }, equals: [])
        },
        ConformanceCheck("a list keeps to days that are possible, and leaves out the undated") { make in
            let store = try make()
            try fill(store)
            let (first, last) = (try day(1873, 5, 2), try day(1915, 1, 1))
            try expect(try numbers(store) { $0.from = first }, equals: [3, 5, 2])
            try expect(try numbers(store) { $0.to = first }, equals: [2, 1, 6])
            try expect(
                try numbers(store) {
                    $0.from = first
                    $0.to = last
                }, equals: [5, 2])
        },
        ConformanceCheck("a list finds persons without case and accents, tags and status exactly") { make in
            let store = try make()
            try fill(store)
            for text in ["adam", "ÁDÁM L", "lukasz", "A\u{301}d", "secretary"] {
                try expect(try numbers(store) { $0.sender = text }.count, equals: 6, text)
            }
            try expect(try numbers(store) { $0.recipient = "isil inan" }, equals: [2, 6, 4])
            try expect(try numbers(store) { $0.recipient = "家" }, equals: [3, 5, 1])
            try expect(try numbers(store) { $0.recipient = "adam" }, equals: [])
            try expect(try numbers(store) { $0.tag = "b,\"c" }, equals: [3, 2, 1])
            try expect(try numbers(store) { $0.tag = "," }, equals: [])
            try expect(try numbers(store) { $0.tag = "A" }, equals: [])
            try expect(try numbers(store) { $0.status = .published }, equals: [3])
            try expect(try numbers(store) { $0.sender = "%" }, equals: [])
        },
        ConformanceCheck("a row of a list tells what the letter says") { make in
            let store = try make()
            try fill(store)
            var query = LetterQuery()
            query.status = .published
            try expect(
                try store.letters(query),
                equals: [
                    LetterSummary(
                        id: RevisionMaker.letterID(3), date: "2020-07-15",
                        senders: ["Ádám Łukasz", "Secretary General"],
                        recipients: ["家信"], title: "Letter 3", incipit: "The first words of 3.", status: .published,
                        tags: ["a", "b,\"c"], conflicts: 0, isDeleted: false)
                ])
        },
        ConformanceCheck("the incipit is short, on one line, and ends with a word") { make in
            let store = try make()
            let maker = RevisionMaker()
            let bodies = [
                String(repeating: "word ", count: 100), String(repeating: "字", count: 500),
                String(repeating: " \n", count: 5_000) + "late",
                "a" + String(repeating: "\u{301}", count: 5_000) + " b",
            ]
            for (number, body) in bodies.enumerated() {
                _ = try store.ingest(maker.ingestion([try maker.revision(number + 1, body)]))
            }
            let incipits = try store.letters(LetterQuery()).map(\.incipit)
            try expect(
                incipits[0], equals: String(repeating: "word ", count: 19) + "word")
            try expect(incipits[1], equals: String(repeating: "字", count: 100))
            try expect(incipits[2], equals: nil)
            try expect((incipits[3] ?? "").count <= 100, "at most 100 characters")
        },
        ConformanceCheck("a list of many letters is complete and in order") { make in
            let store = try make()
            let maker = RevisionMaker()
            let revisions = try (1...60).map { try maker.revision($0, "letter \($0)") }
            _ = try store.ingest(maker.ingestion(revisions))
            try expect(try store.letters(LetterQuery()).map(\.id), equals: (1...60).map(RevisionMaker.letterID))
        },
        ConformanceCheck("ids are found by their beginning") { make in
            let store = try make()
            let maker = RevisionMaker()
            _ = try store.ingest(maker.ingestion(try (1...3).map { try maker.revision($0, "x") }))
            let ids = (1...3).map(RevisionMaker.letterID)
            try expect(try store.letters(withPrefix: "", limit: 9), equals: ids)
            try expect(try store.letters(withPrefix: "", limit: 2), equals: Array(ids.prefix(2)))
            try expect(try store.letters(withPrefix: String(ids[0].text.prefix(10)), limit: 9), equals: ids)
            try expect(try store.letters(withPrefix: ids[1].text, limit: 9), equals: [ids[1]])
            for prefix in [
                "f", "G", "-", String(ids[0].text.prefix(8)) + "x", ids[0].text + "0", "é", ids[0].text.uppercased(),
            ] {
                try expect(try store.letters(withPrefix: prefix, limit: 9), equals: [], prefix)
            }
        },
    ]
}
