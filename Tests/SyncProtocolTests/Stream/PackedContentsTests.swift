import Compression
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// Contents that travel as they are stored, behind the frame of the lines that tell of them.
struct PackedContentsTests {
    private typealias Event = MessageDecoder.Event

    private let maker = RevisionMaker()

    /// What was read of some bytes, up to the first error.
    private struct Reading {
        var events: [Event] = []
        var error: MessageError?
        var isAtPageEnd = false
        var mostOpenBytes = 0
    }

    private func read(
        _ bytes: [UInt8], pieceBytes: Int = 1 << 20, allowance: MessageDecoder.Allowance = .response
    ) throws -> Reading {
        var decoder = MessageDecoder(encoding: .zstandard, allowance: allowance)
        var reading = Reading()
        do {
            for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
                try decoder.decode(Array(bytes[start..<min(start + pieceBytes, bytes.count)])) {
                    reading.events.append($0)
                }
                reading.mostOpenBytes = max(reading.mostOpenBytes, decoder.openBytes)
            }
            reading.isAtPageEnd = decoder.isAtPageEnd
            try decoder.finish()
        } catch let error as MessageError {
            reading.error = error
        }
        return reading
    }

    /// Lines in a frame, and bytes behind it.
    private func body(_ lines: [String], _ contents: [UInt8]...) -> [UInt8] {
        Zstandard.compress(lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }) + contents.flatMap { $0 }
    }

    private func line(_ dictionary: CompressionDictionary, named digest: Digest? = nil, hasFile: Bool = true) -> String
    {
        let file = hasFile ? ",\"file\":\"\(Base64.encode(dictionary.bytes))\"" : ""
        return "{\"dictionary\":\"\((digest ?? dictionary.digest).hex)\"\(file)}"
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// A message of two pages with everything in it, and what it says.
    private func sample() throws -> (pages: [[UInt8]], events: [Event]) {
        let (first, second) = (try WordDictionary.make(1), try WordDictionary.make(2))
        let root = try maker.revision(1, "Dear Ada, letter one")
        let tombstone = try maker.revision(1, nil, after: [root])
        let whole = try maker.revision(2, "of no dictionary")
        let other = try maker.revision(3, String(repeating: "Dear Ada, letter three. ", count: 30))
        let last = try maker.revision(4, "Dear Ada, letter four")
        let lost = RevisionID(SHA256.digest(of: [9]))
        var position = LogPosition(epoch: "00000000000000ff", sequence: 0, chain: .zero)
        for revision in [root, tombstone, whole, other] { position = position.extended(by: revision.id) }
        let middle = Cursor(position)
        let end = Cursor(position.extended(by: lost).extended(by: last.id))

        var one: TravellingDictionary? = TravellingDictionary(first, isHeld: false)
        var two: TravellingDictionary? = TravellingDictionary(second, isHeld: false)
        var pageOne = MessageLines()
        pageOne.append(envelope: ["v": 1])
        pageOne.append(try first.packed(root), by: &one)
        pageOne.append(try first.packed(tombstone), by: &one)
        pageOne.append(.whole(whole), by: &one)
        pageOne.append(try second.packed(other), by: &two)
        pageOne.append(checkpoint: middle)
        var pageTwo = MessageLines()
        pageTwo.append(damaged: lost)
        pageTwo.append(try first.packed(last), by: &one)
        pageTwo.append(checkpoint: end)
        func event(_ revision: Revision, _ dictionary: CompressionDictionary) throws -> Event {
            .packed(
                header: revision.headerBytes, content: try dictionary.packed(try #require(revision.contentBytes)))
        }
        return (
            [pageOne.frames, pageTwo.frames],
            [
                .envelope(["v": 1]), try event(root, first), .revision(header: tombstone.headerBytes, content: nil),
                .revision(header: whole.headerBytes, content: whole.contentBytes), try event(other, second),
                .checkpoint(middle), .damaged(lost), try event(last, first), .checkpoint(end),
            ]
        )
    }

    @Test(arguments: [1, 2, 3, 7, 100, 1 << 20])
    func `a message is told in its order whatever the pieces are that it comes in`(_ pieceBytes: Int) throws {
        let (pages, events) = try sample()
        let reading = try read(pages.flatMap { $0 }, pieceBytes: pieceBytes)
        #expect(reading.events == events)
        #expect(reading.error == nil && reading.isAtPageEnd)
    }

    @Test func `a message that ends at any byte gives a beginning of what it says, and no more`() throws {
        let (pages, events) = try sample()
        let bytes = pages.flatMap { $0 }
        for count in 0..<bytes.count {
            let reading = try read(Array(bytes.prefix(count)))
            #expect(reading.events == Array(events.prefix(reading.events.count)))
            // After the first page one may stop.
            let isWhole = count == pages[0].count
            #expect((reading.error == nil) == isWhole, "\(count)")
            #expect(isWhole || reading.error == .truncated, "\(count)")
            if reading.isAtPageEnd, let last = reading.events.last {
                guard case .checkpoint = last else {
                    Issue.record("\(count): contents are still to come")
                    continue
                }
            }
        }
    }

    @Test func `lines stand in several frames, each with its contents behind it`() throws {
        let dictionary = try WordDictionary.make()
        let revisions = try (1...3).map { try maker.revision($0, "Dear Ada, letter \($0)") }
        let contents = try revisions.map { try dictionary.packed(try #require($0.contentBytes)) }
        let headers = revisions.map { text($0.headerBytes) }
        // The header of the second stands in the first frame, and its length in the next.
        let first = body(
            ["{}", line(dictionary), headers[0], "\(contents[0].frame.count)", headers[1]], contents[0].frame)
        let second = body(
            ["\(contents[1].frame.count)", headers[2], "\(contents[2].frame.count)"], contents[1].frame,
            contents[2].frame)
        let reading = try read(first + second, pieceBytes: 5)
        #expect(reading.error == nil)
        #expect(
            reading.events.dropFirst() == [
                .packed(header: revisions[0].headerBytes, content: contents[0]),
                .packed(header: revisions[1].headerBytes, content: contents[1]),
                .packed(header: revisions[2].headerBytes, content: contents[2]),
            ])
    }

    // MARK: Dictionaries

    @Test func `a dictionary that is not here is asked for, and one that is none refuses the message`() throws {
        let (dictionary, other) = (try WordDictionary.make(1), try WordDictionary.make(2))
        #expect(try read(body(["{}", line(dictionary, hasFile: false)])).error == .baseMissing)
        let wrong = [
            line(dictionary, named: other.digest),
            "{\"dictionary\":\"\(dictionary.digest.hex)\",\"file\":\"no base64!\"}",
            "{\"dictionary\":\"\(dictionary.digest.hex)\",\"file\":\"\"}",
            "{\"dictionary\":\"\(dictionary.digest.hex)\",\"file\":7}",
            "{\"dictionary\":\"\(dictionary.digest.hex.dropLast())\"}", "{\"dictionary\":7}",
            "{\"dictionary\":",
        ]
        for wrong in wrong {
            #expect(try read(body(["{}", wrong])).error == .line(number: 2, expected: "a dictionary"), "\(wrong)")
        }
        // In a body that is not compressed, and in a bundle, it is a line like any other.
        var plain = MessageDecoder(encoding: .identity, allowance: .response)
        try plain.decode(Array("{}\n\(line(dictionary, hasFile: false))\nnull\n".utf8)) { _ in }
        let bundle = try read(body(["{}", line(dictionary, hasFile: false), "null"]), allowance: .bundle)
        #expect(bundle.error == nil && bundle.events.count == 2)
    }

    @Test func `a dictionary may have a mebibyte, and not a byte more`() throws {
        var bytes = Array("no magic number at the beginning".utf8)
        bytes += Array(repeating: 7, count: CompressionDictionary.limitBytes - bytes.count)
        let largest = try #require(CompressionDictionary(bytes: bytes))
        #expect(try read(body(["{}", line(largest)])).error == nil)
        bytes.append(7)
        let digest = SHA256.digest(of: bytes).hex
        let larger = "{\"dictionary\":\"\(digest)\",\"file\":\"\(Base64.encode(bytes))\"}"
        #expect(try read(body(["{}", larger])).error == .line(number: 2, expected: "a dictionary"))
    }

    @Test func `a message names sixteen dictionaries as often as it likes, and not one more`() throws {
        let dictionaries = try (0...16).map { try WordDictionary.make($0) }
        let sixteen = dictionaries.prefix(16).flatMap { [line($0), line($0, hasFile: false)] }
        #expect(try read(body(["{}"] + sixteen + sixteen)).error == nil)
        let error = try read(body(["{}"] + sixteen + [line(dictionaries[16])])).error
        #expect(error == .line(number: 34, expected: "a dictionary"))
    }

    // MARK: Lengths

    @Test(arguments: ["0", "012", "-5", "+5", "٣", "x", "{}", ""])
    func `what is no length is a content like any other`(_ content: String) throws {
        let reading = try read(body(["{}", line(try WordDictionary.make()), "{\"a\":1}", content]))
        #expect(reading.error == nil)
        #expect(reading.events.last == .revision(header: Array("{\"a\":1}".utf8), content: Array(content.utf8)))
    }

    @Test(arguments: ["1e3", "12 ", "4259841", "9999999999", "99999999999999999999", "1٣", "1-"])
    func `a length that cannot be refuses the message`(_ length: String) throws {
        let reading = try read(body(["{}", line(try WordDictionary.make()), "{\"a\":1}", length]))
        #expect(reading.error == .line(number: 4, expected: "the length of a content"))
    }

    @Test func `a number that no dictionary stands before is a content, and refused alone`() throws {
        let (one, two) = (try maker.revision(1, "one"), try maker.revision(2, "two"))
        let reading = try read(
            body(["{}", text(one.headerBytes), "12", text(two.headerBytes), text(try #require(two.contentBytes))]))
        #expect(reading.error == nil)
        #expect(reading.events[1] == .revision(header: one.headerBytes, content: Array("12".utf8)))
        let (revisions, refused) = checked(reading.events)
        #expect(revisions == [two])
        #expect(refused.map(\.error.code) == [.contentHash])
    }

    // MARK: Limits

    @Test func `what waits for a content is counted as it comes, and bounded`() throws {
        let dictionary = try WordDictionary.make()
        let large = String(repeating: " ", count: 6 * 1024 * 1024)
        let start = ["{}", line(dictionary), "{\"a\":1}", "1000000"]
        // A frame that comes.
        let reading = try read(body(start, Array(repeating: 7, count: 999_999)), pieceBytes: 1_000)
        #expect(reading.error == .truncated && !reading.isAtPageEnd)
        #expect(reading.events.count == 1)
        #expect(reading.mostOpenBytes >= 999_999 + 7 && reading.mostOpenBytes < 1_010_000)
        // Lines behind it.
        let waits = try read(body(start + ["{}", large, "{}", large]))
        #expect(waits.error == .truncated && waits.mostOpenBytes > 12 * 1024 * 1024)
        #expect(waits.events.count == 1)
        let tooMuch = MessageError.tooLarge(limitBytes: ProtocolLimits.waitingBytes)
        let six = (0..<6).flatMap { _ in ["{}", large] }
        #expect(try read(body(start + six)).error == tooMuch)
        let headers = (0..<6).flatMap { _ in ["{\"a\":\(large)}", "1"] }
        #expect(try read(body(start + headers)).error == tooMuch)
        // Many of the shortest.
        let damaged = "{\"damaged\":\"\(dictionary.digest.hex)\"}"
        #expect(try read(body(start + Array(repeating: damaged, count: 270_000))).error == tooMuch)
        #expect(try read(body(start + Array(repeating: "{", count: 530_000))).error == tooMuch)
    }

    @Test func `contents count as what they become`() throws {
        let dictionary = try WordDictionary.make()
        let content = try dictionary.packed(Array(repeating: 32, count: Limits.contentBytes))
        func body(_ count: Int) -> [UInt8] {
            let lines = (0..<count).flatMap { _ in ["{}", "\(content.frame.count)"] }
            return self.body(
                ["{}", line(dictionary)] + lines, Array(repeatElement(content.frame, count: count).joined()))
        }
        #expect(try read(body(7), allowance: .request).error == nil)
        let error = try read(body(8), allowance: .request).error
        #expect(error == .tooLarge(limitBytes: ProtocolLimits.requestBytes))
        // An answer may be long, and not denser than letters are.
        #expect(try read(body(16)).error == nil)
        #expect(try read(body(40)).error == .tooDense)
    }

    // MARK: Frames

    private func checked(_ events: [Event]) -> (revisions: [Revision], refused: [RefusedRevision]) {
        var batch = RevisionBatch()
        for event in events {
            switch event {
            case .revision(let header, let content):
                batch.append(ReceivedRevision(headerBytes: header, content: content.map { .bytes($0) } ?? .none))
            case .packed(let header, let content):
                batch.append(ReceivedRevision(headerBytes: header, content: .stored(content)))
            case .envelope, .damaged, .checkpoint, .blob: break
            }
        }
        return (batch.revisions, refused(in: batch))
    }

    private func refused(in batch: RevisionBatch) -> [RefusedRevision] {
        batch.ids.indices.compactMap { index in
            do throws(RefusedRevision) {
                _ = try batch.revision(at: index)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func `a frame that holds no content that its header names is refused by itself`() throws {
        let dictionary = try WordDictionary.make(1)
        let other = try #require(
            CompressionDictionary(bytes: Array(dictionary.bytes.dropFirst(9)) + Array(dictionary.bytes.prefix(9))))
        let before = try maker.revision(1, "Dear Ada, letter one")
        let revision = try maker.revision(2, "Dear Ada, letter two of Another title")
        let after = try maker.revision(3, "Dear Ada, letter three")
        let content = try #require(revision.contentBytes)
        let frame = try dictionary.packed(content).frame
        let tooLarge = Array(repeating: 32, count: Limits.contentBytes + 1) as [UInt8]
        let wrong: [[UInt8]] = [
            Array(frame.dropLast()), frame + [0], frame + frame,
            frame + (try dictionary.packed([]).frame), frame + Zstandard.compress([1]), [7],
            Array(repeating: 0, count: 50),
            try dictionary.packed(try #require(before.contentBytes)).frame, try other.packed(content).frame,
            try dictionary.packed(tooLarge).frame, try dictionary.packed([]).frame,
            // It says another size than it has.
            [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0xFF, 0x01, 0x00, 0x00],
        ]
        for wrong in wrong {
            let outer = try [before, after].map { try dictionary.packed(try #require($0.contentBytes)).frame }
            let lines = [
                "{}", line(dictionary), text(before.headerBytes), "\(outer[0].count)", text(revision.headerBytes),
                "\(wrong.count)", text(after.headerBytes), "\(outer[1].count)",
            ]
            let reading = try read(body(lines, outer[0], wrong, outer[1]), pieceBytes: 11)
            #expect(reading.error == nil)
            let (revisions, refused) = checked(reading.events)
            #expect(revisions == [before, after])
            #expect(refused.map(\.id) == [revision.id])
            #expect(refused.map(\.error.code) == [.contentHash], "\(wrong.prefix(20))")
            #expect(refused.map(\.headerBytes) == [revision.headerBytes])
        }
    }

    @Test func `a frame that is longer than it need be is taken, and made anew`() throws {
        let dictionary = try WordDictionary.make()
        let revision = try maker.revision(1, "Dear Ada, letter one")
        let content = try #require(revision.contentBytes)
        // A frame of blocks as they are, each empty but the last.
        var bloated: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, UInt8(content.count)]
        for _ in 0..<40 { bloated += [0, 0, 0] }
        let head = content.count << 3 | 1
        bloated += [UInt8(head & 0xFF), UInt8(head >> 8), 0] + content
        let stored = StoredContent(frame: bloated, dictionary: dictionary)
        #expect(try stored.bytes() == content)
        let (revisions, refused) = checked([.packed(header: revision.headerBytes, content: stored)])
        #expect(refused.isEmpty)
        #expect(revisions == [revision])
    }

    // MARK: Batches

    @Test(arguments: [0, 1, 31, 32, 33, 64, 65, 200])
    func `what comes is checked in its order, and each by itself`(_ count: Int) throws {
        let dictionary = try WordDictionary.make()
        var batch = RevisionBatch(dictionary: dictionary)
        var good: [Revision] = []
        var bad: [(revision: Revision, content: [UInt8], code: RevisionError.Code)] = []
        for number in 0..<count {
            let revision = try maker.revision(number, number % 7 == 3 ? nil : "Dear Ada, letter \(number)")
            var content: ReceivedRevision.Content = .none
            switch (revision.contentBytes, number % 5) {
            case (let bytes, 0):
                // Another one than the header names, if it names one.
                content = .bytes([1, 2, 3])
                bad.append((revision, [1, 2, 3], bytes == nil ? .contentPresence : .contentHash))
            case (let bytes?, 1):
                content = .stored(StoredContent(frame: Array(bytes.prefix(9)), dictionary: dictionary))
                bad.append((revision, Array(bytes.prefix(9)), .contentHash))
            case (let bytes?, 2):
                content = .stored(try dictionary.packed(bytes))
                good.append(revision)
            case (let bytes?, _):
                content = .bytes(bytes)
                good.append(revision)
            case (nil, _): good.append(revision)
            }
            let received = ReceivedRevision(headerBytes: revision.headerBytes, content: content)
            #expect(received.id == revision.id)
            if number % 50 == 49 {
                // What came apart is added.
                var next = RevisionBatch()
                next.append(received)
                batch.append(next)
            } else {
                batch.append(received)
            }
        }
        let refused = refused(in: batch)
        #expect(batch.revisions == good)
        #expect(refused.map(\.id) == bad.map(\.revision.id))
        #expect(refused.map(\.headerBytes) == bad.map(\.revision.headerBytes))
        #expect(refused.map(\.contentBytes) == bad.map(\.content))
        #expect(refused.map(\.error.code) == bad.map(\.code))
    }
}
