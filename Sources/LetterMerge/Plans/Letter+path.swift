public import LetterModel

extension Letter {
    /// The value of a member at any depth: `title`, `registry.number`, `notes.n1.text`; of an attachment by its blob.
    ///
    /// Setting nil removes the member, and what became empty around it. A value is set as it is; where something of another
    /// shape is in the way it is replaced.
    public subscript(path: MemberPath) -> JSONValue? {
        get {
            var value: JSONValue? = .object(members)
            for (depth, name) in path.components.enumerated() {
                if depth == 1, let attachments = attachments(at: path) {
                    value = attachments.first { Letter.blob(of: $0).hasSameBytes(as: name) }
                } else {
                    value = value?.members?[name]
                }
            }
            return value
        }
        set {
            let name = path.components[0]
            if path.components.count > 1, let attachments = attachments(at: path) {
                let changed = Letter.replacing(path.components[1], in: attachments) { attachment in
                    Letter.replacing(path.components.dropFirst(2), in: attachment, with: newValue)
                }
                members[name] = changed.isEmpty ? nil : .array(changed)
            } else {
                members[name] = Letter.replacing(path.components.dropFirst(), in: members[name], with: newValue)
            }
        }
    }

    /// The attachments, if the path leads into them and they are a list.
    private func attachments(at path: MemberPath) -> [JSONValue]? {
        guard MergeClass.of(path.components[0]) == .attachments else { return nil }
        return (members[path.components[0]] ?? .array([])).elements
    }

    private static func blob(of attachment: JSONValue) -> String {
        attachment.members?["blob"]?.text ?? ""
    }

    /// Changes the attachment with a blob; a new one goes to the end.
    private static func replacing(
        _ blob: String, in attachments: [JSONValue], _ change: (JSONValue?) -> JSONValue?
    ) -> [JSONValue] {
        guard let index = attachments.firstIndex(where: { Letter.blob(of: $0).hasSameBytes(as: blob) }) else {
            return attachments + [change(.object(["blob": .string(blob)]))].compactMap { $0 }
        }
        return attachments[..<index] + [change(attachments[index])].compactMap { $0 } + attachments[(index + 1)...]
    }

    private static func replacing(
        _ names: ArraySlice<String>, in value: JSONValue?, with newValue: JSONValue?
    ) -> JSONValue? {
        guard let name = names.first else { return newValue }
        var members = value?.members ?? JSONObject()
        members[name] = replacing(names.dropFirst(), in: members[name], with: newValue)
        return members.isEmpty ? nil : .object(members)
    }
}
