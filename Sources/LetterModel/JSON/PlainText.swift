/// The parts of a JSON string that stand for themselves: all but quotes, backslashes and control characters.
enum PlainText {
    /// Whether a byte is written as it is.
    static func holds(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Where a run of such bytes ends that begins at `start`: the index of the first other byte, or the number of bytes.
    static func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        run(in: bytes, from: start).end
    }

    /// Where such a run ends, as above, and whether all of it is ASCII.
    ///
    /// Eight bytes at a time, since letters are mostly this.
    @inline(__always)
    static func run(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (end: Int, isASCII: Bool) {
        var index = start
        var seen: UInt64 = 0
        let raw = UnsafeRawBufferPointer(bytes)
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let others =
                bytesBelowSpace(word) | bytesEqual(word, to: UInt8(ascii: "\""))
                | bytesEqual(word, to: UInt8(ascii: "\\"))
            // The lowest mark is always right; those above it may come of a borrow.
            if others != 0 {
                let count = others.trailingZeroBitCount / 8
                seen |= word & ((1 << UInt64(8 * count)) - 1)
                return (index + count, seen & highBits == 0)
            }
            seen |= word
            index += 8
        }
        while index < bytes.count, holds(bytes[index]) {
            seen |= UInt64(bytes[index])
            index += 1
        }
        return (index, seen & highBits == 0)
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each byte that is below 0x20.
    private static func bytesBelowSpace(_ word: UInt64) -> UInt64 {
        (word &- ones &* 0x20) & ~word & highBits
    }

    /// The high bit of each byte that is this one.
    private static func bytesEqual(_ word: UInt64, to byte: UInt8) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & highBits
    }
}
