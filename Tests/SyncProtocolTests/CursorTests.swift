import Hashing
import LetterModel
import ReplicaStore
import Testing

@testable import SyncProtocol

struct CursorTests {
    /// The example of Documentation/sync-protocol.md: one revision in the log, the one of revisions-and-merge.md.
    static let id = "dd7feb4ca8f098133440a6166c0decfe386f088b64abda6780cd1ffb0c3e893c"
    static let text = "AAAAAAAAAP8AAAAAAAAAAes9bvfX4T-XHJ7dafE0MTg"

    @Test func `the documented example has the documented cursor`() throws {
        let id = try #require(RevisionID(hex: Self.id))
        let start = LogPosition(epoch: "00000000000000ff", sequence: 0, chain: .zero)
        let cursor = Cursor(start.extended(by: id))
        #expect(cursor.text == Self.text)
        #expect(Cursor(Self.text) == cursor)
    }

    @Test func `a cursor comes back from its text`() throws {
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &numbers) }
            let chain = try #require(Digest(bytes: bytes))
            let position = LogPosition(
                epoch: Hex.encode(bytes[..<8]), sequence: Int.random(in: 0...JSONValue.integerLimit, using: &numbers),
                chain: chain)
            let cursor = Cursor(position)
            #expect(Cursor(cursor.text) == cursor, "\(cursor)")
            #expect(cursor.fits(chain))
            #expect(!cursor.fits(SHA256.digest(of: bytes)))
        }
    }

    @Test(arguments: [
        "", "A", String(repeating: "A", count: 42), String(repeating: "A", count: 44),
        String(text.dropLast()) + "h",  // left-over bits
        text + "=", "+" + text.dropFirst(), "é" + text.dropFirst(2),
        "AAAAAAAAAP8AIAAAAAAAAOs9bvfX4T-XHJ7dafE0MTg",  // a sequence past 2^53
    ])
    func `what is no cursor is none`(_ text: String) {
        #expect(Cursor(text) == nil)
    }

    @Test func `base64url has one spelling of each byte string`() throws {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64URL.decode("-_9") == nil)
    }
}
