private import CZstd

/// Decompresses a stream of frames as it arrives; a stream of several frames is their concatenation.
///
/// Refuses windows over 8 MiB and output over its limit, so that 30 KB of zeros in disguise cost nothing.
///
/// Where a note stands before a frame, it stops behind the note until somebody takes it: the frame may need bytes that the note
/// names. A decoder that knows of no notes reads over them.
/// Source: https://facebook.github.io/zstd/zstd_manual.html#Chapter9
@safe public struct ZstandardDecoder: ~Copyable {
    private let context: OpaquePointer
    private let limitBytes: Int
    private var producedBytes = 0
    private var isInsideFrame = false
    private var isOutputFull = false
    /// What stands where a frame may begin, until it is known whether that is a note: its head, then its text.
    private var begin: [UInt8] = []
    private var note: [UInt8]?
    private var hasPrefix = false
    /// Where one call's output goes; kept between calls.
    private var buffer: [UInt8]

    /// Windows up to 2^23 bytes, what every decoder must support (RFC 8878, 3.1.1.1.2).
    static let windowLogMaximum: Int32 = 23
    /// The most that a note may say, in bytes.
    public static let noteBytes = 128 * 1024
    /// A skippable frame of the sixteen kinds that there are.
    private static let noteMagic: [UInt8] = [0x5C, 0x2A, 0x4D, 0x18]
    private static let noteHeadBytes = 8

    /// - Parameter limitBytes: the most that this stream may become, over all frames.
    public init(limitBytes: Int) {
        guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory for zstd") }
        _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZstandardDecoder.windowLogMaximum)
        unsafe self.context = unsafe context
        self.limitBytes = limitBytes
        buffer = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    }

    deinit {
        _ = unsafe ZSTD_freeDCtx(context)
    }

    /// The bytes of a note, to stand before a frame: a skippable frame (RFC 8878, 3.1.2), which `zstdcat` reads over.
    public static func encodedNote(_ text: [UInt8]) -> [UInt8] {
        precondition(text.count <= noteBytes)
        return noteMagic + (0..<4).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text
    }

    /// Whether a note may stand at the beginning of bytes that begin so.
    public static func mayBeginWithNote(_ bytes: [UInt8]) -> Bool {
        bytes.prefix(noteMagic.count).elementsEqual(noteMagic.prefix(bytes.count))
    }

    /// What the note says behind which the decoder stopped; nil if there is none. It goes on then.
    public mutating func takeNote() -> [UInt8]? {
        note.take()
    }

    /// Whether all frames that began have ended, and no note waits.
    public var isBetweenFrames: Bool { !isInsideFrame && begin.isEmpty && note == nil }

    /// Gives the next frame the bytes that it was compressed against; for that frame alone.
    public mutating func usePrefix(_ prefix: [UInt8]) throws(Zstandard.Failure) {
        let code = unsafe prefix.withUnsafeBytes { bytes in
            unsafe ZSTD_DCtx_loadDictionary(context, bytes.baseAddress, bytes.count)
        }
        guard ZSTD_isError(code) == 0 else { throw .corrupt }
        hasPrefix = true
    }

    /// Appends what the bytes become. May be called with pieces of any size.
    public mutating func decode(_ bytes: [UInt8], into output: inout [UInt8]) throws(Zstandard.Failure) {
        var position = 0
        while try decode(bytes, from: &position, into: &output) {}
    }

    /// Appends at most 128 KiB of what the bytes from a position on become, and moves the position on: four bytes can spell as much, so
    /// whoever has limits of his own looks at them after each step. False when there is nothing more to do with these bytes.
    public mutating func decode(
        _ bytes: [UInt8], from position: inout Int, into output: inout [UInt8]
    ) throws(Zstandard.Failure) -> Bool {
        guard note == nil, position < bytes.count || isOutputFull else { return false }
        guard isInsideFrame || isOutputFull else { return try enterFrame(bytes, from: &position) }
        let (code, consumed, produced) = step(bytes, from: position)
        guard ZSTD_isError(code) == 0 else {
            throw ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge ? .windowTooLarge : .corrupt
        }
        position += consumed
        producedBytes += produced
        guard producedBytes <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        output.append(contentsOf: buffer[..<produced])
        isInsideFrame = code != 0
        isOutputFull = produced == buffer.count && code != 0
        if !isInsideFrame, hasPrefix {
            _ = unsafe ZSTD_DCtx_loadDictionary(context, nil, 0)
            hasPrefix = false
        }
        return true
    }

    /// Looks whether a note or a frame begins here, as far as the bytes go.
    private mutating func enterFrame(_ bytes: [UInt8], from position: inout Int) throws(Zstandard.Failure) -> Bool {
        func gather(_ count: Int) {
            let end = min(position + max(0, count - begin.count), bytes.count)
            begin += bytes[position..<end]
            position = end
        }
        gather(ZstandardDecoder.noteMagic.count)
        guard ZstandardDecoder.mayBeginWithNote(begin) else {
            // No frame ends so early.
            let (code, consumed, _) = step(begin, from: 0)
            guard ZSTD_isError(code) == 0, consumed == begin.count else { throw .corrupt }
            begin = []
            isInsideFrame = true
            return true
        }
        gather(ZstandardDecoder.noteHeadBytes)
        guard begin.count >= ZstandardDecoder.noteHeadBytes else { return false }
        let count = begin[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count <= ZstandardDecoder.noteBytes else { throw .corrupt }
        gather(ZstandardDecoder.noteHeadBytes + count)
        guard begin.count == ZstandardDecoder.noteHeadBytes + count else { return false }
        note = Array(begin[ZstandardDecoder.noteHeadBytes...])
        begin = []
        return true
    }

    /// Says that no more input comes. Throws `truncated` if a frame is still open.
    public consuming func finish() throws(Zstandard.Failure) {
        guard !isInsideFrame, begin.isEmpty, note == nil else { throw .truncated }
    }

    private mutating func step(_ bytes: [UInt8], from position: Int) -> (code: Int, consumed: Int, produced: Int) {
        unsafe bytes.withUnsafeBytes { inputBytes in
            unsafe buffer.withUnsafeMutableBytes { outputBytes in
                var input = unsafe ZSTD_inBuffer(src: inputBytes.baseAddress, size: inputBytes.count, pos: position)
                var output = unsafe ZSTD_outBuffer(dst: outputBytes.baseAddress, size: outputBytes.count, pos: 0)
                let code = unsafe ZSTD_decompressStream(context, &output, &input)
                return unsafe (code, input.pos - position, output.pos)
            }
        }
    }
}
