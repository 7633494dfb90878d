private import CZstd
public import Hashing
import Parallelism
import Synchronization

/// What the letters of an archive have in common, so that one alone becomes nearly as small as among many others: what `zstd -D` takes.
///
/// Unchecked: what Zstandard makes of the bytes is only read once it is made, and a mutex guards the making of what is made later.
///
/// Source: https://facebook.github.io/zstd/zstd_manual.html#Chapter10
@safe public final class CompressionDictionary: Hashable, @unchecked Sendable {
    /// The dictionary as a file.
    public let bytes: [UInt8]
    /// The SHA-256 of the bytes, which names it.
    public let digest: Digest

    /// Those that nobody decompresses in: as many as are used at once, and few of them stay.
    private let rooms = IdleList<4, Room>()
    private let compression = Mutex<[Zstandard.Level: Compression]>([:])

    /// The dictionary with room behind it. What stands in front of what is decompressed is copied from like that itself; what stands elsewhere
    /// takes a third more time.
    ///
    /// Unchecked: `rooms` guards it; it belongs to the one call that took it.
    @safe private final class Room: @unchecked Sendable {
        let bytes: UnsafeMutableRawPointer
        let dictionary: OpaquePointer

        /// Larger contents are decompressed elsewhere.
        static let contentBytes = 64 * 1024

        /// Nil if Zstandard cannot use the dictionary.
        init?(_ dictionary: [UInt8]) {
            let bytes = UnsafeMutableRawPointer.allocate(
                byteCount: dictionary.count + Room.contentBytes, alignment: 16)
            unsafe bytes.copyMemory(from: dictionary, byteCount: dictionary.count)
            guard let made = unsafe ZSTD_createDDict_byReference(bytes, dictionary.count) else {
                unsafe bytes.deallocate()
                return nil
            }
            unsafe (self.bytes, self.dictionary) = unsafe (bytes, made)
        }

        deinit {
            _ = unsafe ZSTD_freeDDict(dictionary)
            unsafe bytes.deallocate()
        }

        /// Decompresses a frame of so many bytes, and gives how many there were, or an error of Zstandard.
        func decompress(
            _ frame: [UInt8], by decompressor: OpaquePointer, to target: UnsafeMutableRawPointer?, _ contentCount: Int
        ) -> Int {
            unsafe frame.withUnsafeBytes { input in
                unsafe ZSTD_decompress_usingDDict(
                    decompressor, target, contentCount, input.baseAddress, input.count, dictionary)
            }
        }
    }

    /// Made under the mutex of `compression`, and only read from then on.
    @safe private struct Compression: @unchecked Sendable {
        let dictionary: OpaquePointer
    }

    /// The largest that is made, in bytes: at twice the size letters become 2 % smaller, and the processor's caches hold less of anything else.
    public static let largestBytes = 256 * 1024
    /// What is looked at to make one, in bytes: twice as much makes no difference.
    public static let sampleBytes = 4 * 1024 * 1024
    /// Larger ones are not taken from anybody.
    public static let limitBytes = 1024 * 1024

    /// A dictionary that was made somewhere; nil if Zstandard cannot use it, or it is too large.
    public init?(bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count <= Self.limitBytes, let room = Room(bytes) else { return nil }
        self.bytes = bytes
        digest = SHA256.digest(of: bytes)
        rooms.keep(room)
    }

    deinit {
        for made in compression.withLock({ $0 }).values { _ = unsafe ZSTD_freeCDict(made.dictionary) }
    }

    /// Whether they are the same bytes.
    public static func == (one: CompressionDictionary, other: CompressionDictionary) -> Bool {
        one.digest == other.digest
    }

    /// Hashes its name.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    /// What these have in common; nil if they are too few, or too different from each other. The same gives the same, in whatever order.
    ///
    /// - Parameters:
    ///   - samples: The letters.
    ///   - largestBytes: The most that the dictionary may have, in bytes.
    public static func trained(on samples: [[UInt8]], largestBytes: Int = largestBytes) -> CompressionDictionary? {
        // Zstandard looks at them from the beginning, and ends after a hundred in a row that say nothing new: a hundred letters of one form
        // would be all that it sees.
        let samples = samples.map { (digest: SHA256.digest(of: $0), bytes: $0) }
            .sorted { $0.digest < $1.digest }.map(\.bytes)
        let counts = samples.map(\.count)
        guard let sampleCount = UInt32(exactly: counts.count) else { return nil }
        var parameters = ZDICT_fastCover_params_t()
        // Segments of 200 bytes, found by eight, of hashes of 20 bits: the best of what was tried, and as fast as any.
        (parameters.k, parameters.d, parameters.f, parameters.accel) = (200, 8, 20, 1)
        parameters.splitPoint = 1
        parameters.zParams.compressionLevel = Zstandard.Level.page.rawValue
        var isMade = false
        // Byte for byte, `joined` would take a tenth of the time of the training.
        let all = samples.reduce(into: [UInt8]()) { $0 += $1 }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: largestBytes) { output, count in
            let written = unsafe ZDICT_trainFromBuffer_fastCover(
                output.baseAddress, largestBytes, all, counts, sampleCount, parameters)
            isMade = ZDICT_isError(written) == 0
            count = isMade ? written : 0
        }
        return isMade ? CompressionDictionary(bytes: bytes) : nil
    }

    /// One frame that holds the bytes, and their number, for whoever has this dictionary; nil if only reading works with it, which no
    /// training makes so.
    ///
    /// - Parameter level: `.letter` where little is compressed: what is made of 256 KiB for `.page` costs as much as seventy letters do,
    ///   and three times what it costs for `.letter`, by which letters become a fifth larger.
    public func compress(_ bytes: [UInt8], level: Zstandard.Level = .page) -> [UInt8]? {
        guard let made = compressionMade(level) else { return nil }
        let bound = ZSTD_compressBound(bytes.count)
        return ZstandardContexts.withCompressor { compressor in
            // Which dictionary it was is said elsewhere, by its whole name.
            _ = unsafe ZSTD_CCtx_setParameter(compressor.context, ZSTD_c_dictIDFlag, 0)
            _ = unsafe ZSTD_CCtx_refCDict(compressor.context, made.dictionary)
            defer { _ = unsafe ZSTD_CCtx_reset(compressor.context, ZSTD_reset_session_and_parameters) }
            // A frame may wait for long, and takes a third of the bytes that it might.
            return unsafe withUnsafeTemporaryAllocation(byteCount: bound, alignment: 16) { output in
                let written = unsafe bytes.withUnsafeBytes { input in
                    unsafe ZSTD_compress2(
                        compressor.context, output.baseAddress, bound, input.baseAddress, input.count)
                }
                guard ZSTD_isError(written) == 0 else { return nil }
                return unsafe Array(output[..<written])
            }
        }
    }

    /// The content of one frame that was made with this dictionary and says how many bytes it holds, at most `limitBytes`.
    public func decompress(_ frame: [UInt8], limitBytes: Int) throws(Zstandard.Failure) -> [UInt8] {
        try decompress(
            frame, limitBytes, small: { unsafe $0.withUnsafeBufferPointer { unsafe Array($0) } }, large: { $0 })
    }

    /// The same, given to a closure where it was decompressed: most of them are only looked at, and the next one takes the place of each.
    public func withContent<Value>(
        of frame: [UInt8], limitBytes: Int, _ read: (Span<UInt8>) -> Value
    ) throws(Zstandard.Failure) -> Value {
        try decompress(frame, limitBytes, small: read, large: { read($0.span) })
    }

    /// Gives one of the closures the content of a frame: a small one where it was decompressed, a large one as bytes of its own.
    private func decompress<Value>(
        _ frame: [UInt8], _ limitBytes: Int, small: (Span<UInt8>) -> Value, large: ([UInt8]) -> Value
    ) throws(Zstandard.Failure) -> Value {
        guard let contentCount = Zstandard.contentCount(of: frame) else { throw .corrupt }
        guard contentCount <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        guard let room = rooms.take() ?? Room(bytes) else { throw .corrupt }
        defer { rooms.keep(room) }
        guard contentCount <= Room.contentBytes else {
            return large(
                try unsafe Zstandard.decompressFrame(contentCount: contentCount) { decompressor, output in
                    unsafe room.decompress(frame, by: decompressor, to: output.baseAddress, contentCount)
                })
        }
        let behind = unsafe room.bytes + bytes.count
        let written = ZstandardContexts.withDecompressor { decompressor in
            unsafe room.decompress(frame, by: decompressor.context, to: behind, contentCount)
        }
        guard ZSTD_isError(written) == 0, written == contentCount else { throw .corrupt }
        let content = unsafe UnsafeBufferPointer(start: behind.assumingMemoryBound(to: UInt8.self), count: written)
        return unsafe small(content.span)
    }

    /// Made when something is compressed for the first time: it takes up to four times the memory of the dictionary. What is there for
    /// `.page` is better for everything.
    private func compressionMade(_ level: Zstandard.Level) -> Compression? {
        compression.withLock { known in
            if let made = known[.page] ?? known[level] { return made }
            guard let dictionary = unsafe compressionDictionary(level) else { return nil }
            let made = unsafe Compression(dictionary: dictionary)
            known[level] = made
            return made
        }
    }

    /// The dictionary with tables for finding its parts. Where it is large and much is compressed, one of them is of twice the size that Zstandard
    /// gives it: contents become 1.5 % smaller for 4 % more time.
    private func compressionDictionary(_ level: Zstandard.Level) -> OpaquePointer? {
        guard let parameters = unsafe ZSTD_createCCtxParams() else { return nil }
        defer { _ = unsafe ZSTD_freeCCtxParams(parameters) }
        _ = unsafe ZSTD_CCtxParams_init(parameters, level.rawValue)
        if level == .page, bytes.count > Self.largestBytes / 2 {
            _ = unsafe ZSTD_CCtxParams_setParameter(parameters, ZSTD_c_hashLog, 18)
        }
        return unsafe ZSTD_createCDict_advanced2(
            bytes, bytes.count, ZSTD_dlm_byCopy, ZSTD_dct_auto, parameters, ZSTD_defaultCMem)
    }
}
