import Hashing
import LetterModel
import ReplicaStore
import SyncProtocol
import SyncTestSupport
import Testing

/// The search for the difference of two sets, with sets of ids alone.
struct DifferenceSearchTests {
    /// Ids in order.
    struct IDs: DifferenceSearch.LocalSet {
        let ids: [RevisionID]

        init(_ ids: some Sequence<RevisionID>) { self.ids = Set(ids).sorted() }

        func summaries(of ranges: [IDRange]) -> [RangeSummary] {
            revisionIDs(in: ranges).map { $0.reduce(into: RangeSummary()) { $0.add($1) } }
        }

        func revisionIDs(in ranges: [IDRange]) -> [[RevisionID]] {
            var index = 0
            return ranges.map { range in
                let (lowest, highest) = (range.lowest, range.highest)
                while index < ids.count, ids[index].digest < lowest { index += 1 }
                let start = index
                while index < ids.count, ids[index].digest <= highest { index += 1 }
                return Array(ids[start..<index])
            }
        }

        /// What another side answers that holds these; so many ranges at once.
        func answer(_ questions: [ReconciliationRequest.Question], atOnce: Int = .max) -> ReconciliationResponse {
            let asked = questions.prefix(atOnce)
            let wholes = summaries(of: asked.map(\.range))
            var ranges: [ReconciliationResponse.Range] = []
            for (question, whole) in zip(asked, wholes) where question.claim != ReconciliationRequest.Claim(whole) {
                if whole.count <= ProtocolLimits.listedIDs {
                    ranges.append(.init(question.range, .ids(revisionIDs(in: [question.range])[0])))
                } else {
                    let parts = summaries(of: question.range.parts).map(ReconciliationRequest.Claim.init)
                    ranges.append(.init(question.range, .parts(parts)))
                }
            }
            return ReconciliationResponse(answeredCount: asked.count, ranges: ranges, entryCount: 0, leftCount: 0)
        }
    }

    static func id(_ number: Int) -> RevisionID { RevisionID(SHA256.digest(of: Array("\(number)".utf8))) }

    /// Searches, and gives the number of questions.
    @discardableResult
    private func search(_ here: IDs, _ there: IDs, atOnce: Int = .max) throws -> Int {
        var search = DifferenceSearch(idCount: max(here.ids.count, there.ids.count))
        var count = 0
        while !search.isDone {
            count += 1
            let questions = try search.questions(here)
            // What travels is what was meant.
            let sent = try ReconciliationRequest(
                envelope: ReconciliationRequest(
                    archive: ArchiveDescription(id: SampleArchive.id, isOpen: false, mergeRule: 1), questions: questions
                ).envelope)
            #expect(sent.questions == questions)
            let answer = there.answer(questions, atOnce: atOnce)
            try search.take(try ReconciliationResponse(envelope: answer.envelope), to: questions, here)
            try #require(count < 10_000)
        }
        #expect(Set(search.onlyHere) == Set(here.ids).subtracting(there.ids))
        #expect(Set(search.onlyThere) == Set(there.ids).subtracting(here.ids))
        #expect(search.onlyHere.count + search.onlyThere.count == Set(search.onlyHere + search.onlyThere).count)
        return count
    }

    @Test(arguments: [0, 1, 2, 63, 64, 65, 500, 3_000])
    func `exactly the symmetric difference is found, whichever side lacks how much`(_ count: Int) throws {
        let all = (0..<count).map(Self.id)
        for part in [0, 1, count / 2, count] {
            let some = IDs(all.prefix(part))
            #expect(try search(some, IDs(all)) <= 3)
            #expect(try search(IDs(all), some) <= 3)
            let other = IDs(all.suffix(part) + (0..<7).map { Self.id(1_000_000 + $0) })
            #expect(try search(some, other) <= 3)
        }
    }

    @Test func `random sets, and answers that cover a few ranges at a time`() throws {
        for seed in 0..<60 as Range<UInt64> {
            var numbers = SeededNumbers(seed: seed)
            let count = Int.random(in: 0...2_000, using: &numbers)
            let share = Double.random(in: 0...0.2, using: &numbers)
            let ids = (0..<count).map { _ in Self.id(Int.random(in: 0...100_000, using: &numbers)) }
            let here = IDs(ids.filter { _ in Double.random(in: 0...1, using: &numbers) >= share })
            let there = IDs(ids.filter { _ in Double.random(in: 0...1, using: &numbers) >= share })
            try search(here, there, atOnce: Int.random(in: 1...40, using: &numbers))
        }
    }

    @Test func `equal sets take one question`() throws {
        let all = IDs((0..<2_000).map(Self.id))
        #expect(try search(all, all) == 1)
    }

    @Test func `a difference of one in a hundred thousand takes two questions of few bytes`() throws {
        let all = (0..<100_000).map(Self.id)
        #expect(try search(IDs(all.dropLast()), IDs(all)) == 2)
        #expect(try search(IDs(all), IDs(all.dropLast())) == 2)
    }

    @Test func `ids that agree in many digits are told apart`() throws {
        // Ids made by a forger: 63 digits in common.
        let near = (0..<16).compactMap {
            RevisionID(hex: String(repeating: "7", count: 63) + String($0, radix: 16))
        }
        let others = (0..<3_000).map(Self.id)
        try search(IDs(others + near.prefix(8)), IDs(others + near.suffix(9)))
    }

    @Test func `an answer about what was not asked, or about nothing, is refused`() throws {
        let here = IDs((0..<1_000).map(Self.id))
        let stranger = try #require(IDRange("ab"))
        let claims = [ReconciliationRequest.Claim](
            repeating: .init(RangeSummary(count: 9, fingerprint: .zero)), count: 16)
        let answers: [ReconciliationResponse] = [
            .init(answeredCount: 0, ranges: [], entryCount: 0, leftCount: 0),
            .init(answeredCount: 99, ranges: [], entryCount: 0, leftCount: 0),
            .init(answeredCount: 1, ranges: [.init(stranger, .ids([]))], entryCount: 0, leftCount: 0),
            .init(
                answeredCount: 1, ranges: [.init(.all, .parts(claims)), .init(.all, .parts(claims))], entryCount: 0,
                leftCount: 0),
        ]
        for answer in answers {
            var search = DifferenceSearch(idCount: 1_000)
            let questions = try search.questions(here)
            #expect(throws: DifferenceSearch.Failure.unrelated) { try search.take(answer, to: questions, here) }
        }
    }

    @Test func `a liar for whom every range differs, however small, is stopped`() throws {
        let here = IDs([])
        var search = DifferenceSearch(idCount: 0)
        let claims = [ReconciliationRequest.Claim](
            repeating: .init(RangeSummary(count: 99, fingerprint: .zero)), count: 16)
        var questionCount = 0
        #expect(throws: DifferenceSearch.Failure.endless) {
            while !search.isDone {
                questionCount += 1
                try #require(questionCount < 1_000)
                let questions = try search.questions(here)
                let ranges = questions.map { ReconciliationResponse.Range($0.range, .parts(claims)) }
                let answer = ReconciliationResponse(
                    answeredCount: ranges.count, ranges: ranges, entryCount: 0, leftCount: 0)
                try search.take(answer, to: questions, here)
            }
        }
    }
}

enum SampleArchive {
    static let id = ArchiveID.make(time: Timestamp(milliseconds: 1), random: [UInt8](repeating: 1, count: 10))
}
