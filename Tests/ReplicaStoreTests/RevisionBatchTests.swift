import Compression
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

/// Revisions that are made ready as they come are taken in like those that come at once.
struct RevisionBatchTests {
    @Test(arguments: [0, 1, 63, 64, 65, 200, 257])
    func `however they come, they are taken in their order`(count: Int) throws {
        let maker = RevisionMaker()
        var revisions: [Revision] = []
        for number in 0..<count {
            // Letters of one revision, edits and deletions.
            let parent = number % 5 == 0 ? nil : revisions.last
            let isDeleted = number % 5 == 4
            revisions.append(
                try maker.revision(number / 5, isDeleted ? nil : "version \(number)", after: parent.map { [$0] } ?? []))
        }
        var single = RevisionBatch()
        for revision in revisions { single.append(revision) }
        var joined = RevisionBatch(Array(revisions.prefix(7)))
        var rest = RevisionBatch()
        for revision in revisions.dropFirst(7) { rest.append(revision) }
        joined.append(rest)
        let scratch = Scratch()
        var states: [LogState] = []
        for batch in [RevisionBatch(revisions), single, joined] {
            #expect(batch.revisions == revisions && batch.ids == revisions.map(\.id))
            #expect(batch.isEmpty == revisions.isEmpty)
            let store = try scratch.makeStore(.local)
            let report = try store.ingest(Ingestion(archive: maker.archive, batch: batch))
            #expect(report.outcomes == (0..<count).map { .accepted(sequence: $0 + 1) })
            #expect(try store.allRevisions() == revisions)
            #expect(try store.verify { _, _ in }.problems == [])
            states.append(try store.logState())
        }
        #expect(states[0] == states[1] && states[0] == states[2])
    }

    /// Nothing is read of what comes but what lists are asked by, and the names of attachments.
    @Test(arguments: [ReplicaMode.local, .server], ["stored", "bytes", "too large to be stored so"])
    func `a letter that says everything is listed alike however it comes`(_ mode: ReplicaMode, _ form: String) throws {
        let maker = RevisionMaker()
        let scratch = Scratch()
        let blob = String(repeating: "ab", count: 32)
        let letters: [JSONValue] = [
            [
                "attachments": [["blob": .string(blob), "name": "scan.jpg", "size": 7]],
                "body": "Dear Änne,\n\n\"yes\".",
                "date": ["edtf": "1890-03-14/1890-03-20"], "kind": "letter", "place": ["name": "Ψ"],
                "recipients": [["name": "Änne Øre", "role": "editor"], ["name": "Bo"]], "senders": [["name": "Ada"]],
                "status": "draft", "tags": ["press", "é"], "title": "All of it", "unknown": ["date": "none"],
            ],
            ["date": ["edtf": "1890-03"], "senders": [["role": "clerk"]]], ["recipients": [["name": ""]]], [:],
        ]
        let revisions = try letters.enumerated().map { number, members in
            try maker.revision(number, letter: Letter(members: try #require(members.members)))
        }
        let dictionary = try WordDictionary.make()
        var batch = RevisionBatch(isListed: mode == .local)
        for revision in revisions {
            let bytes = try #require(revision.contentBytes)
            let frame = try #require(dictionary.compress(bytes))
            let content: ReceivedRevision.Content =
                switch form {
                case "stored": .stored(StoredContent(frame: frame, dictionary: dictionary))
                case "bytes": .bytes(bytes)
                default: .stored(StoredContent(frame: Self.padded(bytes), dictionary: nil))
                }
            batch.append(ReceivedRevision(headerBytes: revision.headerBytes, content: content))
        }
        let (path, other) = (scratch.newPath(), scratch.newPath())
        let store = try scratch.makeStore(mode, at: path)
        let report = try store.ingest(Ingestion(archive: maker.archive, batch: batch))
        #expect(report.acceptedCount == revisions.count)
        _ = try scratch.makeStore(.local, at: other).ingest(maker.ingestion(revisions))
        #expect(try store.letters(LetterQuery()).count == revisions.count)
        for table in ["summary", "blob_reference"] {
            #expect(try Damage(path).rows(table) == Damage(other).rows(table), "\(table)")
        }
        #expect(try store.allRevisions() == revisions)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    /// A frame of Zstandard that says how much it holds, and has more than it takes: its content in blocks of one byte.
    private static func padded(_ content: [UInt8]) -> [UInt8] {
        // RFC 8878: the magic number, a descriptor with four bytes of size and one segment, then raw blocks.
        var frame: [UInt8] =
            [0x28, 0xB5, 0x2F, 0xFD, 0xA0] + (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) }
        for (index, byte) in content.enumerated() {
            frame += [index == content.count - 1 ? 9 : 8, 0, 0, byte]
        }
        return frame
    }
}
