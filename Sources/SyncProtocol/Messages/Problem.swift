public import LetterModel
public import ReplicaStore

/// An error as it travels: problem details (RFC 9457) with a stable code.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9457
public struct Problem: Error, Hashable, Sendable {
    /// What went wrong; the raw value is the stable `code` that travels.
    public enum Code: String, Sendable {
        /// The request is no message of this protocol (400).
        case malformed
        /// The token is missing, unknown, expired or revoked (401).
        case unauthorized
        /// The token may not do this (403).
        case forbidden
        /// There is no such thing, or the token may not know of it (404).
        case notFound = "not-found"
        /// Both sides have revisions, of two different archives (409); members `here` and `there` name them.
        case archiveMismatch = "archive-mismatch"
        /// The request is compressed against a revision that is not whole here (409): send it as any other.
        case baseMissing = "base-missing"
        /// No letter here refers to the blob (409): push the revision first.
        case blobUnreferenced = "blob-unreferenced"
        /// The piece of the blob does not follow what is here (409); member `offset` and field `Upload-Offset` say how many bytes that is.
        case blobOffset = "blob-offset"
        /// The request is too large (413). Where no piece would help, member `limit` says how many bytes a blob may have.
        case tooLarge = "too-large"
        /// The body's encoding or type is none that is taken (415).
        case unsupportedEncoding = "unsupported-encoding"
        /// No byte of the blob lies in the range asked for (416).
        case blobRange = "blob-range"
        /// The bytes do not have the SHA-256 that the path names (422).
        case blobHash = "blob-hash"
        /// The message has a version that is not spoken here (426); members `supported` and `found`.
        case version
        /// Too many requests (429).
        case tooManyRequests = "too-many-requests"
        /// The replica could not do it: a fault on that side (500).
        case replicaFailed = "replica-failed"
        /// The replica is busy (503).
        case busy
        /// The disk of that side is full (507).
        case diskFull = "disk-full"
    }

    /// The HTTP status.
    public let status: Int
    /// What went wrong.
    public let code: Code
    /// The same sentence for each problem of this code.
    public let title: String
    /// What happened this time; never letter text or tokens.
    public let detail: String?
    /// Further members.
    public let members: JSONObject
    /// How long to wait before asking again.
    public let retryAfterSeconds: Int?
    /// Further header fields.
    public let headers: [HeaderField]

    /// A problem of its parts.
    public init(
        status: Int, code: Code, title: String, detail: String? = nil, members: JSONObject = JSONObject(),
        retryAfterSeconds: Int? = nil, headers: [HeaderField] = []
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.members = members
        self.retryAfterSeconds = retryAfterSeconds
        self.headers = headers
    }

    /// The body, `application/problem+json`.
    public var body: [UInt8] {
        var members = members
        members["type"] = "about:blank"
        members["title"] = .string(title)
        members["status"] = .integer(status)
        members["code"] = .string(code.rawValue)
        members["detail"] = detail.map(JSONValue.string)
        return members.canonicalBytes
    }

    /// What a message that cannot be read is answered with.
    public init(_ error: MessageError) {
        let detail = error.description
        switch error {
        case .tooLarge, .lineTooLong, .tooDense:
            self.init(status: 413, code: .tooLarge, title: "The request is too large", detail: detail)
        case .version(let version):
            let members: JSONObject = ["supported": .integer(ProtocolLimits.version), "found": .integer(version)]
            self.init(
                status: 426, code: .version, title: "This version of the protocol is not spoken here", detail: detail,
                members: members)
        case .baseMissing:
            self.init(status: 409, code: .baseMissing, title: "A base of the request is not here", detail: detail)
        default:
            self.init(
                status: 400, code: .malformed, title: "The request is no message of this protocol", detail: detail)
        }
    }

    /// What a replica's failure is answered with. Paths and databases' words stay on that side.
    public init(_ error: StoreError) {
        switch error {
        case .archiveMismatch(let expected, let found): self = .mismatch(here: expected, there: found)
        case .busy, .cursorMoved:
            self.init(status: 503, code: .busy, title: "The replica is busy", retryAfterSeconds: 5)
        case .diskFull:
            self.init(status: 507, code: .diskFull, title: "The disk is full", retryAfterSeconds: 60)
        default:
            self.init(status: 500, code: .replicaFailed, title: "The replica could not do it")
        }
    }

    static func mismatch(here: ArchiveID, there: ArchiveID) -> Problem {
        Problem(
            status: 409, code: .archiveMismatch, title: "These are two different archives",
            detail: "this is archive \(here), you sent revisions of \(there)",
            members: ["here": .string(here.text), "there": .string(there.text)])
    }
}
