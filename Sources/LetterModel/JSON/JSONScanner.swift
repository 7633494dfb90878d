/// Strict JSON in: no duplicate keys, no trailing commas, no byte order mark, no number but integers, 64 levels.
///
/// `JSONDecoder` accepts duplicate keys and drops members that it does not know; letters keep all of theirs.
public struct JSONScanner {
    /// Which spellings are taken.
    public enum Form: Sendable {
        /// Any JSON: white space, any escapes, keys in any order.
        case any
        /// Only the one spelling of RFC 8785; the check is part of the pass.
        case canonical
    }

    private let bytes: [UInt8]
    private let form: Form
    private var position = 0

    private init(_ bytes: [UInt8], form: Form) {
        self.bytes = bytes
        self.form = form
    }

    /// The value that the bytes spell; there must be exactly one, and nothing after it.
    public static func parse(_ bytes: [UInt8], form: Form = .any) throws(JSONError) -> JSONValue {
        try whole(bytes, form) { (scanner) throws(JSONError) in try scanner.value(depth: 0) }
    }

    /// Looks through bytes that should be one canonical object, without making a value of it.
    ///
    /// - Parameter read: is given the name of each member in turn, and has to read the value that comes next, with `member()`, `text(_:)` or `texts(_:)`.
    /// - Returns: Whether it is an object; false for other canonical JSON.
    static func readObject(
        _ bytes: [UInt8], _ read: (String, inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) -> Bool {
        try whole(bytes, .canonical) { (scanner) throws(JSONError) in
            guard scanner.next == UInt8(ascii: "{") else {
                _ = try scanner.value(depth: 0)
                return false
            }
            return try scanner.members(depth: 1, read)
        }
    }

    @inline(__always)
    private static func whole<Result>(
        _ bytes: [UInt8], _ form: Form, _ read: (inout JSONScanner) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        var scanner = JSONScanner(bytes, form: form)
        try scanner.skipSpace()
        let result = try read(&scanner)
        try scanner.skipSpace()
        guard scanner.position == bytes.count else { throw scanner.error(.syntax) }
        return result
    }

    /// Reads the value of a member, whatever it is.
    mutating func member() throws(JSONError) -> JSONValue {
        try value(depth: 1)
    }

    /// Reads the value of a member as what its text stands for.
    ///
    /// - Parameter convert: makes it of the text's bytes; it must take nothing but ASCII.
    /// - Returns: Nil if it is no string, or one that stands for no such thing.
    mutating func text<Value>(_ convert: (Span<UInt8>) -> Value?) throws(JSONError) -> Value? {
        try text(depth: 1, convert)
    }

    /// Reads the value of a member as a list of what texts stand for.
    ///
    /// - Returns: Nil if it is no array, or one with an element that stands for no such thing.
    mutating func texts<Value>(_ convert: (Span<UInt8>) -> Value?) throws(JSONError) -> [Value]? {
        guard next == UInt8(ascii: "[") else {
            _ = try member()
            return nil
        }
        var values: [Value]? = []
        try elements(depth: 2) { (scanner) throws(JSONError) in
            if let value = try scanner.text(depth: 2, convert) { values?.append(value) } else { values = nil }
        }
        return values
    }

    private mutating func text<Value>(depth: Int, _ convert: (Span<UInt8>) -> Value?) throws(JSONError) -> Value? {
        if next == UInt8(ascii: "\"") {
            let start = position + 1
            let end = plainRun(from: start).end
            // Bytes that stand for themselves need no check of their encoding where they are ASCII.
            if end < bytes.count, bytes[end] == UInt8(ascii: "\""),
                let value = convert(bytes.span.extracting(start..<end))
            {
                position = end + 1
                return value
            }
        }
        return try value(depth: depth).text.flatMap { convert($0.utf8.span) }
    }

    private func error(_ code: JSONError.Code) -> JSONError {
        JSONError(code, byteOffset: position)
    }

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    @inline(__always)
    private mutating func skipSpace() throws(JSONError) {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            guard form == .any else { throw error(.notCanonical) }
            position += 1
        }
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard next == byte else { throw error(.syntax) }
        position += 1
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= Limits.jsonDepth else { throw error(.depth) }
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            return .integer(try number())
        default: throw error(.syntax)
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual(word.description.utf8) else {
            throw error(.syntax)
        }
        position = end
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        var values: [JSONValue] = []
        try elements(depth: depth) { (scanner) throws(JSONError) in values.append(try scanner.value(depth: depth)) }
        return values
    }

    /// Gives a closure each element of an array in turn; it has to read the value that comes next.
    @inline(__always)
    private mutating func elements(
        depth: Int, _ read: (inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard depth <= Limits.jsonDepth else { throw error(.depth) }
        position += 1
        try skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            try skipSpace()
            try read(&self)
            try skipSpace()
            if next == UInt8(ascii: "]") {
                position += 1
                return
            }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        var members: [JSONObject.Member] = []
        let isSorted = try self.members(depth: depth) { (key, scanner) throws(JSONError) in
            // A name, a date and a place have two or three.
            if members.isEmpty { members.reserveCapacity(4) }
            members.append(JSONObject.Member(key: key, value: try scanner.value(depth: depth)))
        }
        return isSorted ? JSONObject(inCanonicalOrder: members) : try sorted(members)
    }

    /// Gives a closure the name of each member of an object in turn; it has to read the value that comes next.
    ///
    /// - Returns: Whether the names are in canonical order, each once.
    @inline(__always)
    private mutating func members(
        depth: Int, _ read: (String, inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) -> Bool {
        guard depth <= Limits.jsonDepth else { throw error(.depth) }
        position += 1
        var last: String?
        var isSorted = true
        try skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return true
        }
        while true {
            try skipSpace()
            let start = position
            let key = try string()
            if let last {
                switch last.canonicalOrder(to: key) {
                case .before: break
                case .same: throw JSONError(.duplicateKey, byteOffset: start)
                case .after:
                    guard form == .any else { throw JSONError(.notCanonical, byteOffset: start) }
                    isSorted = false
                }
            }
            last = key
            try skipSpace()
            try expect(UInt8(ascii: ":"))
            try skipSpace()
            try read(key, &self)
            try skipSpace()
            if next == UInt8(ascii: "}") {
                position += 1
                return isSorted
            }
            try expect(UInt8(ascii: ","))
        }
    }

    /// Members that came in another order than the canonical one.
    private func sorted(_ members: [JSONObject.Member]) throws(JSONError) -> JSONObject {
        let inOrder = members.sorted { $0.key.canonicalOrder(to: $1.key) == .before }
        for (left, right) in zip(inOrder, inOrder.dropFirst()) where left.key.hasSameBytes(as: right.key) {
            throw error(.duplicateKey)
        }
        return JSONObject(inCanonicalOrder: inOrder)
    }

    /// RFC 8259 number, of which only integers are taken. "-0" is not the canonical spelling of 0.
    private mutating func number() throws(JSONError) -> Int {
        let start = position
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var value = 0
        var digits = 0
        let first = next
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            guard digits < 16 else { throw JSONError(.number, byteOffset: start) }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            digits += 1
            position += 1
        }
        guard digits > 0, digits == 1 || first != UInt8(ascii: "0") else { throw error(.syntax) }
        if let byte = next, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(byte) {
            throw JSONError(.number, byteOffset: start)
        }
        guard value <= JSONValue.integerLimit else { throw JSONError(.number, byteOffset: start) }
        guard !(isNegative && value == 0 && form == .canonical) else {
            throw JSONError(.notCanonical, byteOffset: start)
        }
        return isNegative ? -value : value
    }

    private mutating func string() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""))
        let start = position
        let run = plainRun(from: start)
        position = run.end
        if next == UInt8(ascii: "\"") {
            let text = try text(bytes.span.extracting(start..<position), isASCII: run.isASCII, at: start)
            position += 1
            return text
        }
        var unescaped: [UInt8] = []
        // Room for what most are; the rest of the bytes may be many more texts.
        unescaped.reserveCapacity(min(bytes.count - start, JSONScanner.reservedByteCount))
        unescaped.append(contentsOf: bytes[start..<position])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let text = try text(unescaped.span, isASCII: false, at: start)
                position += 1
                return text
            case UInt8(ascii: "\\"): try escape(into: &unescaped)
            case ..<0x20: throw error(.syntax)
            default:
                let end = plainRun(from: position).end
                unescaped.append(contentsOf: bytes[position..<end])
                position = end
            }
        }
        throw error(.syntax)
    }

    private static let reservedByteCount = 8 * 1024

    /// Where the run of bytes ends that stand for themselves, and whether all of it is ASCII.
    private func plainRun(from start: Int) -> (end: Int, isASCII: Bool) {
        bytes.withUnsafeBufferPointer { PlainText.run(in: $0, from: start) }
    }

    private func text(_ bytes: Span<UInt8>, isASCII: Bool, at start: Int) throws(JSONError) -> String {
        if isASCII { return String(copying: UTF8Span(unchecked: bytes, isKnownASCII: true)) }
        // `String(validating:as:)` looks up types of the generic code that it is, which takes longer than a name of a member does.
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            throw JSONError(.encoding, byteOffset: start)
        }
    }

    private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        guard let letter = next else { throw error(.syntax) }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(letter)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "/"):
            guard form == .any else { throw JSONError(.notCanonical, byteOffset: start) }
            output.append(letter)
        case UInt8(ascii: "u"): try unicodeEscape(from: start, into: &output)
        default: throw JSONError(.syntax, byteOffset: start)
        }
    }

    private mutating func unicodeEscape(from start: Int, into output: inout [UInt8]) throws(JSONError) {
        let first = try hexDigits(from: start)
        if form == .canonical {
            // Only control characters without a short form are escaped so, in lower case.
            let isShort = [0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(first)
            let isUpper = bytes[(position - 4)..<position].contains {
                (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0)
            }
            guard first < 0x20, !isShort, !isUpper else { throw JSONError(.notCanonical, byteOffset: start) }
        }
        var code = first
        if (0xD800..<0xDC00).contains(first) {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw JSONError(.encoding, byteOffset: start) }
            position += 2
            let second = try hexDigits(from: start)
            guard (0xDC00..<0xE000).contains(second) else { throw JSONError(.encoding, byteOffset: start) }
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONError(.encoding, byteOffset: start) }
        output.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hexDigits(from start: Int) throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw JSONError(.syntax, byteOffset: start) }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.syntax, byteOffset: start)
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
