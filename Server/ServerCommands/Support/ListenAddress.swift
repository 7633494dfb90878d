/// Where the server listens: `127.0.0.1:8080`, `[::1]:8080`, or `0.0.0.0:0` for a port that the system picks.
struct ListenAddress: Sendable, Equatable {
    /// A numeric address without brackets.
    let host: String
    /// The port, 0 to 65535.
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// An address from its spelling; nil for anything else, names too: a server must not depend on a resolver.
    init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.utf8.index(after: colon)...].utf8
        var host = text[..<colon]
        let isBracketed = host.utf8.first == UInt8(ascii: "[") && host.utf8.last == UInt8(ascii: "]")
        if isBracketed { host = host.dropFirst().dropLast() }
        let allowed = isBracketed ? "0123456789abcdefABCDEF:." : "0123456789."
        guard !host.isEmpty, host.utf8.allSatisfy({ allowed.utf8.contains($0) }), !digits.isEmpty, digits.count <= 5,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(text[text.utf8.index(after: colon)...]), port <= 65_535
        else { return nil }
        self.init(host: String(host), port: port)
    }

    /// Whether only this machine can reach it.
    var isLoopback: Bool {
        host.utf8.elementsEqual("::1".utf8)
            || (host.utf8.starts(with: "127.".utf8) && !host.utf8.contains(UInt8(ascii: ":")))
    }

    /// The spelling that reads back.
    var text: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The URL of the server there.
    ///
    /// - Parameter port: The port that it really listens on.
    func url(port: Int, isSecure: Bool) -> String {
        "\(isSecure ? "https" : "http")://\(ListenAddress(host: host, port: port).text)"
    }
}
