import CMicroHTTPD

/// A response object of libmicrohttpd, released with this value; the connection that it is queued for keeps its own.
@safe struct MicroHTTPDResponse: ~Copyable {
    let pointer: OpaquePointer

    /// A response with all its bytes, which are copied.
    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dresponse-create.html
    init?(bytes: [UInt8]) {
        let created = unsafe bytes.withUnsafeBytes { buffer in
            unsafe MHD_create_response_from_buffer(
                buffer.count, UnsafeMutableRawPointer(mutating: buffer.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let created = unsafe created else { return nil }
        unsafe pointer = unsafe created
    }

    /// A response that asks a source for its bytes, block by block: so many of them, or until it says that there are no more.
    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dresponse-create.html
    init?(source: any BodySource, blockBytes: Int, byteCount: Int? = nil) {
        let context = unsafe Unmanaged.passRetained(SourceBox(source))
        let created = unsafe MHD_create_response_from_callback(
            byteCount.map { UInt64($0) } ?? UInt64.max, blockBytes, readSource, context.toOpaque(), releaseSource)
        guard let created = unsafe created else {
            unsafe context.release()
            return nil
        }
        unsafe pointer = unsafe created
    }

    deinit {
        unsafe MHD_destroy_response(pointer)
    }

    /// Sends no chunks: the end of the connection is the end of the body.
    func endWithConnection() {
        unsafe chancery_mhd_end_with_connection(pointer)
    }

    /// Adds a field; false when libmicrohttpd refuses it: a line break in the value, or `Content-Length`.
    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dresponse-headers.html
    func add(_ field: Headers.Field) -> Bool {
        // C would cut the text at a NUL.
        guard !field.name.utf8.contains(0), !field.value.utf8.contains(0) else { return false }
        return unsafe MHD_add_response_header(pointer, field.name, field.value) == .YES
    }
}

/// Gives a source of any type one address that C can keep.
private final class SourceBox {
    let source: any BodySource

    init(_ source: any BodySource) { self.source = source }
}

/// Fills a buffer from a source: C calls it, so it is a function and no closure.
private func readSource(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ limit: Int
) -> Int {
    guard let context = unsafe context, let buffer = unsafe buffer else { return BodyMark.failed }
    let box = unsafe Unmanaged<SourceBox>.fromOpaque(context).takeUnretainedValue()
    return unsafe box.source.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: limit))
}

/// Releases a source when its response is gone.
private func releaseSource(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<SourceBox>.fromOpaque(context).release()
}
