private import CZstd
import Synchronization

/// Contexts of zstd that are kept for the next whole frame: making one costs more than a letter's worth of work.
///
/// A context belongs to the one call that took it out of its list, whose mutex is its guard.
enum ZstandardContexts {
    /// Guarded by the mutex of `idleCompressors`.
    @safe struct Compressor: @unchecked Sendable {
        let context: OpaquePointer
    }

    /// Guarded by the mutex of `idleDecompressors`.
    @safe struct Decompressor: @unchecked Sendable {
        let context: OpaquePointer
    }

    private static let idleLimit = 8
    private static let idleCompressors = Mutex<[Compressor]>([])
    private static let idleDecompressors = Mutex<[Decompressor]>([])

    /// Runs a closure with a compressor that nobody else has.
    static func withCompressor<Value>(_ body: (Compressor) -> Value) -> Value {
        let compressor = idleCompressors.withLock { $0.popLast() } ?? makeCompressor()
        let value = body(compressor)
        let isKept = idleCompressors.withLock { idle in
            guard idle.count < idleLimit else { return false }
            idle.append(compressor)
            return true
        }
        if !isKept { _ = unsafe ZSTD_freeCCtx(compressor.context) }
        return value
    }

    /// Runs a closure with a decompressor that nobody else has.
    static func withDecompressor<Value>(_ body: (Decompressor) -> Value) -> Value {
        let decompressor = idleDecompressors.withLock { $0.popLast() } ?? makeDecompressor()
        let value = body(decompressor)
        let isKept = idleDecompressors.withLock { idle in
            guard idle.count < idleLimit else { return false }
            idle.append(decompressor)
            return true
        }
        if !isKept { _ = unsafe ZSTD_freeDCtx(decompressor.context) }
        return value
    }

    private static func makeCompressor() -> Compressor {
        guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("out of memory for zstd") }
        return unsafe Compressor(context: context)
    }

    private static func makeDecompressor() -> Decompressor {
        guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory for zstd") }
        return unsafe Decompressor(context: context)
    }
}
