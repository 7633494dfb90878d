import ArchiveClient
import Compression
import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// What an archive's letters have in common is found by the first import of enough letters, and used from then on.
struct ImportDictionaryTests {
    private let home = Scratch()

    private static let words = [
        "garden", "orchids", "harvest", "winter", "letters", "sister", "money", "voyage", "weather", "journey", "paper",
        "ink", "yesterday", "house", "mother", "soon", "arrived", "waiting", "news", "friend",
    ]

    /// About 4.5 KB of text, the same for the same number.
    private static func letter(_ number: Int) -> Letter {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
        let body = (0..<640).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return words[Int(state >> 33) % words.count]
        }
        return ArchiveTests.letter("Letter \(number)", body: body.joined(separator: " "))
    }

    private static func steps(_ numbers: Range<Int>) -> [ImportStep] {
        numbers.map { .letter(RevisionMaker.letterID($0), letter($0)) }
    }

    /// Imports as the command line does: batches that are made ready before, and taken together.
    private static func importLetters(_ numbers: Range<Int>, into archive: Archive) async throws {
        var all = ImportBatch([])
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 100) {
            all.append(try await archive.batch(of: steps(start..<min(start + 100, numbers.upperBound))))
        }
        let outcomes = try await archive.take(all, rules: ImportRules(existing: .stays))
        #expect(outcomes.allSatisfy { $0 == .created })
    }

    /// For each entry of the log, whether its content is stored with a dictionary.
    private func stored(_ name: String) throws -> [Bool] {
        let connection = try Connection(
            path: home.path(name) + "/archive.sqlite", access: .read, policy: .shared(busyTimeoutMilliseconds: 0))
        return try connection.rows(
            """
            SELECT dictionary IS NOT NULL FROM revision JOIN content ON content.number = revision.content
            ORDER BY sequence
            """
        ) { row throws in row.integer(0) == 1 }
    }

    private func dictionary(_ name: String) throws -> CompressionDictionary? {
        try SQLiteReplicaStore.open(folder: home.path(name), mode: .local).dictionary()
    }

    private func make(_ name: String) throws -> Archive {
        try Archive.create(at: home.path(name), name: "Letters", label: name)
    }

    @Test
    func `few letters make no dictionary, more a small one, many a large one, and whatever is written later uses it`()
        async throws
    {
        let archive = try make("ada")
        try await archive.setAuthor("Ada")
        try await Self.importLetters(0..<20, into: archive)
        #expect(try dictionary("ada") == nil)
        // What one process gathered goes with it.
        let again = try Archive.open(at: home.path("ada"))
        try await Self.importLetters(20..<100, into: again)
        let small = try #require(try dictionary("ada"))
        #expect(small.bytes.count <= 16 * 1024)
        try await Self.importLetters(100..<1_700, into: again)
        let dictionary = try #require(try dictionary("ada"))
        #expect(dictionary.bytes.count <= CompressionDictionary.largestBytes && dictionary.bytes.count > 32 * 1024)
        #expect(try stored("ada") == Array(repeating: false, count: 20) + Array(repeating: true, count: 1_680))

        // Another process, a letter alone, an edit, and another import.
        let third = try Archive.open(at: home.path("ada"))
        _ = try await third.create(ArchiveTests.letter("Written by hand", body: "about orchids"))
        var draft = try await third.draft(of: RevisionMaker.letterID(3))
        draft.letter.title = "Edited"
        try await third.save(draft)
        try await Self.importLetters(1_700..<1_710, into: third)
        _ = try await third.take(Self.steps(1_710..<1_720), rules: ImportRules(existing: .stays))
        #expect(try stored("ada").dropFirst(1_700) == Array(repeating: true, count: 22)[...])
        #expect(try self.dictionary("ada")?.digest == dictionary.digest)
        let store = try SQLiteReplicaStore.open(folder: home.path("ada"), mode: .local)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `letters that are too long to say what others look like do not count for more`() async throws {
        let archive = try make("ada")
        let long = String(repeating: "a long report ", count: 100_000)
        let steps = (0..<5).map {
            ImportStep.letter(RevisionMaker.letterID($0), ArchiveTests.letter("\($0)", body: long))
        }
        let batch = try await archive.batch(of: steps)
        _ = try await archive.take(batch, rules: ImportRules(existing: .stays))
        #expect(try (dictionary("ada")?.bytes.count ?? 0) <= 16 * 1024)
        try await Self.importLetters(100..<1_400, into: archive)
        let count = try dictionary("ada")?.bytes.count ?? 0
        #expect(count > 16 * 1024)
    }

    @Test func `a repair fetches what a lost dictionary took along, and everything is whole again`() async throws {
        let archive = try make("ada")
        try Archive.createFolder(at: home.path("shared"), name: "Letters", label: "shared")
        try await archive.addRemote("shared", address: home.path("shared"))
        try await Self.importLetters(0..<1_100, into: archive)
        #expect(try await archive.sync(with: "shared", token: nil).failure == nil)
        let whole = try SQLiteReplicaStore.open(folder: home.path("ada"), mode: .local).allRevisions()
        #expect(try stored("ada").contains(true))

        for tables in [["dictionary"], ["dictionary_copy"], ["dictionary", "dictionary_copy"]] {
            for table in tables { try damage(table) }
            let damaged = try Archive.open(at: home.path("ada"))
            let report = try await damaged.repair(from: [("shared", nil)])
            #expect(report.isWell && report.failures.isEmpty && report.copy != nil, "\(tables)")
            let lost = tables.count == 2 ? try stored("ada").count : 0
            #expect(report.damagedRevisions == report.healedRevisions && report.healedRevisions <= lost)
            #expect((report.damagedRevisions > 0) == (tables.count == 2))
            let mended = try SQLiteReplicaStore.open(folder: home.path("ada"), mode: .local)
            #expect(try mended.allRevisions() == whole)
            #expect(try mended.verify { _, _ in }.problems == [])
        }
    }

    @Test func `a salvage takes the dictionary along`() async throws {
        let archive = try make("ada")
        try await Self.importLetters(0..<1_100, into: archive)
        let found = try dictionary("ada")?.digest
        try damage("dictionary")
        let report = try Archive.salvage(home.path("ada"), into: home.path("ben"), label: nil)
        #expect(report.isWhole && report.accepted == 1_100)
        #expect(try found != nil && dictionary("ben")?.digest == found)
        #expect(try !stored("ben").contains(false))
    }

    /// Flips bits of every dictionary in a table of Ada's replica.
    private func damage(_ table: String) throws {
        let connection = try Connection(
            path: home.path("ada") + "/archive.sqlite", access: .write, policy: .shared(busyTimeoutMilliseconds: 0))
        let triggers = try connection.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'") { row throws in
            (name: try row.text(0), sql: try row.text(1))
        }
        for trigger in triggers { try connection.execute("DROP TRIGGER \(trigger.name)") }
        try connection.execute("UPDATE \(table) SET bytes = zeroblob(length(bytes))")
        for trigger in triggers { try connection.execute(trigger.sql) }
    }
}
