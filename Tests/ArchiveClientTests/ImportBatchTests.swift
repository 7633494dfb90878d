import ArchiveClient
import LetterModel
import ReplicaStore
import Testing

/// Steps that are made ready before they are taken, at once or in pieces, become what they become without that.
struct ImportBatchTests {
    private static func id(_ number: Int) throws -> LetterID {
        try #require(LetterID("019ab1c2-7f00-7000-8000-" + String(repeating: "0", count: 8) + "\(1000 + number)"))
    }

    /// Six hundred letters; those of `unusual` places are invalid, there twice, or deleted again.
    private static func steps(isUnusual: Bool) throws -> [ImportStep] {
        var steps: [ImportStep] = []
        for number in 0..<600 {
            var letter = ArchiveTests.letter("Letter \(number)", body: "Text \(number)")
            if isUnusual, number == 300 { letter.language = "no language" }
            steps.append(.letter(try id(number), letter))
            if isUnusual, number == 400 {
                steps.append(.letter(try id(17), ArchiveTests.letter("Letter 17, once more")))
                steps.append(.deletion(try id(18)))
                steps.append(.deletion(try id(999)))
            }
        }
        return steps
    }

    private static func taken(
        _ batch: ImportBatch, by archive: Archive, _ existing: ImportRules.Existing
    ) async throws -> (outcomes: [ImportStepOutcome], histories: [[RevisionID]]) {
        let outcomes = try await archive.take(
            batch, rules: ImportRules(existing: existing), author: ArchiveTests.ada)
        var histories: [[RevisionID]] = []
        for number in 0..<600 where number != 300 {
            // The revisions of edits have the time of the archive's clock: their number says enough.
            histories.append([try #require(try await archive.history(of: id(number)).first?.revision.id)])
        }
        return (outcomes, histories)
    }

    @Test(arguments: [true, false])
    func `in pieces or at once, made before or not, the same comes of them`(isUnusual: Bool) async throws {
        let steps = try Self.steps(isUnusual: isUnusual)
        let plain = try await Self.taken(ImportBatch(steps), by: ArchiveTests.archive(), .changes)
        #expect(plain.outcomes.filter { $0 == .created }.count == (isUnusual ? 599 : 600))
        #expect(!isUnusual || plain.outcomes.contains(.changed) && plain.outcomes.contains(.deleted))
        for pieceCount in [600, 250, 7] {
            for plainPiece in [nil, 0, 1] {
                let archive = try ArchiveTests.archive()
                var batch = ImportBatch([])
                for (index, start) in stride(from: 0, to: steps.count, by: pieceCount).enumerated() {
                    let piece = Array(steps[start..<min(start + pieceCount, steps.count)])
                    batch.append(index == plainPiece ? ImportBatch(piece) : try await archive.batch(of: piece))
                }
                #expect(batch.letters == steps.map(\.id))
                let joined = try await Self.taken(batch, by: archive, .changes)
                #expect(joined.outcomes == plain.outcomes, "pieces of \(pieceCount), plain \(plainPiece ?? -1)")
                #expect(joined.histories == plain.histories)
                // Once more: all of them are there, and say the same, but for the one that stands there twice.
                let again = try await Self.taken(batch, by: archive, .stays)
                #expect(again.outcomes.filter { $0 == .unchanged }.count >= steps.count - 2)
            }
        }
    }
}
