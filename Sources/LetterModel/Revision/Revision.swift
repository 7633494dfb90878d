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
        try self.init(headerBytes: headerBytes, contentBytes: contentBytes, id: id) {
            (bytes) throws(RevisionError) in
            if !CanonicalCheck.isCertain(bytes) { _ = try Revision.letter(parsing: bytes) }
        }
    }

    /// Checks bytes as above, where some of the letter is needed too: its content is looked through once.
    ///
    /// - Parameters:
    ///   - id: The SHA-256 of the header's bytes.
    ///   - names: What is needed of the letter.
    /// - Returns: The revision, and these members of the letter as its author left it; nil for a tombstone.
    package static func withLetter(
        headerBytes: [UInt8], contentBytes: [UInt8]?, id: RevisionID, only names: MemberNames
    ) throws(RevisionError) -> (revision: Revision, letter: Letter?) {
        var letter: Letter?
        let revision = try Revision(headerBytes: headerBytes, contentBytes: contentBytes, id: id) {
            (bytes) throws(RevisionError) in letter = try Letter(only: names, parsing: bytes)
        }
        return (revision, letter)
    }

    /// - Parameters:
    ///   - id: The SHA-256 of the header's bytes.
    ///   - checkContent: Throws if the bytes are not one canonical JSON object.
    private init(
        headerBytes: [UInt8], contentBytes: [UInt8]?, id: RevisionID,
        checkContent: ([UInt8]) throws(RevisionError) -> Void
    ) throws(RevisionError) {
        header = try RevisionHeader(parsing: headerBytes)
        guard (header.content == nil) == (contentBytes == nil) else { throw RevisionError(.contentPresence) }
        if let contentBytes {
            guard contentBytes.count <= Limits.contentBytes else {
                throw RevisionError(.tooLarge, "a letter has at most \(Limits.contentBytes) bytes")
            }
            #if CANARIES
                if Canary.incomingNotHashed.isOn {
                    try checkContent(contentBytes)
                    (self.id, self.headerBytes, self.contentBytes) = (id, headerBytes, contentBytes)
                    return
                }
            #endif
            guard SHA256.digest(of: contentBytes) == header.content else { throw RevisionError(.contentHash) }
            try checkContent(contentBytes)
        }
        self.id = id
        self.headerBytes = headerBytes
        self.contentBytes = contentBytes
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
