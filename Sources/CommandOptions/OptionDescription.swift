/// What help, completions, man pages and the parser need to know of an option or a flag.
///
/// Commands declare ``Option`` and ``Flag`` values; this is the part of them that does not depend on the type.
public struct OptionDescription: Sendable {
    /// The long name without its dashes, such as `limit`.
    public let name: String

    /// The letter or digit of the short form, if there is one.
    public let short: Character?

    /// What stands for the value in help and what sort it is; nil for a flag.
    public let value: (placeholder: String, kind: ValueKind)?

    /// Whether it may be given several times.
    public let isRepeatable: Bool

    /// Whether the command cannot run without it.
    public let isRequired: Bool

    /// The environment variable that supplies it when the command line does not.
    public let environment: String?

    /// What happens without it, as help tells it.
    public let shownDefault: String?

    /// What it does, in a sentence or two.
    public let help: String

    /// Makes the typed value from the texts that were given: none, one, or several if it is repeatable.
    let evaluate: @Sendable ([String]) throws(InvalidValue) -> any Sendable

    init(
        name: String, short: Character?, value: (placeholder: String, kind: ValueKind)?, isRepeatable: Bool = false,
        isRequired: Bool = false, environment: String?, shownDefault: String? = nil, help: String,
        evaluate: @escaping @Sendable ([String]) throws(InvalidValue) -> any Sendable
    ) {
        precondition(isOptionName(name), "an option's long name is lower-case ASCII words joined by hyphens: \(name)")
        if let short {
            precondition(
                short.isASCII && (short.isLetter || short.isNumber), "a short option is a letter or digit: \(short)")
        }
        self.name = name
        self.short = short
        self.value = value
        self.isRepeatable = isRepeatable
        self.isRequired = isRequired
        self.environment = environment
        self.shownDefault = shownDefault
        self.help = help
        self.evaluate = evaluate
    }
}

/// An option or a flag: what a command lists in its description.
public protocol OptionDeclaration: Sendable {
    /// The part that does not depend on the type of the value.
    var optionDescription: OptionDescription { get }
}

/// Holds one typed value; a box, so that a nil inside survives being stored as `any Sendable`.
struct Box<Value: Sendable>: Sendable {
    let value: Value
}

private func isOptionName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    let isWordByte = { (byte: UInt8) in
        (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= byte || (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte
    }
    guard let first = bytes.first, let last = bytes.last, isWordByte(first), isWordByte(last) else { return false }
    return bytes.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") }
}
