public import LetterModel

/// Which archive a replica holds, and what it calls itself.
public struct ReplicaIdentity: Hashable, Sendable {
    /// The archive's id.
    public let archive: ArchiveID
    /// Whether the id may still be replaced: nothing was written and nothing exchanged yet.
    public let isArchiveOpen: Bool
    /// The name that people gave the archive.
    public let name: String
    /// What revisions written here carry as `device`.
    public let label: String
    /// The merge rule that the archive pins.
    public let mergeRule: Int

    /// An identity of its parts.
    public init(archive: ArchiveID, isArchiveOpen: Bool, name: String, label: String, mergeRule: Int) {
        self.archive = archive
        self.isArchiveOpen = isArchiveOpen
        self.name = name
        self.label = label
        self.mergeRule = mergeRule
    }
}
