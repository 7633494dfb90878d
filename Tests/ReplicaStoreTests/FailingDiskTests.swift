import CFaultVFS
import Foundation
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

/// A disk that fails acknowledges nothing, and loses nothing that was acknowledged.
struct FailingDiskTests {
    private let scratch = Scratch()
    private let fileSystem = String(cString: fault_vfs_name())

    @Test(arguments: [ReplicaMode.local, .server], [0, 1, 2, 3])
    func `after a failed fsync the store answers nothing more`(_ mode: ReplicaMode, _ after: Int) throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, mode)
        let maker = RevisionMaker()
        var acknowledged = 6
        var failure: StoreError?
        do {
            let store = try SQLiteReplicaStore.open(folder: path, mode: mode, fileSystem: fileSystem)
            fault_vfs_fail_sync(Int32(after))
            defer { fault_vfs_fail_sync(-1) }
            for number in 10..<20 where failure == nil {
                do {
                    _ = try store.ingest(maker.ingestion([try maker.revision(number, "letter \(number)")]))
                    acknowledged += 1
                } catch {
                    failure = error as? StoreError
                }
            }
            guard case .inputOutput = failure else {
                Issue.record("a failed fsync was not reported: \(String(describing: failure))")
                return
            }
            fault_vfs_fail_sync(-1)
            #expect(throws: StoreError.self) { try store.setSetting("a", to: "b") }
        }
        let store = try SQLiteReplicaStore.open(folder: path, mode: mode)
        #expect(try store.logState().count >= acknowledged)
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test func `a blob whose row could not be written is noted when the server starts again`() throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, .server)
        let bytes = Array("a scan that came while the disk was full".utf8)
        var letter = Letter()
        let blob = BlobID(SHA256.digest(of: bytes))
        letter.attachments = [Attachment(members: ["blob": .string(blob.hex), "name": "scan"])]
        do {
            let maker = RevisionMaker()
            let store = try SQLiteReplicaStore.open(folder: path, mode: .server, fileSystem: fileSystem)
            _ = try store.ingest(maker.ingestion([try maker.revision(900, letter: letter)]))
            fault_vfs_fail_write(0, 13)
            defer { fault_vfs_fail_write(-1, 0) }
            #expect(throws: StoreError.diskFull) { try store.storeBlob(bytes) }
        }
        #expect(try SQLiteReplicaStore.verifyBesideServer(folder: path) { _, _ in }.problems == [], "it is no damage")
        let store = try SQLiteReplicaStore.open(folder: path, mode: .server)
        #expect(try store.hasBlob(blob))
        #expect(try !store.missingBlobs(limit: 100).contains { $0.blob == blob })
        #expect(try store.verify { _, _ in }.problems == [])
    }

    @Test(arguments: [ReplicaMode.local, .server], [0, 1, 2, 5, 20])
    func `a full disk takes nothing, and goes on when there is room`(_ mode: ReplicaMode, _ after: Int) throws {
        let path = scratch.newPath()
        _ = try SQLiteReplicaStore.filled(path, mode)
        let maker = RevisionMaker()
        let store = try SQLiteReplicaStore.open(folder: path, mode: mode, fileSystem: fileSystem)
        let before = try store.logState()
        let position = try store.remotes().first?.position
        let letters = try (10..<40).map { try maker.revision($0, String(repeating: "\($0) ", count: 500)) }
        var page = maker.ingestion(letters, remote: "origin")
        let end = LogPosition(epoch: "00000000000000ff", sequence: 40, chain: .zero)
        page.advance = CursorAdvance(remote: "origin", from: position, to: end)
        fault_vfs_fail_write(Int32(after), 13)
        defer { fault_vfs_fail_write(-1, 0) }
        #expect(throws: StoreError.diskFull) { try store.ingest(page) }
        fault_vfs_fail_write(-1, 0)
        #expect(try store.logState() == before)
        #expect(try store.remotes().first?.position == position)
        #expect(try store.ingest(page).acceptedCount == 30)
        #expect(try store.verify { _, _ in }.problems == [])
    }
}
