public import ArchiveClient
public import LetterModel
public import ReplicaStore
public import ReplicaStoreConformance
public import SyncProtocol

/// A replica with what tests do with it: write, sync, look. Time stands still but for waits, which are counted.
public final class TestReplica {
    /// The replica itself.
    public let store: any ReplicaStore
    /// What it calls itself.
    public let name: String
    /// Milliseconds that were waited in all syncs.
    public private(set) var waitedMilliseconds = 0
    /// How much time passes from one look at the clock to the next.
    public var millisecondsPerLook = 0
    /// Where this copy of the replica is, as far as it can tell.
    public var place: String?
    /// Makes the revisions that are written here.
    public let maker: RevisionMaker
    private var numbers = SeededNumbers(seed: 1)

    /// A test's replica over a store.
    public init(_ name: String, store: any ReplicaStore, maker: RevisionMaker = RevisionMaker()) {
        self.name = name
        self.store = store
        self.maker = maker
    }

    /// A replica in memory, of an archive whose id is its own until it is settled.
    public static func inMemory(_ name: String, archive: Int = 1, epoch: String = "00000000000000aa") -> TestReplica {
        let archive = RevisionMaker.archive(archive)
        return TestReplica(
            name, store: InMemoryReplicaStore(archive: archive, epoch: epoch), maker: RevisionMaker(archive: archive))
    }

    // MARK: Writing

    /// Writes a revision of a letter on top of all its heads, or of these revisions.
    @discardableResult
    public func write(_ letter: Int, _ body: String?, after parents: [Revision]? = nil) throws -> Revision {
        let parents = try parents ?? heads(of: letter)
        let revision = try maker.revision(letter, body, after: parents, author: name)
        try take([revision])
        return revision
    }

    /// Takes revisions as if they were written here.
    public func take(_ revisions: [Revision]) throws {
        let report = try store.ingest(maker.ingestion(revisions))
        for outcome in report.outcomes {
            switch outcome {
            case .accepted, .duplicate: break
            case .waiting, .held, .missingParents, .rejected:
                throw TestFailure("a test's revision was not taken: \(outcome)")
            }
        }
    }

    private func heads(of letter: Int) throws -> [Revision] {
        let history = try store.history(of: RevisionMaker.letterID(letter)).map(\.revision)
        let parents = Set(history.flatMap(\.header.parents))
        return history.filter { !parents.contains($0.id) }
    }

    // MARK: Syncing

    /// Syncs with a replica over a loopback.
    public func sync(with server: TestReplica, mayPush: Bool = true, options: SyncOptions = SyncOptions()) throws
        -> SyncReport
    {
        let transport = LoopbackTransport(to: server.store, role: mayPush ? "writer" : "reader", mayPush: mayPush)
        return try sync(over: transport, options: options)
    }

    /// Syncs over a transport with the remote `origin`, or another one.
    public func sync(
        over transport: any Transport, remote: String = "origin", options: SyncOptions = SyncOptions(),
        cancellation: Cancellation = Cancellation(), progress: @escaping (SyncProgress) -> Void = { _ in },
        lettersWait: @escaping () throws -> Bool = { false }
    ) throws -> SyncReport {
        try engine(
            over: transport, remote: remote, options: options, cancellation: cancellation, lettersWait: lettersWait,
            progress: progress
        ).run()
    }

    /// Fetches blobs over a loopback, and exchanges no letters.
    public func fetch(_ blobs: [BlobID], from server: TestReplica) throws -> SyncReport {
        try engine(over: LoopbackTransport(to: server.store)).fetch(blobs)
    }

    private func engine(
        over transport: any Transport, remote: String = "origin", options: SyncOptions = SyncOptions(),
        cancellation: Cancellation = Cancellation(), lettersWait: @escaping () throws -> Bool = { false },
        progress: @escaping (SyncProgress) -> Void = { _ in }
    ) throws -> SyncEngine {
        if try !store.remotes().contains(where: { $0.name == remote }) {
            try store.addRemote(remote, address: "https://test/letters")
        }
        return SyncEngine(
            store: store, remote: remote, transport: transport, options: options, surroundings: surroundings,
            cancellation: cancellation, lettersWait: lettersWait, progress: progress)
    }

    private var surroundings: SyncSurroundings {
        var surroundings = SyncSurroundings(
            now: { Timestamp(milliseconds: 1_764_000_000_000 + self.waitedMilliseconds) }, place: place,
            monotonicMilliseconds: self.lookAtClock, random: { self.numbers.next() },
            sleep: { self.waitedMilliseconds += $0 })
        surroundings.worksBeside = true
        return surroundings
    }

    private func lookAtClock() -> Int {
        waitedMilliseconds += millisecondsPerLook
        return waitedMilliseconds
    }

    // MARK: Looking

    /// The ids in log order.
    public func log() throws -> [RevisionID] { try store.allRevisions().map(\.id) }

    /// The ids as a set.
    public func ids() throws -> Set<RevisionID> { Set(try log()) }

    /// The remote `origin`.
    public func origin() throws -> Remote {
        guard let remote = try store.remotes().first(where: { $0.name == "origin" }) else {
            throw TestFailure("there is no origin")
        }
        return remote
    }

    // MARK: Old copies

    /// A replica in memory with the first revisions of this one's log, as an old backup has them: same epoch, same chain.
    public func backup(through sequence: Int, epoch: String? = nil) throws -> TestReplica {
        let state = try store.logState()
        let copy = InMemoryReplicaStore(archive: try store.identity().archive, epoch: epoch ?? state.end.epoch)
        let replica = TestReplica(name, store: copy, maker: maker)
        try replica.take(Array(try store.allRevisions().prefix(sequence)))
        return replica
    }

    /// A copy of this replica's folder on another machine: same log, same cursor, same marks.
    public func cloned(as name: String) throws -> TestReplica {
        let copy = try backup(through: .max)
        let clone = TestReplica(name, store: copy.store, maker: maker)
        let remote = try origin()
        try clone.store.addRemote("origin", address: remote.address)
        let unsent = Set(try store.unsent(to: "origin", maximumBytes: .max).revisions.map(\.id))
        let refusals = try store.refusals(by: "origin")
        var refused = Set(refusals.map(\.revision))
        for revision in try store.allRevisions() where revision.header.parents.contains(where: refused.contains) {
            refused.insert(revision.id)
        }
        var answers = try log().filter { !unsent.contains($0) && !refused.contains($0) }.map {
            PushAnswer(revision: $0, decision: .acknowledged)
        }
        answers += refusals.map {
            PushAnswer(revision: $0.revision, decision: .refused(code: $0.code, text: $0.text))
        }
        try clone.store.recordAnswers(from: "origin", answers)
        if let position = remote.position {
            try clone.store.advanceCursor(CursorAdvance(remote: "origin", from: nil, to: position))
        }
        return clone
    }
}

/// What a test could not do.
public struct TestFailure: Error, CustomStringConvertible {
    /// What it was.
    public let description: String

    /// A failure with its reason.
    public init(_ description: String) {
        self.description = description
    }
}
