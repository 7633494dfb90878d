/// A person, office or organisation that sent or received a letter.
public struct Agent: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// An agent with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// The name as people write it.
    public var name: String? {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// What sort of agent it is.
    public var kind: AgentKind? {
        get { self[word: "kind"] }
        set { self[word: "kind"] = newValue }
    }
    /// The office held: "President of the Republic of Azerbaijan".
    public var role: String? {
        get { self[text: "role"] }
        set { self[text: "role"] = newValue }
    }
    /// The form of address: "Mr.", "His Excellency".
    public var honorific: String? {
        get { self[text: "honorific"] }
        set { self[text: "honorific"] = newValue }
    }
    /// For whom the agent wrote.
    public var onBehalfOf: String? {
        get { self[text: "onBehalfOf"] }
        set { self[text: "onBehalfOf"] = newValue }
    }
    /// Authority records: GND, VIAF, Wikidata.
    public var uris: [String] {
        get { self[texts: "uris"] }
        set { self[texts: "uris"] = newValue }
    }
    /// How sure it is: high, medium, low.
    public var certainty: String? {
        get { self[text: "certainty"] }
        set { self[text: "certainty"] = newValue }
    }
    /// Where it is known from: internal, external, conjecture.
    public var evidence: String? {
        get { self[text: "evidence"] }
        set { self[text: "evidence"] = newValue }
    }
}

/// A place with its authority records.
public struct Place: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A place with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// The name as people write it.
    public var name: String? {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// Authority records: GeoNames, GND, Wikidata.
    public var uris: [String] {
        get { self[texts: "uris"] }
        set { self[texts: "uris"] = newValue }
    }
    /// How sure it is: high, medium, low.
    public var certainty: String? {
        get { self[text: "certainty"] }
        set { self[text: "certainty"] = newValue }
    }
}

/// Something that happened to a letter on its way.
public struct Event: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// An event with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// What happened.
    public var type: EventType? {
        get { self[word: "type"] }
        set { self[word: "type"] = newValue }
    }
    /// Who took part.
    public var agents: [Agent] {
        get { self[parts: "agents"] }
        set { self[parts: "agents"] = newValue }
    }
    /// Where.
    public var places: [Place] {
        get { self[parts: "places"] }
        set { self[parts: "places"] = newValue }
    }
    /// When.
    public var date: LetterDate? {
        get { self[part: "date"] }
        set { self[part: "date"] = newValue }
    }
}

/// A date as precise as it is known, and as it is written.
public struct LetterDate: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A date with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// EDTF levels 0 and 1 and one-of sets: `2020-07-15`, `1873-05`, `1820~`, `[1873-05-01,1873-06-01]`.
    public var edtf: String? {
        get { self[text: "edtf"] }
        set { self[text: "edtf"] = newValue }
    }
    /// The date as written: "[1541 kurz vor Juli 18]".
    public var text: String? {
        get { self[text: "text"] }
        set { self[text: "text"] = newValue }
    }
    /// The calendar of `text`: `gregorian`, `julian`, `islamic`. `edtf` is always Gregorian.
    public var calendar: String? {
        get { self[text: "calendar"] }
        set { self[text: "calendar"] = newValue }
    }
    /// How sure it is: high, medium, low.
    public var certainty: String? {
        get { self[text: "certainty"] }
        set { self[text: "certainty"] = newValue }
    }
}

/// A translation of the body.
public struct Translation: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A translation with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// The translated text, in paragraphs like the body.
    public var body: String? {
        get { self[text: "body"] }
        set { self[text: "body"] = newValue }
    }
    /// Who translated it.
    public var translator: String? {
        get { self[text: "translator"] }
        set { self[text: "translator"] = newValue }
    }
}

/// A name of the letter in somebody's catalogue.
public struct Identifier: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// An identifier with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// Whose name it is: `shelfmark`, `registry`, `message-id`, `cmif`, `url`.
    public var scheme: String? {
        get { self[text: "scheme"] }
        set { self[text: "scheme"] = newValue }
    }
    /// The name itself.
    public var value: String? {
        get { self[text: "value"] }
        set { self[text: "value"] = newValue }
    }
}

/// How the letter stands to another one.
public struct Relation: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A relation with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// replyTo, enclosureOf, draftOf, copyOf, translationOf, references or sameAs.
    public var type: RelationType? {
        get { self[word: "type"] }
        set { self[word: "type"] = newValue }
    }
    /// A LetterID, a URI, or text where nothing better is known.
    public var target: String? {
        get { self[text: "target"] }
        set { self[text: "target"] = newValue }
    }
}

/// A copy that the letter is known from.
public struct Witness: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A witness with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// `manuscript`, `carbonCopy`, `print`, `transcript`.
    public var kind: String? {
        get { self[text: "kind"] }
        set { self[text: "kind"] = newValue }
    }
    /// Who keeps it.
    public var repository: String? {
        get { self[text: "repository"] }
        set { self[text: "repository"] = newValue }
    }
    /// In which collection.
    public var collection: String? {
        get { self[text: "collection"] }
        set { self[text: "collection"] = newValue }
    }
    /// Under which shelfmark.
    public var shelfmark: String? {
        get { self[text: "shelfmark"] }
        set { self[text: "shelfmark"] = newValue }
    }
    /// How much there is: "2 leaves, 4 pages".
    public var extent: String? {
        get { self[text: "extent"] }
        set { self[text: "extent"] = newValue }
    }
}

/// Something that the text names.
public struct Mention: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A mention with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// person, place, organisation, date or work.
    public var kind: String? {
        get { self[text: "kind"] }
        set { self[text: "kind"] = newValue }
    }
    /// The words of the text.
    public var text: String? {
        get { self[text: "text"] }
        set { self[text: "text"] = newValue }
    }
    /// The authority record.
    public var uri: String? {
        get { self[text: "uri"] }
        set { self[text: "uri"] = newValue }
    }
}

/// A file that belongs to the letter.
public struct Attachment: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// An attachment with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// The SHA-256 of its bytes.
    public var blob: BlobID? {
        get { self[text: "blob"].flatMap(BlobID.init(hex:)) }
        set { self[text: "blob"] = newValue?.hex }
    }
    /// The file's name.
    public var name: String? {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The media type: `text/plain`, `image/jpeg`.
    public var mediaType: String? {
        get { self[text: "mediaType"] }
        set { self[text: "mediaType"] = newValue }
    }
    /// The number of bytes.
    public var size: Int? {
        get { self[integer: "size"] }
        set { self[integer: "size"] = newValue }
    }
    /// What it is to the letter.
    public var role: AttachmentRole? {
        get { self[word: "role"] }
        set { self[word: "role"] = newValue }
    }
    /// Its place among the attachments, from 1.
    public var order: Int? {
        get { self[integer: "order"] }
        set { self[integer: "order"] = newValue }
    }
}

/// How the office registered the letter.
public struct Registry: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A registry entry with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// `in` or `out`.
    public var direction: String? {
        get { self[text: "direction"] }
        set { self[text: "direction"] = newValue }
    }
    /// The number in the register.
    public var number: String? {
        get { self[text: "number"] }
        set { self[text: "number"] = newValue }
    }
    /// The day on which it arrived, EDTF.
    public var receivedDate: String? {
        get { self[text: "receivedDate"] }
        set { self[text: "receivedDate"] = newValue }
    }
    /// Who deals with it.
    public var handler: String? {
        get { self[text: "handler"] }
        set { self[text: "handler"] = newValue }
    }
    /// The day by which it must be dealt with, EDTF.
    public var dueDate: String? {
        get { self[text: "dueDate"] }
        set { self[text: "dueDate"] = newValue }
    }
}

/// Who may read the letter.
public struct Access: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A rule of access with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// How far it is closed.
    public var level: AccessLevel? {
        get { self[word: "level"] }
        set { self[word: "level"] = newValue }
    }
    /// The day on which the restriction ends, EDTF; absent means never.
    public var until: String? {
        get { self[text: "until"] }
        set { self[text: "until"] = newValue }
    }
    /// Why.
    public var reason: String? {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
}

/// Who holds the rights.
public struct Rights: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// Rights with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// The licence, best as a URL.
    public var licence: String? {
        get { self[text: "licence"] }
        set { self[text: "licence"] = newValue }
    }
    /// Who holds the rights.
    public var holder: String? {
        get { self[text: "holder"] }
        set { self[text: "holder"] = newValue }
    }
    /// The line that must be printed.
    public var credit: String? {
        get { self[text: "credit"] }
        set { self[text: "credit"] = newValue }
    }
}

/// A note on the letter.
public struct Note: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A note with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// What it says.
    public var text: String? {
        get { self[text: "text"] }
        set { self[text: "text"] = newValue }
    }
    /// Who wrote it.
    public var author: String? {
        get { self[text: "author"] }
        set { self[text: "author"] = newValue }
    }
    /// When it was written, RFC 3339.
    public var at: String? {
        get { self[text: "at"] }
        set { self[text: "at"] = newValue }
    }
}

/// What a letter was imported from. The file's name is in the import journal and on the attachment.
public struct Source: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject
    /// A source with these members.
    public init(members: JSONObject = JSONObject()) { self.members = members }

    /// The SHA-256 of the file's bytes, 64 lower-case hex digits.
    public var sha256: String? {
        get { self[text: "sha256"] }
        set { self[text: "sha256"] = newValue }
    }
    /// The day on which the page was taken from its site; no date of the letter.
    public var harvestedOn: String? {
        get { self[text: "harvestedOn"] }
        set { self[text: "harvestedOn"] = newValue }
    }
    /// Which importer made the letter: `text`, `jsonl`.
    public var importer: String? {
        get { self[text: "importer"] }
        set { self[text: "importer"] = newValue }
    }
    /// The version of the importer's rules.
    public var importerVersion: Int? {
        get { self[integer: "importerVersion"] }
        set { self[integer: "importerVersion"] = newValue }
    }
    /// The character encoding that was assumed: `utf-8`, `windows-1251`.
    public var charset: String? {
        get { self[text: "charset"] }
        set { self[text: "charset"] = newValue }
    }
    /// The place in the file, from 0; absent where the file is one letter.
    public var index: Int? {
        get { self[integer: "index"] }
        set { self[integer: "index"] = newValue }
    }
}
