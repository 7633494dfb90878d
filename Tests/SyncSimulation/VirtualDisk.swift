import CPowerCutVFS

/// A disk in memory on which a machine's replica lives: it fails when it is told to, and a power cut keeps what was synced.
///
/// Belongs to one thread.
final class VirtualDisk {
    static let fileSystem = String(cString: power_cut_vfs_name())

    /// What fails.
    struct Sorts: OptionSet {
        let rawValue: Int32

        static let reads = Sorts(rawValue: Int32(POWER_CUT_FAIL_READS))
        static let writes = Sorts(rawValue: Int32(POWER_CUT_FAIL_WRITES))
        static let syncs = Sorts(rawValue: Int32(POWER_CUT_FAIL_SYNCS))
        static let all: Sorts = [.reads, .writes, .syncs]
    }

    /// How it fails.
    enum Failure: Int32, CaseIterable {
        /// With an I/O error, once.
        case once = 0
        /// With an I/O error, from then on.
        case always = 1
        /// The disk is full from then on.
        case full = 2
        /// Half of a write is written, then there is an I/O error.
        case short = 3
        /// Everything fails and nothing changes: the process or the machine stopped there.
        case freeze = 4
    }

    private let handle: OpaquePointer
    private let folder: String?

    /// An empty disk; connections that this thread opens in the folder see it.
    init(mountedOn folder: String?) {
        guard let handle = power_cut_disk_make() else { preconditionFailure("no memory") }
        self.handle = handle
        self.folder = folder
        power_cut_watch(handle)
        if let folder { power_cut_mount(folder, handle) }
    }

    deinit {
        if let folder { power_cut_mount(folder, nil) }
        power_cut_disk_free(handle)
    }

    /// Reads a file of the system into the disk. False if it could not.
    func load(_ path: String) -> Bool { power_cut_disk_load(handle, path) == 1 }

    /// Becomes what another disk is now, all of it durable. No connection may be open.
    func become(_ other: VirtualDisk) { power_cut_disk_copy(other.handle, handle) }

    /// A copy of what the disk is now.
    func copy() -> VirtualDisk {
        let copy = VirtualDisk(mountedOn: nil)
        copy.become(self)
        return copy
    }

    /// After so many more operations of these sorts one fails.
    func fail(_ sorts: Sorts, after count: Int, _ failure: Failure) {
        power_cut_fail(handle, sorts.rawValue, Int32(count), failure.rawValue)
    }

    /// Whether the disk only says that it syncs.
    func lie(_ lies: Bool) { power_cut_lie(handle, lies ? 1 : 0) }

    /// While it is held, nothing fails by the plan.
    func hold(_ isHeld: Bool) { power_cut_hold(handle, isHeld ? 1 : 0) }

    /// Ends what was planned.
    func heal() { power_cut_heal(handle) }

    /// Whether what was planned came true.
    var hasFailed: Bool { power_cut_has_failed(handle) != 0 }

    /// Cuts the power. No connection may be open.
    func cutPower(variant: Int, seed: UInt64) { _ = power_cut_now(handle, Int32(variant), seed) }
}
