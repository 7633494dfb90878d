import Canaries
import Hashing

/// One immutable version of a letter: the bytes of its header and of its content, as their author wrote them.
///
/// A value of this type has been checked: the header is canonical, well-formed and within limits, the content has the
/// SHA-256 that the header names. What only an archive can tell (its id, the parents) is the store's to check.
public struct Revision: Hashable, Sendable {
    /// The SHA-256 of the header's bytes.
    public let id: RevisionID
    /// What the header says.
    public let header: RevisionHeader
    /// The header's bytes, verbatim.
    public let headerBytes: [UInt8]
    /// The content's bytes, verbatim; nil for a tombstone.
    public let contentBytes: [UInt8]?

    /// Checks bytes that came from network, disk or file.
    public init(headerBytes: [UInt8], contentBytes: [UInt8]?) throws(RevisionError) {
        try self.init(
            headerBytes: headerBytes, contentBytes: contentBytes, id: RevisionID(SHA256.digest(of: headerBytes)))
    }

    /// Checks bytes as above.
    ///
    /// - Parameter id: The SHA-256 of the header's bytes.
    package init(headerBytes: [UInt8], contentBytes: [UInt8]?, id: RevisionID) throws(RevisionError) {
        header = try RevisionHeader(parsing: headerBytes)
        if let contentBytes {
            try Revision.check(contentBytes.span, named: header.content)
            if !CanonicalCheck.isCertain(contentBytes.span) { _ = try Revision.letter(parsing: contentBytes) }
        } else {
            try Revision.check(nil, named: header.content)
        }
        self.id = id
        self.headerBytes = headerBytes
        self.contentBytes = contentBytes
    }

    /// Checks bytes as above, of which the content stays where it is, and tells what is needed of both. The content is looked through once.
    ///
    /// - Parameters:
    ///   - content: The content's bytes; nil for a tombstone.
    ///   - names: What is needed of the letter.
    /// - Returns: What the header names, and these members of the letter as its author left it; nil for a tombstone.
    package static func check(
        headerBytes: [UInt8], content: Span<UInt8>?, reading names: MemberNames
    ) throws(RevisionError) -> (links: RevisionLinks, letter: Letter?) {
        let links = RevisionLinks(try RevisionHeader(parsing: headerBytes))
        try check(content, named: links.content)
        guard let content else { return (links, nil) }
        return (links, try Letter(only: names, parsing: content))
    }

    /// Whether a content is what a header names, whatever it says.
    private static func check(_ content: Span<UInt8>?, named hash: Digest?) throws(RevisionError) {
        guard (hash == nil) == (content == nil) else { throw RevisionError(.contentPresence) }
        guard let content else { return }
        guard content.count <= Limits.contentBytes else {
            throw RevisionError(.tooLarge, "a letter has at most \(Limits.contentBytes) bytes")
        }
        #if CANARIES
            if Canary.incomingNotHashed.isOn { return }
        #endif
        guard SHA256.digest(of: content) == hash else { throw RevisionError(.contentHash) }
    }

    /// Writes a revision of a letter; nil writes a tombstone. `header.content` is set from the letter.
    public init(header: RevisionHeader, letter: Letter?) throws(RevisionError) {
        let content = letter.map { $0.members.canonicalBytes }
        if let content, content.count > Limits.contentBytes {
            throw RevisionError(
                .tooLarge, "a letter has at most \(Limits.contentBytes) bytes, this has \(content.count)")
        }
        var header = header
        header.content = content.map { SHA256.digest(of: $0) }
        let bytes = header.canonicalBytes
        guard bytes.count <= Limits.headerBytes else {
            throw RevisionError(.tooLarge, "a header has at most \(Limits.headerBytes) bytes, this has \(bytes.count)")
        }
        id = RevisionID(SHA256.digest(of: bytes))
        self.header = header
        headerBytes = bytes
        contentBytes = content
    }

    /// The letter as its author left it; nil for a tombstone.
    public var letter: Letter? {
        guard let contentBytes else { return nil }
        do {
            return try Revision.letter(parsing: contentBytes)
        } catch {
            preconditionFailure("a revision's content was checked when it was made: \(error)")
        }
    }

    /// The letter that content bytes spell. They must be one canonical JSON object.
    public static func letter(parsing contentBytes: [UInt8]) throws(RevisionError) -> Letter {
        do {
            let value = try JSONScanner.parse(contentBytes, form: .canonical)
            guard let members = value.members else { throw RevisionError(.contentSyntax, "it is not an object") }
            return Letter(members: members)
        } catch let error as JSONError {
            throw RevisionError(.contentSyntax, error.description)
        } catch let error as RevisionError {
            throw error
        } catch {
            preconditionFailure("parsing throws no other error: \(error)")
        }
    }
}
