import Foundation
import LetterModel
import ReplicaStoreConformance
import SQLiteBinding
import Testing
import TestScratch

@testable import ReplicaStore

/// A server's write-ahead log is moved into the database by a thread of its own, or by the commit that a test asks for.
struct CheckpointTests {
    private let scratch = Scratch()
    private let maker = RevisionMaker()

    /// Letters of 2 MiB that no compression makes smaller by much.
    private func ingest(_ count: Int, into store: SQLiteReplicaStore) throws {
        var generator = SystemRandomNumberGenerator()
        for number in 0..<count {
            let noise = (0..<(3 << 16)).map { _ in UInt64.random(in: 0 ... .max, using: &generator) }
            let body = noise.withUnsafeBytes { Data($0).base64EncodedString() }
            _ = try store.ingest(maker.ingestion([maker.revision(number, body)]))
        }
    }

    private func databaseBytes(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path + "/archive.sqlite")[.size] as? Int)
    }

    @Test func `a long log is moved while nobody waits, before the folder is another server's`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, .server)
        let pages = ConnectionPolicy.defaultCheckpointPages * PageSize.bytes(.server)
        var store: SQLiteReplicaStore? = try SQLiteReplicaStore.open(folder: path, mode: .server)
        try ingest(8, into: try #require(store))
        store?.connections.finishCheckpoint()
        #expect(try databaseBytes(path) < pages / 4, "it is short, and was not moved")
        try ingest(20, into: try #require(store))
        store?.connections.finishCheckpoint()
        #expect(try databaseBytes(path) > pages / 2)
        let state = try store?.logState()
        store = nil
        let reopened = try SQLiteReplicaStore.open(folder: path, mode: .server)
        #expect(try reopened.logState() == state)
        #expect(try reopened.verify { _, _ in }.problems == [])
    }

    @Test func `where everything happens in one order, a commit moves it`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, .server)
        let store = try SQLiteReplicaStore.open(folder: path, mode: .server, checkpointPages: 100)
        let before = try databaseBytes(path)
        try ingest(1, into: store)
        #expect(try databaseBytes(path) > before + 100 * PageSize.bytes(.server))
    }
}
