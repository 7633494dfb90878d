public import Hashing

/// What a revision says about itself: which letter, on top of what, by whom, when and why.
///
/// `v` is 1. The bytes that arrived are the truth and are kept beside this value; nobody re-encodes what somebody else
/// wrote.
public struct RevisionHeader: Hashable, Sendable {
    /// The archive that the revision belongs to.
    public var archive: ArchiveID
    /// The letter that it is a version of.
    public var letter: LetterID
    /// The revisions that it replaces, strictly ascending, at most `Limits.parents`.
    public var parents: [RevisionID]
    /// The SHA-256 of the content's bytes; nil for a tombstone.
    public var content: Digest?
    /// Who wrote it; nil for the root that an import makes.
    public var author: Author?
    /// The label of the replica on which it was written; nil for the root that an import makes.
    public var device: String?
    /// When it was written, by that replica's clock; nil for the root that an import makes.
    public var time: Timestamp?
    /// Why it was written.
    public var reason: Reason
    /// Members that this version does not know.
    public var unknown: JSONObject

    /// A header of its parts.
    public init(
        archive: ArchiveID, letter: LetterID, parents: [RevisionID], content: Digest?, author: Author? = nil,
        device: String? = nil, time: Timestamp? = nil, reason: Reason, unknown: JSONObject = JSONObject()
    ) {
        self.archive = archive
        self.letter = letter
        self.parents = parents
        self.content = content
        self.author = author
        self.device = device
        self.time = time
        self.reason = reason
        self.unknown = unknown
    }

    /// Whether it deletes its letter.
    public var isTombstone: Bool { content == nil }

    /// The canonical bytes of the header; their SHA-256 is the RevisionID.
    public var canonicalBytes: [UInt8] {
        var members = unknown
        members["archive"] = .string(archive.text)
        members["letter"] = .string(letter.text)
        members["parents"] = .array(parents.map { .string($0.hex) })
        members["content"] = (content?.hex).map(JSONValue.string)
        members["author"] = author?.json
        members["device"] = device.map(JSONValue.string)
        members["time"] = (time?.text).map(JSONValue.string)
        members["reason"] = reason.json
        members["v"] = .integer(RevisionHeader.version)
        return members.canonicalBytes
    }

    /// The version of the header's format.
    public static let version = 1
}

/// Who wrote a revision.
public struct Author: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// An author with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// The name as people write it.
    public var name: String? {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// `mailto:` for mail addresses.
    public var uri: String? {
        get { self[text: "uri"] }
        set { self[text: "uri"] = newValue }
    }

    /// An author from `Name <mail>` or a name alone; nil for an empty name.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        var name = bytes[...]
        var mail: ArraySlice<UInt8>?
        if bytes.last == UInt8(ascii: ">"), let open = bytes.lastIndex(of: UInt8(ascii: "<")) {
            name = bytes[..<open]
            mail = bytes[(open + 1)..<(bytes.count - 1)]
        }
        while name.last == UInt8(ascii: " ") { name.removeLast() }
        while name.first == UInt8(ascii: " ") { name.removeFirst() }
        guard !name.isEmpty, let nameText = String(validating: name, as: UTF8.self) else { return nil }
        members = JSONObject()
        self.name = nameText
        if let mail, !mail.isEmpty, let mailText = String(validating: mail, as: UTF8.self) {
            uri = "mailto:" + mailText
        }
    }
}

/// Why a revision was written.
public struct Reason: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A reason with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// A reason of a kind, with what its author has to say.
    public init(_ kind: ReasonKind, message: String? = nil) {
        members = JSONObject()
        self.kind = kind
        self.message = message
    }

    /// What was done.
    public var kind: ReasonKind? {
        get { self[word: "kind"] }
        set { self[word: "kind"] = newValue }
    }
    /// What the author has to say about it.
    public var message: String? {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
}

/// What a revision does to its letter.
public struct ReasonKind: Vocabulary {
    /// The word as it is stored.
    public let rawValue: String
    /// The word with this spelling.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A new letter.
    public static let create = ReasonKind(rawValue: "create")
    /// A change.
    public static let edit = ReasonKind(rawValue: "edit")
    /// A letter from a file.
    public static let `import` = ReasonKind(rawValue: "import")
    /// An earlier version, or a letter that was deleted, brought back.
    public static let restore = ReasonKind(rawValue: "restore")
    /// A tombstone.
    public static let delete = ReasonKind(rawValue: "delete")
    /// A decision of conflicts.
    public static let resolve = ReasonKind(rawValue: "resolve")

    /// The words that this version knows.
    public static let known: [ReasonKind] = [.create, .edit, .import, .restore, .delete, .resolve]
}
