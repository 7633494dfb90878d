private import CZstd

/// Whole frames of Zstandard, with limits on what a frame may become.
///
/// Source: https://facebook.github.io/zstd/zstd_manual.html
public enum Zstandard {
    /// What can be wrong with compressed bytes that somebody sent.
    public enum Failure: Error, Equatable {
        /// They are no Zstandard frame, or one that was damaged on the way.
        case corrupt
        /// They would become more bytes than allowed.
        case tooLarge(limitBytes: Int)
        /// They need a larger window than this program gives.
        case windowTooLarge
        /// The input ends inside a frame.
        case truncated
    }

    /// How hard to look for what can be left out.
    public enum Level: Int32, Sendable {
        /// For one letter: so few bytes become half a percent smaller with the other level, which takes half as long again.
        case letter = 1
        /// For many: 167 MB/s a thread, and within 10 % of what the default of gzip -9 reaches.
        case page = 3
    }

    /// From so many bytes on, with those that the receiver has, the tables of that level forget the first before they meet them again.
    private static let largeBytes = 256 * 1024
    /// The tables for so many, as powers of two of entries of 4 bytes: larger ones find a few per cent more and take half as long again.
    private static let largeTableLog: Int32 = 18

    /// One frame that holds the bytes, and their number.
    public static func compress(_ bytes: [UInt8], level: Level = .page) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return ZstandardContexts.withCompressor { compressor in
            unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                let written = unsafe bytes.withUnsafeBytes { input in
                    unsafe ZSTD_compressCCtx(
                        compressor.context, output.baseAddress, bound, input.baseAddress, input.count,
                        level.rawValue)
                }
                precondition(ZSTD_isError(written) == 0, "zstd refused to compress into a buffer of its own bound")
                count = written
            }
        }
    }

    /// One frame against bytes that the receiver has, as `zstd --patch-from` makes it: what stands in them costs hardly anything.
    ///
    /// Source: https://facebook.github.io/zstd/zstd_manual.html#Chapter5
    public static func compress(_ bytes: [UInt8], against prefix: [UInt8]) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        // The window reaches back over both, up to what every decoder supports.
        let reach = Int.bitWidth - (bytes.count + prefix.count).leadingZeroBitCount
        let windowLog = min(max(reach, 10), Int(ZstandardDecoder.windowLogMaximum))
        return ZstandardContexts.withCompressor { compressor in
            _ = unsafe ZSTD_CCtx_setParameter(compressor.context, ZSTD_c_compressionLevel, Level.page.rawValue)
            _ = unsafe ZSTD_CCtx_setParameter(compressor.context, ZSTD_c_windowLog, Int32(windowLog))
            if bytes.count + prefix.count >= largeBytes {
                _ = unsafe ZSTD_CCtx_setParameter(compressor.context, ZSTD_c_enableLongDistanceMatching, 1)
                _ = unsafe ZSTD_CCtx_setParameter(compressor.context, ZSTD_c_hashLog, largeTableLog)
                _ = unsafe ZSTD_CCtx_setParameter(compressor.context, ZSTD_c_chainLog, largeTableLog)
            }
            defer { _ = unsafe ZSTD_CCtx_reset(compressor.context, ZSTD_reset_session_and_parameters) }
            return unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                let written = unsafe prefix.withUnsafeBytes { prefix in
                    unsafe bytes.withUnsafeBytes { input in
                        _ = unsafe ZSTD_CCtx_refPrefix(compressor.context, prefix.baseAddress, prefix.count)
                        return unsafe ZSTD_compress2(
                            compressor.context, output.baseAddress, bound, input.baseAddress, input.count)
                    }
                }
                precondition(ZSTD_isError(written) == 0, "zstd refused to compress into a buffer of its own bound")
                count = written
            }
        }
    }

    /// The content of whole frames, at most `limitBytes` of it.
    public static func decompress(_ bytes: [UInt8], limitBytes: Int) throws(Failure) -> [UInt8] {
        if let count = contentCount(of: bytes) {
            guard count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
            return try decompressFrame(bytes, contentCount: count)
        }
        var stream = ZstandardDecoder(limitBytes: limitBytes)
        var result: [UInt8] = []
        try stream.decode(bytes, into: &result)
        try stream.finish()
        return result
    }

    /// How many bytes a frame says that it becomes; nil unless the bytes are exactly one frame that says so.
    public static func contentCount(of bytes: [UInt8]) -> Int? {
        unsafe bytes.withUnsafeBytes { input in
            guard unsafe ZSTD_findFrameCompressedSize(input.baseAddress, input.count) == input.count else { return nil }
            // Past these two values stands the number itself; both are larger than any array.
            let count = unsafe ZSTD_getFrameContentSize(input.baseAddress, input.count)
            return Int(exactly: count)
        }
    }

    private static func decompressFrame(_ bytes: [UInt8], contentCount: Int) throws(Failure) -> [UInt8] {
        try unsafe decompressFrame(contentCount: contentCount) { decompressor, output in
            unsafe bytes.withUnsafeBytes { input in
                unsafe ZSTD_decompressDCtx(
                    decompressor, output.baseAddress, contentCount, input.baseAddress, input.count)
            }
        }
    }

    /// A frame in one step, into a buffer of the size that it asks for.
    ///
    /// - Parameter decompress: Gives the number of bytes that it wrote, or an error of Zstandard.
    static func decompressFrame(
        contentCount: Int, _ decompress: (OpaquePointer, UnsafeMutableBufferPointer<UInt8>) -> Int
    ) throws(Failure) -> [UInt8] {
        var isIntact = false
        let content = ZstandardContexts.withDecompressor { decompressor in
            unsafe [UInt8](unsafeUninitializedCapacity: contentCount) { output, count in
                let written = unsafe decompress(decompressor.context, output)
                isIntact = ZSTD_isError(written) == 0 && written == contentCount
                count = isIntact ? written : 0
            }
        }
        guard isIntact else { throw .corrupt }
        return content
    }
}
