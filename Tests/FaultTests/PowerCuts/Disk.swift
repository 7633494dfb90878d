import CPowerCutVFS

/// A disk in memory that records what is written, and of which a power cut leaves what it may.
///
/// Belongs to one thread: connections see the disk that their thread uses.
final class Disk {
    static let fileSystem = String(cString: power_cut_vfs_name())

    /// Which syncs the disk says it did, and did not.
    enum Lie: Int32 {
        case none = 0
        case database = 1
        case journal = 2
        case all = 3
    }

    fileprivate let handle: OpaquePointer

    init() {
        guard let handle = power_cut_disk_make() else { preconditionFailure("no memory") }
        self.handle = handle
    }

    deinit {
        power_cut_disk_free(handle)
    }

    /// Makes this the disk of the connections that the thread opens from now on.
    func use() { power_cut_use(handle) }

    /// Reads a file of the system into the disk.
    func load(_ path: String) -> Bool { power_cut_disk_load(handle, path) == 1 }

    /// Changes bits of one byte of a file; false if there is no such byte.
    func flip(_ path: String, at offset: Int, mask: UInt8) -> Bool {
        power_cut_disk_flip(handle, path, Int64(offset), mask) == 1
    }

    /// Records from here on.
    func record(_ lie: Lie) { power_cut_record(handle, lie.rawValue) }

    /// Notes that somebody was told that this step is done.
    func acknowledge(_ step: Int) { power_cut_acknowledge(handle, Int32(step)) }

    var operationCount: Int { Int(power_cut_operation_count(handle)) }
}

/// A walk through what a disk recorded.
final class Replay {
    private let disk: Disk
    private let handle: OpaquePointer

    init(_ disk: Disk) {
        guard let handle = power_cut_replay_make(disk.handle) else { preconditionFailure("no memory") }
        self.disk = disk
        self.handle = handle
    }

    deinit {
        power_cut_replay_free(handle)
    }

    func advance(to operations: Int) { power_cut_replay_advance(handle, Int32(operations)) }

    /// The last step that somebody was told is done.
    var acknowledged: Int { Int(power_cut_replay_acknowledged(handle)) }

    /// How much is not durable here.
    var pending: Int { Int(power_cut_replay_pending(handle)) }

    /// Makes what a power cut leaves, and gives a digest of it.
    func image(_ variant: Int, seed: UInt64, into image: Disk) -> UInt64 {
        power_cut_replay_image(handle, Int32(variant), seed, image.handle)
    }
}
