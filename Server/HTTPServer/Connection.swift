import CMicroHTTPD
import Glibc

/// A connection of libmicrohttpd, good from the begin of a request to its end.
///
/// The library locks for itself: `suspend` is for the connection's own callbacks, `resume` for any thread, all
/// else for the callbacks again.
@safe struct Connection: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
    }

    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dflow.html
    func suspend() { unsafe MHD_suspend_connection(pointer) }

    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dflow.html
    func resume() { unsafe MHD_resume_connection(pointer) }

    /// The connection's descriptor.
    var descriptor: Int32 { unsafe chancery_mhd_socket(pointer) }

    /// What watches this connection, from its acceptance on.
    var watch: ConnectionWatch? {
        guard let context = unsafe chancery_mhd_socket_context(pointer) else { return nil }
        return unsafe Unmanaged<ConnectionWatch>.fromOpaque(context).takeUnretainedValue()
    }

    /// The status of the answer that libmicrohttpd wrote or was given, or nil.
    var status: Int? {
        let status = unsafe chancery_mhd_status(pointer)
        return status == 0 ? nil : Int(status)
    }

    /// The other end, as numbers.
    /// Source: https://man7.org/linux/man-pages/man3/getnameinfo.3.html
    var peer: RequestHead.Peer {
        let unknown = RequestHead.Peer(address: "unknown", port: 0)
        guard let address = unsafe chancery_mhd_client_address(pointer) else { return unknown }
        let length: Int
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return unknown
        }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let result = unsafe getnameinfo(
            address, socklen_t(length), &host, socklen_t(host.count), &service, socklen_t(service.count),
            NI_NUMERICHOST | NI_NUMERICSERV)
        guard result == 0 else { return unknown }
        return .init(address: text(host), port: Int(text(service)) ?? 0)
    }

    /// Makes the client see a reset instead of an end: for HTTP/1.0, where a body ends with its connection and a
    /// failure would look like a complete one. Connecting a TCP socket to no family at all resets it.
    /// Source: https://man7.org/linux/man-pages/man2/connect.2.html
    func reset() {
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        _ = unsafe connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// The header block as it was parsed, with the target as it came.
    func rawRequest(
        method: UnsafePointer<CChar>, target: [UInt8], targetAddress: UInt, version: UnsafePointer<CChar>
    ) -> RawRequest {
        let headerBytes = unsafe chancery_mhd_header_bytes(pointer)
        let methodBytes = unsafe bytes(method, strlen(method))
        let versionBytes = unsafe bytes(version, strlen(version))
        var layout = HeaderLayout(methodAddress: UInt(bitPattern: method), byteCount: methodBytes.count)
        layout.append(address: targetAddress, byteCount: target.count, after: 1)
        layout.append(address: UInt(bitPattern: version), byteCount: versionBytes.count, after: 1)
        var collector = FieldCollector(layout: layout)
        // The `_n` variant gives lengths. Source: <microhttpd.h>, MHD_get_connection_values_n
        _ = unsafe withUnsafeMutablePointer(to: &collector) { collector in
            unsafe MHD_get_connection_values_n(pointer, .HEADER_KIND, collectField, collector)
        }
        collector.layout.finish(headerBytes: headerBytes)
        return RawRequest(
            method: methodBytes, target: target, version: versionBytes, fields: collector.fields,
            headerBytes: headerBytes, hasHiddenBytes: collector.layout.hasHiddenBytes)
    }

    /// Queues an answer; false when libmicrohttpd does not take it, and then the connection has to be cut.
    ///
    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dresponse-enqueue.html
    func queue(_ response: borrowing MicroHTTPDResponse, status: Int) -> Bool {
        unsafe MHD_queue_response(pointer, UInt32(status), response.pointer) == .YES
    }

    private func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A copy of bytes that C owns.
func bytes(_ pointer: UnsafePointer<CChar>, _ count: Int) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: pointer, count: count))
}

private struct FieldCollector {
    var layout: HeaderLayout
    var fields: [(name: [UInt8], value: [UInt8])] = []
}

/// Takes one header field: C calls it, so it is a function and no closure.
private func collectField(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameCount: Int,
    _ value: UnsafePointer<CChar>?, _ valueCount: Int
) -> MHD_Result {
    guard let collector = unsafe context?.assumingMemoryBound(to: FieldCollector.self) else { return .NO }
    guard let name = unsafe name else { return .YES }
    unsafe collector.pointee.layout.append(address: UInt(bitPattern: name), byteCount: nameCount, after: 2)
    var valueBytes: [UInt8] = []
    if let value = unsafe value {
        unsafe collector.pointee.layout.append(valueAddress: UInt(bitPattern: value), byteCount: valueCount)
        valueBytes = unsafe bytes(value, valueCount)
    }
    unsafe collector.pointee.fields.append((unsafe bytes(name, nameCount), valueBytes))
    return .YES
}
