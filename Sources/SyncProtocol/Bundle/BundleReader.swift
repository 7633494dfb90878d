import Hashing
public import LetterModel
public import ReplicaStore

/// Reads a bundle as it arrives and checks it whole: every hash, the chain at each checkpoint, the counts, the end.
///
/// Tells of nothing that it has not checked, but for what only the end can tell: call ``finish()`` before you rely on any of it.
public struct BundleReader: ~Copyable {
    /// One thing that a bundle holds.
    public enum Item: Sendable {
        /// The first line.
        case envelope(BundleEnvelope)
        /// A page of revisions in log order, each with the hash that names it; `damaged` ones are left out, and those that no replica of
        /// this version can take are beside them.
        case page([Revision], unreadable: [QuarantinedBytes])
        /// A piece of a blob, which follows the one before; with the last one the whole has the hash that names it.
        case blob(BlobPiece, isLast: Bool)
    }

    private var decoder = MessageDecoder(encoding: .zstandard, allowance: .bundle)
    private var envelope: BundleEnvelope?
    /// Where in its creator's log what was read ends; nil before the first line.
    public private(set) var position: LogPosition?
    private var pieces = BlobPieceCheck()
    private var revisions: [Revision] = []
    private var unreadable: [QuarantinedBytes] = []
    private var openBytes = 0
    private var entries = 0
    private var blobs = 0

    /// A reader of one bundle.
    public init() {}

    /// Takes the next bytes and tells what they hold. Throws `MessageError`, or what `take` throws.
    public mutating func read(_ chunk: [UInt8], _ take: (Item) throws -> Void) throws {
        // A little at a time: what comes out of it is held until it has been looked at, and zeros become thousands of times larger.
        for start in stride(from: 0, to: chunk.count, by: BundleReader.sliceBytes) {
            // The decoder cannot be used while `self` is changed by its callback.
            var events: [MessageDecoder.Event] = []
            try decoder.decode(Array(chunk[start..<min(start + BundleReader.sliceBytes, chunk.count)])) {
                events.append($0)
            }
            for event in events { try read(event, take) }
        }
    }

    private static let sliceBytes = 1024

    /// Says that no more comes. Throws if something is missing.
    public mutating func finish() throws(MessageError) {
        guard decoder.isAtPageEnd else { throw .truncated }
        try decoder.finish()
        guard let envelope, let position, Cursor(position) == envelope.end, blobs == envelope.blobs, pieces.isEmpty,
            entries == envelope.revisions
        else { throw .truncated }
    }

    private mutating func read(_ event: MessageDecoder.Event, _ take: (Item) throws -> Void) throws {
        switch event {
        case .envelope(let members):
            let envelope = try BundleEnvelope(envelope: members)
            self.envelope = envelope
            position = envelope.since ?? LogPosition(epoch: envelope.end.epoch, sequence: 0, chain: .zero)
            try take(.envelope(envelope))
        case .revision(let header, let content):
            advance(by: RevisionID(ofHeader: header))
            openBytes += header.count + (content?.count ?? 0)
            guard openBytes <= ProtocolLimits.unclosedPageBytes else {
                throw MessageError.line(number: entries, expected: "a checkpoint after so many revisions")
            }
            do throws(RevisionError) {
                revisions.append(try Revision(headerBytes: header, contentBytes: content))
            } catch {
                guard error.code != .contentHash else {
                    throw MessageError.line(number: entries, expected: "a revision with the hash that its header names")
                }
                unreadable.append(
                    QuarantinedBytes(
                        headerBytes: header, contentBytes: content, code: error.code.rawValue, text: error.description,
                        remote: nil))
            }
        case .packed: throw MessageError.line(number: entries, expected: "part of a bundle")
        case .damaged(let id): advance(by: id)
        case .checkpoint(let cursor):
            guard let position, Cursor(position) == cursor else {
                throw MessageError.line(number: entries, expected: "a checkpoint that the revisions before it lead to")
            }
            if !revisions.isEmpty || !unreadable.isEmpty { try take(.page(revisions, unreadable: unreadable)) }
            revisions = []
            unreadable = []
            openBytes = 0
        case .blob(let piece):
            let isLast = try pieces.take(piece)
            if isLast { blobs += 1 }
            try take(.blob(piece, isLast: isLast))
        }
    }

    private mutating func advance(by id: RevisionID) {
        entries += 1
        position = position?.extended(by: id)
    }
}
