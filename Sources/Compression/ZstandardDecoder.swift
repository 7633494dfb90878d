private import CZstd

/// Decompresses a stream of frames as it arrives; a stream of several frames is their concatenation.
///
/// Refuses windows over 8 MiB and output over its limit, so that 30 KB of zeros in disguise cost nothing.
/// Source: https://facebook.github.io/zstd/zstd_manual.html#Chapter9
@safe public struct ZstandardDecoder: ~Copyable {
    private let context: OpaquePointer
    private let limitBytes: Int
    private var producedBytes = 0
    private var isInsideFrame = false
    private var isOutputFull = false
    /// Where one call's output goes; kept between calls.
    private var buffer: [UInt8]

    /// Windows up to 2^23 bytes, what every decoder must support (RFC 8878, 3.1.1.1.2).
    private static let windowLogMaximum: Int32 = 23

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
        guard position < bytes.count || isOutputFull else { return false }
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
        return true
    }

    /// Says that no more input comes. Throws `truncated` if a frame is still open.
    public consuming func finish() throws(Zstandard.Failure) {
        guard !isInsideFrame else { throw .truncated }
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
