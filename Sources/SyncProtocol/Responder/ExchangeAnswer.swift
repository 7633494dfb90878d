import Compression
import LetterModel
import Parallelism
import ReplicaStore

/// The response to one exchange, as a stream that is made while it is pulled: status 200, `application/x-ndjson`.
///
/// Not `Sendable`: one thread at a time. It holds one page, and the next one where that is made beside it.
public final class ExchangeAnswer {
    /// The envelope, for logs.
    public let response: ExchangeResponse
    /// What `Content-Encoding` has to say.
    public let encoding: ContentEncoding

    private var pages: LogPages?
    /// The page after this one; nil where it is made when it is wanted.
    private let ahead: WorkBeside<EncodedPage, any Error>?
    /// Encoded bytes that were not pulled yet, from `offset` on.
    private var pending: [UInt8]
    private var offset = 0

    /// A page as it travels, and what follows it.
    private struct EncodedPage: Sendable {
        let bytes: [UInt8]
        let rest: LogPages
    }

    /// The type of request and response.
    public static let contentType = "application/x-ndjson"

    init(_ response: ExchangeResponse, pages: LogPages?, acceptsZstandard: Bool, worksBeside: Bool) throws {
        var lines = MessageLines()
        lines.append(envelope: response.envelope)
        var pages = pages
        let bases = try pages?.appendPage(to: &lines) ?? Bases()
        let isSmall =
            pages?.isAtEnd != false && lines.byteCount < ProtocolLimits.compressionThresholdBytes && lines.isPlain
        encoding = acceptsZstandard && !isSmall ? .zstandard : .identity
        pending = encoding == .zstandard ? lines.frames(against: bases) : lines.bytes
        self.response = response
        self.pages = pages
        ahead = worksBeside ? WorkBeside(.cores) : nil
        beginNextPage()
    }

    /// The next bytes, at most `ProtocolLimits.chunkBytes`; nil at the end.
    ///
    /// - Throws: `StoreError`: then the response cannot be completed, and its connection has to be cut.
    public func nextChunk() throws -> [UInt8]? {
        if offset == pending.count {
            guard let pages, !pages.isAtEnd else { return nil }
            let next = try ahead?.finish() ?? Self.page(after: pages, encoding)
            pending = next.bytes
            self.pages = next.rest
            offset = 0
            beginNextPage()
        }
        let end = min(offset + ProtocolLimits.chunkBytes, pending.count)
        defer { offset = end }
        return Array(pending[offset..<end])
    }

    private func beginNextPage() {
        guard let ahead, let pages, !pages.isAtEnd else { return }
        ahead.begin { [encoding] in try Self.page(after: pages, encoding) }
    }

    private static func page(after pages: LogPages, _ encoding: ContentEncoding) throws -> EncodedPage {
        var rest = pages
        var lines = MessageLines()
        let bases = try rest.appendPage(to: &lines)
        return EncodedPage(bytes: encoding == .zstandard ? lines.frames(against: bases) : lines.bytes, rest: rest)
    }
}

/// Reads a stretch of a log page by page.
struct LogPages {
    private let store: any ReplicaStore
    /// Up to here everything was written out.
    private var position: LogPosition
    private let last: Int
    /// The end of what the receiver has of this log, if pages may be compressed against that.
    private let held: Int?
    /// By what contents travel as they are stored, if they may.
    private var dictionary: TravellingDictionary?
    /// How many bytes of revisions may still be written out before the next page is the last.
    private var allowanceBytes: Int
    /// The entries so far that could not be given intact.
    private(set) var damaged: [RevisionID] = []

    /// - Parameter thinness: What may be left out, or travel otherwise than as lines. Nothing unless the lines travel in frames.
    init(
        store: any ReplicaStore, after position: LogPosition, through last: Int, limitBytes: Int, thinness: Thinness
    ) throws(StoreError) {
        self.store = store
        held = thinness >= .thin && position.sequence > 0 ? position.sequence : nil
        let isLong = position.sequence == 0 || last - position.sequence >= ProtocolLimits.packedEntries
        let newest = try thinness >= .packed && isLong ? store.dictionary() : nil
        dictionary = newest.map { TravellingDictionary($0, isHeld: false) }
        self.position = position
        self.last = last
        allowanceBytes = limitBytes
    }

    /// Whether no page follows.
    var isAtEnd: Bool { position.sequence >= last || allowanceBytes <= 0 }

    /// Writes one page with its checkpoint, nothing if there is none; and says what it is to be compressed against.
    mutating func appendPage(to lines: inout MessageLines) throws(StoreError) -> Bases {
        guard !isAtEnd else { return Bases() }
        let page = try store.outgoingPage(
            after: position.sequence, through: last, maximumBytes: min(ProtocolLimits.pageBytes, allowanceBytes),
            packedBy: dictionary?.dictionary.digest)
        guard !page.entries.isEmpty else { throw StoreError.damaged(object: "the log after \(position.sequence)") }
        var revisions = page.entries.map(\.revision)
        let bases =
            try held.map { held throws(StoreError) in
                try Bases(of: revisions.compactMap { $0 }, in: store, through: held)
            } ?? Bases()
        // What was compressed already is not small beside what it was made from.
        if !bases.isEmpty { revisions = revisions.concurrentMap { $0?.unpacked } }
        lines.reserve(revisions.compactMap { $0 })
        for (entry, revision) in zip(page.entries, revisions) {
            guard entry.sequence == position.sequence + 1 else {
                throw StoreError.damaged(object: "the log after \(position.sequence)")
            }
            if let revision {
                lines.append(revision, by: &dictionary)
                // Of each revision two line feeds, and `null` for a tombstone.
                allowanceBytes -= revision.byteCount + (revision.links.content == nil ? 6 : 2)
            } else {
                lines.append(damaged: entry.id)
                damaged.append(entry.id)
            }
            position = position.extended(by: entry.id)
        }
        guard page.chain == position.chain else {
            throw StoreError.damaged(object: "the chain at \(position.sequence)")
        }
        lines.append(checkpoint: Cursor(position))
        return bases
    }
}
