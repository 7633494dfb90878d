import LetterModel

/// Where an archive is on a server: `https://host[:port][/prefix]/ARCHIVE`.
///
/// Plain `http` is taken for this machine only: on any other a token would travel in the open.
public struct ServerAddress: Hashable, Sendable {
    /// Scheme, host and port: what a token belongs to. Host in lower case, default ports left out.
    public let origin: String
    /// What stands between the origin and the archive: empty, or beginning with a slash.
    public let prefix: String
    /// The archive's name on that server: `[a-z0-9][a-z0-9._-]{0,63}`.
    public let archive: String

    /// The whole address.
    public var text: String { "\(origin)\(prefix)/\(archive)" }

    /// An address from its text.
    public init(parsing text: String) throws(RemoteAddressError) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .notAURL }
        guard
            !bytes.contains(where: {
                [UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: "%")].contains($0)
            })
        else { throw .notAURL }
        let scheme: String
        let rest: Substring
        if let after = text.removing(prefix: "https://") {
            (scheme, rest) = ("https", after)
        } else if let after = text.removing(prefix: "http://") {
            (scheme, rest) = ("http", after)
        } else {
            throw .notAURL
        }
        var parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        guard let authority = parts.first, !authority.isEmpty else { throw .notAURL }
        guard parts.count > 1, let name = parts.last else { throw .noArchive }
        guard ServerAddress.isArchiveName(name),
            parts.dropFirst().allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
        else { throw .archiveName(String(name)) }
        let (host, port) = try ServerAddress.split(authority)
        guard scheme == "https" || ServerAddress.isLoopback(host) else { throw .plainHTTP(host: host) }
        let isDefault = port == nil || port == (scheme == "https" ? 443 : 80)
        origin = "\(scheme)://\(host)" + (isDefault ? "" : port.map { ":\($0)" } ?? "")
        prefix = parts.dropFirst().dropLast().map { "/" + $0 }.joined()
        archive = String(name)
    }

    /// Host in lower case, and port.
    private static func split(_ authority: Substring) throws(RemoteAddressError) -> (host: String, port: Int?) {
        var host = authority
        var port: Int?
        let isBracketed = authority.utf8.first == UInt8(ascii: "[")
        if let colon = authority.lastIndex(of: ":"), !isBracketed || authority[..<colon].utf8.last == UInt8(ascii: "]")
        {
            guard let number = DecimalDigits.value(of: authority[authority.index(after: colon)...].utf8),
                (1...65535).contains(number)
            else { throw .notAURL }
            host = authority[..<colon]
            port = number
        }
        guard !host.isEmpty, isBracketed || !host.utf8.contains(UInt8(ascii: ":")) else { throw .notAURL }
        return (host.lowercased(), port)
    }

    /// Whether connections to the host stay on this machine.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { DecimalDigits.value(of: $0.utf8) }
        return parts.count == 4 && numbers.count == 4 && numbers[0] == 127 && numbers.allSatisfy { $0 < 256 }
    }

    private static func isArchiveName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
        let isAlphanumeric = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isAlphanumeric(first) && name.utf8.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) }
    }
}

extension String {
    fileprivate func removing(prefix: String) -> Substring? {
        utf8.starts(with: prefix.utf8) ? self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...] : nil
    }
}

/// Why a text is no address of an archive.
public enum RemoteAddressError: Error, Hashable, Sendable {
    /// It is no http or https URL without user, query and fragment.
    case notAURL
    /// The URL names a server but no archive on it.
    case noArchive
    /// What should be the archive's name is none.
    case archiveName(String)
    /// Plain http to another machine.
    case plainHTTP(host: String)
}

extension RemoteAddressError: CustomStringConvertible {
    /// What is wrong, and how an address is written.
    public var description: String {
        switch self {
        case .notAURL: "that is no address of an archive; write https://host/ARCHIVE, or the path of a folder"
        case .noArchive: "the URL names a server but no archive on it; write https://host/ARCHIVE"
        case .archiveName(let name):
            "\(name) cannot be an archive's name: it has lower-case letters, digits, dots, hyphens and underscores, at most 64"
        case .plainHTTP(let host):
            "plain http would send the token to \(host) in the open; write https, or use http://127.0.0.1 for a server on this machine"
        }
    }
}
