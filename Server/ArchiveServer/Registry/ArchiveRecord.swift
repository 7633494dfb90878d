public import LetterModel

/// An archive of this server.
public struct ArchiveRecord: Hashable, Sendable {
    /// Which archive is meant, also after its name was given to another one.
    public let key: ArchiveKey
    /// Its name.
    public let name: ArchiveName
    /// When it was made.
    public let created: Timestamp
    /// What became of it if it was deleted; nil if it is in use.
    public let deletion: Deletion?

    /// That an archive was deleted. Its folder is moved aside and kept: nothing is ever lost.
    public struct Deletion: Hashable, Sendable {
        /// When it was deleted.
        public let time: Timestamp
        /// The name of its folder below `deleted/`.
        public let folderName: String
        /// Whether the folder is there by now: a running server closes the archive first.
        public let isMoved: Bool
    }
}
