import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Bundles, byte by byte: what is written is read, and nothing else is.
struct BundleTests {
    let replica = TestReplica.inMemory("ada")

    /// Everything that a bundle of the replica holds.
    private func bytes(since: Cursor? = nil) throws -> [UInt8] {
        let stream = try BundleStream(of: replica.store, since: since, includesBlobs: true)
        var bytes: [UInt8] = []
        while let chunk = try stream.nextChunk() { bytes += chunk }
        return bytes
    }

    private func read(_ bytes: [UInt8], pieceBytes: Int = .max) throws -> [RevisionID] {
        var reader = BundleReader()
        var ids: [RevisionID] = []
        var start = 0
        while start < bytes.count {
            let end = start + min(pieceBytes, bytes.count - start)
            try reader.read(Array(bytes[start..<end])) { item in
                if case .page(let revisions, _) = item { ids += revisions.map(\.id) }
            }
            start = end
        }
        try reader.finish()
        return ids
    }

    @Test func `a bundle of an empty log is whole, and holds nothing`() throws {
        #expect(try read(bytes()).isEmpty)
    }

    @Test func `revisions come in log order, in pieces of any size`() throws {
        for number in 0..<20 { try replica.write(number % 3, "letter \(number)") }
        let whole = try bytes()
        for pieceBytes in [1, 7, 100, .max] { #expect(try read(whole, pieceBytes: pieceBytes) == replica.log()) }
        let cursor = Cursor(try replica.store.logState().end)
        try replica.write(0, "later")
        #expect(try read(bytes(since: cursor)) == replica.log().suffix(1))
        #expect(throws: BundleStream.ForeignCursor.self) {
            try BundleStream(
                of: TestReplica.inMemory("ben").store, since: cursor, includesBlobs: true)
        }
    }

    @Test func `every bundle that is cut is refused, wherever`() throws {
        for number in 0..<5 { try replica.write(number, "letter \(number)") }
        let whole = try bytes()
        for count in 0..<whole.count {
            #expect(throws: MessageError.self, "\(count) of \(whole.count)") { try read(Array(whole[..<count])) }
        }
    }

    @Test func `pieces of blobs follow each other, and the hash decides`() throws {
        let blob = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let id = BlobID(ofContent: blob)
        let pieces = BlobPiece.pieces(of: id, blob)
        #expect(pieces.count == 3)
        var check = BlobPieceCheck()
        var ends: [Bool] = []
        for piece in pieces { ends.append(try check.take(piece)) }
        #expect(ends == [false, false, true])
        #expect(pieces.flatMap(\.bytes) == blob)
        let isEmpty = check.isEmpty
        #expect(isEmpty)

        let nothing = BlobPiece.pieces(of: BlobID(ofContent: []), [])
        let isLast = try check.take(nothing[0])
        #expect(isLast)
        for wrong in [[pieces[1]], [pieces[0], pieces[2]], [pieces[0], pieces[0]], [pieces[0], nothing[0]]] {
            #expect(throws: MessageError.self) {
                var check = BlobPieceCheck()
                for piece in wrong { _ = try check.take(piece) }
            }
        }
        let other = BlobPiece.pieces(of: BlobID(ofContent: [1]), [2])
        #expect(throws: MessageError.blob(BlobID(ofContent: [1]), fault: "its bytes do not have that SHA-256")) {
            var check = BlobPieceCheck()
            _ = try check.take(other[0])
        }
    }
}
