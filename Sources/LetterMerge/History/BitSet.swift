/// A set of small numbers.
struct BitSet: Hashable {
    private var words: [UInt64] = []

    /// Adds a number.
    mutating func insert(_ number: Int) {
        while words.count <= number >> 6 { words.append(0) }
        words[number >> 6] |= 1 << UInt64(number & 63)
    }

    /// Whether a number is in.
    func contains(_ number: Int) -> Bool {
        number >> 6 < words.count && words[number >> 6] & 1 << UInt64(number & 63) != 0
    }

    /// What either set holds.
    func union(_ other: BitSet) -> BitSet {
        var result = words.count >= other.words.count ? self : other
        let shorter = words.count >= other.words.count ? other : self
        for (index, word) in shorter.words.enumerated() { result.words[index] |= word }
        return result
    }

    /// What both sets hold.
    func intersection(_ other: BitSet) -> BitSet {
        var result = BitSet()
        result.words = zip(words, other.words).map { $0 & $1 }
        return result
    }

    /// What this set holds and the other one does not.
    func subtracting(_ other: BitSet) -> BitSet {
        var result = self
        for index in 0..<min(words.count, other.words.count) { result.words[index] &= ~other.words[index] }
        return result
    }

    /// How many numbers both sets hold.
    func countInCommon(with other: BitSet) -> Int {
        var count = 0
        for index in 0..<min(words.count, other.words.count) {
            count += (words[index] & other.words[index]).nonzeroBitCount
        }
        return count
    }

    /// How many numbers are in.
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The numbers, ascending.
    var numbers: [Int] {
        var result: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                result.append(index << 6 | rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return result
    }
}
