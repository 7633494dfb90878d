/// Tells of most canonical JSON that it is canonical, without making values of it: what comes over the wire is checked
/// far more often than it is looked at.
///
/// It knows the common spellings alone. Of the rest it says nothing: `JSONScanner` has to look.
package struct CanonicalCheck {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// Whether the bytes are surely one object in the spelling of RFC 8785. False means that it was not looked at closely enough.
    package static func isCertain(_ bytes: Span<UInt8>) -> Bool {
        places(of: .none, in: bytes) != nil
    }

    /// Where the values of members are in bytes that are surely one object in that spelling.
    ///
    /// - Returns: For each name a place, nil if the object has no such member. Nil where it was not looked at closely enough.
    static func places(of names: MemberNames, in bytes: Span<UInt8>) -> [Range<Int>?]? {
        bytes.withUnsafeBufferPointer { buffer in
            guard buffer.first == UInt8(ascii: "{"), isUTF8(buffer) else { return nil }
            var check = CanonicalCheck(bytes: buffer)
            var places: [Range<Int>?] = []
            places.reserveCapacity(names.all.count)
            // Both are in the same order.
            let isObject = check.members(depth: 1) { key, value in
                while places.count < names.all.count {
                    let name = names.all[places.count].bytes
                    guard !name.elementsEqual(buffer[key]) else { return places.append(value) }
                    guard name.lexicographicallyPrecedes(buffer[key]) else { return }
                    places.append(nil)
                }
            }
            guard isObject, check.position == buffer.count else { return nil }
            return places + Array(repeating: nil, count: names.all.count - places.count)
        }
    }

    private static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return true
        } catch {
            return false
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        guard let byte = next else { return false }
        switch byte {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "{"): return object(depth: depth + 1)
        case UInt8(ascii: "["): return array(depth: depth + 1)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        default: return false
        }
    }

    /// Up to 15 digits are within ±(2^53−1).
    private mutating func number() -> Bool {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        let count = position - start
        return count <= 15 && (count == 1 || bytes[start] != UInt8(ascii: "0"))
    }

    private mutating func array(depth: Int) -> Bool {
        guard depth <= Limits.jsonDepth else { return false }
        position += 1
        if takes(UInt8(ascii: "]")) { return true }
        repeat {
            guard value(depth: depth) else { return false }
        } while takes(UInt8(ascii: ","))
        return takes(UInt8(ascii: "]"))
    }

    private mutating func object(depth: Int) -> Bool {
        members(depth: depth) { _, _ in }
    }

    /// Looks through an object, and tells where its members are.
    @inline(__always)
    private mutating func members(depth: Int, _ take: (_ key: Range<Int>, _ value: Range<Int>) -> Void) -> Bool {
        guard depth <= Limits.jsonDepth else { return false }
        position += 1
        if takes(UInt8(ascii: "}")) { return true }
        var last: Range<Int>?
        repeat {
            let start = position + 1
            guard plainString() else { return false }
            let key = start..<position - 1
            if let last, !precedes(last, key) { return false }
            last = key
            guard takes(UInt8(ascii: ":")) else { return false }
            let valueStart = position
            guard value(depth: depth) else { return false }
            take(key, valueStart..<position)
        } while takes(UInt8(ascii: ","))
        return takes(UInt8(ascii: "}"))
    }

    /// Whether one key of ASCII comes before another one: there the order of UTF-16 code units is that of the bytes.
    private func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        for (a, b) in zip(left, right) where bytes[a] != bytes[b] || bytes[a] >= 0x80 {
            return bytes[a] < bytes[b] && bytes[b] < 0x80
        }
        return left.count < right.count
    }

    /// A string without escapes.
    private mutating func plainString() -> Bool {
        guard takes(UInt8(ascii: "\"")) else { return false }
        position = PlainText.end(in: bytes, from: position)
        return takes(UInt8(ascii: "\""))
    }

    /// A string whose escapes are those for quotes, backslashes, line feeds and tabs.
    private mutating func string() -> Bool {
        guard takes(UInt8(ascii: "\"")) else { return false }
        while true {
            position = PlainText.end(in: bytes, from: position)
            if takes(UInt8(ascii: "\"")) { return true }
            guard takes(UInt8(ascii: "\\")), let letter = next else { return false }
            switch letter {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "n"), UInt8(ascii: "t"): position += 1
            default: return false
            }
        }
    }
}
