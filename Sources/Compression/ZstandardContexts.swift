private import CZstd
import Parallelism

/// Contexts of zstd that are kept for the next whole frame: making one costs more than a letter's worth of work.
enum ZstandardContexts {
    /// Unchecked: `compressors` guards it; it belongs to the one call that took it.
    @safe final class Compressor: @unchecked Sendable {
        let context: OpaquePointer

        init() {
            guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("out of memory for zstd") }
            unsafe self.context = context
        }

        deinit { _ = unsafe ZSTD_freeCCtx(context) }
    }

    /// Unchecked: `decompressors` guards it; it belongs to the one call that took it.
    @safe final class Decompressor: @unchecked Sendable {
        let context: OpaquePointer

        init() {
            guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory for zstd") }
            unsafe self.context = context
        }

        deinit { _ = unsafe ZSTD_freeDCtx(context) }
    }

    private static let compressors = IdleList<8, Compressor>()
    private static let decompressors = IdleList<8, Decompressor>()

    /// Runs a closure with a compressor that nobody else has.
    static func withCompressor<Value>(_ body: (Compressor) -> Value) -> Value {
        compressors.with(or: Compressor.init, body)
    }

    /// Runs a closure with a decompressor that nobody else has.
    static func withDecompressor<Value>(_ body: (Decompressor) -> Value) -> Value {
        decompressors.with(or: Decompressor.init, body)
    }
}
