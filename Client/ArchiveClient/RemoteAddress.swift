import LetterModel

/// Where another replica is: on a server, or in a folder or a bundle's file that this machine can reach.
public enum RemoteAddress: Hashable, Sendable {
    /// An archive on a server: `https://host[:port][/prefix]/ARCHIVE`.
    case server(ServerAddress)
    /// The absolute path of a folder that holds a replica, or of a bundle's file: on a USB disk, a shared mount. Which of the two it is, is looked
    /// at when it is used.
    case folder(String)

    /// The address as it is written down.
    public var text: String {
        switch self {
        case .server(let address): address.text
        case .folder(let path): path
        }
    }

    /// An address from its text: whatever has `://` in it is a server's, all else the path of a folder.
    ///
    /// - Parameters:
    ///   - text: A URL or a path.
    ///   - folder: What a relative path is relative to.
    public init(parsing text: String, relativeTo folder: String = "/") throws(RemoteAddressError) {
        if text.utf8.contains(UInt8(ascii: ":")), text.contains("://") {
            self = .server(try ServerAddress(parsing: text))
            return
        }
        guard !text.isEmpty, !text.utf8.contains(0) else { throw .notAURL }
        let isAbsolute = text.utf8.first == UInt8(ascii: "/")
        self = .folder(RemoteAddress.normalised(isAbsolute ? text : "\(folder)/\(text)"))
    }

    /// The path without `.`, doubled slashes and slashes at its end. `..` stays: what it means depends on links.
    private static func normalised(_ path: String) -> String {
        "/" + path.split(separator: "/").filter { !$0.utf8.elementsEqual(".".utf8) }.joined(separator: "/")
    }
}
