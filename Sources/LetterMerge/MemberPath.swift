import LetterModel

/// The way to a member of a letter: `body`, `registry.number`, `translations.de.body`.
public struct MemberPath: Hashable, Sendable {
    /// The names from the outside in; at least one.
    public let components: [String]

    /// A path of these names.
    public init(_ components: [String]) {
        precondition(!components.isEmpty, "a path names a member")
        self.components = components
    }

    /// Whether both name the same members, byte for byte.
    public static func == (left: MemberPath, right: MemberPath) -> Bool {
        left.components.elementsEqual(right.components) { $0.hasSameBytes(as: $1) }
    }

    /// Feeds the bytes of the names.
    public func hash(into hasher: inout Hasher) {
        for component in components { hasher.combine(ByteKey(component)) }
    }

    /// Whether this comes before another path: name by name, in the order of a letter's members.
    func precedes(_ other: MemberPath) -> Bool {
        for (a, b) in zip(components, other.components) where !a.hasSameBytes(as: b) { return a.precedesByBytes(b) }
        return components.count < other.components.count
    }

    /// Whether the other path is this one or leads further into it.
    func contains(_ other: MemberPath) -> Bool {
        components.count <= other.components.count
            && zip(components, other.components).allSatisfy { $0.hasSameBytes(as: $1) }
    }
}

extension MemberPath: CustomStringConvertible {
    /// The names joined by dots; a dot or backslash inside a name is preceded by a backslash.
    public var description: String {
        components.map { name in
            var escaped = ""
            for scalar in name.unicodeScalars {
                if scalar == "." || scalar == "\\" { escaped.unicodeScalars.append("\\") }
                escaped.unicodeScalars.append(scalar)
            }
            return escaped
        }.joined(separator: ".")
    }
}
