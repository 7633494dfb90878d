/// What the holder of a token may do with an archive.
public enum Role: String, Sendable, CaseIterable {
    /// Pull letters and fetch their blobs.
    case reader
    /// Also push letters and upload their blobs.
    case writer
    /// All that writers may; reserved for acts on the archive as a whole.
    case admin

    /// The acts that the role allows on an archive it is given for.
    var actions: Set<Action> {
        switch self {
        case .reader: [.listArchives, .readArchive, .pull, .readBlob, .askMissingBlobs]
        case .writer, .admin: [.listArchives, .readArchive, .pull, .readBlob, .askMissingBlobs, .push, .writeBlob]
        }
    }
}

/// Something that a subject may want to do on the server.
public enum Action: String, Sendable, CaseIterable {
    /// See which archives there are, of those that the subject may know of.
    case listArchives = "archives.list"
    /// See an archive's count, cursor and fingerprint.
    case readArchive = "archive.read"
    /// Take revisions out of an archive.
    case pull = "archive.pull"
    /// Add revisions to an archive.
    case push = "archive.push"
    /// Take a blob that a letter of the archive refers to.
    case readBlob = "blob.read"
    /// Add a blob that a letter of the archive refers to.
    case writeBlob = "blob.write"
    /// Ask which blobs that letters of the archive refer to are not here.
    case askMissingBlobs = "blob.missing"
}
