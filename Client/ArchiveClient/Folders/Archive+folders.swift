public import ReplicaStore
import SyncProtocol

extension Archive {
    /// What the replica in a folder calls itself, asked as a sync would ask: not on a network's file system, and not while another machine has
    /// it. Of a bundle's file: what it says of the replica that wrote it.
    ///
    /// - Throws: `RemoteFolderError`, `StoreError`, `BundleError`.
    public static func identity(ofFolder path: String) throws -> ReplicaIdentity {
        if RemoteFolder.isBundle(path) {
            let envelope = try BundleFile(path: path).envelope()
            return ReplicaIdentity(
                archive: envelope.archive.id, isArchiveOpen: envelope.archive.isOpen, name: envelope.name,
                label: envelope.replica, mergeRule: envelope.archive.mergeRule)
        }
        let folder = try RemoteFolder(path)
        return try withExtendedLifetime(folder) { try folder.store.identity() }
    }

    /// Makes an empty replica in a folder, for others to sync with.
    ///
    /// - Parameters: as ``create(at:name:label:surroundings:)``.
    /// - Throws: `RemoteFolderError.network`, and then nothing was made; `StoreError`.
    public static func createFolder(
        at path: String, name: String, label: String, surroundings: Surroundings = .machine
    ) throws {
        if let type = FileSystemType.networkType(of: path) { throw RemoteFolderError.network(path: path, type: type) }
        _ = try create(at: path, name: name, label: label, surroundings: surroundings)
    }
}
