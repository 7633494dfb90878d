import Hashing
import LetterModel

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
        let bytes = header.span
        var result: [UInt8] = []
        result.reserveCapacity(header.count)
        var position = 0
        while position < bytes.count {
            let rest = bytes.extracting(position...)
            if let index = byFirst[Int(rest[0])].first(where: { begins(rest, with: phrases[$0]) }) {
                result.append(firstPhrase + UInt8(index))
                position += phrases[index].count
            } else if rest.count >= 36, rest[8] == UInt8(ascii: "-"),
                let id = UUIDBytes(text: rest.extracting(first: 36))
            {
                result.append(uuid)
                id.append(to: &result)
                position += 36
            } else if rest.count >= 64, let id = Digest(hexDigits: rest.extracting(first: 64)) {
                result.append(digest)
                id.append(to: &result)
                position += 64
            } else {
                result.append(rest[0])
                position += 1
            }
        }
        return result
    }

    private static func begins(_ bytes: Span<UInt8>, with phrase: [UInt8]) -> Bool {
        bytes.count >= phrase.count && phrase.indices.allSatisfy { bytes[$0] == phrase[$0] }
    }

    /// The bytes of a UUID that a hyphen stands before.
    private static let hyphenated = [4, 6, 8, 10]

    /// The bytes of the header that a row stands for. Of a damaged row they are anything: their hash says so.
    static func expand(_ stored: [UInt8]) -> [UInt8] { expand(stored.span) }

    /// The same of bytes that stay where they are.
    static func expand(_ stored: Span<UInt8>) -> [UInt8] {
        Hex.bytes(count: byteCount(of: stored)) { output in
            forEachPart(of: stored) { part in
                switch part {
                case .byte(let byte): output.append(byte)
                case .phrase(let phrase): for byte in phrase { output.append(byte) }
                case .id(let range, let isUUID):
                    for place in range {
                        if isUUID, hyphenated.contains(place - range.lowerBound) { output.append(UInt8(ascii: "-")) }
                        let digits = UInt16(truncatingIfNeeded: Hex.digits(of: UInt32(stored[place])))
                        output.append(digits.bigEndian, as: UInt16.self)
                    }
                }
            }
        }
    }

    /// How many bytes that would be.
    static func byteCount(of stored: [UInt8]) -> Int { byteCount(of: stored.span) }

    private static func byteCount(of stored: Span<UInt8>) -> Int {
        var count = 0
        forEachPart(of: stored) { part in
            switch part {
            case .byte: count += 1
            case .phrase(let phrase): count += phrase.count
            case .id(let bytes, let isUUID):
                count += 2 * bytes.count + (isUUID ? hyphenated.count { $0 < bytes.count } : 0)
            }
        }
        return count
    }

    private enum Part {
        case byte(UInt8)
        case phrase([UInt8])
        /// Where the bytes of an id are, as many as there are.
        case id(Range<Int>, isUUID: Bool)
    }

    private static func forEachPart(of stored: Span<UInt8>, _ take: (Part) -> Void) {
        let phrases = phrases
        var position = 0
        while position < stored.count {
            let byte = stored[position]
            position += 1
            switch byte {
            case uuid, digest:
                let end = min(position + (byte == uuid ? 16 : 32), stored.count)
                take(.id(position..<end, isUUID: byte == uuid))
                position = end
            case firstPhrase..<firstPhrase + UInt8(phrases.count): take(.phrase(phrases[Int(byte - firstPhrase)]))
            default: take(.byte(byte))
            }
        }
    }
}
