/// The bounds on what a letter, a revision and a blob may be. Nothing below is a guess of what letters are like: the
/// longest body in a corpus of 4,420 edited letters has 90 KB. They bound what one hostile or broken sender can cost.
public enum Limits {
    /// The canonical bytes of one letter: 4 MiB. A page must fit in memory several times over.
    public static let contentBytes = 4 * 1024 * 1024
    /// The body of one letter: 2 MiB, the largest text for which two complete rewrites merge within a second.
    public static let bodyBytes = 2 * 1024 * 1024
    /// The header of one revision: 1,024 parents at 67 bytes each, and room for names and a message.
    public static let headerBytes = 128 * 1024
    /// Senders, recipients, and the agents of events: petitions have hundreds of signatories.
    public static let agents = 1_000
    /// Tags of one letter.
    public static let tags = 10_000
    /// Levels of nesting in JSON: the scanner recurses, and must not run out of stack.
    public static let jsonDepth = 64
    /// Attachments of one letter.
    public static let attachments = 10_000
    /// One blob: 4 GiB.
    public static let blobBytes = 4 * 1024 * 1024 * 1024
    /// The parents of one revision. With more heads a revision names the 1,024 greatest ids, and the command repeats.
    public static let parents = 1_024
    /// A name in an archive's list, a device's label, a note's key: what a person would write on one line.
    public static let labelBytes = 1_024
    /// One date in EDTF: room for a set of forty days.
    public static let dateBytes = 512
}
