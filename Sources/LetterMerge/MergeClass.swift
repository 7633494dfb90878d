import LetterModel

/// How a member of a letter merges. The table is the rule: whoever adds a member here makes a new merge rule.
enum MergeClass: Hashable {
    /// One value; several are a conflict. See `ScalarValue`.
    case scalar
    /// Paragraphs and words, three-way. See `TextJoin`.
    case text
    /// Elements of this shape, each in or out. See `SetValue`.
    case set(of: Element)
    /// A list in which each element stands once. See `OrderedSet`.
    case orderedSet
    /// Objects by their blob; their members merge one by one. See `MapValue`.
    case attachments
    /// The most restrictive of the live writes. See `AccessValue`.
    case access
    /// What the newest importer wrote of the same source. See `SourceValue`.
    case source
    /// Objects under keys; their members merge one by one, the named one as text. See `MapValue`.
    case map(text: String)
    /// An object each of whose members is a scalar.
    case record

    /// The shape of the elements of a set.
    enum Element: Hashable {
        case string
        case object
    }

    /// The members that do not merge as scalars. All others do, also those that this version does not know.
    static let table: [(member: String, class: MergeClass)] = [
        ("access", .access),
        ("attachments", .attachments),
        ("body", .text),
        ("events", .orderedSet),
        ("extra", .record),
        ("identifiers", .set(of: .object)),
        ("languages", .set(of: .string)),
        ("mentions", .set(of: .object)),
        ("notes", .map(text: "text")),
        ("postscript", .text),
        ("recipients", .orderedSet),
        ("registry", .record),
        ("relations", .set(of: .object)),
        ("senders", .orderedSet),
        ("source", .source),
        ("summary", .text),
        ("tags", .set(of: .string)),
        ("translations", .map(text: "body")),
        ("witnesses", .orderedSet),
    ]

    /// How the member with this name merges.
    static func of(_ member: String) -> MergeClass {
        table.first { $0.member.hasSameBytes(as: member) }?.class ?? .scalar
    }
}
