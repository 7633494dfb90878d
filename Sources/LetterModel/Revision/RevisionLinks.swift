public import Hashing

/// What a revision's header names: what of it says where the revision belongs.
public struct RevisionLinks: Hashable, Sendable {
    /// The archive that the revision belongs to.
    public let archive: ArchiveID
    /// The letter that it is a version of.
    public let letter: LetterID
    /// The revisions that it replaces, strictly ascending.
    public let parents: [RevisionID]
    /// The SHA-256 of the content's bytes; nil for a tombstone.
    public let content: Digest?

    /// What a header names.
    public init(_ header: RevisionHeader) {
        (archive, letter, parents, content) = (header.archive, header.letter, header.parents, header.content)
    }

    /// What is named by bytes that were seen to be a header when they came, and still have the hash that they had. Nothing else of them is made a
    /// value of, which takes most of the time otherwise.
    ///
    /// - Returns: Nil if they are no header.
    package init?(ofHeader bytes: [UInt8]) {
        if let found = RevisionLinks(quickly: bytes) {
            self = found
            return
        }
        do {
            self.init(try RevisionHeader(parsing: bytes))
        } catch {
            return nil
        }
    }

    private static let members = MemberNames(["archive", "content", "letter", "parents"])

    /// Nil if it was not looked at closely enough.
    private init?(quickly bytes: [UInt8]) {
        guard let places = CanonicalCheck.places(of: Self.members, in: bytes.span) else { return nil }
        let span = bytes.span
        guard let archive = places[0], let letter = places[2], let parents = places[3],
            let archiveID = span.withText(archive, { ArchiveID(text: $0) }),
            let letterID = span.withText(letter, { LetterID(text: $0) })
        else { return nil }
        var content: Digest?
        if let place = places[1] {
            guard let digest = span.withText(place, { Digest(hexDigits: $0) }) else { return nil }
            content = digest
        }
        // A bracket, then 66 bytes and a comma or bracket for each.
        var ids: [RevisionID] = []
        for start in stride(from: parents.lowerBound + 1, to: parents.upperBound - 1, by: 67) {
            guard start + 66 < parents.upperBound,
                let digest = span.withText(start..<start + 66, { Digest(hexDigits: $0) })
            else { return nil }
            ids.append(RevisionID(digest))
        }
        (self.archive, self.letter, self.parents, self.content) = (archiveID, letterID, ids, content)
    }
}

extension Span<UInt8> {
    /// Gives a closure what stands between the quotes of a string of JSON; nil if there are none.
    fileprivate func withText<Value>(_ place: Range<Int>, _ convert: (Span<UInt8>) -> Value?) -> Value? {
        guard place.count >= 2, self[place.lowerBound] == UInt8(ascii: "\""),
            self[place.upperBound - 1] == UInt8(ascii: "\"")
        else { return nil }
        return convert(extracting(place.lowerBound + 1..<place.upperBound - 1))
    }
}
