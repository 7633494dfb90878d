import ArchiveClient
import LetterMerge
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Synchronization
import Testing

/// The SDK as an app uses it, on the in-memory store: reading, drafts, conflicts, imports.
struct ArchiveTests {
    /// A clock that moves a second with each look, and bytes that count up.
    static func surroundings() -> Surroundings {
        let ticks = Mutex(0)
        return Surroundings(
            now: {
                Timestamp(
                    milliseconds: ticks.withLock {
                        $0 += 1000; return $0
                    })
            },
            randomBytes: { count in
                let start = ticks.withLock {
                    $0 += 1; return $0
                }
                return (0..<count).map { UInt8(truncatingIfNeeded: start &* 31 &+ $0) }
            })
    }

    static func archive() throws -> Archive {
        let id = try #require(ArchiveID("019ab1c2-7f00-7000-8000-000000000001"))
        let store = InMemoryReplicaStore(archive: id, name: "letters", label: "desk", epoch: "0123456789abcdef")
        return Archive(store: store, surroundings: surroundings())
    }

    static let ada = Author("Ada <ada@example.org>")

    static func letter(_ title: String, body: String? = nil) -> Letter {
        var letter = Letter()
        letter.title = title
        letter.body = body
        return letter
    }

    @Test func `a letter that was written is read back, listed and found by its beginning`() async throws {
        let archive = try Self.archive()
        let id = try await archive.create(Self.letter("First"), author: Self.ada)
        #expect(try await archive.view(of: id).letter.title == "First")
        #expect(try await archive.letters().map(\.id) == [id])
        #expect(try await archive.letterID(String(id.text.prefix(9))) == id)
        await #expect(throws: ArchiveError.unknownLetter("ffff")) { try await archive.letterID("ffff") }
        await #expect(throws: ArchiveError.unknownLetter("")) { try await archive.letterID("") }
        let revision = try #require(try await archive.history(of: id).first?.revision)
        #expect(revision.header.author == Self.ada)
        #expect(revision.header.device == "desk")
        #expect(revision.header.reason.kind == .create)
    }

    @Test func `writing needs an author, and says how to name one`() async throws {
        let archive = try Self.archive()
        await #expect(throws: ArchiveError.noAuthor) { try await archive.create(Self.letter("x")) }
        try await archive.setAuthor("Ben")
        _ = try await archive.create(Self.letter("x"))
        #expect(try await archive.author() == "Ben")
    }

    @Test func `a draft that changes nothing writes nothing`() async throws {
        let archive = try Self.archive()
        let id = try await archive.create(Self.letter("x"), author: Self.ada)
        let draft = try await archive.draft(of: id)
        #expect(try await archive.save(draft, author: Self.ada) == nil)
        #expect(try await archive.history(of: id).count == 1)
    }

    @Test func `what arrives while a draft is open becomes a second head, not a victim`() async throws {
        let archive = try Self.archive()
        let id = try await archive.create(Self.letter("x", body: "One.\n\nTwo."), author: Self.ada)
        var slow = try await archive.draft(of: id)
        var quick = try await archive.draft(of: id)
        quick.letter.body = "One!\n\nTwo."
        quick.letter.title = "quick"
        try await archive.save(quick, author: Self.ada)
        slow.letter.body = "One.\n\nTwo?"
        slow.letter.title = "slow"
        try await archive.save(slow, author: Self.ada)
        let view = try await archive.view(of: id)
        #expect(view.heads.count == 2)
        #expect(view.letter.body == "One!\n\nTwo?")
        #expect(view.conflicts.map(\.field) == [MemberPath(["title"])])
    }

    /// A letter on whose title two heads disagree.
    static func disagreement() async throws -> (Archive, LetterID) {
        let archive = try archive()
        let id = try await archive.create(letter("x", body: "Text."), author: ada)
        var one = try await archive.draft(of: id)
        var two = one
        one.letter.title = "one"
        two.letter.title = "two"
        try await archive.save(one, author: ada)
        try await archive.save(two, author: ada)
        return (archive, id)
    }

    @Test func `an edit beside a conflict leaves it open, an edit of it is refused`() async throws {
        let (archive, id) = try await Self.disagreement()
        var draft = try await archive.draft(of: id)
        draft.letter.summary = "About it"
        try await archive.save(draft, author: Self.ada)
        let view = try await archive.view(of: id)
        #expect(view.conflicts.count == 1)
        #expect(view.letter.summary == "About it")
        draft = try await archive.draft(of: id)
        draft.letter.title = "three"
        let refused = draft
        await #expect(throws: ArchiveError.resolveFirst(id, members: ["title"])) {
            try await archive.save(refused, author: Self.ada)
        }
    }

    /// One value for one field.
    static func decisions(_ field: String, _ value: JSONValue) -> Decisions {
        var decisions = Decisions()
        decisions.values = [(MemberPath([field]), value)]
        return decisions
    }

    @Test func `every conflict needs a decision, and a decision settles it`() async throws {
        let (archive, id) = try await Self.disagreement()
        let view = try await archive.view(of: id)
        await #expect(throws: ArchiveError.undecided(id, fields: ["title"])) {
            try await archive.resolve(id, seeing: view, Decisions(), author: Self.ada)
        }
        let wrong = Self.decisions("body", "x")
        await #expect(throws: ArchiveError.noSuchConflict(id, field: "body")) {
            try await archive.resolve(id, seeing: view, wrong, author: Self.ada)
        }
        let decisions = Self.decisions("title", "three")
        try await archive.resolve(id, seeing: view, decisions, author: Self.ada)
        let settled = try await archive.view(of: id)
        #expect(settled.letter.title == "three")
        #expect(settled.conflicts.isEmpty)
        #expect(settled.heads.count == 1)
        await #expect(throws: ArchiveError.noConflicts(id)) {
            try await archive.resolve(id, seeing: settled, decisions, author: Self.ada)
        }
    }

    @Test func `one side can be taken whole, or what is shown`() async throws {
        let (archive, id) = try await Self.disagreement()
        let view = try await archive.view(of: id)
        let head = try #require(view.conflicts.first?.values.first { $0.value == "one" }?.head)
        var decisions = Decisions()
        decisions.rest = .head(head)
        try await archive.resolve(id, seeing: view, decisions, author: Self.ada)
        #expect(try await archive.view(of: id).letter.title == "one")

        let (other, otherID) = try await Self.disagreement()
        let shown = try await other.view(of: otherID)
        decisions.rest = .provisional
        try await other.resolve(otherID, seeing: shown, decisions, author: Self.ada)
        #expect(try await other.view(of: otherID).letter == shown.letter)
    }

    @Test func `a deleted letter is hidden, refuses edits, and comes back as it was`() async throws {
        let archive = try Self.archive()
        let id = try await archive.create(Self.letter("x"), author: Self.ada)
        try await archive.delete(id, author: Self.ada)
        #expect(try await archive.letters().isEmpty)
        await #expect(throws: ArchiveError.deleted(id)) { try await archive.draft(of: id) }
        await #expect(throws: ArchiveError.deleted(id)) { try await archive.delete(id, author: Self.ada) }
        try await archive.restore(id, author: Self.ada)
        #expect(try await archive.view(of: id).letter.title == "x")
        await #expect(throws: ArchiveError.notDeleted(id)) { try await archive.restore(id, author: Self.ada) }
    }

    @Test func `an earlier version can be brought back`() async throws {
        let archive = try Self.archive()
        let id = try await archive.create(Self.letter("first"), author: Self.ada)
        let first = try #require(try await archive.view(of: id).leadingHead)
        var draft = try await archive.draft(of: id)
        draft.letter.title = "second"
        let second = try #require(try await archive.save(draft, author: Self.ada))
        #expect(try await archive.letterBefore(id, head: second).title == "first")
        try await archive.restore(id, to: first, author: Self.ada)
        #expect(try await archive.view(of: id).letter.title == "first")
        #expect(try await archive.history(of: id).count == 3)
    }

    @Test func `two replicas that import the same letter make the same revision`() async throws {
        let id = LetterID.derived(kind: "file", key: [1, 2, 3])
        var revisions: [RevisionID] = []
        for _ in 0..<2 {
            let archive = try Self.archive()
            let steps = [ImportStep.letter(id, Self.letter("imported"))]
            #expect(try await archive.take(steps, rules: ImportRules(existing: .stays)) == [.created])
            #expect(try await archive.take(steps, rules: ImportRules(existing: .stays)) == [.unchanged])
            revisions += try await archive.view(of: id).heads
        }
        #expect(revisions.count == 2)
        #expect(Set(revisions).count == 1)
    }

    @Test func `an import changes, deletes and brings back what is there, and a bad step delays no other`() async throws
    {
        let archive = try Self.archive()
        let id = LetterID.derived(kind: "line", key: [1])
        let other = LetterID.derived(kind: "line", key: [2])
        var invalid = Letter()
        invalid.members["title"] = ""
        let rules = ImportRules(existing: .changes)
        let outcomes = try await archive.take(
            [
                .letter(id, Self.letter("one")), .letter(id, Self.letter("two")), .deletion(other),
                .letter(other, invalid), .letter(id, Self.letter("two")), .deletion(id),
                .letter(id, Self.letter("three")),
            ], rules: rules, author: Self.ada)
        #expect(outcomes[0] == .created)
        #expect(outcomes[1] == .changed)
        #expect(outcomes[2] == .refused(.unknownLetter(other.text)))
        guard case .refused(.invalidLetter) = outcomes[3] else {
            Issue.record("\(outcomes[3])")
            return
        }
        #expect(outcomes[4...] == [.unchanged, .deleted, .changed])
        #expect(try await archive.view(of: id).letter.title == "three")
        #expect(try await archive.history(of: id).count == 4)
    }

    @Test func `a dry run writes nothing`() async throws {
        let archive = try Self.archive()
        let id = LetterID.derived(kind: "line", key: [1])
        let rules = ImportRules(existing: .changes, isDryRun: true)
        #expect(try await archive.take([.letter(id, Self.letter("one"))], rules: rules) == [.created])
        #expect(try await archive.statistics().revisions == 0)
    }

    @Test func `an invalid letter is refused with the member and what to do`() async throws {
        let archive = try Self.archive()
        var letter = Letter()
        letter.date = LetterDate()
        letter.members["date"] = ["edtf": "2020-02-30"]
        let invalid = letter
        await #expect(throws: ArchiveError.self) { try await archive.create(invalid, author: Self.ada) }
        #expect(try await archive.statistics().revisions == 0)
    }
}
