import CMicroHTTPD
import Glibc

/// libmicrohttpd's daemon: its threads, its listening socket, and the functions that it calls.
///
/// Used by one thread at a time; ``HTTPServer`` sees to that.
@safe final class Daemon: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let socket: ListeningSocket
    private let core: Unmanaged<ServerCore>
    /// The texts of certificate and key, which the library reads by pointer.
    private let texts: [UnsafeMutablePointer<CChar>]

    /// Starts the threads; from here on requests come in.
    ///
    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dinit.html
    init(core: ServerCore, socket: consuming ListeningSocket) throws(ServerError) {
        let configuration = core.configuration
        var flags =
            MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ERROR_LOG.rawValue
        var options = unsafe [
            Daemon.option(.LISTEN_SOCKET, Int(socket.descriptor)),
            Daemon.option(.CONNECTION_MEMORY_LIMIT, configuration.connectionMemoryBytes),
            Daemon.option(.CONNECTION_LIMIT, configuration.maximumConnectionCount),
            Daemon.option(.CONNECTION_TIMEOUT, configuration.idleTimeoutSeconds),
        ]
        if configuration.connectionsPerAddress > 0 {
            unsafe options.append(Daemon.option(.PER_IP_CONNECTION_LIMIT, configuration.connectionsPerAddress))
        }
        // A pool of one is refused: the library then has its one thread.
        if configuration.socketThreadCount > 1 {
            unsafe options.append(Daemon.option(.THREAD_POOL_SIZE, configuration.socketThreadCount))
        }
        var texts: [UnsafeMutablePointer<CChar>] = unsafe []
        if let tls = configuration.tls {
            flags |= MHD_USE_TLS.rawValue
            for (option, text) in [
                (MHD_OPTION.HTTPS_MEM_CERT, tls.certificatePEM), (.HTTPS_MEM_KEY, tls.privateKeyPEM),
            ] {
                guard let copy = unsafe strdup(text) else { throw .cannotStart("no memory") }
                unsafe texts.append(copy)
                unsafe options.append(MHD_OptionItem(option: option, value: 0, ptr_value: copy))
            }
        }
        unsafe options.append(Daemon.option(.END, 0))
        unsafe self.texts = unsafe texts
        let context = unsafe Unmanaged.passRetained(core)
        let started = unsafe chancery_mhd_start(
            flags, context.toOpaque(), logMessage, beginRequest, continueRequest, endRequest, noteConnection,
            &options)
        guard let started = unsafe started else {
            unsafe context.release()
            unsafe texts.forEach { unsafe free($0) }
            throw .cannotStart(core.lastLibraryMessage)
        }
        unsafe pointer = unsafe started
        unsafe self.core = unsafe context
        self.socket = socket
    }

    /// Takes no more connections; those that are there go on.
    ///
    /// The socket is shut down but not closed: the library's threads may still look at it.
    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dinit.html
    func quiesce() {
        _ = unsafe MHD_quiesce_daemon(pointer)
        socket.shutDown()
    }

    /// Closes every connection and ends the threads; call it once, with no connection suspended.
    ///
    /// Source: https://www.gnu.org/software/libmicrohttpd/manual/html_node/microhttpd_002dinit.html
    func stop() {
        unsafe MHD_stop_daemon(pointer)
        unsafe core.release()
        unsafe texts.forEach { text in
            unsafe explicit_bzero(text, strlen(text))
            unsafe free(text)
        }
        socket.close()
    }

    private static func option(_ option: MHD_OPTION, _ value: Int) -> MHD_OptionItem {
        unsafe MHD_OptionItem(option: option, value: value, ptr_value: nil)
    }
}

// C calls these on its own threads, so they are functions and no closures.

/// A connection was accepted, or is about to be closed: the watch lives as long, kept by the library.
///
/// Source: <microhttpd.h>, MHD_NotifyConnectionCallback
private func noteConnection(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_ConnectionNotificationCode
) {
    guard let context = unsafe context, let connection = unsafe connection, let kept = unsafe kept else { return }
    let core = unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
    switch code {
    case .CONNECTION_NOTIFY_STARTED:
        let watch = unsafe ConnectionWatch(descriptor: Connection(connection).descriptor, core: core)
        core.reaper.insert(watch)
        unsafe kept.pointee = Unmanaged.passRetained(watch).toOpaque()
    default:
        guard let pointer = unsafe kept.pointee else { return }
        unsafe kept.pointee = nil
        let watch = unsafe Unmanaged<ConnectionWatch>.fromOpaque(pointer).takeRetainedValue()
        watch.closed()?.ended(.cut)
        core.reaper.remove(watch)
    }
}

/// The request line is there and not yet decoded: makes the exchange, which its connection's watch keeps until `endRequest`.
private func beginRequest(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context, let connection = unsafe connection else { return nil }
    let core = unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
    var targetBytes: [UInt8] = []
    if let target = unsafe target { targetBytes = unsafe bytes(target, strlen(target)) }
    let exchange = unsafe Exchange(
        core: core, connection: Connection(connection), target: targetBytes, targetAddress: UInt(bitPattern: target))
    core.open.insert(exchange)
    unsafe Connection(connection).watch?.began(exchange)?.ended(.cut)
    return unsafe Unmanaged.passUnretained(exchange).toOpaque()
}

/// The head is there, or a part of the body, or its end, or the connection goes on after a suspension.
private func continueRequest(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ decodedPath: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ upload: UnsafePointer<CChar>?,
    _ uploadCount: UnsafeMutablePointer<Int>?, _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let pointer = unsafe kept?.pointee, let method = unsafe method, let version = unsafe version else {
        return .NO
    }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    let goesOn: Bool
    if exchange.awaitsHead {
        goesOn = unsafe exchange.headEnded(method: method, version: version)
    } else if let upload = unsafe upload, let uploadCount = unsafe uploadCount, unsafe uploadCount.pointee > 0 {
        goesOn = unsafe exchange.bodyContinued(bytes(upload, uploadCount.pointee))
        unsafe uploadCount.pointee = 0
    } else {
        goesOn = exchange.bodyEnded()
    }
    return goesOn ? .YES : .NO
}

/// The request is over in one way or another.
private func endRequest(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
) {
    guard let pointer = unsafe kept?.pointee else { return }
    unsafe kept?.pointee = nil
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    exchange.releasedByConnection()
    switch reason {
    case .REQUEST_TERMINATED_COMPLETED_OK: exchange.ended(.completed)
    case .REQUEST_TERMINATED_TIMEOUT_REACHED: exchange.ended(.timedOut)
    case .REQUEST_TERMINATED_DAEMON_SHUTDOWN: exchange.ended(.stopped)
    default: exchange.ended(.cut)
    }
}

/// A message of the library: cut to 512 bytes, made printable.
/// Source: https://man7.org/linux/man-pages/man3/vsnprintf.3.html
private func logMessage(
    _ context: UnsafeMutableRawPointer?, _ format: UnsafePointer<CChar>?, _ arguments: CVaListPointer?
) {
    guard let context = unsafe context, let format = unsafe format, let arguments = unsafe arguments else { return }
    var buffer = [CChar](repeating: 0, count: 513)
    _ = unsafe vsnprintf(&buffer, buffer.count, format, arguments)
    let text = buffer.prefix { $0 != 0 }.map { $0 >= 0x20 && $0 < 0x7F ? UInt8(bitPattern: $0) : UInt8(ascii: " ") }
    let end = text.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? 0
    let core = unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
    core.libraryMessage(String(decoding: text[..<end], as: UTF8.self))
}
