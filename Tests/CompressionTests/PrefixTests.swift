import Compression
import Testing

/// Frames that are compressed against bytes which the receiver has, and the notes before them.
struct PrefixTests {
    static let old = ZstandardTests.noise(20_000)
    static let new = old.prefix(9_000) + Array("a sentence between".utf8) + old.suffix(11_000)
    static let note = Array("what the receiver has".utf8)
    static let body = ZstandardDecoder.encodedNote(note) + Zstandard.compress(Array(new), against: old)

    /// Decodes in pieces, and gives each note's frame a prefix.
    private static func decoded(_ bytes: [UInt8], pieces: Int, prefix: [UInt8]?) throws -> (bytes: [UInt8], notes: Int)
    {
        var decoder = ZstandardDecoder(limitBytes: 4 << 20)
        var result: [UInt8] = []
        var notes = 0
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            let piece = Array(bytes[start..<min(start + pieces, bytes.count)])
            var position = 0
            var isOpen = true
            while isOpen {
                while try decoder.decode(piece, from: &position, into: &result) {}
                let text = decoder.takeNote()
                isOpen = text != nil
                if let text {
                    #expect(text == note)
                    notes += 1
                    if let prefix { try decoder.usePrefix(prefix) }
                }
            }
        }
        try decoder.finish()
        return (result, notes)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9, 29, 30, 1_000, 1 << 20])
    func `what stands in the prefix costs hardly anything, in pieces of any size`(_ pieces: Int) throws {
        #expect(Self.body.count < 150)
        #expect(Zstandard.compress(Array(Self.new)).count > Self.new.count)
        let (bytes, notes) = try Self.decoded(Self.body, pieces: pieces, prefix: Self.old)
        #expect(bytes == Array(Self.new) && notes == 1)
    }

    @Test func `a prefix is for one frame, and other frames stand beside it`() throws {
        let plain = Zstandard.compress(ZstandardTests.text)
        let (bytes, notes) = try Self.decoded(plain + Self.body + plain + Self.body, pieces: 100, prefix: Self.old)
        #expect(bytes == ZstandardTests.text + Self.new + ZstandardTests.text + Self.new)
        #expect(notes == 2)
        // The frame behind a thin one is not read by its prefix.
        let frame = Zstandard.compress(Array(Self.new), against: Self.old)
        #expect(throws: Zstandard.Failure.self) {
            try Self.decoded(Self.body + frame, pieces: 100, prefix: Self.old)
        }
    }

    @Test func `without its prefix, or with another one, a frame is not read as something else`() throws {
        #expect(throws: Zstandard.Failure.self) { try Self.decoded(Self.body, pieces: 100, prefix: nil) }
        var other = Self.old
        other.reverse()
        let (bytes, _) = try Self.decoded(Self.body, pieces: 100, prefix: other)
        // Nothing but the hash of what comes out can tell.
        #expect(bytes != Array(Self.new))
    }

    @Test func `a large prefix is reached from the end of what is compressed against it`() throws {
        let old = (0..<60).flatMap { ZstandardTests.noise(50_000 + $0) }
        let new = Array(old.suffix(1_000_000).reversed()) + Array(old.prefix(500_000))
        let frame = Zstandard.compress(new, against: old)
        #expect(frame.count < 1_050_000)
        let (bytes, _) = try Self.decoded(ZstandardDecoder.encodedNote(Self.note) + frame, pieces: 99_999, prefix: old)
        #expect(bytes == new)
    }

    @Test func `what was changed in a thousand places is found again megabytes away`() throws {
        let old = ZstandardTests.noise(3_600_000)
        var new: [UInt8] = []
        for start in stride(from: 0, to: old.count, by: 3_000) {
            new += old[start..<start + 1_500]
            new += [1, 2, 3]
            new += old[start + 1_500..<start + 3_000]
        }
        let frame = Zstandard.compress(new, against: old)
        #expect(frame.count < new.count / 100)
        let (bytes, _) = try Self.decoded(ZstandardDecoder.encodedNote(Self.note) + frame, pieces: 99_999, prefix: old)
        #expect(bytes == new)
    }

    @Test func `notes that are cut, or say too much, are refused`() {
        for count in [1, 4, 7, 8, 9, Self.note.count + 7] {
            #expect(throws: Zstandard.Failure.truncated) {
                try Self.decoded(Array(Self.body.prefix(count)), pieces: 100, prefix: Self.old)
            }
        }
        var long = Self.body
        long.replaceSubrange(4..<8, with: [0xFF, 0xFF, 0xFF, 0x7F])
        #expect(throws: Zstandard.Failure.corrupt) { try Self.decoded(long, pieces: 100, prefix: Self.old) }
    }

    @Test func `skippable frames of other kinds are read over`() throws {
        let other: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let (bytes, notes) = try Self.decoded(other + Self.body, pieces: 1, prefix: Self.old)
        #expect(bytes == Array(Self.new) && notes == 1)
    }
}
