import LetterModel
import Testing

/// The writer and the scanner in canonical mode, against RFC 8785.
struct CanonicalJSONTests {
    static func parse(_ text: String, _ form: JSONScanner.Form = .any) throws -> JSONValue {
        try JSONScanner.parse(Array(text.utf8), form: form)
    }

    @Test(arguments: [
        // RFC 8785, 3.2.2, without its numbers that are no integers.
        (
            #"{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#,
            #"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        ),
        // RFC 8785, 3.2.3: the order of keys goes by UTF-16 code units.
        (
            #"{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}"#,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{FB33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        ),
        // github.com/cyberphone/json-canonicalization, testdata: arrays, french, structures, unicode, weird, without
        // floats.
        (#"[56, {"d": true, "10": null, "1": []}]"#, #"[56,{"1":[],"10":null,"d":true}]"#),
        (
            #"{"peach": "This sorting order", "péché": "is wrong according to French", "pêche": "but canonicalization MUST", "sin": "ignore locale"}"#,
            #"{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}"#
        ),
        (
            #"{"1": {"f": {"f": "hi", "F": 5}, "\n": 56}, "10": {}, "": "empty", "a": {}, "111": [{"e": "yes", "E": "no"}], "A": {}}"#,
            #"{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}"#
        ),
        (#"{"Unnormalized Unicode": "A\u030a"}"#, "{\"Unnormalized Unicode\":\"A\u{30A}\"}"),
        (
            #"{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\u000a": "Newline", "1": "One", "\u0080": "Control\u007f", "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis", "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge"}"#,
            "{\"\\n\":\"Newline\",\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"\u{80}\":\"Control\u{7F}\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😂\":\"Smiley\",\"\u{FB33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        ),
        (" [ -0 , 0 , -1 , 9007199254740991 , -9007199254740991 ] ", "[0,0,-1,9007199254740991,-9007199254740991]"),
        (#""\b\t\n\f\r\u0000\u001f\u007f""#, "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u{7F}\""), ("\t\r\n {}\n", "{}"),
        ("\"\"", "\"\""),
    ])
    func `any JSON has one canonical spelling`(text: String, canonical: String) throws {
        let value = try Self.parse(text)
        #expect(value.canonicalText.hasSameBytes(as: canonical))
        #expect(try Self.parse(canonical, .canonical) == value)
        #expect(try Self.parse(canonical, .canonical).canonicalBytes == Array(canonical.utf8))
    }

    @Test func `every control character has the one escape that the RFC names`() throws {
        let short: [Int: String] = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"]
        let digits = Array("0123456789abcdef")
        for code in 0..<0x20 {
            let text = String(try #require(Unicode.Scalar(code)))
            let escape = short[code] ?? "\\u00\(digits[code >> 4])\(digits[code & 15])"
            #expect(JSONValue.string(text).canonicalText == "\"\(escape)\"")
            #expect(try Self.parse("\"\(escape)\"", .canonical) == .string(text))
        }
    }

    @Test func `keys sort by UTF-16 code units, past U+FFFF before U+E000`() {
        let inOrder = [
            "", "\0", "A", "AA", "a", "é", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{10000}", "\u{10FFFF}", "\u{E000}",
            "\u{FFFD}", "\u{FFFF}",
        ]
        for (index, left) in inOrder.enumerated() {
            for (otherIndex, right) in inOrder.enumerated() {
                let expected: ByteOrder = index < otherIndex ? .before : (index == otherIndex ? .same : .after)
                #expect(left.canonicalOrder(to: right) == expected)
                #expect(("x" + left).canonicalOrder(to: "x" + right) == expected)
            }
        }
    }

    @Test func `the order of keys is that of UTF-16 for random keys`() {
        var random = ValueGenerator(seed: 8785)
        let scalars: [Unicode.Scalar] = [
            "a", "\u{7F}", "\u{80}", "é", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}",
            "\u{10FFFF}",
        ]
        for _ in 0..<20_000 {
            var texts = ["", ""]
            for index in 0..<2 {
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    texts[index].unicodeScalars.append(scalars.randomElement(using: &random) ?? "a")
                }
            }
            let left = Array(texts[0].utf16), right = Array(texts[1].utf16)
            let expected: ByteOrder = left == right ? .same : (left.lexicographicallyPrecedes(right) ? .before : .after)
            #expect(texts[0].canonicalOrder(to: texts[1]) == expected, "\(texts.map { Array($0.utf8) })")
        }
    }

    @Test(arguments: [
        " {}", "{} ", "{}\n", "{ }", "[ ]", "[1, 2]", "[1 ,2]", "{\"a\" :1}", "{\"a\": 1}", "{\"b\":1,\"a\":2}", "-0",
        "[-0]",
        "\"\\/\"", "\"\\u0041\"", "\"\\u00e9\"", "\"\\u000A\"", "\"\\u000a\"", "\"\\u001F\"", "\"\\u0022\"",
        "\"\\u005c\"",
        "\"\\ud83d\\ude00\"", "\"\\u007f\"", "{\"\u{FB33}\":1,\"😀\":2}", "\t1", "{\"a\":{\"b\":1,\"a\":2}}",
    ])
    func `any other spelling is not canonical`(text: String) {
        #expect(throws: Never.self) { try Self.parse(text) }
        #expect { try Self.parse(text, .canonical) } throws: { ($0 as? JSONError)?.code == .notCanonical }
    }

    @Test func `random values survive writing and reading`() throws {
        for seed in 0..<3_000 as Range<UInt64> {
            var generator = ValueGenerator(seed: seed)
            let value = generator.value()
            let bytes = value.canonicalBytes
            #expect(try JSONScanner.parse(bytes, form: .canonical) == value, "seed \(seed)")
            #expect(try JSONScanner.parse(bytes, form: .any).canonicalBytes == bytes, "seed \(seed)")
            let spaced = generator.spell(value)
            #expect(try JSONScanner.parse(Array(spaced.utf8)) == value, "seed \(seed)\n\(spaced)")
        }
    }

    @Test func `composed and decomposed letters are two texts and two keys`() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(composed == decomposed)
        #expect(JSONValue.string(composed) != JSONValue.string(decomposed))
        #expect(Set([JSONValue.string(composed), .string(decomposed)]).count == 2)
        let object: JSONObject = [(composed): 1, (decomposed): 2]
        #expect(object.count == 2)
        #expect(try Self.parse("{\"\(decomposed)\":2,\"\(composed)\":1}") == .object(object))
        #expect(object[composed] == 1)
        #expect(object[decomposed] == 2)
    }

    @Test func `an object keeps its members in order whatever is set and removed`() {
        var object = JSONObject()
        for key in ["b", "a", "c", "\u{10000}", "\u{FFFF}", ""] { object[key] = 1 }
        #expect(
            object.keys.elementsEqual(["", "a", "b", "c", "\u{10000}", "\u{FFFF}"], by: { $0.hasSameBytes(as: $1) }))
        object["b"] = 2
        object["a"] = nil
        object["x"] = nil
        #expect(object.count == 5)
        #expect(object["b"] == 2)
        #expect(object == JSONObject([("b", 1), ("", 1), ("b", 2), ("c", 1), ("\u{FFFF}", 1), ("\u{10000}", 1)]))
    }
}

/// Random values, and random spellings of them.
struct ValueGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Source: https://prng.di.unimi.it/splitmix64.c
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "/", "\u{0}", "\u{1F}", "\n", "\u{7F}", "\u{301}", "é", "\u{2028}", "\u{FFFF}", "😀",
            "\u{10FFFF}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...5, using: &self) {
            text.unicodeScalars.append(scalars.randomElement(using: &self) ?? "a")
        }
        return text
    }

    mutating func value(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: .integer(Int.random(in: -JSONValue.integerLimit...JSONValue.integerLimit, using: &self))
        case 3, 4: .string(text())
        case 5: .array((0..<Int.random(in: 0..<4, using: &self)).map { _ in value(depth: depth + 1) })
        default:
            .object(
                JSONObject((0..<Int.random(in: 0..<5, using: &self)).map { _ in (text(), value(depth: depth + 1)) }))
        }
    }

    private mutating func space() -> String {
        ["", "", " ", "\n", "\t\r "].randomElement(using: &self) ?? ""
    }

    /// A spelling with white space, needless escapes and keys in any order.
    mutating func spell(_ value: JSONValue) -> String {
        switch value {
        case .null, .bool, .integer: return space() + value.canonicalText + space()
        case .string(let text): return space() + spell(text) + space()
        case .array(let elements):
            var parts: [String] = []
            for element in elements { parts.append(spell(element)) }
            return space() + "[" + space() + parts.joined(separator: ",") + "]" + space()
        case .object(let object):
            var parts: [String] = []
            for member in object.members.shuffled(using: &self) {
                parts.append(space() + spell(member.key) + space() + ":" + spell(member.value))
            }
            return space() + "{" + space() + parts.joined(separator: ",") + "}" + space()
        }
    }

    private mutating func spell(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            let isEscaped = scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || Bool.random(using: &self)
            if isEscaped {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &self))
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
