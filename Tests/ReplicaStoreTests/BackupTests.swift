import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Testing
import TestScratch

struct BackupTests {
    private let scratch = Scratch()

    @Test(arguments: [ReplicaMode.local, .server])
    func `a backup is the whole replica of one moment, while it goes on`(_ mode: ReplicaMode) throws {
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path, mode)
        let copyPath = scratch.newPath()
        try SQLiteReplicaStore.backUp(folder: path, to: copyPath)
        let before = try store.logState()
        let maker = RevisionMaker()
        _ = try store.ingest(maker.ingestion([try maker.revision(9, "after the backup")]))
        let copy = try SQLiteReplicaStore.open(folder: copyPath, mode: mode)
        #expect(try copy.logState() == before)
        #expect(try copy.verify { _, _ in }.problems == [])
        #expect(try copy.verify { _, _ in }.blobs == 1)
        #expect(try store.verify { _, _ in }.problems == [])
        #expect(throws: StoreError.exists(path: copyPath)) {
            try SQLiteReplicaStore.backUp(folder: path, to: copyPath)
        }
        #expect(throws: StoreError.wrongMode(path: copyPath)) {
            try SQLiteReplicaStore.open(folder: copyPath, mode: mode == .local ? .server : .local)
        }
    }

    @Test func `a backup of nothing, or with a damaged blob, is none`() throws {
        let nowhere = scratch.newPath()
        #expect(throws: StoreError.notFound(path: nowhere)) {
            try SQLiteReplicaStore.backUp(folder: nowhere, to: scratch.newPath())
        }
        let path = scratch.newPath()
        let store = try SQLiteReplicaStore.filled(path)
        let id = try store.storeBlob([1, 2, 3])
        let file = URL(fileURLWithPath: "\(path)/blobs/\(id.hex.prefix(2))/\(id.hex.dropFirst(2))")
        try Data([9]).write(to: file)
        let copyPath = scratch.newPath()
        #expect(throws: StoreError.damaged(object: id.hex)) {
            try SQLiteReplicaStore.backUp(folder: path, to: copyPath)
        }
        #expect(throws: StoreError.notFound(path: copyPath)) {
            try SQLiteReplicaStore.open(folder: copyPath, mode: .local)
        }
    }
}
