import Hashing
import LetterModel
import SQLiteBinding

/// Tells of a letter that it is not here, without looking for it: first syncs and large imports bring little else.
///
/// A Bloom filter of the letters of a log, from an empty one on: what it does not hold is not there, and what it holds nearly always is. It lives
/// with the connection that writes. Whether others have written meanwhile is told by the end of the log.
///
/// Source: https://doi.org/10.1145/362686.362692
final class SeenLetters {
    /// The ends of the log up to which it holds all letters; nil where it holds none.
    private var end: (sequence: Int, chain: Digest)?
    private var bits: [UInt64] = []

    /// Two mebibytes: of a million letters, one in 400 that are not here is looked for.
    private static let bitCount = 1 << 24
    /// How many bits stand for a letter.
    private static let bitsPerLetter = 4
    /// What brings fewer revisions is over sooner than the bits are made.
    private static let fewestRevisions = 1_024

    /// Those of a connection, if they hold all letters of a log that ends here; nil otherwise, and where few revisions come.
    static func of(_ connection: Connection, at state: StateRow, for revisionCount: Int) -> SeenLetters? {
        let kept = connection.kept { SeenLetters() }
        guard revisionCount >= fewestRevisions else {
            kept.clear()
            return nil
        }
        if let end = kept.end, end.sequence == state.sequence, end.chain == state.chain { return kept }
        kept.clear()
        guard state.sequence == 0 else { return nil }
        kept.bits = Array(repeating: 0, count: bitCount / UInt64.bitWidth)
        return kept
    }

    /// Whether a letter may be here.
    func mayHold(_ id: LetterID) -> Bool {
        let bits = bits
        return Self.places(of: id).allSatisfy { bits[$0.word] & $0.bit != 0 }
    }

    /// Adds a letter.
    func insert(_ id: LetterID) {
        for place in Self.places(of: id) { bits[place.word] |= place.bit }
    }

    /// Says that it holds all letters of the log up to here. If that is rolled back, the log ends elsewhere, and nobody is told anything.
    func note(_ state: StateRow) {
        end = (state.sequence, state.chain)
    }

    private func clear() {
        (end, bits) = (nil, [])
    }

    /// The bits that stand for a letter.
    private static func places(of id: LetterID) -> some Sequence<(word: Int, bit: UInt64)> {
        let (first, step) = hash(id)
        return (0..<bitsPerLetter).lazy.map { index in
            let place = (first &+ index &* step) & (bitCount - 1)
            return (place / UInt64.bitWidth, 1 << UInt64(place % UInt64.bitWidth))
        }
    }

    /// Ids may be random, count up, or begin with the time.
    private static func hash(_ id: LetterID) -> (first: Int, step: Int) {
        var bits = id.uuid.high &* 0x9E37_79B9_7F4A_7C15 ^ id.uuid.low &* 0xC2B2_AE3D_27D4_EB4F
        bits = (bits ^ bits >> 32) &* 0xFF51_AFD7_ED55_8CCD
        bits ^= bits >> 29
        return (Int(bits & 0xFFFF_FFFF), Int(bits >> 32) | 1)
    }
}
