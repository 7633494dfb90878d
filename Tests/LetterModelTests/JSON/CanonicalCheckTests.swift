import LetterModel
import Testing

/// The quick look at canonical bytes: what it is certain of, the scanner takes too.
struct CanonicalCheckTests {
    private static let letter = """
        {"body":"My dear \\"friend\\",\\n\\tcafé \\\\ 家信","date":{"edtf":"1870-05"},"empty":{},"languages":[],"n":[0,7,900719925474099],\
        "senders":[{"name":"Ada","uris":["a","b"]}]}
        """

    @Test func `a usual letter is looked at quickly`() {
        #expect(Self.isCertain(Array(Self.letter.utf8)))
    }

    @Test func `whatever byte of a letter is another one, the scanner agrees where the check is certain`() {
        let bytes = Array(Self.letter.utf8)
        var certain = 0
        for index in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = byte
                if Self.isCertain(changed) {
                    certain += 1
                    #expect(Self.isCanonical(changed), "byte \(index) is \(byte)")
                }
                var shorter = bytes
                shorter.remove(at: index)
                #expect(!Self.isCertain(shorter) || Self.isCanonical(shorter), "without byte \(index)")
            }
        }
        #expect(certain > 2_000)
    }

    @Test func `random objects are canonical where the check is certain`() {
        var certain = 0
        for seed in 0..<20_000 as Range<UInt64> {
            var generator = ValueGenerator(seed: seed)
            let value = JSONValue.object(["a": generator.value(), "b": generator.value()])
            let texts = [value.canonicalBytes, Array(generator.spell(value).utf8)]
            for bytes in texts where Self.isCertain(bytes) {
                certain += 1
                #expect(Self.isCanonical(bytes), "seed \(seed)")
            }
        }
        #expect(certain > 1_000)
    }

    /// What a part of a letter is read from, and what the whole of it says; nil where the bytes are none.
    private func parts(of bytes: [UInt8], _ names: [String]) -> (read: Letter?, whole: Letter?) {
        func letter(_ read: () throws(RevisionError) -> Letter) -> Letter? {
            do throws(RevisionError) { return try read() } catch { return nil }
        }
        let names = MemberNames(names)
        return (
            letter { () throws(RevisionError) in try Letter(only: names, parsing: bytes.span) },
            letter { () throws(RevisionError) in try Revision.letter(parsing: bytes) }?.only(names)
        )
    }

    @Test func `some members of a letter are those of the whole letter, whatever byte is another one`() {
        let bytes = Array(Self.letter.utf8)
        let choices = [[], ["body"], ["senders", "date", "title"], ["a", "n", "n2", "senders", "z"]]
        for names in choices {
            let (read, whole) = parts(of: bytes, names)
            #expect(read != nil && read == whole, "\(names)")
        }
        #expect(parts(of: bytes, ["n", "z"]).read?.members.keys == ["n"])
        for index in bytes.indices {
            for byte in Array("\"\\{}[]:,0z ".utf8) + [0, 0xC3] {
                var changed = bytes
                changed[index] = byte
                let (read, whole) = parts(of: changed, choices[index % choices.count])
                #expect(read == whole, "byte \(index) is \(byte)")
            }
        }
    }

    @Test(arguments: [
        "", "{", "[]", "1", "\"\"", "{}x", "{\"a\":00}", "{\"a\":}", "{\"a\":[1,]}", "{\"a\":1,}", "{\"a\":1\"b\":2}",
        "{\"a\":1,\"a\":2}",
        "{\"é\":1,\"a\":2}", "{\"a\":\"\\x\"}", "{\"a\":\"\\", "{\"a\":\"", "{\"a\":1234567890123456}", "{\"a\" :1}",
        "{,}",
    ])
    func `it is not certain of anything else`(text: String) {
        #expect(!Self.isCertain(Array(text.utf8)))
    }

    @Test func `it is not certain of text that is no UTF-8, nor of deep nesting`() {
        #expect(!Self.isCertain(Array("{\"a\":\"".utf8) + [0xC3] + Array("\"}".utf8)))
        for depth in [10, 63, 64, 65, 10_000] {
            let text = String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
            #expect(Self.isCertain(Array(text.utf8)) == (depth <= 64), "\(depth)")
        }
    }

    private static func isCertain(_ bytes: [UInt8]) -> Bool { CanonicalCheck.isCertain(bytes.span) }

    private static func isCanonical(_ bytes: [UInt8]) -> Bool {
        do {
            return try JSONScanner.parse(bytes, form: .canonical).canonicalBytes == bytes
        } catch {
            return false
        }
    }
}
