import Hashing
import LetterModel
import Testing

/// The example of revisions-and-merge.md, byte for byte: whoever writes another client checks it with this.
struct RevisionTests {
    static let content = #"{"body":"Come home.","kind":"letter","salutation":"Dear Ada,"}"#
    static let header =
        #"{"archive":"019ab1c2-7f00-7000-8000-000000000001","author":{"name":"A. Archivist","uri":"mailto:archive@example.org"},"content":"2aa43dcfe842729983c7f6e542e4d55558b830596b3b5b66f4d748b98b818f5c","device":"reading-room","letter":"019ab1c2-7f00-7000-8000-000000000002","parents":[],"reason":{"kind":"create"},"time":"2026-11-23T18:00:00.000Z","v":1}"#

    @Test func `the documented example has the documented ids`() throws {
        let revision = try Revision(headerBytes: Array(Self.header.utf8), contentBytes: Array(Self.content.utf8))
        #expect(revision.id.hex == "dd7feb4ca8f098133440a6166c0decfe386f088b64abda6780cd1ffb0c3e893c")
        #expect(revision.header.content?.hex == "2aa43dcfe842729983c7f6e542e4d55558b830596b3b5b66f4d748b98b818f5c")
    }

    @Test func `a header that is read and written again keeps its bytes`() throws {
        let header = try RevisionHeader(parsing: Array(Self.header.utf8))
        #expect(header.canonicalBytes == Array(Self.header.utf8))
    }

    @Test func `the same letter written here gives the same revision`() throws {
        let known = try Revision(headerBytes: Array(Self.header.utf8), contentBytes: Array(Self.content.utf8))
        var letter = Letter()
        letter.kind = .letter
        letter.salutation = "Dear Ada,"
        letter.body = "Come home."
        let written = try Revision(header: known.header, letter: letter)
        #expect(written == known)
    }
}
