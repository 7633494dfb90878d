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

    /// The level that records and pages are written with: 167 MB/s a thread, and within 10 % of what the default of gzip -9 reaches.
    public static let defaultLevel = 3

    /// One frame that holds the bytes.
    public static func compress(_ bytes: [UInt8], level: Int = defaultLevel) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            let written = unsafe bytes.withUnsafeBytes { input in
                unsafe ZSTD_compress(output.baseAddress, bound, input.baseAddress, input.count, Int32(level))
            }
            precondition(ZSTD_isError(written) == 0, "zstd refused to compress into a buffer of its own bound")
            count = written
        }
    }

    /// The content of whole frames, at most `limitBytes` of it.
    public static func decompress(_ bytes: [UInt8], limitBytes: Int) throws(Failure) -> [UInt8] {
        var stream = ZstandardDecoder(limitBytes: limitBytes)
        var result: [UInt8] = []
        try stream.decode(bytes, into: &result)
        try stream.finish()
        return result
    }
}
