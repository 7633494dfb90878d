import Compression
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import Testing

struct MessageDecoderTests {
    /// A message with everything in it, in lines, and what it says.
    static func sample() throws -> (pages: [[UInt8]], events: [MessageDecoder.Event]) {
        let maker = RevisionMaker()
        let root = try maker.revision(1, "Dear Ada,\n\"come\" home — 家信")
        let tombstone = try maker.revision(1, nil, after: [root])
        let lost = RevisionID(SHA256.digest(of: [9]))
        let envelope: JSONObject = ["v": 1, "role": "writer"]
        var position = LogPosition(epoch: "00000000000000ff", sequence: 0, chain: .zero).extended(by: root.id)
        let first = Cursor(position)
        position = position.extended(by: lost).extended(by: tombstone.id)
        let second = Cursor(position)

        var pageOne = MessageLines()
        pageOne.append(envelope: envelope)
        pageOne.append(root)
        pageOne.append(checkpoint: first)
        var pageTwo = MessageLines()
        pageTwo.append(damaged: lost)
        pageTwo.append(tombstone)
        pageTwo.append(checkpoint: second)
        return (
            [pageOne.bytes, pageTwo.bytes],
            [
                .envelope(envelope), .revision(header: root.headerBytes, content: root.contentBytes),
                .checkpoint(first),
                .damaged(lost), .revision(header: tombstone.headerBytes, content: nil), .checkpoint(second),
            ]
        )
    }

    /// What bytes say, up to the first error.
    static func read(
        _ bytes: [UInt8], _ encoding: ContentEncoding, pieceBytes: Int = .max,
        allowance: MessageDecoder.Allowance = .response
    ) -> (events: [MessageDecoder.Event], error: MessageError?) {
        var decoder = MessageDecoder(encoding: encoding, allowance: allowance)
        var events: [MessageDecoder.Event] = []
        do {
            var start = 0
            while start < bytes.count {
                let end = pieceBytes > bytes.count - start ? bytes.count : start + pieceBytes
                try decoder.decode(Array(bytes[start..<end])) { events.append($0) }
                start = end
            }
            try decoder.finish()
            return (events, nil)
        } catch let error as MessageError {
            return (events, error)
        } catch {
            preconditionFailure("a decoder throws nothing else: \(error)")
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 511, 512, 513, Int.max])
    func `a message is read whatever the pieces are that it comes in`(_ pieceBytes: Int) throws {
        let (pages, events) = try Self.sample()
        let plain = Self.read(pages.flatMap { $0 }, .identity, pieceBytes: pieceBytes)
        #expect(plain.events == events)
        #expect(plain.error == nil)
        // Each page is a frame of its own.
        let frames = Self.read(pages.flatMap { Zstandard.compress($0) }, .zstandard, pieceBytes: pieceBytes)
        #expect(frames.events == events)
        #expect(frames.error == nil)
    }

    @Test(arguments: [ContentEncoding.identity, .zstandard])
    func `a message that ends at any byte gives a beginning of what it says, and no more`(_ encoding: ContentEncoding)
        throws
    {
        let (pages, events) = try Self.sample()
        let bytes = pages.flatMap { encoding == .zstandard ? Zstandard.compress($0) : $0 }
        for length in 0..<bytes.count {
            let (read, error) = Self.read(Array(bytes[..<length]), encoding)
            #expect(events.starts(with: read), "cut at \(length)")
            // Between two lines an uncompressed message ends well; only the checkpoint tells that a page is whole.
            if error != nil { #expect(error == .truncated, "cut at \(length)") }
            if error == nil { #expect(length > 0 && read.count < events.count) }
        }
    }

    @Test(arguments: [ContentEncoding.identity, .zstandard])
    func `a flipped bit never gets a revision through under its own id`(_ encoding: ContentEncoding) throws {
        let (pages, events) = try Self.sample()
        let bytes = pages.flatMap { encoding == .zstandard ? Zstandard.compress($0) : $0 }
        let headers = events.compactMap { if case .revision(let header, _) = $0 { header } else { nil } }
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                for event in Self.read(damaged, encoding).events where !events.contains(event) {
                    guard case .revision(let header, let content) = event, headers.contains(header) else { continue }
                    #expect(throws: RevisionError.self) { try Revision(headerBytes: header, contentBytes: content) }
                }
            }
        }
    }

    @Test func `a page is whole only at its checkpoint`() throws {
        let (pages, _) = try Self.sample()
        var decoder = MessageDecoder(encoding: .identity, allowance: .response)
        var wholes: [Bool] = []
        for byte in pages[0] {
            try decoder.decode([byte]) { _ in }
            wholes.append(decoder.isAtPageEnd)
        }
        let lineEnds = pages[0].indices.filter { pages[0][$0] == UInt8(ascii: "\n") }
        #expect(wholes.indices.filter { wholes[$0] } == [lineEnds[0], lineEnds[3]])
    }

    // MARK: Hostile bytes

    @Test func `thirty kilobytes that become a gigabyte cost nothing`() {
        let frame = Zstandard.compress([UInt8](repeating: 0, count: 64 * 1024 * 1024))
        let bomb = [[UInt8]](repeating: frame, count: 16).flatMap { $0 }
        for allowance in [MessageDecoder.Allowance.request, .response] {
            let (events, error) = Self.read(bomb, .zstandard, allowance: allowance)
            #expect(events.isEmpty)
            #expect(error == .line(number: 1, expected: "the envelope, a JSON object"))
        }
    }

    @Test func `a line that does not end is refused before it costs much`() {
        let frame = Zstandard.compress(Array("{".utf8) + [UInt8](repeating: 0x20, count: 64 * 1024 * 1024))
        let (events, error) = Self.read(frame, .zstandard)
        #expect(events.isEmpty)
        #expect(error == .lineTooLong(line: 1))
    }

    @Test func `a request of many lines is bounded as a whole`() throws {
        let line = Array(#"{"a":"#.utf8) + [UInt8](repeating: 0x20, count: 1 << 20) + Array("1}\n".utf8)
        let frame = Zstandard.compress([[UInt8]](repeating: line, count: 8).flatMap { $0 })
        let (_, error) = Self.read(
            [[UInt8]](repeating: frame, count: 8).flatMap { $0 }, .zstandard, allowance: .request)
        #expect(error == .tooLarge(limitBytes: ProtocolLimits.requestBytes))
    }

    @Test func `a response may be long but not dense beyond all letters`() throws {
        let line = Array(#"{"a":"#.utf8) + [UInt8](repeating: 0x20, count: 1 << 20) + Array("1}\n".utf8)
        let frame = Zstandard.compress([[UInt8]](repeating: line, count: 8).flatMap { $0 })
        let (events, error) = Self.read([[UInt8]](repeating: frame, count: 20).flatMap { $0 }, .zstandard)
        #expect(error == .tooDense)
        #expect(events.count > 20)
        let (_, none) = Self.read([[UInt8]](repeating: frame, count: 4).flatMap { $0 }, .zstandard)
        #expect(none == nil || none == .truncated)
    }

    @Test(arguments: [
        ("", MessageError.truncated), ("{}", .truncated),
        ("\n", .line(number: 1, expected: "the envelope, a JSON object")),
        ("[]\n", .line(number: 1, expected: "the envelope, a JSON object")),
        ("<html>\n", .line(number: 1, expected: "the envelope, a JSON object")),
        (#"{"v":1,"v":1}"# + "\n", .line(number: 1, expected: "the envelope, a JSON object")),
        ("{}\n\n", .line(number: 2, expected: "a revision's header")),
        ("{}\nnull\n", .line(number: 2, expected: "a revision's header")),
        ("{}\n{}\n", .truncated),
        ("{}\n{\"checkpoint\":\"x\"}\n", .line(number: 2, expected: "a checkpoint")),
        ("{}\n{\"checkpoint\":1}\n", .line(number: 2, expected: "a checkpoint")),
        ("{}\n{\"checkpoint\":\n", .line(number: 2, expected: "a checkpoint")),
        ("{}\n{\"damaged\":\"ABC\"}\n", .line(number: 2, expected: "a damaged revision")),
        ("{}\n{\"damaged\":null}\n", .line(number: 2, expected: "a damaged revision")),
    ])
    func `a line that does not belong there is named`(_ text: String, _ expected: MessageError) {
        #expect(Self.read(Array(text.utf8), .identity).error == expected)
    }

    @Test func `bytes that are no Zstandard are refused`() {
        #expect(Self.read(Array("{}\n".utf8), .zstandard).error == .compression(.corrupt))
        #expect(Self.read([0x28, 0xB5, 0x2F], .zstandard).error == .truncated)
    }

    @Test func `random bytes are refused and never trap`() {
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 1...200, using: &numbers)).map { _ in
                UInt8.random(in: 0...255, using: &numbers)
            }
            #expect(Self.read(bytes, .identity).error != nil)
            #expect(Self.read([0x28, 0xB5, 0x2F, 0xFD] + bytes, .zstandard).error != nil)
        }
    }

    @Test func `encodings are named as HTTP names them`() {
        #expect(ContentEncoding(headerValue: nil) == .identity)
        #expect(ContentEncoding(headerValue: "ZSTD") == .zstandard)
        #expect(ContentEncoding(headerValue: "gzip") == nil)
        #expect(ContentEncoding.zstandard.headerValue == "zstd")
        for accepted in ["zstd", "gzip, zstd", "gzip,ZSTD;q=0.5", " zstd ; q=1"] {
            #expect(ContentEncoding.acceptsZstandard(accepted), "\(accepted)")
        }
        for other in [nil, "", "gzip", "zstd;q=0", "x-zstd", "gzip, zstd; q=0.0"] {
            #expect(!ContentEncoding.acceptsZstandard(other), "\(other ?? "none")")
        }
    }
}
