/// One piece of correspondence: the content of a revision, and the value of a view.
///
/// Absent means unknown: there are no nulls, empty strings, empty lists or empty objects. A letter with unknown sender,
/// recipient or date is normal. Which member merges how is decided in LetterMerge.
public struct Letter: LetterRecord {
    /// All members, known and unknown.
    public var members: JSONObject

    /// A letter with these members.
    public init(members: JSONObject = JSONObject()) {
        self.members = members
    }

    /// What sort of document it is.
    public var kind: Kind? {
        get { self[word: "kind"] }
        set { self[word: "kind"] = newValue }
    }
    /// A title that an editor or the press office gave it.
    public var title: String? {
        get { self[text: "title"] }
        set { self[text: "title"] = newValue }
    }
    /// When it was written.
    public var date: LetterDate? {
        get { self[part: "date"] }
        set { self[part: "date"] = newValue }
    }
    /// Where it was written.
    public var place: Place? {
        get { self[part: "place"] }
        set { self[part: "place"] = newValue }
    }
    /// Who wrote or signed it, in the order in which they are named.
    public var senders: [Agent] {
        get { self[parts: "senders"] }
        set { self[parts: "senders"] = newValue }
    }
    /// To whom it is addressed, in the order in which they are named.
    public var recipients: [Agent] {
        get { self[parts: "recipients"] }
        set { self[parts: "recipients"] = newValue }
    }
    /// What happened to it on its way.
    public var events: [Event] {
        get { self[parts: "events"] }
        set { self[parts: "events"] = newValue }
    }
    /// Its main language (BCP 47).
    public var language: String? {
        get { self[text: "language"] }
        set { self[text: "language"] = newValue }
    }
    /// All its languages (BCP 47), a set.
    public var languages: [String] {
        get { self[set: "languages"] }
        set { self[set: "languages"] = newValue }
    }
    /// The greeting as written; several are one a line.
    public var salutation: String? {
        get { self[text: "salutation"] }
        set { self[text: "salutation"] = newValue }
    }
    /// The closing formula as written.
    public var valediction: String? {
        get { self[text: "valediction"] }
        set { self[text: "valediction"] = newValue }
    }
    /// The line of place and date as written.
    public var dateline: String? {
        get { self[text: "dateline"] }
        set { self[text: "dateline"] = newValue }
    }
    /// The signature as written; it may have several lines.
    public var signature: String? {
        get { self[text: "signature"] }
        set { self[text: "signature"] = newValue }
    }
    /// The text: paragraphs separated by one empty line.
    public var body: String? {
        get { self[text: "body"] }
        set { self[text: "body"] = newValue }
    }
    /// What was added after the signature.
    public var postscript: String? {
        get { self[text: "postscript"] }
        set { self[text: "postscript"] = newValue }
    }
    /// Translations by language (BCP 47).
    public var translations: [(key: String, value: Translation)] {
        get { self[map: "translations"] }
        set { self[map: "translations"] = newValue }
    }
    /// What it is about, for those who do not read it.
    public var summary: String? {
        get { self[text: "summary"] }
        set { self[text: "summary"] = newValue }
    }
    /// Words to find it by, a set.
    public var tags: [String] {
        get { self[set: "tags"] }
        set { self[set: "tags"] = newValue }
    }
    /// Its names elsewhere: shelfmarks, registry numbers, Message-IDs, URLs.
    public var identifiers: [Identifier] {
        get { self[parts: "identifiers"] }
        set { self[parts: "identifiers"] = newValue }
    }
    /// How it stands to other letters.
    public var relations: [Relation] {
        get { self[parts: "relations"] }
        set { self[parts: "relations"] = newValue }
    }
    /// The physical or printed copies that it is known from.
    public var witnesses: [Witness] {
        get { self[parts: "witnesses"] }
        set { self[parts: "witnesses"] = newValue }
    }
    /// Persons, places and things that its text names.
    public var mentions: [Mention] {
        get { self[parts: "mentions"] }
        set { self[parts: "mentions"] = newValue }
    }
    /// Its files, each named by the SHA-256 of its bytes.
    public var attachments: [Attachment] {
        get { self[parts: "attachments"] }
        set { self[parts: "attachments"] = newValue }
    }
    /// A path such as `Presidency/2020/OIC`.
    public var collection: String? {
        get { self[text: "collection"] }
        set { self[text: "collection"] = newValue }
    }
    /// How the office registered it.
    public var registry: Registry? {
        get { self[part: "registry"] }
        set { self[part: "registry"] = newValue }
    }
    /// Who may read it.
    public var access: Access? {
        get { self[part: "access"] }
        set { self[part: "access"] = newValue }
    }
    /// Who holds the rights.
    public var rights: Rights? {
        get { self[part: "rights"] }
        set { self[part: "rights"] = newValue }
    }
    /// How far the work on it has come.
    public var status: Status? {
        get { self[word: "status"] }
        set { self[word: "status"] = newValue }
    }
    /// Notes by their id.
    public var notes: [(key: String, value: Note)] {
        get { self[map: "notes"] }
        set { self[map: "notes"] = newValue }
    }
    /// What it was imported from.
    public var source: Source? {
        get { self[part: "source"] }
        set { self[part: "source"] = newValue }
    }
    /// Fields of an import that have no member here.
    public var extra: JSONObject {
        get { members["extra"]?.members ?? JSONObject() }
        set { self[value: "extra"] = .object(newValue) }
    }
}
