import Hashing
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    private static func letter(attaching blobs: [(id: BlobID, size: Int?)]) -> Letter {
        var letter = Letter()
        letter.body = "see the scan"
        letter.attachments = blobs.map { blob in
            var attachment = Attachment()
            attachment.blob = blob.id
            attachment.size = blob.size
            return attachment
        }
        return letter
    }

    private static func blobID(_ text: String) -> BlobID { BlobID(SHA256.digest(of: Array(text.utf8))) }

    static let blobs: [ConformanceCheck] = [
        ConformanceCheck("a blob comes back under its SHA-256, also an empty one") { make in
            let store = try make()
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let id = try store.storeBlob(bytes)
            try expect(id, equals: BlobID(SHA256.digest(of: bytes)))
            try expect(try store.blob(id), equals: bytes)
            try expect(try store.hasBlob(id), "it is here")
            try expect(try store.storeBlob(bytes), equals: id)
            try expect(try store.blob(try store.storeBlob([])), equals: [])
            let none = blobID("nobody stored this")
            try expect(try store.blob(none), equals: nil)
            for whole in [bytes, []] {
                let pieces = try store.blobPieces(try store.storeBlob(whole))
                try expect(pieces?.byteCount, equals: whole.count)
                var read: [UInt8] = []
                while let piece = try pieces?.next() { read += piece }
                try expect(read, equals: whole)
                try expect(try pieces?.next(), equals: nil)
            }
            try expect(try store.blobPieces(none) == nil, "there are no pieces of nothing")
            try expect(!(try store.hasBlob(none)), "it is not here")
        },
        ConformanceCheck("a part of a blob comes as the bytes that it has there") { make in
            let store = try make()
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
            let id = try store.storeBlob(bytes)
            for part in [0..<1, 0..<300_000, 65_536..<131_072, 70_000..<299_999, 299_999..<300_000, 300_000..<300_000] {
                let pieces = try store.blobPieces(id, in: part)
                try expect(pieces?.byteCount, equals: part.count)
                var read: [UInt8] = []
                while let piece = try pieces?.next() { read += piece }
                try expect(read, equals: Array(bytes[part]))
            }
            try expect(try store.blobPieces(id, in: 299_990..<Int.max)?.byteCount, equals: 10)
            try expect(try store.blobByteCount(id), equals: 300_000)
            try expect(try store.blobByteCount(blobID("none")), equals: nil)
        },
        ConformanceCheck("a blob that is written piece by piece is there at its end, and not before") { make in
            let store = try make()
            for pieces in [[], [[]], [[1, 2], [], [3]], [Array(repeating: 7, count: 700_000), [8]]] as [[[UInt8]]] {
                let writer = try store.blobWriter()
                for piece in pieces { try writer.write(piece) }
                let whole = pieces.flatMap { $0 }
                let id = BlobID(SHA256.digest(of: whole))
                if whole.count > 2 { try expect(!(try store.hasBlob(id)), "it is not there yet") }
                try expect(try writer.finish(), equals: id)
                try expect(try store.blob(id), equals: whole)
            }
            try store.blobWriter().write([9, 9, 9])
            try expect(!(try store.hasBlob(BlobID(SHA256.digest(of: [9, 9, 9])))), "what is not finished is nothing")
        },
        ConformanceCheck("pieces of a blob count when the last is there and all have the hash") { make in
            let store = try make()
            let maker = RevisionMaker()
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 41) }
            let id = BlobID(SHA256.digest(of: bytes))
            _ = try store.ingest(
                maker.ingestion([try maker.revision(1, letter: letter(attaching: [(id, bytes.count)]))]))
            func take(_ part: Range<Int>, of count: Int = 200_000) throws -> BlobPieceOutcome {
                try store.takeBlobPiece(Array(bytes[part]), of: id, at: part.lowerBound, byteCount: count)
            }
            try expect(try store.partialBlobByteCount(id), equals: 0)
            try expect(try take(5..<6), equals: .misplaced(byteCount: 0))
            try expect(try take(0..<70_000), equals: .kept(byteCount: 70_000))
            try expect(try take(0..<70_000), equals: .misplaced(byteCount: 70_000))
            try expect(try take(150_000..<200_000), equals: .misplaced(byteCount: 70_000))
            try expect(try store.partialBlobByteCount(id), equals: 70_000)
            try expect(try store.missingBlobs(limit: 9).map(\.blob), equals: [id])
            // Somebody says that it is shorter than what came: what came is thrown away.
            try expect(try take(60_000..<60_001, of: 60_001), equals: .misplaced(byteCount: 0))
            try expect(try take(0..<199_999), equals: .kept(byteCount: 199_999))
            try expect(try take(199_999..<200_000), equals: .completed)
            try expect(try store.partialBlobByteCount(id), equals: 0)
            try expect(try store.missingBlobs(limit: 9), equals: [])
            try expect(try store.blob(id), equals: bytes)
        },
        ConformanceCheck("pieces that are another blob are thrown away, and all of them that were there are completed")
        { make in
            let store = try make()
            let id = BlobID(SHA256.digest(of: [1, 2, 3]))
            try expect(try store.takeBlobPiece([1, 9], of: id, at: 0, byteCount: 3), equals: .kept(byteCount: 2))
            try expect(try store.takeBlobPiece([3], of: id, at: 2, byteCount: 3), equals: .wrongHash)
            try expect(try store.partialBlobByteCount(id), equals: 0)
            try expect(!(try store.hasBlob(id)), "it is not here")
            try expect(try store.takeBlobPiece([1, 2, 3], of: id, at: 0, byteCount: 4), equals: .kept(byteCount: 3))
            try expect(try store.takeBlobPiece([], of: id, at: 3, byteCount: 3), equals: .completed)
            let none = BlobID(SHA256.digest(of: []))
            try expect(try store.takeBlobPiece([], of: none, at: 0, byteCount: 0), equals: .completed)
            try expect(try store.blob(none), equals: [])
        },
        ConformanceCheck("every letter that refers to a blob is named, each once") { make in
            let store = try make()
            let maker = RevisionMaker()
            let (a, b) = (blobID("a"), blobID("b"))
            let first = try maker.revision(1, letter: letter(attaching: [(a, 1), (b, 2)]))
            let second = try maker.revision(2, letter: letter(attaching: [(a, 1)]))
            let edit = try maker.revision(1, letter: letter(attaching: [(a, 5)]), after: [first])
            _ = try store.ingest(maker.ingestion([first, second, edit]))
            let (one, two) = (RevisionMaker.letterID(1), RevisionMaker.letterID(2))
            try expect(
                try store.allBlobReferences(),
                equals: [
                    BlobReference(blob: a, letter: one, byteCount: 1),
                    BlobReference(blob: b, letter: one, byteCount: 2),
                    BlobReference(blob: a, letter: two, byteCount: 1),
                ])
        },
        ConformanceCheck("a blob that is taken away is missing, and comes back") { make in
            let store = try make()
            let maker = RevisionMaker()
            let later = Timestamp(milliseconds: 4_000_000_000_000)
            let id = try store.storeBlob([1])
            let alone = try store.storeBlob([2])
            _ = try store.ingest(maker.ingestion([try maker.revision(1, letter: letter(attaching: [(id, 1)]))]))
            try expect(try store.unreferencedBlobs(before: later), equals: [alone])
            try expect(try store.removeBlob(id, ifUntouchedSince: later), "it was here")
            try expect(!(try store.removeBlob(id, ifUntouchedSince: later)), "it is not here")
            try expect(try store.missingBlobs(limit: 9).map(\.blob), equals: [id])
            try expect(try store.blob(id), equals: nil)
            _ = try store.storeBlob([1])
            try expect(try store.missingBlobs(limit: 9), equals: [])
            try expect(try store.takeBlobPiece([3], of: id, at: 0, byteCount: 9), equals: .kept(byteCount: 1))
            try expect(try store.removePartialBlobs(untouchedSince: later), equals: 1)
            try expect(try store.partialBlobByteCount(id), equals: 0)
        },
        ConformanceCheck("references are those of all revisions, each blob once, in log order") { make in
            let store = try make()
            let maker = RevisionMaker()
            let (a, b, c) = (blobID("a"), blobID("b"), blobID("c"))
            let first = try maker.revision(1, letter: letter(attaching: [(b, 2), (a, nil), (b, 2)]))
            let plain = try maker.revision(2, "no attachments, but the word \"attachments\"")
            let second = try maker.revision(1, letter: letter(attaching: [(c, 3)]), after: [first])
            let third = try maker.revision(3, letter: letter(attaching: [(a, 1)]))
            _ = try store.ingest(maker.ingestion([first, plain, second, third]))
            let one = RevisionMaker.letterID(1)
            let all = [
                BlobReference(blob: b, letter: one, byteCount: 2), BlobReference(blob: a, letter: one, byteCount: nil),
                BlobReference(blob: c, letter: one, byteCount: 3),
            ]
            try expect(try store.blobReferences(after: 0, through: 4), equals: all)
            try expect(try store.blobReferences(after: 1, through: 3), equals: [all[2]])
            try expect(
                try store.blobReferences(after: 3, through: 4),
                equals: [BlobReference(blob: a, letter: RevisionMaker.letterID(3), byteCount: 1)])
            try expect(try store.blobReference(a), equals: all[1])
            try expect(try store.blobReference(blobID("d")), equals: nil)
        },
        ConformanceCheck("a blob is missing until its bytes are here, whichever comes first") { make in
            let store = try make()
            let maker = RevisionMaker()
            let early = Array("stored before its letter".utf8)
            let late = Array("stored after its letter".utf8)
            let never = blobID("never")
            let earlyID = try store.storeBlob(early)
            let revision = try maker.revision(
                1,
                letter: letter(attaching: [
                    (earlyID, early.count), (blobID("stored after its letter"), late.count), (never, 9),
                ]))
            _ = try store.ingest(maker.ingestion([revision]))
            try expect(
                try store.missingBlobs(limit: 10).map(\.blob), equals: [blobID("stored after its letter"), never])
            try expect(try store.missingBlobs(limit: 1).map(\.blob), equals: [blobID("stored after its letter")])
            try expect(try store.statistics().missingBlobs, equals: 2)
            _ = try store.storeBlob(late)
            try expect(
                try store.missingBlobs(limit: 10),
                equals: [BlobReference(blob: never, letter: RevisionMaker.letterID(1), byteCount: 9)])
        },
    ]

    static let care: [ConformanceCheck] = [
        ConformanceCheck("a clean replica verifies without problems, with progress to the end") { make in
            let store = try make()
            let maker = RevisionMaker()
            try store.addRemote("origin", address: "a")
            let revisions = try (1...30).map { try maker.revision($0, "letter number \($0)") }
            let edits = try (1...10).map { try maker.revision($0, "edited \($0)", after: [revisions[$0 - 1]]) }
            let forks = try (1...5).map { try maker.revision($0, "forked \($0)", after: [revisions[$0 - 1]]) }
            let tombstone = try maker.revision(20, nil, after: [revisions[19]])
            _ = try store.ingest(maker.ingestion(revisions + edits + forks + [tombstone], remote: "origin"))
            _ = try store.ingest(
                maker.ingestion([try maker.revision(90, "waits", after: [try maker.revision(90, "gone")])], .wait))
            _ = try store.search("letter", limit: 3, offset: 0)
            try store.setSetting("author", to: "Ada")
            _ = try store.storeBlob([1, 2, 3])
            var steps: [(done: Int, total: Int)] = []
            let report = try store.verify { steps.append(($0, $1)) }
            try expect(report.problems, equals: [])
            try expect(report.revisions, equals: 46)
            try expect(report.blobs, equals: 1)
            try expect(steps.last?.done == steps.last?.total, "progress ends at the total")
            try expect(zip(steps, steps.dropFirst()).allSatisfy { $0.done <= $1.done }, "progress never goes back")
        },
        ConformanceCheck("reindexing changes nothing that can be seen") { make in
            let store = try make()
            let maker = RevisionMaker()
            let root = try maker.revision(1, "root")
            let left = try maker.revision(1, "left", after: [root])
            let right = try maker.revision(1, "right", after: [root])
            let gone = try maker.revision(2, "gone")
            let blob = try maker.revision(3, letter: letter(attaching: [(blobID("x"), 1)]))
            _ = try store.ingest(
                maker.ingestion([root, left, right, gone, try maker.revision(2, nil, after: [gone]), blob]))
            let before = (
                try store.logState(), try store.letters(LetterQuery()), try store.statistics(),
                try store.view(of: RevisionMaker.letterID(1)), try store.search("root", limit: 9, offset: 0).hits.count
            )
            try store.reindex()
            try expect(try store.logState(), equals: before.0)
            try expect(try store.letters(LetterQuery()), equals: before.1)
            try expect(try store.statistics(), equals: before.2)
            try expect(try store.view(of: RevisionMaker.letterID(1)), equals: before.3)
            try expect(try store.search("root", limit: 9, offset: 0).hits.count, equals: before.4)
            try expect(try store.verify { _, _ in }.problems, equals: [])
        },
        ConformanceCheck("an import is remembered by its source") { make in
            let store = try make()
            let source = SHA256.digest(of: Array("a file".utf8))
            try expect(try store.importRecord(sourceSHA256: source), equals: nil)
            let record = ImportRecord(
                sourceSHA256: source, fileName: "brief.txt", importer: "text",
                time: Timestamp(milliseconds: 1_700_000_000_123), author: nil,
                letters: [RevisionMaker.letterID(2), RevisionMaker.letterID(1)])
            try store.recordImport(record)
            try expect(try store.importRecord(sourceSHA256: source), equals: record)
            let again = ImportRecord(
                sourceSHA256: source, fileName: "copy.txt", importer: "text", time: record.time, author: "Bo",
                letters: [])
            try store.recordImport(again)
            try expect(try store.importRecord(sourceSHA256: source), equals: again)
        },
        ConformanceCheck("all imports are told, the latest first, and what was recorded in each month") { make in
            let store = try make()
            try expect(try store.importRecords(), equals: [])
            try expect(try store.growth(), equals: [])
            let maker = RevisionMaker()
            func record(_ name: String, _ time: String, _ letters: [Int]) throws -> ImportRecord {
                let record = ImportRecord(
                    sourceSHA256: SHA256.digest(of: Array(name.utf8)), fileName: name, importer: "text",
                    time: Timestamp(time) ?? Timestamp(milliseconds: 0), author: "Bo",
                    letters: letters.map(RevisionMaker.letterID))
                try store.recordImport(record)
                return record
            }
            let early = try record("early.txt", "2024-02-29T12:00:00.000Z", [3, 4])
            let late = try record("late.txt", "2025-01-01T00:00:00.000Z", [4])
            try expect(try store.importRecords(), equals: [late, early])
            // The maker's clock stands at 2025-06-15; imports carry no time of their own.
            let root = try maker.revision(1, "one")
            let next = try maker.revision(1, "one more", after: [root])
            func imported(_ number: Int) throws -> Revision {
                var letter = Letter()
                letter.body = "imported \(number)"
                let header = RevisionHeader(
                    archive: maker.archive, letter: RevisionMaker.letterID(number), parents: [], content: nil,
                    reason: Reason(.import))
                return try Revision(header: header, letter: letter)
            }
            let imports = try [3, 4, 5].map(imported)
            _ = try store.ingest(maker.ingestion([root, next] + imports))
            try expect(
                try store.growth(),
                equals: [
                    Growth(month: "2024-02", letters: 2, revisions: 2),
                    Growth(month: "2025-06", letters: 1, revisions: 2),
                    Growth(month: nil, letters: 1, revisions: 1),
                ])
        },
        ConformanceCheck("quarantined bytes are counted once") { make in
            let store = try make()
            let bytes = QuarantinedBytes(
                headerBytes: Array("{}".utf8), contentBytes: nil, code: "headerMember", text: "no letter",
                remote: "origin")
            try store.quarantine(bytes)
            try store.quarantine(bytes)
            try store.quarantine(
                QuarantinedBytes(
                    headerBytes: Array("{}".utf8), contentBytes: [], code: "contentPresence", text: "empty", remote: nil
                ))
            try expect(try store.statistics().quarantined, equals: 2)
        },
    ]
}
