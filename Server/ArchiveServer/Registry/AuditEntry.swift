import Hashing
public import LetterModel

/// One entry of the audit log: who did what to which object, how it ended, when. Never a letter's text, never a token.
///
/// Written as canonical JSON. Entries are chained: `hash(n) = SHA-256(hash(n − 1) ‖ bytes of entry n)`, and `hash(0)` is 32 zero
/// bytes, so that nobody changes or takes out an old entry without being noticed by whoever noted a later hash.
public struct AuditEntry: Hashable, Sendable {
    /// How an act ended.
    public enum Outcome: String, Sendable {
        /// It was done.
        case done
        /// It was not allowed.
        case denied
        /// It was allowed and failed.
        case failed
    }

    /// When it was.
    public let time: Timestamp
    /// Who: `token ID`, `user NAME` for administration on the machine, `anonymous`, or `server`.
    public let subject: String
    /// What: a word of this program, such as `archive.push`.
    public let action: String
    /// To which object, such as `archive NAME` or `token ID`; nil for the server itself.
    public let object: String?
    /// How it ended.
    public let outcome: Outcome
    /// Numbers and codes that belong to it.
    public let details: JSONObject

    /// An entry of its parts.
    public init(
        time: Timestamp, subject: String, action: String, object: String?, outcome: Outcome, details: JSONObject = [:]
    ) {
        self.time = time
        self.subject = subject
        self.action = action
        self.object = object
        self.outcome = outcome
        self.details = details
    }

    /// The bytes that are stored and chained.
    var bytes: [UInt8] {
        var object: JSONObject = [
            "time": .string(time.text), "subject": .string(subject), "action": .string(action),
            "outcome": .string(outcome.rawValue),
        ]
        object["object"] = self.object.map { .string($0) }
        if !details.isEmpty { object["details"] = .object(details) }
        return object.canonicalBytes
    }

    /// The chain one entry further.
    static func chain(_ chain: Digest, extendedBy bytes: [UInt8]) -> Digest {
        SHA256.digest(of: chain.bytes + bytes)
    }
}
