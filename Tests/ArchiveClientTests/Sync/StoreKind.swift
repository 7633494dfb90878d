import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncTestSupport
import Synchronization
import Testing
import TestScratch

/// The implementations of the store that the engine is tested over.
enum StoreKind: CaseIterable, CustomTestStringConvertible {
    case inMemory, sqlite

    var testDescription: String { self == .inMemory ? "in memory" : "on SQLite" }
}

/// Replicas for one test; their folders are removed when it ends.
final class TestWorld: Sendable {
    private let kind: StoreKind
    private let scratch = Scratch()
    private let count = Atomic<Int>(0)

    init(_ kind: StoreKind) { self.kind = kind }

    /// An empty replica of an archive of its own, or of this one.
    func replica(_ name: String, archive: Int? = nil) throws -> TestReplica {
        let number = count.add(1, ordering: .relaxed).newValue
        let archive = RevisionMaker.archive(archive ?? 100 + number)
        let digits = String(number, radix: 16)
        let epoch = String(repeating: "0", count: 16 - digits.count) + digits
        let store: any ReplicaStore =
            switch kind {
            case .inMemory: InMemoryReplicaStore(archive: archive, epoch: epoch)
            case .sqlite:
                try SQLiteReplicaStore.create(
                    folder: scratch.path("\(number)"), archive: archive, name: "letters", label: name, epoch: epoch,
                    mode: name == "server" ? .server : .local)
            }
        return TestReplica(name, store: store, maker: RevisionMaker(archive: RevisionMaker.archive(1)))
    }
}

/// Fails unless both hold the same revisions and show the same letters, and fingerprints agree.
func expectSame(_ left: TestReplica, _ right: TestReplica, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let ids = try left.ids()
    #expect(
        try ids == right.ids(), "\(left.name) and \(right.name) hold other revisions", sourceLocation: sourceLocation)
    #expect(
        try left.store.logState().fingerprint == right.store.logState().fingerprint, sourceLocation: sourceLocation)
    for letter in Set(try left.store.allRevisions().map(\.header.letter)) {
        #expect(
            try left.store.view(of: letter) == right.store.view(of: letter), "\(letter)", sourceLocation: sourceLocation
        )
    }
}
