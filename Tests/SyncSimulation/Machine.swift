import ArchiveClient
import Hashing
import LetterMerge
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport

/// A computer with a replica on a disk of its own, a clock of its own, and what the simulation knows of it.
final class Machine {
    /// What the log was when it was last looked at. It may only grow.
    struct Log {
        var ids: [RevisionID] = []
        var chain: [Digest] = [.zero]
        var fingerprint = Digest.zero
        var places: [RevisionID: Int] = [:]

        mutating func append(_ id: RevisionID) {
            chain.append(LogPosition.chain(chain[ids.count], extendedBy: id))
            ids.append(id)
            fingerprint = fingerprint &+ id.digest
            places[id] = ids.count
        }
    }

    /// What the simulation knows of a remote of a machine.
    struct Link {
        /// How often the remote had been set back when a sync with it last ended well: what it acknowledged up to then it must have
        /// as long as it was not set back again.
        var trustedRollbacks: Int?
        /// Where the cursor was.
        var position: LogPosition?
        /// What was shown when a pull began that has not ended yet.
        var shownAtBeginning: [LetterID]?
        /// How often the remote had been set back then.
        var rollbacks = 0
    }

    /// What a copy of a machine's folder holds, and what was known of it.
    struct Backup {
        let disk: VirtualDisk
        let blobs: String
        let log: Log
        let links: [Int: Link]
    }

    /// Why a disk that failed is opened again.
    enum Stop {
        case kill
        case powerCut(variant: Int, seed: UInt64)
    }

    let number: Int
    /// Which new replica it began as: a copied laptop calls itself as the one it was copied from.
    let origin: Int
    let folder: String
    private let disk: VirtualDisk
    private var store: DamagedStore?
    private var refused: Set<RevisionID> = []

    /// Milliseconds that its clock shows.
    var clockMilliseconds: Int
    var log = Log()
    /// Revisions that a call said are written since the log was last looked at.
    var promised: [RevisionID] = []
    var links: [Int: Link] = [:]
    /// What came with other bytes than it has, as its syncs said.
    var quarantined: Set<RevisionID> = []
    /// How often it was set back to an older state.
    var rollbacks = 0
    var backup: Backup?
    /// Where the replica is: the machine, and which file.
    var place: String { "\(number)/\(rollbacks)" }
    /// What is open in editors.
    var drafts: [(letter: Int, plan: EditPlan)] = []
    var mayPush = true
    var isOffline = false
    /// What to do when the disk has stopped.
    var stop: Stop?

    var isServer: Bool { number == 0 }
    var name: String { Machine.name(number) }
    static func name(_ number: Int) -> String {
        number == 0 ? "server" : ["ada", "ben", "cy", "dot", "eve", "fay", "gus", "hal"][(number - 1) % 8]
    }

    /// - Parameter lies: whether its disk only says that it syncs.
    init(_ number: Int, origin: Int? = nil, lies: Bool = false, in workspace: Workspace) throws {
        self.number = number
        self.origin = origin ?? number
        let new = try NewReplica.of(self.origin)
        folder = try workspace.folder(number, header: new.header)
        disk = VirtualDisk(mountedOn: folder)
        disk.become(new.disk)
        disk.lie(lies)
        clockMilliseconds = 1_750_000_000_000 + number * 10
        try open()
    }

    deinit {
        // Connections are closed before their disk goes.
        store = nil
    }

    /// Whether anybody used the replica since it was last looked at.
    private(set) var isTouched = true
    /// The life of the log when it was last looked at.
    private(set) var epoch = ""

    /// Notes that the replica was looked at.
    func looked(_ epoch: String) {
        self.epoch = epoch
        isTouched = false
    }

    /// The replica. Between two events it is always open.
    func replica() throws -> DamagedStore {
        isTouched = true
        guard let store else { throw TestFailure("\(name) is not running") }
        return store
    }

    /// The replica, if the machine runs.
    var running: DamagedStore? {
        isTouched = true
        return store
    }

    private func open() throws {
        let store = DamagedStore(try openReplica())
        store.set { $0.refused = refused }
        isTouched = true
        self.store = store
    }

    private func openReplica() throws -> SQLiteReplicaStore {
        try SQLiteReplicaStore.open(
            folder: folder, mode: isServer ? .server : .local, busyTimeoutMilliseconds: 0,
            fileSystem: VirtualDisk.fileSystem)
    }

    /// From now on it does not take this revision.
    func refuse(_ id: RevisionID) {
        refused.insert(id)
        store?.set { $0.refused.insert(id) }
    }

    /// A clock that anybody may set; it goes on a little with each look.
    func time() -> Timestamp {
        clockMilliseconds += 7
        return Timestamp(milliseconds: clockMilliseconds)
    }

    // MARK: Stopping

    /// Plans that the disk fails.
    func plan(_ sorts: VirtualDisk.Sorts, after count: Int, _ failure: VirtualDisk.Failure, stop: Stop?) {
        self.stop = stop
        disk.fail(sorts, after: count, failure)
    }

    /// Looks at the machine without bringing its disk nearer to a failure that is planned.
    func looking<Result>(_ body: () throws -> Result) rethrows -> Result {
        disk.hold(true)
        defer { disk.hold(false) }
        return try body()
    }

    /// Whether the disk has failed as it was planned.
    var hasFailed: Bool { disk.hasFailed }

    /// Ends the process and starts it again, on what is on the disk then.
    func restart(_ stop: Stop?) throws {
        // What closing connections would write does not reach a disk that stands still.
        if stop != nil { disk.fail(.all, after: 0, .freeze) }
        store = nil
        if case .powerCut(let variant, let seed)? = stop { disk.cutPower(variant: variant, seed: seed) }
        disk.heal()
        self.stop = nil
        drafts = []
        try open()
    }

    /// Ends what was planned for the disk, without stopping.
    func heal() {
        disk.heal()
        stop = nil
    }

    // MARK: Copies

    func makeBackup(in workspace: Workspace) throws {
        let blobs = try workspace.backupFolder(number)
        try Workspace.copyBlobs(of: folder, to: blobs)
        backup = Backup(disk: disk.copy(), blobs: blobs, log: log, links: links)
    }

    /// What the machine is now, for a copy that is made at once.
    func snapshot() -> Backup {
        Backup(disk: disk.copy(), blobs: folder, log: log, links: links)
    }

    /// Puts a copy in the place of what is there.
    func become(_ copy: Backup) throws {
        store = nil
        disk.heal()
        disk.become(copy.disk)
        try Workspace.copyBlobs(of: copy.blobs, to: folder)
        log = copy.log
        links = copy.links
        drafts = []
        promised = []
        rollbacks += 1
        try open()
    }

    /// Begins anew with nothing.
    func becomeNew() throws {
        store = nil
        disk.heal()
        disk.become(try NewReplica.of(origin).disk)
        try Workspace.removeBlobs(of: folder)
        log = Log()
        links = [:]
        drafts = []
        promised = []
        rollbacks += 1
        try open()
    }

    /// Gives the log another life.
    func beginEpoch(_ epoch: String) throws {
        store = nil
        do {
            try openReplica().beginEpoch(epoch)
        }
        try open()
    }
}
