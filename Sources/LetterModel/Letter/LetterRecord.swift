/// A part of a letter: a JSON object with typed members.
///
/// The object is the truth, the properties are ways to look at it. So members that this version does not know stay
/// where they are, at every level, and a member of an unexpected shape is left alone until somebody sets it.
public protocol LetterRecord: Hashable, Sendable {
    /// All members, known and unknown.
    var members: JSONObject { get set }

    /// A part with these members.
    init(members: JSONObject)
}

extension LetterRecord {
    /// The part as a JSON value.
    public var json: JSONValue { .object(members) }

    /// Text under a name. Setting nil or an empty string removes the member: absent means unknown.
    package subscript(text key: String) -> String? {
        get { members[key]?.text }
        set { self[value: key] = newValue.map(JSONValue.string) }
    }

    /// An integer under a name.
    package subscript(integer key: String) -> Int? {
        get { members[key]?.integer }
        set { self[value: key] = newValue.map(JSONValue.integer) }
    }

    /// A word of an open vocabulary under a name.
    package subscript<Word: Vocabulary>(word key: String) -> Word? {
        get { members[key]?.text.map(Word.init(rawValue:)) }
        set { self[value: key] = (newValue?.rawValue).map(JSONValue.string) }
    }

    /// A part under a name.
    package subscript<Part: LetterRecord>(part key: String) -> Part? {
        get { members[key]?.members.map(Part.init(members:)) }
        set { self[value: key] = newValue?.json }
    }

    /// A list of parts under a name; elements that are no objects are passed over.
    package subscript<Part: LetterRecord>(parts key: String) -> [Part] {
        get { (members[key]?.elements ?? []).compactMap { $0.members.map(Part.init(members:)) } }
        set { self[value: key] = .array(newValue.map(\.json)) }
    }

    /// A list of strings under a name.
    package subscript(texts key: String) -> [String] {
        get { (members[key]?.elements ?? []).compactMap { $0.text } }
        set { self[value: key] = .array(newValue.map(JSONValue.string)) }
    }

    /// A set of strings under a name, kept in byte order, each once.
    package subscript(set key: String) -> [String] {
        get { self[texts: key] }
        set { self[texts: key] = Set(newValue.map(ByteKey.init)).sorted().map(\.text) }
    }

    /// A map of parts under a name, in canonical order of the keys.
    package subscript<Part: LetterRecord>(map key: String) -> [(key: String, value: Part)] {
        get {
            (members[key]?.members?.members ?? []).compactMap { member in
                member.value.members.map { (member.key, Part(members: $0)) }
            }
        }
        set { self[value: key] = .object(JSONObject(newValue.map { ($0.key, $0.value.json) })) }
    }

    /// Any value under a name; nil and vacant ones remove the member.
    package subscript(value key: String) -> JSONValue? {
        get { members[key] }
        set { members[key] = newValue.flatMap { $0.isVacant ? nil : $0 } }
    }
}

/// A word of a vocabulary that may grow: what this version does not know is kept as it is.
public protocol Vocabulary: RawRepresentable, Hashable, Sendable where RawValue == String {
    /// The word with this spelling.
    init(rawValue: String)

    /// The words that this version knows, in the order people are told them.
    static var known: [Self] { get }
}
