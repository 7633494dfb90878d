/// What the known members of a letter look like, as data: validation, the text form and `--set` go by it.
package enum LetterSchema {
    /// What stands under a name.
    package indirect enum Shape: Sendable {
        /// A string.
        case text
        /// A string that the merge takes paragraph by paragraph, at most `Limits.bodyBytes`.
        case longText
        /// A string that is an EDTF date.
        case date
        /// A string that is a language tag (BCP 47).
        case language
        /// A string of 64 lower-case hex digits.
        case digest
        /// An integer from the first number to the second.
        case integer(Int, Int)
        /// An object with known members.
        case part([Member])
        /// A list of one shape, of at most so many elements. None is there twice: by the named member, or else as a
        /// whole.
        case list(Shape, limit: Int? = nil, by: String? = nil)
        /// An object from names of a shape to parts.
        case map(key: Shape, value: [Member])
        /// An object of anything.
        case object
    }

    /// A known member.
    package struct Member: Sendable {
        /// Its name.
        package let name: String
        /// What it looks like.
        package let shape: Shape

        init(_ name: String, _ shape: Shape) {
            self.name = name
            self.shape = shape
        }
    }

    private static func texts(_ names: String...) -> [Member] {
        names.map { Member($0, .text) }
    }

    private static let anyNumber = 0...JSONValue.integerLimit
    private static let number = Shape.integer(anyNumber.lowerBound, anyNumber.upperBound)

    private static let letterDate = Shape.part([Member("edtf", .date)] + texts("text", "calendar", "certainty"))

    private static let place = Shape.part(
        texts("name") + [Member("uris", .list(.text))] + texts("certainty"))

    private static let agents = Shape.list(
        .part(
            texts("name", "kind", "role", "honorific", "onBehalfOf") + [Member("uris", .list(.text))]
                + texts("certainty", "evidence")), limit: Limits.agents)

    private static let event = Shape.part(
        texts("type") + [
            Member("agents", agents), Member("places", .list(place)), Member("date", letterDate),
        ])

    private static let attachment = Shape.part(
        [Member("blob", .digest)] + texts("name", "mediaType")
            + [Member("size", .integer(0, Limits.blobBytes))] + texts("role") + [Member("order", number)])

    private static let registry = Shape.part(
        texts("direction", "number") + [Member("receivedDate", .date)] + texts("handler") + [Member("dueDate", .date)])

    private static let source = Shape.part(
        [Member("sha256", .digest), Member("harvestedOn", .date)] + texts("importer")
            + [Member("importerVersion", number)] + texts("charset") + [Member("index", number)])

    private static func parts(_ names: String...) -> Shape {
        .list(.part(names.map { Member($0, .text) }))
    }

    /// The members of a letter, in the order in which people are shown them.
    package static let letter: [Member] = [
        Member("kind", .text), Member("title", .text), Member("date", letterDate), Member("place", place),
        Member("senders", agents), Member("recipients", agents), Member("events", .list(event)),
        Member("language", .language), Member("languages", .list(.language)),
        Member("salutation", .text), Member("valediction", .text), Member("signature", .text),
        Member("dateline", .text), Member("summary", .longText),
        Member("tags", .list(.text, limit: Limits.tags)), Member("identifiers", parts("scheme", "value")),
        Member("relations", parts("type", "target")),
        Member("witnesses", parts("kind", "repository", "collection", "shelfmark", "extent")),
        Member("mentions", parts("kind", "text", "uri")), Member("collection", .text), Member("registry", registry),
        Member("access", .part(texts("level") + [Member("until", .date)] + texts("reason"))),
        Member("rights", .part(texts("licence", "holder", "credit"))), Member("status", .text),
        Member("notes", .map(key: .text, value: [Member("text", .longText)] + texts("author", "at"))),
        Member("translations", .map(key: .language, value: [Member("body", .longText)] + texts("translator"))),
        Member("attachments", .list(attachment, limit: Limits.attachments, by: "blob")), Member("source", source),
        Member("extra", .object), Member("body", .longText), Member("postscript", .longText),
    ]
}
