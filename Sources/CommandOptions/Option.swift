/// An option that takes a value: it describes the option, and it reads its value from ``Values``.
///
/// `Value` is what reading gives: an optional, the element itself if there is a default or the option is required,
/// or an array if it is repeatable.
///
/// ```swift
/// static let limit = Option("limit", short: "n", .integer(in: 1...1000), help: "List at most N letters.")  // Int?
/// static let format = Option("format", .choice(of: Format.self), default: .text, help: "How to print.")   // Format
/// static let data = Option(required: "data", .folder, environment: "CHANCERY_SERVER_DATA", help: "…")      // String
/// static let tags = Option(repeating: "tag", .text, help: "Only letters with this tag.")                   // [String]
/// ```
public struct Option<Value: Sendable>: OptionDeclaration {
    /// The part that does not depend on the type of the value.
    public let optionDescription: OptionDescription
}

extension Option {
    /// Declares an option that may be left out; reading it then gives nil.
    ///
    /// - Parameters:
    ///   - name: The long name without its dashes.
    ///   - short: The letter of the short form.
    ///   - parser: What values it takes.
    ///   - placeholder: What stands for the value in help, if the parser's own word does not fit.
    ///   - environment: The variable that supplies the value when the command line does not.
    ///   - shownDefault: What happens without it, for help.
    ///   - help: What it does.
    public init<Element: Sendable>(
        _ name: String, short: Character? = nil, _ parser: ValueParser<Element>, placeholder: String? = nil,
        environment: String? = nil, shownDefault: String? = nil, help: String
    ) where Value == Element? {
        optionDescription = OptionDescription(
            name: name, short: short, value: (placeholder ?? parser.placeholder, parser.kind),
            environment: environment, shownDefault: shownDefault, help: help
        ) { texts throws(InvalidValue) in
            guard let text = texts.first else { return Box<Element?>(value: nil) }
            return Box<Element?>(value: try parser.parse(text))
        }
    }

    /// Declares an option with a default value, which help shows.
    public init(
        _ name: String, short: Character? = nil, _ parser: ValueParser<Value>, placeholder: String? = nil,
        default defaultValue: Value, environment: String? = nil, help: String
    ) {
        optionDescription = OptionDescription(
            name: name, short: short, value: (placeholder ?? parser.placeholder, parser.kind),
            environment: environment, shownDefault: parser.format(defaultValue), help: help
        ) { texts throws(InvalidValue) in
            guard let text = texts.first else { return Box(value: defaultValue) }
            return Box(value: try parser.parse(text))
        }
    }

    /// Declares an option that has to be given, on the command line or in the environment.
    public init(
        required name: String, short: Character? = nil, _ parser: ValueParser<Value>, placeholder: String? = nil,
        environment: String? = nil, help: String
    ) {
        optionDescription = OptionDescription(
            name: name, short: short, value: (placeholder ?? parser.placeholder, parser.kind), isRequired: true,
            environment: environment, help: help
        ) { texts throws(InvalidValue) in
            guard let text = texts.first else { throw InvalidValue(expected: "a value") }
            return Box(value: try parser.parse(text))
        }
    }

    /// Declares an option that may be given any number of times; reading it gives the values in their order.
    public init<Element: Sendable>(
        repeating name: String, short: Character? = nil, _ parser: ValueParser<Element>, placeholder: String? = nil,
        environment: String? = nil, help: String
    ) where Value == [Element] {
        optionDescription = OptionDescription(
            name: name, short: short, value: (placeholder ?? parser.placeholder, parser.kind), isRepeatable: true,
            environment: environment, help: help
        ) { texts throws(InvalidValue) in
            var elements: [Element] = []
            for text in texts { elements.append(try parser.parse(text)) }
            return Box(value: elements)
        }
    }
}

/// An option without a value: it is there or it is not. Giving it twice is the same as giving it once.
///
/// In the environment `1` and `true` stand for given, `0`, `false` and the empty text for not given.
public struct Flag: OptionDeclaration {
    /// The part that does not depend on the type of the value.
    public let optionDescription: OptionDescription

    /// Declares a flag.
    ///
    /// - Parameters:
    ///   - name: The long name without its dashes.
    ///   - short: The letter of the short form.
    ///   - environment: The variable that sets it when the command line does not.
    ///   - help: What it does.
    public init(_ name: String, short: Character? = nil, environment: String? = nil, help: String) {
        optionDescription = OptionDescription(
            name: name, short: short, value: nil, environment: environment, help: help
        ) { texts throws(InvalidValue) in
            // Texts come from the environment only, or are empty for each time that the flag was given.
            switch texts.first {
            case "1", "true", "": Box(value: true)
            case "0", "false", nil: Box(value: false)
            default: throw InvalidValue(expected: "1 or 0")
            }
        }
    }
}
