import Hashing

extension RevisionHeader {
    /// Reads a header that somebody else wrote. The bytes must be canonical; unknown members are kept.
    public init(parsing bytes: [UInt8]) throws(RevisionError) {
        guard bytes.count <= Limits.headerBytes else {
            throw RevisionError(.tooLarge, "a header has at most \(Limits.headerBytes) bytes")
        }
        let value: JSONValue
        do {
            value = try JSONScanner.parse(bytes, form: .canonical)
        } catch {
            throw RevisionError(.headerSyntax, error.description)
        }
        guard var rest = value.members else { throw RevisionError(.headerSyntax, "it is not an object") }

        func take<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(RevisionError) -> Value? {
            guard let member = rest[key] else { return nil }
            guard let value = read(member) else { throw RevisionError(.headerMember, key) }
            rest[key] = nil
            return value
        }
        func require<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(RevisionError) -> Value {
            guard let value = try take(key, read) else { throw RevisionError(.headerMember, key) }
            return value
        }

        let version = try require("v", \.integer)
        guard version == RevisionHeader.version else { throw RevisionError(.version, "v is \(version)") }
        archive = try require("archive") { $0.text.flatMap(ArchiveID.init) }
        letter = try require("letter") { $0.text.flatMap(LetterID.init) }
        parents = try require("parents", RevisionHeader.parents)
        content = try take("content") { $0.text.flatMap { Digest(hex: $0) } }
        author = try take("author") { $0.members.map(Author.init(members:)) }
        device = try take("device", \.text)
        time = try take("time") { $0.text.flatMap(Timestamp.init) }
        reason = try require("reason") { $0.members.map(Reason.init(members:)) }
        unknown = rest
    }

    /// Strictly ascending revision ids, at most `Limits.parents`.
    private static func parents(_ value: JSONValue) -> [RevisionID]? {
        guard let elements = value.elements, elements.count <= Limits.parents else { return nil }
        let ids = elements.compactMap(\.text).compactMap(RevisionID.init(hex:))
        guard ids.count == elements.count, zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        return ids
    }
}
