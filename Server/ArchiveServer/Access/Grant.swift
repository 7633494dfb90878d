public import LetterModel

/// What is known of a token besides its secret: whom it was given to, for what, and for how long.
public struct Grant: Hashable, Sendable {
    /// The archives that a token is good for.
    public enum Scope: Hashable, Sendable {
        /// One archive.
        case archive(ArchiveKey)
        /// Every archive of the server, also those that come later.
        case all
    }

    /// The token's id.
    public let id: TokenID
    /// What it allows.
    public let role: Role
    /// Where it allows it.
    public let scope: Scope
    /// What people call it.
    public let label: String
    /// Who made it.
    public let creator: String
    /// When it was made.
    public let created: Timestamp
    /// From when on it is refused; nil if never.
    public let expires: Timestamp?
    /// The last day on which it was used, in UTC; nil if it never was.
    public let lastUsed: CalendarDay?
    /// When it was revoked; nil if it was not.
    public let revoked: Timestamp?

    /// Whether it is refused at a moment because of its age or because it was revoked.
    func hasEnded(at now: Timestamp) -> Bool {
        revoked != nil || expires.map { $0 <= now } ?? false
    }
}

/// Which archive of the server is meant, also after its name was given to another one: numbers are never used twice.
public struct ArchiveKey: Hashable, Sendable {
    /// The row's number in `server.sqlite`.
    let number: Int
}
