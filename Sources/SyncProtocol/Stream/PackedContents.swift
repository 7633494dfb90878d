import Compression
import Hashing
import LetterModel
import ReplicaStore

/// Contents that travel as they are stored: lines tell how long their frames are, and these follow the frame of the lines.
///
/// What a message says behind such a line waits here until the content has come, so that everything is told in its order.
struct PackedContents {
    private let store: (any ReplicaStore)?
    private var dictionaries: [Digest: CompressionDictionary] = [:]
    /// What the next contents are compressed with.
    private var dictionary: CompressionDictionary?
    private var waiting: [Waiting] = []
    /// How many of these were told.
    private var told = 0
    /// The beginning of the frame that comes.
    private var frame: [UInt8] = []
    private var waitingBytes = 0

    private enum Waiting {
        case content(header: [UInt8], byteCount: Int, CompressionDictionary)
        case event(MessageDecoder.Event)
    }

    /// The most that a frame may have: incompressible bytes become a little more.
    private static let limitBytes = Limits.contentBytes + 64 * 1024
    /// What one thing that waits costs here whatever its size.
    private static let costBytes = 128

    init(store: (any ReplicaStore)?) { self.store = store }

    /// Whether contents may come so: there is a dictionary for them.
    var isUsed: Bool { dictionary != nil }

    /// Whether nothing waits.
    var isEmpty: Bool { waiting.isEmpty }

    /// The bytes that wait.
    var openBytes: Int { waitingBytes + frame.count }

    /// Notes what the next contents are compressed with. False if it is no dictionary, or there are too many.
    ///
    /// - Throws: `MessageError.baseMissing` if it is not here.
    mutating func use(_ line: DictionaryLine) throws -> Bool {
        if let known = dictionaries[line.digest] {
            dictionary = known
            return true
        }
        if let file = line.file {
            guard let new = CompressionDictionary(bytes: file), new.digest == line.digest else { return false }
            dictionary = new
        } else {
            guard let held = try store?.dictionary(named: line.digest) else { throw MessageError.baseMissing }
            dictionary = held
        }
        dictionaries[line.digest] = dictionary
        return dictionaries.count <= ProtocolLimits.dictionariesPerMessage
    }

    /// Notes that a content is still to come. False if the line tells no length, or nothing tells its dictionary.
    mutating func append(_ header: [UInt8], length line: [UInt8]) -> Bool {
        guard let dictionary, line.count <= 9, let byteCount = Int(String(decoding: line, as: UTF8.self)),
            byteCount <= Self.limitBytes
        else { return false }
        waiting.append(.content(header: header, byteCount: byteCount, dictionary))
        waitingBytes += header.count + Self.costBytes
        return true
    }

    /// Notes what is to be told behind the contents that are still to come.
    mutating func append(_ event: MessageDecoder.Event) {
        waiting.append(.event(event))
        waitingBytes += Self.costBytes
        if case .revision(let header, let content) = event { waitingBytes += header.count + (content?.count ?? 0) }
    }

    /// Whether what waits is no more than a page, or a push, can be.
    var isWithinLimits: Bool { waitingBytes <= ProtocolLimits.waitingBytes }

    /// The next thing to tell; nil if there is none, or more bytes are needed.
    mutating func next(_ chunk: [UInt8], from position: inout Int) -> MessageDecoder.Event? {
        guard told < waiting.count else { return nil }
        let event: MessageDecoder.Event
        switch waiting[told] {
        case .event(let other): event = other
        case .content(let header, let byteCount, let dictionary):
            let end = min(position + byteCount - frame.count, chunk.count)
            // What is kept of a frame has the room that it needs and no more.
            if frame.isEmpty { frame.reserveCapacity(byteCount) }
            frame += chunk[position..<end]
            position = end
            guard frame.count == byteCount else { return nil }
            event = .packed(header: header, content: StoredContent(frame: frame, dictionary: dictionary))
            frame = []
        }
        told += 1
        if told == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            (told, waitingBytes) = (0, 0)
        }
        return event
    }
}
