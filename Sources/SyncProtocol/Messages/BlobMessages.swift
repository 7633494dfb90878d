public import LetterModel

/// The question which of these blobs a remote lacks, or its answer: one JSON object, `application/json`.
///
/// `{"blobs":[…],"v":1}` asks, `{"missing":[…],"v":1}` answers: the blobs of the question that letters there refer to and
/// whose bytes are not there, in the order asked.
public struct BlobList: Hashable, Sendable {
    /// Which of the two messages.
    public enum Kind: String, Sendable {
        /// The question.
        case question = "blobs"
        /// The answer.
        case answer = "missing"
    }

    /// Which of the two messages.
    public var kind: Kind
    /// The blobs.
    public var blobs: [BlobID]

    /// A message of its parts.
    public init(_ kind: Kind, _ blobs: [BlobID]) {
        self.kind = kind
        self.blobs = blobs
    }

    /// Reads a message of this kind.
    public init(_ kind: Kind, parsing bytes: [UInt8]) throws(MessageError) {
        guard bytes.count <= ProtocolLimits.blobQuestionBytes else {
            throw .tooLarge(limitBytes: ProtocolLimits.blobQuestionBytes)
        }
        let members: JSONObject
        do {
            guard let object = try JSONScanner.parse(bytes).members else {
                throw MessageError.envelope(member: kind.rawValue)
            }
            members = object
        } catch let error as MessageError {
            throw error
        } catch {
            throw .line(number: 1, expected: "a JSON object")
        }
        guard let version = members["v"]?.integer else { throw .envelope(member: "v") }
        guard version == ProtocolLimits.version else { throw .version(version) }
        guard let elements = members[kind.rawValue]?.elements, elements.count <= ProtocolLimits.blobsPerQuestion else {
            throw .envelope(member: kind.rawValue)
        }
        let blobs = elements.compactMap(\.text).compactMap(BlobID.init(hex:))
        guard blobs.count == elements.count else { throw .envelope(member: kind.rawValue) }
        self.init(kind, blobs)
    }

    /// The bytes that travel.
    public var bytes: [UInt8] {
        let members: JSONObject = [
            kind.rawValue: .array(blobs.map { .string($0.hex) }), "v": .integer(ProtocolLimits.version),
        ]
        return members.canonicalBytes
    }
}
