import LetterModel

/// What may be left out of a message because its receiver can tell it: member `thin` of both envelopes. Each kind includes those before it.
public enum Thinness: Int, Comparable, Sendable {
    /// Nothing.
    case whole = 0
    /// Frames may be compressed against revisions that the receiver holds.
    case thin = 1
    /// Contents may travel as they are stored, compressed with dictionaries that stand in the message or that the receiver holds.
    case packed = 2

    /// What a member says; what this program does not know includes what it knows.
    init(_ json: JSONValue?) {
        self = Thinness(rawValue: min(max(json?.integer ?? 0, 0), Thinness.packed.rawValue)) ?? .whole
    }

    /// What a member says; nil for none.
    var json: JSONValue? { self == .whole ? nil : .integer(rawValue) }

    /// By what they include.
    public static func < (one: Thinness, other: Thinness) -> Bool { one.rawValue < other.rawValue }
}
