/// Why a server could not be started.
public enum ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The address is no numeric IPv4 or IPv6 address, or the port is not 0 to 65535.
    case invalidAddress(String, port: Int)
    /// The system refused to listen; the number is the call's `errno` (98: the port is taken, 13: not permitted).
    case cannotListen(String, port: Int, errno: Int32)
    /// libmicrohttpd did not start; its last message says why (a certificate that does not fit its key, say).
    case cannotStart(String)
    /// The system refused to start a thread; the number is the call's result.
    case noThread(errno: Int32)

    /// What failed, in one line.
    public var description: String {
        switch self {
        case .invalidAddress(let address, let port): "\(address) port \(port) is no address to listen on"
        case .cannotListen(let address, let port, let number):
            "cannot listen on \(address) port \(port): \(SystemMessage.text(number))"
        case .cannotStart(let message): "the HTTP library did not start: \(message)"
        case .noThread(let number): "cannot start a thread: \(SystemMessage.text(number))"
        }
    }
}
