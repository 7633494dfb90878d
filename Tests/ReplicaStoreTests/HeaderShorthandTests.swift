import Hashing
import LetterModel
import ReplicaStoreConformance
import Testing

@testable import ReplicaStore

/// Headers as they stand in rows.
struct HeaderShorthandTests {
    private static let archive = "01a21aa3-c33b-7425-aaaf-f274fe782381"
    private static let letter = "40fa1ff4-aab8-4e75-acb5-e0f6ad093873"
    private static let hex = "22274ba9fc151301377bd05daf782ac7ca29c6486640386c3b46c5588b8bf318"

    private func header(_ rest: String) -> [UInt8] {
        Array(#"{"archive":"\#(Self.archive)","content":"\#(Self.hex)","letter":"\#(Self.letter)",\#(rest)}"#.utf8)
    }

    @Test func `what an import makes is a third as long`() throws {
        let header = header(#""parents":[],"reason":{"kind":"import"},"v":1"#)
        _ = try RevisionHeader(parsing: header)
        let stored = HeaderShorthand.of(header)
        #expect(header.count == 221 && stored.count == 71)
        #expect(HeaderShorthand.expand(stored) == header)
    }

    /// Rows have been written with these: the same bytes must be read for ever.
    @Test func `the bytes that stand for something stay as they are`() throws {
        let stored: [UInt8] =
            [3, 1] + Array(repeating: 0xAB, count: 16) + [7]
            + Array(#"Ada"},"device":"vm"#.utf8) + [5, 1] + Array(repeating: 0xCD, count: 16) + [13, 2]
            + Array(repeating: 0x0F, count: 32) + [14, 2] + Array(repeating: 0xF0, count: 32) + [15, 16]
            + Array("2026-11-27T01:12:59.604".utf8) + [24]
        let id = "abababab-abab-abab-abab-abababababab"
        let letter = "cdcdcdcd-cdcd-cdcd-cdcd-cdcdcdcdcdcd"
        let parents = "\(String(repeating: "0f", count: 32))\",\"\(String(repeating: "f0", count: 32))"
        let header = """
            {"archive":"\(id)","author":{"name":"Ada"},"device":"vm","letter":"\(letter)","parents":["\(parents)"],\
            "reason":{"kind":"edit"},"time":"2026-11-27T01:12:59.604Z","v":1}
            """
        #expect(String(decoding: HeaderShorthand.expand(stored), as: UTF8.self) == header)
    }

    @Test(arguments: [
        #""parents":["\#(hex)"],"reason":{"kind":"edit","message":"of \#(hex)0 and \#(letter)"},"time":"2026-11-27T01:12:59.604Z","v":1"#,
        #""parents":[],"reason":{"kind":"a\u0001\n"},"unknown":"\#(archive.dropLast())g","v":1,"z":["\#(hex.uppercased())"]"#,
        #""parents":[],"reason":{"kind":"création"},"v":1"#, "", #""parents":["#,
    ])
    func `any header is the same again`(_ rest: String) {
        let header = header(rest)
        for count in 0...header.count {
            let part = Array(header[..<count])
            #expect(HeaderShorthand.expand(HeaderShorthand.of(part)) == part)
        }
        #expect(HeaderShorthand.expand(header) == header, "a row of an earlier version")
    }

    @Test func `what is damaged ends, and is another header`() {
        let header = header(#""parents":[],"reason":{"kind":"import"},"v":1"#)
        let stored = HeaderShorthand.of(header)
        for bit in 0..<8 * stored.count {
            var flipped = stored
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(HeaderShorthand.expand(flipped) != header)
        }
        for count in 0..<stored.count { #expect(HeaderShorthand.expand(Array(stored[..<count])) != header) }
    }
}
