public import Compression
import Hashing
import LetterModel

/// The line of a message that says what the contents after it are compressed with: by name, or with its bytes.
struct DictionaryLine {
    let digest: Digest
    /// The dictionary as a file; nil if the receiver holds it.
    let file: [UInt8]?

    /// What the line begins with.
    static let start = "{\"dictionary\":"
    /// What it is.
    static let name = "a dictionary"

    init(_ dictionary: CompressionDictionary, isHeld: Bool) {
        digest = dictionary.digest
        file = isHeld ? nil : dictionary.bytes
    }

    /// Reads a line; nil if it is none.
    init?(_ members: JSONObject) {
        guard let digest = members["dictionary"]?.text.flatMap(Digest.init(hex:)) else { return nil }
        self.digest = digest
        guard let text = members["file"] else {
            file = nil
            return
        }
        guard let file = text.text.flatMap(Base64.decode) else { return nil }
        self.file = file
    }

    var members: JSONObject {
        var members: JSONObject = ["dictionary": .string(digest.hex)]
        members["file"] = file.map { .string(Base64.encode($0)) }
        return members
    }
}

/// The dictionary by which contents of a message travel as they are stored: one, so that `zstdcat -D` reads all of the message. Contents of
/// other dictionaries travel as lines, and are compressed with the newest where they come to.
public struct TravellingDictionary: Sendable {
    /// The dictionary.
    public let dictionary: CompressionDictionary
    /// Whether the receiver holds it, or it stands in the message already.
    public var isHeld: Bool

    /// A dictionary with what is known of the receiver.
    public init(_ dictionary: CompressionDictionary, isHeld: Bool) {
        self.dictionary = dictionary
        self.isHeld = isHeld
    }
}
