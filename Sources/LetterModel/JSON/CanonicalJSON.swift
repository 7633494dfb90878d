/// Canonical JSON (RFC 8785): one value has one spelling, so that its SHA-256 is its name.
///
/// No white space, shortest escapes, keys by UTF-16 code units, integers only.
/// Source: https://www.rfc-editor.org/rfc/rfc8785
extension JSONValue {
    /// The canonical bytes.
    public var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    /// The canonical bytes as text.
    public var canonicalText: String {
        String(decoding: canonicalBytes, as: UTF8.self)
    }

    /// Appends the canonical bytes.
    public func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .string(let text): JSONValue.write(text, to: &output)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                value.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object): object.write(to: &output)
        }
    }

    /// Appends a quoted string. Bytes are escaped, not Characters: a quote followed by a combining mark is one
    /// Character.
    static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            while true {
                let end = PlainText.end(in: bytes, from: start)
                output.append(contentsOf: bytes[start..<end])
                guard end < bytes.count else { break }
                writeEscape(bytes[end], to: &output)
                start = end + 1
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            let digits = Array("0123456789abcdef".utf8)
            output.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
    }
}

extension JSONValue {
    /// No less than the number of canonical bytes, and quick to tell: of each byte of text it supposes that it is written as six.
    var largestCanonicalByteCount: Int {
        switch self {
        case .null, .bool, .integer: 20
        case .string(let text): 2 + 6 * text.utf8.count
        case .array(let values): values.reduce(2) { $0 + 1 + $1.largestCanonicalByteCount }
        case .object(let object): object.largestCanonicalByteCount
        }
    }
}

extension JSONObject {
    /// No less than the number of canonical bytes.
    var largestCanonicalByteCount: Int {
        members.reduce(2) { $0 + 4 + 6 * $1.key.utf8.count + $1.value.largestCanonicalByteCount }
    }

    /// The canonical bytes.
    public var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        // Hardly any byte of a text needs an escape, let alone six bytes; the fifth leaves room for quotes and commas.
        output.reserveCapacity(largestCanonicalByteCount / 5)
        write(to: &output)
        return output
    }

    /// Appends the canonical bytes.
    public func write(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            JSONValue.write(member.key, to: &output)
            output.append(UInt8(ascii: ":"))
            member.value.write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }
}
