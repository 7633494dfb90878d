import Compression
import Testing

struct ZstandardTests {
    /// `printf 'Come home.' | zstd -3 --no-check` of the zstd command, so that other programs' frames are read too.
    static let foreignFrame: [UInt8] =
        [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x51, 0x00, 0x00] + Array("Come home.".utf8)

    static let text = Array(String(repeating: "Dear Ada, come home. ", count: 5_000).utf8)

    /// Bytes that do not compress, the same on every run.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    @Test(arguments: [0, 1, 100, 131_071, 131_072, 131_073, 1_000_000]) func `what is compressed comes back`(
        _ count: Int
    ) throws {
        for bytes in [[UInt8](repeating: 7, count: count), Self.noise(count)] {
            let frame = Zstandard.compress(bytes)
            #expect(try Zstandard.decompress(frame, limitBytes: count) == bytes)
        }
        #expect(Zstandard.compress(Self.text).count < Self.text.count / 50)
    }

    @Test func `a frame of another program is read`() throws {
        #expect(try Zstandard.decompress(Self.foreignFrame, limitBytes: 10) == Array("Come home.".utf8))
    }

    @Test func `frames one after the other are their concatenation`() throws {
        let frames = Zstandard.compress(Self.text) + Zstandard.compress([]) + Self.foreignFrame
        #expect(try Zstandard.decompress(frames, limitBytes: .max) == Self.text + Array("Come home.".utf8))
    }

    @Test func `nothing is nothing`() throws {
        #expect(try Zstandard.decompress([], limitBytes: 0) == [])
    }

    @Test func `a limit is kept to the byte`() {
        let frame = Zstandard.compress(Self.text)
        for limit in [0, 1, Self.text.count - 1] {
            #expect(throws: Zstandard.Failure.tooLarge(limitBytes: limit)) {
                try Zstandard.decompress(frame, limitBytes: limit)
            }
            #expect(throws: Zstandard.Failure.tooLarge(limitBytes: limit)) {
                try Zstandard.decompress(frame + frame, limitBytes: limit)
            }
        }
    }

    @Test func `a bomb costs no more than its limit`() {
        // 30 KB that become 1 GiB: a frame that says so, and one of a stream that does not.
        let zeros = Zstandard.compress([UInt8](repeating: 0, count: 8 * 1024 * 1024))
        let bomb = Array(repeatElement(zeros, count: 128).joined())
        #expect(bomb.count < 64 * 1024)
        #expect(throws: Zstandard.Failure.tooLarge(limitBytes: 1_000_000)) {
            try Zstandard.decompress(bomb, limitBytes: 1_000_000)
        }
        var decoder = ZstandardDecoder(limitBytes: 1_000_000)
        var output: [UInt8] = []
        #expect(throws: Zstandard.Failure.tooLarge(limitBytes: 1_000_000)) { try decoder.decode(bomb, into: &output) }
        #expect(output.count <= 1_000_000)
    }

    @Test func `a frame that says it is huge is not believed`() {
        // Magic, single segment with eight bytes of content size: 2^62 bytes, then an empty last block.
        let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x01, 0x00, 0x00]
        #expect(throws: Zstandard.Failure.self) { try Zstandard.decompress(frame, limitBytes: 1_000_000) }
    }

    @Test func `a window over 8 MiB is refused`() {
        // No content size, window descriptor 0x70: 2^24 bytes; an empty last block.
        let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x70, 0x01, 0x00, 0x00]
        #expect(throws: Zstandard.Failure.windowTooLarge) { try Zstandard.decompress(frame, limitBytes: .max) }
        // 2^23 bytes are what every decoder must take.
        let allowed: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68, 0x01, 0x00, 0x00]
        #expect(throws: Never.self) { try Zstandard.decompress(allowed, limitBytes: .max) }
    }

    @Test func `a frame cut anywhere is truncated, never shorter`() {
        let frame = Zstandard.compress(Self.noise(300))
        for count in 1..<frame.count {
            #expect(throws: Zstandard.Failure.truncated) {
                try Zstandard.decompress(Array(frame[..<count]), limitBytes: .max)
            }
        }
    }

    @Test func `damage is an error or other bytes, never a crash`() {
        let frame = Zstandard.compress(Array(Self.text.prefix(2_000)) + Self.noise(200))
        for index in frame.indices {
            for bit in 0..<8 {
                var damaged = frame
                damaged[index] ^= 1 << bit
                do {
                    let bytes = try Zstandard.decompress(damaged, limitBytes: 10_000)
                    #expect(bytes.count <= 10_000)
                } catch {
                    // Zstandard has no checksum here: whoever stores a frame hashes what it becomes.
                }
            }
        }
        #expect(throws: Zstandard.Failure.corrupt) {
            try Zstandard.decompress(Array("plain text".utf8), limitBytes: .max)
        }
    }

    @Test func `contexts that are kept do not mix up threads`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                group.addTask {
                    for round in 0..<50 {
                        let bytes = [UInt8](repeating: UInt8(number * 16 + round % 16), count: 10_000 + round)
                        let back = try Zstandard.decompress(Zstandard.compress(bytes), limitBytes: bytes.count)
                        #expect(back == bytes)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

struct ZstandardDecoderTests {
    @Test(arguments: [1, 2, 3, 1_000, 70_000]) func `a stream may come in pieces of any size`(_ size: Int) throws {
        let content = ZstandardTests.text + ZstandardTests.noise(200_000)
        let stream = Zstandard.compress(content) + Zstandard.compress(ZstandardTests.text)
        var decoder = ZstandardDecoder(limitBytes: .max)
        var output: [UInt8] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            try decoder.decode(Array(stream[start..<min(start + size, stream.count)]), into: &output)
        }
        try decoder.finish()
        #expect(output == content + ZstandardTests.text)
    }

    @Test func `what has come is given out before the frame ends`() throws {
        let content = ZstandardTests.noise(400_000)
        let stream = Zstandard.compress(content)
        var decoder = ZstandardDecoder(limitBytes: .max)
        var output: [UInt8] = []
        try decoder.decode(Array(stream[..<200_000]), into: &output)
        #expect(output.count >= 100_000)
        #expect(content.starts(with: output))
        do {
            try decoder.finish()
            Issue.record("a frame that is still open was taken for whole")
        } catch {
            #expect(error == .truncated)
        }
    }

    @Test func `the limit counts all frames and all pieces`() throws {
        let frame = Zstandard.compress([UInt8](repeating: 1, count: 400))
        var decoder = ZstandardDecoder(limitBytes: 1_000)
        var output: [UInt8] = []
        try decoder.decode(frame, into: &output)
        try decoder.decode(frame, into: &output)
        #expect(throws: Zstandard.Failure.tooLarge(limitBytes: 1_000)) { try decoder.decode(frame, into: &output) }
    }
}
