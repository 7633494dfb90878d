import Hashing

/// How the header of a revision stands in its row: what most headers have in common is one byte, and ids are bytes instead of digits. A
/// header of 221 bytes, as imports make them, becomes 71.
///
/// Bytes below 0x20 are never part of canonical JSON, so here they stand for something else: 1 for a UUID, whose 16 bytes follow; 2 for
/// 64 hex digits, as 32 bytes; from 3 on for the phrases below. All others stand for themselves, so that a header as it is stands for itself too:
/// rows that versions before this one wrote.
enum HeaderShorthand {
    private static let uuid: UInt8 = 1
    private static let digest: UInt8 = 2
    private static let firstPhrase: UInt8 = 3

    /// Rows have been written with these: one may be added at the end, up to 0x1F, and none changed.
    private static let phrases: [[UInt8]] = [
        #"{"archive":""#,
        #"","content":""#,
        #"","letter":""#,
        #"","parents":[],"reason":{"kind":"import"},"v":1}"#,
        #"","author":{"name":""#,
        #"","uri":"mailto:"#,
        #""},"content":""#,
        #""},"device":""#,
        #"","device":""#,
        #"","parents":[],"reason":{"kind":""#,
        #"","parents":[""#,
        #"",""#,
        #""],"reason":{"kind":""#,
        #"edit"},"time":""#,
        #"import"},"time":""#,
        #"create"},"time":""#,
        #"resolve"},"time":""#,
        #"delete"},"time":""#,
        #"restore"},"time":""#,
        #"","message":""#,
        #""},"time":""#,
        #"Z","v":1}"#,
    ].map { Array($0.utf8) }

    /// For each byte that a phrase begins with, these phrases, the longest first.
    private static let phrasesByFirstByte: [[Int]] = (0...255).map { byte in
        phrases.indices.filter { Int(phrases[$0][0]) == byte }.sorted { phrases[$0].count > phrases[$1].count }
    }

    /// What stands in a row for the bytes of a header.
    static func of(_ header: [UInt8]) -> [UInt8] {
        let (phrases, byFirst) = (phrases, phrasesByFirstByte)
        var result: [UInt8] = []
        result.reserveCapacity(header.count)
        var position = 0
        while position < header.count {
            let byte = header[position]
            if let index = byFirst[Int(byte)].first(where: { header[position...].starts(with: phrases[$0]) }) {
                result.append(firstPhrase + UInt8(index))
                position += phrases[index].count
            } else if let end = appendDigits(of: header, from: position, byteCount: 16, code: uuid, to: &result)
                ?? appendDigits(of: header, from: position, byteCount: 32, code: digest, to: &result)
            {
                position = end
            } else {
                result.append(byte)
                position += 1
            }
        }
        return result
    }

    /// Takes in what begins at a place if it is an id of so many bytes; nil if it is not, and nothing is appended.
    private static func appendDigits(
        of header: [UInt8], from start: Int, byteCount: Int, code: UInt8, to result: inout [UInt8]
    ) -> Int? {
        let count = result.count
        result.append(code)
        var position = start
        for index in 0..<byteCount {
            if code == uuid, hyphenated.contains(index) {
                guard position < header.count, header[position] == UInt8(ascii: "-") else { break }
                position += 1
            }
            guard position + 1 < header.count, let high = Hex.value(of: header[position]),
                let low = Hex.value(of: header[position + 1])
            else { break }
            result.append(high << 4 | low)
            position += 2
        }
        guard result.count == count + 1 + byteCount else {
            result.removeLast(result.count - count)
            return nil
        }
        return position
    }

    /// The bytes of a UUID that a hyphen stands before.
    private static let hyphenated = [4, 6, 8, 10]

    /// The bytes of the header that a row stands for. Of a damaged row they are anything: their hash says so.
    static func expand(_ stored: [UInt8]) -> [UInt8] {
        let phrases = phrases
        var result: [UInt8] = []
        result.reserveCapacity(256)
        var position = 0
        while position < stored.count {
            let byte = stored[position]
            position += 1
            switch byte {
            case uuid, digest:
                let id = stored[position..<min(position + (byte == uuid ? 16 : 32), stored.count)]
                for index in id.indices {
                    if byte == uuid, hyphenated.contains(index - position) { result.append(UInt8(ascii: "-")) }
                    result.append(Hex.digit(stored[index] >> 4))
                    result.append(Hex.digit(stored[index] & 15))
                }
                position = id.endIndex
            case firstPhrase..<firstPhrase + UInt8(phrases.count):
                result += phrases[Int(byte - firstPhrase)]
            default:
                result.append(byte)
            }
        }
        return result
    }
}
