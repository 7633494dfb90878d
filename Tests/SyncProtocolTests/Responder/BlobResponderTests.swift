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

    @Test func `a blob that a letter refers to is missing until its bytes come`() throws {
        try refer()
        let responder = BlobResponder(store: server.store)
        let unknown = BlobID(SHA256.digest(of: [0]))
        let question = BlobList(.question, [unknown, blob]).bytes
        #expect(try BlobList(.answer, parsing: responder.missing(question)).blobs == [blob])
        try responder.store(bytes, as: blob)
        try responder.store(bytes, as: blob)
        #expect(try BlobList(.answer, parsing: responder.missing(question)).blobs.isEmpty)
        #expect(try responder.blob(blob) == bytes)
    }

    @Test func `a blob that no letter refers to is not there and not taken`() throws {
        let responder = BlobResponder(store: server.store)
        _ = try server.store.storeBlob(bytes)
        #expect(#expect(throws: Problem.self) { try responder.blob(blob) }?.status == 404)
        #expect(#expect(throws: Problem.self) { try responder.store(bytes, as: blob) }?.code == .blobUnreferenced)
    }

    @Test func `bytes of another hash are not taken`() throws {
        try refer()
        let responder = BlobResponder(store: server.store)
        #expect(#expect(throws: Problem.self) { try responder.store([1], as: blob) }?.code == .blobHash)
        #expect(try !server.store.hasBlob(blob))
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
