public import LetterModel
import ReplicaStore

/// What whoever runs the server does on its machine: archives, tokens, and the check of everything.
///
/// Works on the data folder, also while a server runs on it: the server looks at the registry with each request.
/// Everything that changes something is in the audit log.
public struct Administration: Sendable {
    /// What administration takes from the world.
    public struct Surroundings: Sendable {
        /// The time of day.
        public let now: @Sendable () -> Timestamp
        /// Random bytes that nobody can guess.
        public let randomBytes: @Sendable (_ count: Int) -> [UInt8]
        /// The name of the person at the machine, for the audit log.
        public let userName: String

        /// Surroundings of one's own.
        public init(
            now: @escaping @Sendable () -> Timestamp, randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8],
            userName: String
        ) {
            self.now = now
            self.randomBytes = randomBytes
            self.userName = userName
        }
    }

    let folder: ServerFolder
    let registry: ServerRegistry
    let surroundings: Surroundings

    /// Opens the data folder.
    ///
    /// - Parameter create: Whether the folder is made if it is not there.
    public init(
        _ folder: ServerFolder, create: Bool = false, surroundings: Surroundings
    ) throws(ServerFailure) {
        self.folder = folder
        self.surroundings = surroundings
        registry = try ServerRegistry(folder, create: create)
    }

    /// An entry for the audit log: the person at the machine did this, now.
    func entry(_ action: String, _ object: String, _ details: JSONObject = [:]) -> AuditEntry {
        AuditEntry(
            time: surroundings.now(), subject: "user \(surroundings.userName)", action: action, object: object,
            outcome: .done, details: details)
    }

    // MARK: Archives

    /// Makes an archive without letters. A running server finds it with the next request.
    ///
    /// A folder that is in its place already, say of a deleted archive that was moved back, is taken in as it is.
    public func createArchive(_ name: ArchiveName) throws(ServerFailure) -> ArchiveRecord {
        try moveDeletedArchivesAside()
        return try registry.addArchive(name, entry: entry("archive.create", "archive \(name)")) {
            do throws(StoreError) {
                try ArchiveFolder.makeOrTakeIn(
                    folder.archivePath(name), name: name, time: surroundings.now(),
                    randomBytes: surroundings.randomBytes)
            } catch {
                throw ServerFailure.store(archive: name, error)
            }
        }
    }

    /// The archives in use, by name.
    public func archives() throws(ServerFailure) -> [ArchiveRecord] {
        try registry.archives()
    }

    /// Takes an archive out of use: it is refused from the next request on, and so are its tokens.
    ///
    /// Its folder is moved to `deleted/` and kept; a running server does so within a second or two.
    /// - Returns: The archive with where its folder is, or will be.
    public func deleteArchive(_ name: ArchiveName) throws(ServerFailure) -> ArchiveRecord {
        let archive = try registry.deleteArchive(name, entry: entry("archive.delete", "archive \(name)"))
        return try moveDeletedArchivesAside().first { $0.key == archive.key } ?? archive
    }

    /// The path that the folder of a deleted archive has in the end; nil for one in use.
    public func keptPath(of archive: ArchiveRecord) -> String? {
        archive.deletion.map { folder.deletedPath + "/" + $0.folderName }
    }

    /// Moves the folders of deleted archives aside, unless a server runs: then it is the server's to do.
    @discardableResult
    private func moveDeletedArchivesAside() throws(ServerFailure) -> [ArchiveRecord] {
        guard !(try registry.archivesToMoveAside()).isEmpty else { return [] }
        do throws(ServerFailure) {
            let lock = try ServerLock(folder)
            return try withExtendedLifetime(lock) { () throws(ServerFailure) in
                try registry.moveAside(in: folder) { _ in true }
            }
        } catch {
            if case .serverRunning = error { return [] }
            throw error
        }
    }

    // MARK: Tokens

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - archive: The archive that it is for; nil for all, also those that come later.
    ///   - role: What it allows.
    ///   - label: What people call it.
    ///   - lifetime: How long it is good; nil for ever.
    /// - Returns: The token, which can be shown this once, and what it allows.
    public func createToken(
        archive: ArchiveName?, role: Role, label: String, lifetime: Duration?
    ) throws(ServerFailure) -> (token: AccessToken, grant: Grant) {
        let token = AccessToken.make(randomBytes: surroundings.randomBytes)
        let entry = entry(
            "token.create", "token \(token.id)",
            ["archive": .string(archive?.text ?? "*"), "role": .string(role.rawValue)])
        let expires = lifetime.map {
            Timestamp(milliseconds: entry.time.milliseconds + Int($0.components.seconds) * 1000)
        }
        let grant = try registry.addToken(
            token, role: role, archive: archive, label: label, creator: surroundings.userName, expires: expires,
            entry: entry)
        return (token, grant)
    }

    /// All tokens in the order in which they were made.
    public func tokens() throws(ServerFailure) -> [ListedToken] {
        let now = surroundings.now()
        return try registry.tokens().map { grant, archiveName in
            ListedToken(grant: grant, archiveName: archiveName, hasEnded: grant.hasEnded(at: now))
        }
    }

    /// A token as a list shows it.
    public struct ListedToken: Sendable {
        /// What it allows.
        public let grant: Grant
        /// The archive that it is for; nil for all.
        public let archiveName: String?
        /// Whether it is refused by now.
        public let hasEnded: Bool
    }

    /// Revokes a token: it is refused from the next request on.
    ///
    /// - Returns: Whether it was revoked just now; false if it was before.
    public func revokeToken(_ id: TokenID) throws(ServerFailure) -> Bool {
        try registry.revokeToken(id, entry: entry("token.revoke", "token \(id)"))
    }
}

extension ServerRegistry {
    /// Moves the folders of deleted archives aside that are closed. Only for the holder of the ``ServerLock``.
    ///
    /// - Parameter isClosed: Whether nobody uses the archive any more.
    /// - Returns: The archives whose folders were moved.
    func moveAside(
        in folder: ServerFolder, where isClosed: (ArchiveRecord) -> Bool
    ) throws(ServerFailure) -> [ArchiveRecord] {
        var moved: [ArchiveRecord] = []
        for archive in try archivesToMoveAside() where isClosed(archive) {
            guard let deletion = archive.deletion else { continue }
            try folder.moveAside(archive, to: deletion.folderName)
            try noteMoved(archive)
            moved.append(
                ArchiveRecord(
                    key: archive.key, name: archive.name, created: archive.created,
                    deletion: .init(time: deletion.time, folderName: deletion.folderName, isMoved: true)))
        }
        return moved
    }
}
