public import LetterModel

/// What a remote says of a revision that it did not simply accept.
public struct PushException: Hashable, Sendable {
    /// What became of the revision.
    public enum Result: Hashable, Sendable {
        /// The remote had it before.
        case duplicate
        /// The remote lacks these parents, and therefore did not keep it.
        case missingParent([RevisionID])
        /// The remote does not want it. `code` is a `RevisionError.Code` or one of the remote's own; `isRetryable` says whether
        /// the same bytes may be taken later.
        case rejected(code: String, text: String, isRetryable: Bool)
    }

    /// The revision: the SHA-256 of the header's bytes that were sent.
    public let id: RevisionID
    /// What became of it.
    public let result: Result

    /// An exception of its parts.
    public init(id: RevisionID, result: Result) {
        self.id = id
        self.result = result
    }

    init(_ json: JSONValue) throws(MessageError) {
        guard let members = json.members, let id = members["id"]?.text.flatMap(RevisionID.init(hex:)),
            let result = members["result"]?.text
        else { throw .envelope(member: "exceptions") }
        let text = members["text"]?.text ?? ""
        switch result {
        case "duplicate": self.init(id: id, result: .duplicate)
        case "missingParent":
            let parents = (members["parents"]?.elements ?? []).compactMap(\.text).compactMap(RevisionID.init(hex:))
            self.init(id: id, result: .missingParent(parents))
        case "rejected":
            let code = members["code"]?.text ?? "unknown"
            let isRetryable = members["retryable"]?.bool ?? false
            self.init(id: id, result: .rejected(code: code, text: text, isRetryable: isRetryable))
        default:
            // A newer remote's word: it did not take the revision; whether it will is for a later sync to find out.
            self.init(id: id, result: .rejected(code: result, text: text, isRetryable: true))
        }
    }

    var json: JSONValue {
        var members: JSONObject = ["id": .string(id.hex)]
        switch result {
        case .duplicate:
            members["result"] = "duplicate"
        case .missingParent(let parents):
            members["result"] = "missingParent"
            members["parents"] = .array(parents.map { .string($0.hex) })
        case .rejected(let code, let text, let isRetryable):
            members["result"] = "rejected"
            members["code"] = .string(code)
            members["text"] = .string(text)
            members["retryable"] = .bool(isRetryable)
        }
        return .object(members)
    }
}
