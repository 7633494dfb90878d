import Foundation
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import Synchronization

/// Folders for tests, removed when the value goes.
final class TemporaryFolders: Sendable {
    let path: String
    private let count = Atomic<Int>(0)

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "chancery-store-\(UUID().uuidString)").path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch CocoaError.fileNoSuchFile {
            // Nothing was made.
        } catch {
            preconditionFailure("a test's folder cannot be removed: \(error)")
        }
    }

    /// A path that nothing has yet.
    func newPath() -> String {
        "\(path)/\(count.add(1, ordering: .relaxed).newValue)"
    }

    /// An empty replica in a new folder.
    func makeStore(_ mode: ReplicaMode, at path: String? = nil) throws -> SQLiteReplicaStore {
        try SQLiteReplicaStore.create(
            folder: path ?? newPath(), archive: RevisionMaker.archive(1), name: "letters", label: "test",
            epoch: "00000000000000ff", mode: mode)
    }
}
