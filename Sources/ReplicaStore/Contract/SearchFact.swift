import LetterMerge
import LetterModel

/// Something that a letter has or is, for `has:` and `is:` in a search. A pure function of the view.
public struct SearchFact: Hashable, Sendable {
    /// The operator: `has` or `is`.
    public let name: String
    /// The word after it, in lower case.
    public let word: String

    /// A fact by its name and word, in any case; nil if there is none.
    public init?(_ name: String, _ word: String) {
        guard Self.words(of: name).contains(where: { $0.hasSameBytes(as: word.lowercased()) }) else { return nil }
        self.name = name
        self.word = word.lowercased()
    }

    private init(known name: String, _ word: String) {
        self.name = name
        self.word = word
    }

    /// The letter has an attachment, of any role.
    public static let hasAttachment = SearchFact(known: "has", "attachment")
    /// The letter has a scan attached.
    public static let hasScan = SearchFact(known: "has", "scan")
    /// The sides disagree on something of the letter.
    public static let isConflict = SearchFact(known: "is", "conflict")

    /// The words that an operator takes; none if it takes no words of a vocabulary.
    package static func words(of name: String) -> [String] {
        switch name {
        case "has": partWords
        case "is": stateWords
        default: []
        }
    }

    private static let partWords = [
        "attachment", "scan", "original", "enclosure", "date", "place", "sender", "recipient", "tag", "title",
        "summary", "postscript", "translation", "note",
    ]
    /// Made once: each letter that the index takes in is looked at with them.
    private static let stateWords =
        ["conflict"] + Kind.known.map { $0.rawValue.lowercased() } + Status.known.map { $0.rawValue.lowercased() }

    /// Everything that is so of a letter.
    static func all(of view: LetterView) -> [SearchFact] {
        let letter = view.letter
        var parts: [(word: String, isThere: Bool)] = [
            ("attachment", !letter.attachments.isEmpty), ("date", letter.date != nil), ("place", letter.place != nil),
            ("sender", !letter.senders.isEmpty), ("recipient", !letter.recipients.isEmpty),
            ("tag", !letter.tags.isEmpty),
            ("title", letter.title != nil), ("summary", letter.summary != nil),
            ("postscript", letter.postscript != nil),
            ("translation", !letter.translations.isEmpty), ("note", !letter.notes.isEmpty),
        ]
        for (word, role) in [("scan", AttachmentRole.scan), ("original", .original), ("enclosure", .enclosure)] {
            parts.append((word, letter.attachments.contains { $0.role == role }))
        }
        let states = [view.conflicts.isEmpty ? nil : "conflict", letter.kind?.rawValue, letter.status?.rawValue]
        return parts.filter(\.isThere).map { SearchFact(known: "has", $0.word) }
            + states.compactMap { $0.flatMap { SearchFact("is", $0) } }
    }
}
