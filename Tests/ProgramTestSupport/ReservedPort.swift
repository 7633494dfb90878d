import Glibc

/// A port of 127.0.0.1 that nobody else is given while the server that uses it is stopped and started.
///
/// Its socket is bound and never listens. Another one can listen there if both may share the address, as a server's may; but the kernel gives the
/// port to nobody who asks for any. Source: <https://man7.org/linux/man-pages/man7/socket.7.html> (SO_REUSEADDR).
public final class ReservedPort: Sendable {
    /// Its number.
    public let number: UInt16
    private let descriptor: Int32

    /// Why there is none.
    struct Failure: Error {
        let errno: Int32
    }

    /// Takes a free port.
    public init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var shared: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &shared, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else {
            let failure = Failure(errno: errno)
            close(descriptor)
            throw failure
        }
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
