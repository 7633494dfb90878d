// The vocabularies of letter-record: open, so that a newer client's word survives an older one.

/// What sort of document a letter is.
public struct Kind: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `letter`
    public static let letter = Kind(rawValue: "letter")
    /// `postcard`
    public static let postcard = Kind(rawValue: "postcard")
    /// `telegram`
    public static let telegram = Kind(rawValue: "telegram")
    /// `email`
    public static let email = Kind(rawValue: "email")
    /// `message`
    public static let message = Kind(rawValue: "message")
    /// `noteVerbale`
    public static let noteVerbale = Kind(rawValue: "noteVerbale")
    /// `memorandum`
    public static let memorandum = Kind(rawValue: "memorandum")
    /// `enclosure`
    public static let enclosure = Kind(rawValue: "enclosure")
    /// `other`
    public static let other = Kind(rawValue: "other")

    /// The words that this version knows.
    public static let known: [Kind] = [
        .letter, .postcard, .telegram, .email, .message, .noteVerbale, .memorandum, .enclosure, .other,
    ]
}

/// How far the work on a letter has come.
public struct Status: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `draft`
    public static let draft = Status(rawValue: "draft")
    /// `review`
    public static let review = Status(rawValue: "review")
    /// `approved`
    public static let approved = Status(rawValue: "approved")
    /// `published`
    public static let published = Status(rawValue: "published")
    /// `withdrawn`
    public static let withdrawn = Status(rawValue: "withdrawn")

    /// The words that this version knows.
    public static let known: [Status] = [.draft, .review, .approved, .published, .withdrawn]
}

/// What sort of agent somebody is.
public struct AgentKind: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `person`
    public static let person = AgentKind(rawValue: "person")
    /// `organisation`
    public static let organisation = AgentKind(rawValue: "organisation")
    /// `position`
    public static let position = AgentKind(rawValue: "position")
    /// `group`
    public static let group = AgentKind(rawValue: "group")
    /// `unknown`
    public static let unknown = AgentKind(rawValue: "unknown")

    /// The words that this version knows.
    public static let known: [AgentKind] = [.person, .organisation, .position, .group, .unknown]
}

/// What can happen to a letter on its way.
public struct EventType: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `received`
    public static let received = EventType(rawValue: "received")
    /// `forwarded`
    public static let forwarded = EventType(rawValue: "forwarded")
    /// `redirected`
    public static let redirected = EventType(rawValue: "redirected")
    /// `transmitted`
    public static let transmitted = EventType(rawValue: "transmitted")
    /// `delivered`
    public static let delivered = EventType(rawValue: "delivered")
    /// `other`
    public static let other = EventType(rawValue: "other")

    /// The words that this version knows.
    public static let known: [EventType] = [.received, .forwarded, .redirected, .transmitted, .delivered, .other]
}

/// How a letter can stand to another.
public struct RelationType: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `replyTo`
    public static let replyTo = RelationType(rawValue: "replyTo")
    /// `enclosureOf`
    public static let enclosureOf = RelationType(rawValue: "enclosureOf")
    /// `draftOf`
    public static let draftOf = RelationType(rawValue: "draftOf")
    /// `copyOf`
    public static let copyOf = RelationType(rawValue: "copyOf")
    /// `translationOf`
    public static let translationOf = RelationType(rawValue: "translationOf")
    /// `references`
    public static let references = RelationType(rawValue: "references")
    /// `sameAs`
    public static let sameAs = RelationType(rawValue: "sameAs")

    /// The words that this version knows.
    public static let known: [RelationType] = [
        .replyTo, .enclosureOf, .draftOf, .copyOf, .translationOf, .references, .sameAs,
    ]
}

/// What a file is to its letter.
public struct AttachmentRole: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `original`
    public static let original = AttachmentRole(rawValue: "original")
    /// `scan`
    public static let scan = AttachmentRole(rawValue: "scan")
    /// `enclosure`
    public static let enclosure = AttachmentRole(rawValue: "enclosure")
    /// `other`
    public static let other = AttachmentRole(rawValue: "other")

    /// The words that this version knows.
    public static let known: [AttachmentRole] = [.original, .scan, .enclosure, .other]
}

/// How far a letter is closed, least first.
public struct AccessLevel: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `public`
    public static let `public` = AccessLevel(rawValue: "public")
    /// `restricted`
    public static let restricted = AccessLevel(rawValue: "restricted")
    /// `closed`
    public static let closed = AccessLevel(rawValue: "closed")

    /// The words that this version knows.
    public static let known: [AccessLevel] = [.public, .restricted, .closed]
}
