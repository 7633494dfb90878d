import Compression
import Hashing
import Testing

/// Frames that need a dictionary, which may come from anybody.
struct CompressionDictionaryTests {
    /// Texts that have in common what letters have.
    private static func letter(_ number: Int) -> [UInt8] {
        let words = ["garden", "orchids", "harvest", "winter", "letters", "sister", "money", "voyage"]
        let chosen = (0..<12).map { words[(number &* 7 &+ $0 &* number) % words.count] }.joined(separator: " ")
        return Array(
            #"{"body":"Dear Ada, \#(chosen), yours ever.","date":"18\#(number % 90 + 10)","id":"\#(number &* 7919)"}"#
                .utf8)
    }

    private static let letters = (0..<4_000).map(letter)
    private static let trained = CompressionDictionary.trained(on: letters)

    @Test func `what is compressed with a dictionary comes back by it, and is smaller`() throws {
        let dictionary = try #require(Self.trained)
        #expect(dictionary.bytes.count <= CompressionDictionary.largestBytes)
        #expect(dictionary.digest == SHA256.digest(of: dictionary.bytes))
        for bytes in [[], [7], Self.letter(5_001), ZstandardTests.noise(1_000), ZstandardTests.text] {
            let frame = try #require(dictionary.compress(bytes))
            #expect(Zstandard.contentCount(of: frame) == bytes.count)
            #expect(try dictionary.decompress(frame, limitBytes: bytes.count) == bytes)
        }
        let letter = Self.letter(5_001)
        // For little, less is made of the dictionary.
        let fresh = try #require(CompressionDictionary(bytes: dictionary.bytes))
        let quick = try #require(fresh.compress(letter, level: .letter))
        #expect(try dictionary.decompress(quick, limitBytes: letter.count) == letter)
        #expect(quick.count < Zstandard.compress(letter, level: .letter).count)
        let frame = try #require(dictionary.compress(letter))
        #expect(try #require(fresh.compress(letter)) == frame)
        #expect(frame.count < Zstandard.compress(letter, level: .letter).count / 2)
        // The same bytes, from wherever they come, are the same dictionary.
        let received = try #require(CompressionDictionary(bytes: dictionary.bytes))
        #expect(received.compress(letter) == frame && received.digest == dictionary.digest)
    }

    /// Small ones are decompressed behind the dictionary, larger ones where they stay.
    @Test(arguments: [65_535, 65_536, 65_537, 1_000_000])
    func `a content of any size comes back, whatever was decompressed before it`(_ count: Int) throws {
        let dictionary = try #require(Self.trained)
        let bytes = Array((0..<count / 60 + 1).flatMap(Self.letter).prefix(count))
        #expect(bytes.count == count)
        let frame = try #require(dictionary.compress(bytes))
        let small = try #require(dictionary.compress(Self.letter(1)))
        for _ in 0..<2 {
            #expect(try dictionary.decompress(frame, limitBytes: count) == bytes)
            #expect(try dictionary.decompress(small, limitBytes: 1_000) == Self.letter(1))
            #expect(throws: Zstandard.Failure.corrupt) {
                try dictionary.decompress(Array(frame.dropLast()), limitBytes: count)
            }
        }
    }

    @Test func `many threads decompress with one dictionary at once`() async throws {
        let dictionary = try #require(Self.trained)
        let letters = (0..<400).map { Self.letter(5_000 + $0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for letter in letters {
                let frame = try #require(dictionary.compress(letter))
                group.addTask {
                    let bytes = try dictionary.decompress(frame, limitBytes: 1_000)
                    #expect(bytes == letter)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `the same letters give the same dictionary`() throws {
        let again = CompressionDictionary.trained(on: Self.letters)
        #expect(try #require(Self.trained).bytes == again?.bytes)
        let others = CompressionDictionary.trained(on: Self.letters.reversed())
        #expect(others?.bytes == again?.bytes, "in whatever order")
        let fewer = CompressionDictionary.trained(on: Self.letters.dropLast())
        #expect(fewer?.bytes != again?.bytes)
    }

    @Test func `many letters of one form hide no others`() throws {
        let form = Array(String(repeating: "With the compliments of the season. ", count: 100).utf8)
        let samples = Array(repeating: form, count: 200) + Self.letters
        let dictionary = try #require(CompressionDictionary.trained(on: samples))
        let whole = try #require(Self.trained)
        let (frame, other) = (dictionary.compress(Self.letter(5_001)), whole.compress(Self.letter(5_001)))
        #expect(try #require(frame).count <= #require(other).count * 5 / 4)
    }

    @Test(arguments: [[], [[]], [Array("Dear Ada".utf8)], (0..<4).map(letter), (0..<1_000).map { _ in [] }])
    func `of too few letters no dictionary is made`(_ samples: [[UInt8]]) {
        #expect(CompressionDictionary.trained(on: samples) == nil)
    }

    @Test func `letters with nothing in common do no harm`() throws {
        // Whatever is made of them, it compresses and reads.
        let noise = ZstandardTests.noise(300_000)
        let samples = stride(from: 0, to: noise.count, by: 1_000).map { Array(noise[$0..<$0 + 1_000]) }
        guard let dictionary = CompressionDictionary.trained(on: samples) else { return }
        let frame = try #require(dictionary.compress(Self.letter(1)))
        #expect(try dictionary.decompress(frame, limitBytes: 1_000) == Self.letter(1))
    }

    @Test func `a dictionary is not empty, and not larger than the limit`() {
        #expect(CompressionDictionary(bytes: []) == nil)
        #expect(CompressionDictionary(bytes: [UInt8](repeating: 1, count: CompressionDictionary.limitBytes + 1)) == nil)
        #expect(CompressionDictionary(bytes: [UInt8](repeating: 1, count: CompressionDictionary.limitBytes)) != nil)
    }

    @Test(arguments: 1...20) func `any few bytes are a dictionary, however little they help`(_ count: Int) throws {
        let dictionary = try #require(CompressionDictionary(bytes: Array(Self.letter(1).prefix(count))))
        let frame = try #require(dictionary.compress(Self.letter(1)))
        #expect(try dictionary.decompress(frame, limitBytes: 1_000) == Self.letter(1))
    }

    @Test func `without its dictionary, or with another one, a frame does not become what it was`() throws {
        let dictionary = try #require(Self.trained)
        let other = try #require(CompressionDictionary.trained(on: Array(Self.letters.dropFirst(2_000))))
        let letter = Self.letter(5_001)
        let frame = try #require(dictionary.compress(letter))
        #expect(throws: Zstandard.Failure.corrupt) { try Zstandard.decompress(frame, limitBytes: 10_000) }
        do {
            #expect(try other.decompress(frame, limitBytes: 10_000) != letter)
        } catch {
            #expect(error == .corrupt)
        }
    }

    @Test func `a frame does not say which dictionary it needs`() throws {
        let frame = try #require(Self.trained?.compress(Self.letter(5_001)))
        // The lowest two bits of the descriptor say how many bytes the dictionary's number has.
        #expect(frame.prefix(4) == [0x28, 0xB5, 0x2F, 0xFD] && frame[4] & 3 == 0)
    }

    @Test func `a limit is kept, and what is no single frame with its size is refused`() throws {
        let dictionary = try #require(Self.trained)
        let letter = Self.letter(5_001)
        let frame = try #require(dictionary.compress(letter))
        #expect(throws: Zstandard.Failure.tooLarge(limitBytes: letter.count - 1)) {
            try dictionary.decompress(frame, limitBytes: letter.count - 1)
        }
        for bytes in [[], Array("plain text".utf8), frame + frame, frame + [0], Array(frame.dropLast())] {
            #expect(throws: Zstandard.Failure.corrupt) { try dictionary.decompress(bytes, limitBytes: 10_000) }
        }
        // A window of 1 MiB, no size, one empty block.
        let unsized: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x50, 0x01, 0x00, 0x00]
        #expect(throws: Zstandard.Failure.corrupt) { try dictionary.decompress(unsized, limitBytes: 10_000) }
    }

    @Test func `damage is an error or other bytes, never a crash`() throws {
        let dictionary = try #require(Self.trained)
        let frame = try #require(dictionary.compress(Self.letter(5_001) + ZstandardTests.noise(50)))
        for index in frame.indices {
            for bit in 0..<8 {
                var damaged = frame
                damaged[index] ^= 1 << bit
                do {
                    let bytes = try dictionary.decompress(damaged, limitBytes: 10_000)
                    #expect(bytes.count <= 10_000)
                } catch {
                    // Whoever stores a frame hashes what it becomes.
                }
            }
        }
    }

    @Test func `a dictionary that was made up is refused, or compresses and reads what it compressed`() throws {
        let whole = try #require(Self.trained).bytes
        let changes = ZstandardTests.noise(20_000)
        var (refused, useless) = (0, 0)
        for start in stride(from: 0, to: changes.count, by: 4) {
            // After magic and number: the tables of Huffman's code and of the three kinds of numbers in a frame.
            var bytes = whole
            bytes[8 + Int(changes[start] % 104)] ^= changes[start + 1] | 1
            if start % 8 == 0 { bytes[8 + Int(changes[start + 2] % 104)] ^= changes[start + 3] }
            guard let dictionary = CompressionDictionary(bytes: bytes) else {
                refused += 1
                continue
            }
            for text in [Self.letter(5_001), changes, Array(ZstandardTests.text.prefix(3_000))] {
                guard let frame = dictionary.compress(text) else {
                    useless += 1
                    break
                }
                #expect(try dictionary.decompress(frame, limitBytes: text.count) == text, "change \(start)")
            }
        }
        #expect(refused > 0 && useless > 0, "\(refused) refused, \(useless) only for reading")
    }

    @Test func `many threads may use one dictionary`() async throws {
        let dictionary = try #require(Self.trained)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    for number in 0..<100 {
                        let letter = Self.letter(thread * 100 + number)
                        let frame = try #require(dictionary.compress(letter))
                        #expect(try dictionary.decompress(frame, limitBytes: letter.count) == letter)
                        // The contexts are the same ones, and forget the dictionary in between.
                        #expect(try Zstandard.decompress(Zstandard.compress(letter), limitBytes: 1_000) == letter)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
