import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

struct BlobResponderTests {
    let server = TestReplica.inMemory("server")
    let bytes: [UInt8] = Array("a scan".utf8)
    var blob: BlobID { BlobID(SHA256.digest(of: bytes)) }

    /// A letter that refers to the blob.
    func refer() throws {
        try server.take([try server.maker.revision(1, letter: .referring(to: blob, byteCount: bytes.count))])
    }

    func given(_ range: String? = nil) throws -> (bytes: [UInt8], range: BlobRange?) {
        let given = try BlobResponder(store: server.store).give(blob, range: range)
        var bytes: [UInt8] = []
        while let piece = try given.pieces.next() { bytes += piece }
        #expect(bytes.count == given.pieces.byteCount)
        return (bytes, given.range)
    }

    @Test func `a blob that a letter refers to is missing until its bytes come`() throws {
        try refer()
        let responder = BlobResponder(store: server.store)
        let unknown = BlobID(SHA256.digest(of: [0]))
        let question = BlobList(.question, [unknown, blob]).bytes
        #expect(try BlobList(.answer, parsing: responder.missing(question)).blobs == [blob])
        #expect(try responder.take(bytes, as: blob) == .stored(byteCount: bytes.count))
        #expect(try responder.take(bytes, as: blob) == .known)
        #expect(try BlobList(.answer, parsing: responder.missing(question)).blobs.isEmpty)
        #expect(try given().bytes == bytes)
    }

    @Test func `a blob that no letter refers to is not there and not taken`() throws {
        let responder = BlobResponder(store: server.store)
        _ = try server.store.storeBlob(bytes)
        let absent = #expect(throws: Problem.self) { try responder.give(blob, offersUpload: true) }
        #expect(absent?.status == 404)
        #expect(absent?.headers == [], "it says nothing of what has come")
        #expect(#expect(throws: Problem.self) { try responder.take(bytes, as: blob) }?.code == .blobUnreferenced)
        let piece = #expect(throws: Problem.self) {
            try responder.take([bytes[0]], as: blob, contentRange: "bytes 0-0/\(bytes.count)")
        }
        #expect(piece?.code == .blobUnreferenced)
    }

    @Test func `bytes of another hash are not taken`() throws {
        try refer()
        let responder = BlobResponder(store: server.store)
        #expect(#expect(throws: Problem.self) { try responder.take([1], as: blob) }?.code == .blobHash)
        #expect(try !server.store.hasBlob(blob))
    }

    @Test func `pieces that follow each other become the blob, and every other one is told where they are`() throws {
        try refer()
        let responder = BlobResponder(store: server.store)
        func take(_ range: Range<Int>) throws -> BlobResponder.Taken {
            try responder.take(
                Array(bytes[range]), as: blob, contentRange: BlobRange(range, of: bytes.count).contentRange)
        }
        func offset() throws -> String? {
            let problem = #expect(throws: Problem.self) { try responder.give(blob, offersUpload: true) }
            return problem?.headers.first?.value
        }
        #expect(try offset() == "0")
        #expect(try take(0..<2) == .kept(byteCount: 2))
        #expect(try offset() == "2")
        for wrong in [0..<2, 3..<5, 1..<3] {
            let problem = #expect(throws: Problem.self) { try take(wrong) }
            #expect(problem?.code == .blobOffset)
            #expect(problem?.members["offset"]?.integer == 2)
            #expect(problem?.headers == [HeaderField("Upload-Offset", "2")])
        }
        #expect(try !server.store.hasBlob(blob))
        #expect(try take(2..<bytes.count) == .stored(byteCount: bytes.count))
        #expect(try take(2..<bytes.count) == .known)
        #expect(try given().bytes == bytes)
    }

    @Test func `pieces that are another blob are thrown away with the last`() throws {
        try refer()
        let responder = BlobResponder(store: server.store)
        _ = try responder.take([9, 9], as: blob, contentRange: "bytes 0-1/6")
        let rest = Array(bytes[2...])
        let problem = #expect(throws: Problem.self) { try responder.take(rest, as: blob, contentRange: "bytes 2-5/6") }
        #expect(problem?.code == .blobHash)
        #expect(try server.store.partialBlobByteCount(blob) == 0)
        #expect(try !server.store.hasBlob(blob))
    }

    @Test func `a blob whose pieces are all there is completed by a piece without bytes`() throws {
        try refer()
        #expect(try server.store.takeBlobPiece(bytes, of: blob, at: 0, byteCount: 7) == .kept(byteCount: 6))
        let responder = BlobResponder(store: server.store)
        let early = #expect(throws: Problem.self) { try responder.take([], as: blob, contentRange: "bytes */7") }
        #expect(early?.code == .blobOffset)
        #expect(try responder.take([], as: blob, contentRange: "bytes */6") == .stored(byteCount: 6))
    }

    @Test func `a blob over the limit is refused with the limit, whole or in pieces`() throws {
        try refer()
        let responder = BlobResponder(store: server.store, limitBytes: 5)
        for range in [nil, "bytes 0-5/6"] {
            let problem = #expect(throws: Problem.self) { try responder.take(bytes, as: blob, contentRange: range) }
            #expect(problem?.status == 413)
            #expect(problem?.members["limit"]?.integer == 5)
        }
        let piece = #expect(throws: Problem.self) { try responder.take([1], as: blob, contentRange: "bytes 0-0/6") }
        #expect(piece?.status == 413, "before a byte of it is kept")
        #expect(try server.store.partialBlobByteCount(blob) == 0)
    }

    @Test(arguments: [
        "", "bytes", "bytes 0-5", "bytes 0-6/6", "bytes 3-2/6", "bytes -1-4/6", "bytes 0-5/*", "bytes 0-4/6",
        "chars 0-5/6",
        "bytes 0-5/6 ", "bytes 0-5/6/6", "bytes */6", "bytes 0-99999999999999999999/999999999999999999999",
    ])
    func `a piece that is none is refused`(contentRange: String) throws {
        try refer()
        let responder = BlobResponder(store: server.store)
        let problem = #expect(throws: Problem.self) { try responder.take(bytes, as: blob, contentRange: contentRange) }
        #expect(problem?.status == 400)
        #expect(try server.store.partialBlobByteCount(blob) == 0)
    }

    @Test func `a range is given as a part, and what is no range as a whole`() throws {
        try refer()
        _ = try server.store.storeBlob(bytes)
        for (range, part) in [
            ("bytes=2-", 2..<6), ("bytes=0-", 0..<6), ("bytes=1-3", 1..<4), ("bytes=5-99", 5..<6), ("bytes=0-0", 0..<1),
        ] {
            let given = try given(range)
            #expect(given.bytes == Array(bytes[part]))
            #expect(given.range == BlobRange(part, of: 6))
        }
        for range in [
            "bytes=-2", "bytes=0-1,3-4", "bytes=3-2", "chars=0-1", "bytes=", "bytes=a-", "bytes=99999999999999999999-",
        ] {
            let given = try given(range)
            #expect(given.bytes == bytes)
            #expect(given.range == nil)
        }
        for range in ["bytes=6-", "bytes=100-200"] {
            let problem = #expect(throws: Problem.self) { try given(range) }
            #expect(problem?.status == 416)
            #expect(problem?.headers == [HeaderField("Content-Range", "bytes */6")])
        }
    }

    @Test func `a question that is none is a problem`() {
        let responder = BlobResponder(store: server.store)
        #expect(#expect(throws: Problem.self) { try responder.missing(Array("{}".utf8)) }?.status == 400)
    }

    @Test func `a path names a blob or none`() {
        #expect(BlobPath.blob(in: BlobPath.path(of: blob)) == blob)
        for path in ["blobs/", "blobs/missing", "blob/\(blob)", "blobs/\(blob)/", "blobs/\(blob.hex.uppercased())"] {
            #expect(BlobPath.blob(in: path) == nil, "\(path)")
        }
    }
}
