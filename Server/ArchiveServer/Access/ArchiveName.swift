/// The name of an archive on this server: `[a-z0-9][a-z0-9._-]{0,63}`, so that it is one segment of a URL and one folder.
public struct ArchiveName: Hashable, Sendable, CustomStringConvertible {
    /// The name. ASCII, so that its characters are its bytes.
    public let text: String

    /// A name from its spelling; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 64, ArchiveName.isLetterOrDigit(first),
            bytes.allSatisfy({ ArchiveName.isLetterOrDigit($0) || ".-_".utf8.contains($0) })
        else { return nil }
        self.text = text
    }

    /// A name that is known to be one.
    init(known text: StaticString) { self.text = "\(text)" }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The name.
    public var description: String { text }
}
