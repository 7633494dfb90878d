/// How the text of one value on the command line becomes a Swift value, and how to describe it.
///
/// The static members cover what most commands need; others use
/// ``init(placeholder:kind:format:parse:)`` and throw ``InvalidValue`` with what they expected.
public struct ValueParser<Value: Sendable>: Sendable {
    /// The word that stands for the value in help, such as `N` or `FOLDER`.
    public let placeholder: String

    /// What sort of text is expected: help lists it, and completions offer it.
    public let kind: ValueKind

    /// The text that would be parsed to a value: shows defaults in help.
    let format: @Sendable (Value) -> String

    let parse: @Sendable (String) throws(InvalidValue) -> Value

    /// Makes a parser of one's own.
    ///
    /// - Parameters:
    ///   - placeholder: The word that stands for the value in help, in capitals.
    ///   - kind: What sort of text is expected.
    ///   - format: The text of a value, to show a default.
    ///   - parse: The value of a text, or ``InvalidValue``.
    public init(
        placeholder: String, kind: ValueKind = .text, format: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) {
        self.placeholder = placeholder
        self.kind = kind
        self.format = format
        self.parse = { text throws(InvalidValue) in
            do throws(InvalidValue) {
                return try parse(text)
            } catch {
                throw InvalidValue(expected: error.expected, text: text)
            }
        }
    }
}

/// What sort of text a value is, for help, completions and man pages.
public enum ValueKind: Sendable, Equatable {
    /// Any text.
    case text
    /// Decimal digits, within the bounds.
    case integer(ClosedRange<Int>)
    /// One of these words.
    case choice([String])
    /// The path of a file.
    case file
    /// The path of a folder.
    case folder
    /// The name of something that the program knows when it runs, such as a remote: completions ask its hidden command `complete` for
    /// names of this sort.
    case named(String)
}

/// The refusal of a value: what was expected instead.
public struct InvalidValue: Error, Sendable, Equatable {
    /// Completes the sentence "expected …", such as `a whole number from 1 to 100`.
    public let expected: String

    /// The text that was refused, once the parser's caller has noted it: one of several, for a repeatable option.
    let text: String?

    /// Makes a refusal; `expected` completes the sentence "expected …".
    public init(expected: String) {
        self.init(expected: expected, text: nil)
    }

    init(expected: String, text: String?) {
        self.expected = expected
        self.text = text
    }
}

extension ValueParser where Value == String {
    /// Any text, also the empty one.
    public static var text: Self {
        Self(placeholder: "TEXT", format: { $0 }, parse: { text throws(InvalidValue) in text })
    }

    /// The path of a file, or `-` where the command says so. Whether it is there is the command's business.
    public static var file: Self { path(.file, placeholder: "FILE") }

    /// The path of a folder. Whether it is there is the command's business.
    public static var folder: Self { path(.folder, placeholder: "FOLDER") }

    private static func path(_ kind: ValueKind, placeholder: String) -> Self {
        Self(placeholder: placeholder, kind: kind, format: { $0 }) { text throws(InvalidValue) in
            // The empty path is what is left of an unset shell variable: never what somebody meant.
            guard !text.isEmpty else { throw InvalidValue(expected: "a path") }
            return text
        }
    }
}

extension ValueParser where Value == Int {
    /// A whole number in decimal digits, within the bounds; a minus sign only where the bounds allow one.
    ///
    /// `Int.init` also takes `+5`, which no other part of Chancery does: it is refused here.
    public static func integer(in bounds: ClosedRange<Int>) -> Self {
        Self(placeholder: "N", kind: .integer(bounds), format: { String($0) }) { text throws(InvalidValue) in
            let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
            let isDecimal = !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
            guard isDecimal, let number = Int(text), bounds.contains(number) else {
                throw InvalidValue(expected: "a whole number " + bounds.spelledOut)
            }
            return number
        }
    }

    /// A whole number that is not negative.
    public static var integer: Self { integer(in: 0...Int.max) }
}

extension ClosedRange<Int> {
    /// The bounds in words; the ends of `Int` are no bounds that a person cares for.
    var spelledOut: String {
        upperBound == Int.max ? "of at least \(lowerBound)" : "from \(lowerBound) to \(upperBound)"
    }
}

extension ValueParser where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the cases of an enumeration, written as its raw value, in the same case of letters.
    public static func choice(of type: Value.Type = Value.self) -> Self {
        let allowed = Value.allCases.map(\.rawValue)
        return Self(placeholder: "WORD", kind: .choice(allowed), format: { $0.rawValue }) { text throws(InvalidValue) in
            // By bytes: `String ==` would take another spelling of the same characters.
            guard let value = Value.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) else {
                throw InvalidValue(expected: oneOf(allowed))
            }
            return value
        }
    }
}

/// The words as a choice: `a, b or c`.
func oneOf(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
