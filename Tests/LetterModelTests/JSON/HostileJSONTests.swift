import LetterModel
import Testing

/// Bytes that are no JSON, or JSON that could hurt: each is refused with its code, in both forms, and nothing traps.
struct HostileJSONTests {
    @Test(
        arguments: [
            ("", .syntax), (" ", .syntax), ("nul", .syntax), ("nulll", .syntax), ("Null", .syntax), ("tru", .syntax),
            ("TRUE", .syntax),
            ("falsee", .syntax), ("undefined", .syntax), ("NaN", .syntax), ("Infinity", .syntax),
            ("-Infinity", .syntax), ("'a'", .syntax),
            ("{", .syntax), ("}", .syntax), ("[", .syntax), ("]", .syntax), ("[1", .syntax), ("[1,", .syntax),
            ("[1,]", .syntax),
            ("[,1]", .syntax), ("[1,,2]", .syntax), ("[1 2]", .syntax), ("[1}", .syntax), ("{]", .syntax),
            ("{\"a\"}", .syntax),
            ("{\"a\":}", .syntax), ("{\"a\":1,}", .syntax), ("{,}", .syntax), ("{a:1}", .syntax), ("{1:1}", .syntax),
            ("{\"a\" 1}", .syntax),
            ("{\"a\":1 \"b\":2}", .syntax), ("{\"a\":1", .syntax), ("{\"a\":1]", .syntax), ("{null:1}", .syntax),
            ("{\"a\"::1}", .syntax),
            ("1 2", .syntax), ("{}{}", .syntax), ("{},", .syntax), ("[]x", .syntax), ("//x\n1", .syntax),
            ("/*x*/1", .syntax), ("#\n1", .syntax),
            ("\"", .syntax), ("\"a", .syntax), ("\"\\", .syntax), ("\"\\\"", .syntax), ("\"\\x41\"", .syntax),
            ("\"\\'\"", .syntax),
            ("\"\\u\"", .syntax), ("\"\\u12\"", .syntax), ("\"\\u12G4\"", .syntax), ("\"\\u 123\"", .syntax),
            ("\"\\u+123\"", .syntax),
            ("\"\\U0041\"", .syntax), ("\"\n\"", .syntax), ("\"\t\"", .syntax), ("\"\0\"", .syntax),
            ("\"\u{1F}\"", .syntax),
            ("+1", .syntax), ("-", .syntax), ("--1", .syntax), ("01", .syntax), ("-01", .syntax), ("00", .syntax),
            (".5", .syntax), ("0x10", .syntax),
            ("1_000", .syntax), ("- 1", .syntax), ("٣", .syntax), ("1.0", .number), ("1.", .number), ("1e3", .number),
            ("1E3", .number),
            ("-1.5", .number), ("0.1", .number), ("0e0", .number), ("9007199254740992", .number),
            ("-9007199254740992", .number),
            ("9223372036854775808", .number), ("99999999999999999999999999", .number), ("-99999999999999999", .number),
            ("\"\\ud800\"", .encoding), ("\"\\udc00\"", .encoding), ("\"\\ud83dx\"", .encoding),
            ("\"\\ud83d\\n\"", .encoding),
            ("\"\\ud83d\\u0041\"", .encoding), ("\"\\ude00\\ud83d\"", .encoding), ("{\"a\":1,\"a\":1}", .duplicateKey),
            ("{\"a\":1,\"\\u0061\":2}", .duplicateKey), ("{\"b\":1,\"a\":1,\"b\":1}", .duplicateKey),
            ("{\"\":1,\"\":1}", .duplicateKey),
            ("{\"a\":{\"b\":1,\"b\":1}}", .duplicateKey), ("\u{FEFF}{}", .syntax), ("\u{A0}{}", .syntax),
            ("{}\u{2028}", .syntax), ("\u{C}1", .syntax),
            ("\u{B}1", .syntax), ("{}\0", .syntax), ("\0", .syntax),
        ] as [(String, JSONError.Code)])
    func `a text that is no JSON is refused with its code`(text: String, code: JSONError.Code) {
        for form in [JSONScanner.Form.any, .canonical] {
            #expect {
                try JSONScanner.parse(Array(text.utf8), form: form)
            } throws: { error in
                guard let error = error as? JSONError else { return false }
                return (error.code == code || form == .canonical && error.code == .notCanonical)
                    && (0...text.utf8.count).contains(error.byteOffset)
            }
        }
    }

    @Test(
        arguments: [
            [0xFF], [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xC1, 0xBF, 0x22],
            [0x22, 0xE0, 0x80, 0x80, 0x22],
            [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xED, 0xBF, 0xBF, 0x22], [0x22, 0xF0, 0x80, 0x80, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22],
            [0x22, 0xC3, 0x22], [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
            [0xFE, 0xFF, 0x00, 0x31],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are refused`(bytes: [UInt8]) {
        for form in [JSONScanner.Form.any, .canonical] {
            #expect {
                try JSONScanner.parse(bytes, form: form)
            } throws: { error in
                [.encoding, .syntax].contains((error as? JSONError)?.code)
            }
        }
    }

    @Test func `64 levels are taken and 65 are refused, of arrays, objects and both`() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let levels = open.hasPrefix("[{") ? 2 : 1
            func nested(_ count: Int) -> [UInt8] {
                Array((String(repeating: open, count: count) + "1" + String(repeating: close, count: count)).utf8)
            }
            #expect(throws: Never.self) { try JSONScanner.parse(nested(64 / levels), form: .canonical) }
            #expect { try JSONScanner.parse(nested(64 / levels + 1)) } throws: { ($0 as? JSONError)?.code == .depth }
        }
    }

    @Test func `a million brackets are refused without running out of stack`() {
        for bracket in ["[", "{\"a\":", "[[{\"a\":"] {
            let bytes = Array(String(repeating: bracket, count: 1_000_000).utf8)
            #expect { try JSONScanner.parse(bytes) } throws: { ($0 as? JSONError)?.code == .depth }
        }
    }

    @Test func `a hundred thousand keys in the worst order are sorted in time`() throws {
        let keys = (0..<100_000).reversed().map { "\"k\($0)\":1" }
        let value = try JSONScanner.parse(Array("{\(keys.joined(separator: ","))}".utf8))
        #expect(value.members?.count == 100_000)
        let twice = keys + [keys[500]]
        #expect { try JSONScanner.parse(Array("{\(twice.joined(separator: ","))}".utf8)) } throws: {
            ($0 as? JSONError)?.code == .duplicateKey
        }
    }

    @Test func `every cut and every flipped byte of a letter is refused or read, and never traps`() throws {
        let text =
            #"{"body":"Come home. é 🙂 \u0001","date":{"edtf":"2020-07-15"},"n":-12,"tags":["a","b"],"x":[true,null]}"#
        let bytes = Array(text.utf8)
        let value = try JSONScanner.parse(bytes, form: .canonical)
        for end in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSONScanner.parse(Array(bytes[..<end]), form: .canonical) }
        }
        for index in bytes.indices {
            for flipped in UInt8.min...UInt8.max where flipped != bytes[index] {
                var changed = bytes
                changed[index] = flipped
                do {
                    let other = try JSONScanner.parse(changed, form: .canonical)
                    // One value has one spelling: other bytes are another value.
                    #expect(other != value)
                    #expect(other.canonicalBytes == changed)
                } catch {
                    continue
                }
            }
        }
    }

    @Test func `an error tells the place but not the text`() {
        #expect {
            try JSONScanner.parse(Array(#"{"secret": tru}"#.utf8))
        } throws: { "\($0)" == "this is not JSON (at byte 11)" }
    }
}
