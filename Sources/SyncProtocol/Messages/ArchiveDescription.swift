public import LetterModel

/// Which archive a message is about: member `archive` of both envelopes.
public struct ArchiveDescription: Hashable, Sendable {
    /// The archive's id.
    public var id: ArchiveID
    /// Whether the sender may still take another id, because nothing was written and nothing exchanged there.
    public var isOpen: Bool
    /// The merge rule that the archive pins.
    public var mergeRule: Int

    /// A description of its parts.
    public init(id: ArchiveID, isOpen: Bool, mergeRule: Int) {
        self.id = id
        self.isOpen = isOpen
        self.mergeRule = mergeRule
    }

    init(_ json: JSONValue?) throws(MessageError) {
        guard let members = json?.members else { throw .envelope(member: "archive") }
        guard let id = members["id"]?.text.flatMap(ArchiveID.init) else { throw .envelope(member: "archive.id") }
        guard let rule = members["mergeRule"]?.integer, rule > 0 else { throw .envelope(member: "archive.mergeRule") }
        self.init(id: id, isOpen: members["open"]?.bool ?? false, mergeRule: rule)
    }

    var json: JSONValue {
        var members: JSONObject = ["id": .string(id.text), "mergeRule": .integer(mergeRule)]
        if isOpen { members["open"] = true }
        return .object(members)
    }
}
