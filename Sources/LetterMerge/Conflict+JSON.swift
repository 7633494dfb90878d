public import LetterModel

extension Conflict {
    /// The documented JSON: `{"field", "kind", "base", "values": [{"head", "value"}], "hunks": [{"base", "values"}]}`, absent
    /// members left out. Delete against edit has `"field": null` and `"heads"`.
    public var json: JSONValue {
        var members = JSONObject()
        members["field"] = field.map { .string($0.description) } ?? .null
        members["kind"] = .string(kind.rawValue)
        members["base"] = base
        if !values.isEmpty { members["values"] = .array(values.map(\.json)) }
        if !hunks.isEmpty { members["hunks"] = .array(hunks.map(\.json)) }
        if !heads.isEmpty { members["heads"] = .array(heads.map { .string($0.hex) }) }
        return .object(members)
    }
}

extension Conflict.Side {
    /// `{"head", "value"}`; without a value the member was removed.
    var json: JSONValue {
        var members: JSONObject = ["head": .string(head.hex)]
        members["value"] = value
        return .object(members)
    }
}

extension Conflict.Hunk {
    /// `{"base", "values"}`.
    var json: JSONValue {
        ["base": .string(base), "values": .array(values.map(JSONValue.string))]
    }
}
