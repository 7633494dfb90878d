import Glibc

/// A socket that listens; made here and not by libmicrohttpd so that an error says what is wrong and port 0 says
/// which port it became.
struct ListeningSocket: Sendable {
    /// The socket, closed by ``close()``.
    let descriptor: Int32
    /// The port that it listens on, never 0.
    let port: Int
    /// What the system knows it by as long as it is open.
    private let number: ino_t

    /// Listens on a numeric address.
    ///
    /// Source: https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
    init(address: String, port: Int) throws(ServerError) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard (0...65535).contains(port), !address.utf8.contains(0),
            unsafe getaddrinfo(address, String(port), &hints, &found) == 0, let info = unsafe found
        else { throw .invalidAddress(address, port: port) }
        defer { unsafe freeaddrinfo(info) }
        let kind = unsafe info.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe socket(info.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw .cannotListen(address, port: port, errno: errno) }
        // A restarted server gets its port back while old connections fade.
        var reuse: Int32 = 1
        var bound = sockaddr_in6()
        var boundBytes = socklen_t(MemoryLayout<sockaddr_in6>.size)
        var status = stat()
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size)) == 0,
            unsafe bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0,
            listen(descriptor, SOMAXCONN) == 0, unsafe fstat(descriptor, &status) == 0,
            unsafe withUnsafeMutablePointer(
                to: &bound,
                { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                        unsafe getsockname(descriptor, address, &boundBytes) == 0
                    }
                })
        else {
            let number = errno
            _ = Glibc.close(descriptor)
            throw .cannotListen(address, port: port, errno: number)
        }
        self.descriptor = descriptor
        number = status.st_ino
        // The port is at the same place for IPv4 and IPv6, in network order.
        self.port = Int(UInt16(bigEndian: bound.sin6_port))
    }

    /// Refuses further connections, also those that wait in the queue.
    /// Source: https://man7.org/linux/man-pages/man2/shutdown.2.html
    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Gives the descriptor back to the system, unless that was done: libmicrohttpd does so in some of the cases in which it does not start, and the
    /// descriptor may be another one's by then.
    func close() {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, status.st_ino == number
        else { return }
        _ = Glibc.close(descriptor)
    }
}
