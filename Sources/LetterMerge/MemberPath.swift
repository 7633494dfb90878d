/// The way to a member of a letter: `body`, `registry.number`, `translations.de.body`.
public struct MemberPath: Hashable, Sendable {
    /// The names from the outside in; at least one.
    public let components: [String]

    /// A path of these names.
    public init(_ components: [String]) {
        precondition(!components.isEmpty, "a path names a member")
        self.components = components
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
