import Foundation
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

struct BlobFileReaderTests {
    private let scratch = Scratch()

    /// How many descriptors of this process stand for a file.
    private func openCount(of file: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            do {
                return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)") == file
            } catch {
                // It was closed meanwhile by another test.
                return false
            }
        }
    }

    @Test func `a blob whose file has grown beyond all limits is damaged, and its file is closed again`() throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let id = try store.storeBlob([1, 2, 3, 4])
        let file = URL(fileURLWithPath: "\(path)/blobs/\(id.hex.prefix(2))/\(id.hex.dropFirst(2))")
            .resolvingSymlinksInPath()
        try FileHandle(forWritingTo: file).truncate(atOffset: UInt64(Limits.blobBytes) + 1)
        for _ in 0..<3 {
            #expect(throws: StoreError.damaged(object: id.hex)) { try store.blobPieces(id) }
        }
        #expect(try openCount(of: file.path) == 0)
        try FileHandle(forWritingTo: file).truncate(atOffset: 4)
        let pieces = try #require(try store.blobPieces(id))
        #expect(try openCount(of: file.path) == 1)
        #expect(try pieces.next() == [1, 2, 3, 4])
    }
}
