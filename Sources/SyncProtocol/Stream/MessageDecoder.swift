import Canaries
import Compression
import Glibc
public import LetterModel
public import ReplicaStore

/// Reads a message as it arrives, in pieces of any size, with limits on everything that a sender could let grow.
///
/// The first line is the envelope; a line that begins with `{"checkpoint":` or `{"damaged":` is what it says (no header
/// can begin so: its members are in order, and it has an `archive`), and so does one that begins with `{"dictionary":`; any other line is a
/// header, and the next one its content, or the length of the frame that it is in, behind the frame of the lines.
public struct MessageDecoder: ~Copyable {
    /// One thing that a message says.
    public enum Event: Hashable, Sendable {
        /// The first line.
        case envelope(JSONObject)
        /// A revision's two byte strings, unchecked; no content for a tombstone.
        case revision(header: [UInt8], content: [UInt8]?)
        /// A revision's header and its content as it may be stored, unchecked.
        case packed(header: [UInt8], content: StoredContent)
        /// A revision that the sender cannot give intact.
        case damaged(RevisionID)
        /// The end of a page.
        case checkpoint(Cursor)
        /// A piece of a blob; only in bundles.
        case blob(BlobPiece)
    }

    /// What the receiver allows.
    public struct Allowance: Sendable {
        /// The most that the message may become, in bytes.
        let totalBytes: Int
        /// How many times its size on the wire it may become, past a grace; nil for any.
        let ratio: Int?
        /// Whether pieces of blobs may come.
        var hasBlobs = false

        /// For what a client sends.
        public static let request = Allowance(totalBytes: ProtocolLimits.requestBytes, ratio: nil)
        /// For a question of reconciliation.
        public static let question = Allowance(totalBytes: ProtocolLimits.reconciliationQuestionBytes, ratio: nil)
        /// For what a remote answers: as long as an archive is, and no denser than letters are.
        public static let response = Allowance(totalBytes: .max, ratio: ProtocolLimits.responseRatio)
        /// For a bundle: like an answer, with blobs.
        public static let bundle = Allowance(
            totalBytes: .max, ratio: ProtocolLimits.bundleRatio, hasBlobs: true)
    }

    private static let envelopeName = "the envelope, a JSON object"

    private let allowance: Allowance
    private let store: (any ReplicaStore)?
    private var zstandard: ZstandardDecoder?
    private var lines = LineSplitter()
    private var header: [UInt8]?
    private var packed: PackedContents
    private var isEnvelopeRead = false
    private var isPageOpen = false
    private var receivedBytes = 0
    private var producedBytes = 0

    /// A decoder of one message.
    ///
    /// - Parameters:
    ///   - encoding: How its bytes are encoded.
    ///   - allowance: What it may become.
    ///   - store: Where the bases of thin frames are looked up; without one such a frame is damage.
    ///   - dictionaries: Where dictionaries are looked up that are not in the message; without one there are none.
    public init(
        encoding: ContentEncoding, allowance: Allowance, basesIn store: (any ReplicaStore)? = nil,
        dictionariesIn dictionaries: (any ReplicaStore)? = nil
    ) {
        self.allowance = allowance
        self.store = store
        packed = PackedContents(store: dictionaries)
        zstandard = encoding == .zstandard ? ZstandardDecoder(limitBytes: .max) : nil
    }

    /// Whether all that came so far is complete: no revision and no page is open. A request has no checkpoints and need not
    /// ask.
    public var isAtPageEnd: Bool { !isPageOpen && header == nil && lines.isEmpty && packed.isEmpty }

    /// The bytes that came and were not told of yet: an open line, and headers whose content is still to come.
    public var openBytes: Int { lines.openBytes + (header?.count ?? 0) + packed.openBytes }

    /// Takes the next bytes and tells what they say, in order. Throws `MessageError`, or what `take` throws; either way the
    /// decoder is not to be used again.
    public mutating func decode(_ chunk: [UInt8], _ take: (Event) throws -> Void) throws {
        receivedBytes += chunk.count
        guard zstandard != nil else { return try produced(chunk, take) }
        // Lines and limits are looked at after each 128 KiB that come out, however few bytes went in.
        var position = 0
        var output: [UInt8] = []
        var goesOn = true
        while goesOn {
            while try step(chunk, from: &position, into: &output) {
                try produced(output, take)
                output.removeAll(keepingCapacity: true)
            }
            goesOn = isBeforePacked ? try takePacked(chunk, from: &position, take) : try readNote()
        }
    }

    /// Tells what follows the end of a frame: contents as they are stored. False if more bytes are needed.
    private mutating func takePacked(
        _ chunk: [UInt8], from position: inout Int, _ take: (Event) throws -> Void
    ) throws -> Bool {
        while let event = packed.next(chunk, from: &position) {
            if case .packed(_, let content) = event { try grow(by: content.byteCount) }
            try take(event)
        }
        return packed.isEmpty
    }

    private var isBeforePacked: Bool {
        guard !packed.isEmpty else { return false }
        return switch zstandard {
        case .some(let decoder): decoder.isBetweenFrames
        case nil: false
        }
    }

    /// Whether a note stood here that says what the next frame is compressed against.
    private mutating func readNote() throws -> Bool {
        guard let note = zstandard?.takeNote() else { return false }
        if let store {
            let bases = try Bases(named: note, in: store).bytes
            // A few bytes can name many: they count like what comes out.
            try grow(by: bases.count)
            try zstandard?.usePrefix(bases)
        }
        return true
    }

    private mutating func step(
        _ chunk: [UInt8], from position: inout Int, into output: inout [UInt8]
    ) throws(MessageError) -> Bool {
        guard !isBeforePacked else { return false }
        do throws(Zstandard.Failure) {
            return try zstandard?.decode(chunk, from: &position, into: &output) ?? false
        } catch {
            throw .compression(error)
        }
    }

    /// Says that no more comes. Throws `truncated` if a frame, a line or a revision is open.
    public mutating func finish() throws(MessageError) {
        do throws(Zstandard.Failure) {
            if let decoder = zstandard.take() { try decoder.finish() }
        } catch {
            throw .truncated
        }
        guard lines.isEmpty, header == nil, packed.isEmpty, isEnvelopeRead else { throw .truncated }
    }

    private mutating func grow(by bytes: Int) throws(MessageError) {
        producedBytes += bytes
        guard producedBytes <= allowance.totalBytes else {
            throw MessageError.tooLarge(limitBytes: allowance.totalBytes)
        }
        if let ratio = allowance.ratio, producedBytes > ProtocolLimits.responseGraceBytes {
            guard (producedBytes - ProtocolLimits.responseGraceBytes) / ratio <= receivedBytes else {
                throw MessageError.tooDense
            }
        }
    }

    private mutating func produced(_ bytes: [UInt8], _ take: (Event) throws -> Void) throws {
        try grow(by: bytes.count)
        lines.append(bytes)
        // Whatever else answers in our place is told at its first byte, also if it never ends a line.
        if !isEnvelopeRead, let first = lines.firstByte, first != UInt8(ascii: "{") {
            throw MessageError.line(number: 1, expected: MessageDecoder.envelopeName)
        }
        while let line = lines.next() {
            guard line.count <= ProtocolLimits.lineBytes else { throw MessageError.lineTooLong(line: lines.count) }
            // Behind a content that is still to come, everything waits for it.
            if let event = try event(of: line) {
                if packed.isEmpty { try take(event) } else { packed.append(event) }
            }
            guard packed.isWithinLimits else {
                throw MessageError.tooLarge(limitBytes: ProtocolLimits.waitingBytes)
            }
        }
        #if CANARIES
            if Canary.lineLimitOff.isOn { return }
        #endif
        guard lines.openBytes <= ProtocolLimits.lineBytes else {
            throw MessageError.lineTooLong(line: lines.count + 1)
        }
    }

    /// What a line says; nil for a dictionary, and for a header, whose content is still to come.
    private mutating func event(of line: [UInt8]) throws -> Event? {
        if !isEnvelopeRead {
            isEnvelopeRead = true
            return .envelope(try object(line, expected: MessageDecoder.envelopeName))
        }
        if let header {
            self.header = nil
            if packed.isUsed, let first = line.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first) {
                guard packed.append(header, length: line) else {
                    throw MessageError.line(number: lines.count, expected: "the length of a content")
                }
                return nil
            }
            return .revision(header: header, content: line.elementsEqual("null".utf8) ? nil : line)
        }
        if zstandard != nil, !allowance.hasBlobs, line.starts(with: DictionaryLine.start.utf8) {
            guard let dictionary = DictionaryLine(try object(line, expected: DictionaryLine.name)),
                try packed.use(dictionary)
            else { throw MessageError.line(number: lines.count, expected: DictionaryLine.name) }
            return nil
        }
        if line.starts(with: "{\"checkpoint\":".utf8) {
            let text = try object(line, expected: "a checkpoint")["checkpoint"]?.text
            guard let cursor = text.flatMap(Cursor.init) else {
                throw MessageError.line(number: lines.count, expected: "a checkpoint")
            }
            isPageOpen = false
            return .checkpoint(cursor)
        }
        isPageOpen = true
        if allowance.hasBlobs, line.starts(with: BlobPiece.lineStart.utf8) {
            guard let piece = BlobPiece(try object(line, expected: BlobPiece.name)) else {
                throw MessageError.line(number: lines.count, expected: BlobPiece.name)
            }
            return .blob(piece)
        }
        if line.starts(with: "{\"damaged\":".utf8) {
            let text = try object(line, expected: "a damaged revision")["damaged"]?.text
            guard let id = text.flatMap(RevisionID.init(hex:)) else {
                throw MessageError.line(number: lines.count, expected: "a damaged revision")
            }
            return .damaged(id)
        }
        guard line.first == UInt8(ascii: "{") else {
            throw MessageError.line(number: lines.count, expected: "a revision's header")
        }
        header = line
        return nil
    }

    private func object(_ line: [UInt8], expected: String) throws(MessageError) -> JSONObject {
        do {
            if let members = try JSONScanner.parse(line).members { return members }
        } catch {
            // Falls through: whatever is wrong with it, it is not what has to stand here.
        }
        throw .line(number: lines.count, expected: expected)
    }
}

/// Cuts bytes into lines.
private struct LineSplitter {
    private var buffer: [UInt8] = []
    /// Where the open line begins.
    private var start = 0
    /// Up to where there is no line feed in the open line.
    private var searched = 0
    /// How many lines were handed out.
    private(set) var count = 0

    var isEmpty: Bool { start == buffer.count }

    /// The first byte that was not handed out.
    var firstByte: UInt8? { isEmpty ? nil : buffer[start] }

    /// The bytes of the line that is still open.
    var openBytes: Int { buffer.count - start }

    mutating func append(_ bytes: [UInt8]) {
        if start > 0 {
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    mutating func next() -> [UInt8]? {
        let found = buffer.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, searched < bytes.count else { return nil }
            return memchr(base + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched).map {
                UnsafeRawPointer($0) - base
            }
        }
        guard let end = found else {
            searched = buffer.count
            return nil
        }
        defer {
            start = end + 1
            searched = start
            count += 1
        }
        return Array(buffer[start..<end])
    }
}
