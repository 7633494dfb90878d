/// How many words an argument takes.
public enum Arity: Sendable, Equatable {
    /// Exactly one.
    case required
    /// One or none.
    case optional
    /// At least one.
    case oneOrMore
    /// Any number, also none.
    case any

    var minimum: Int { self == .required || self == .oneOrMore ? 1 : 0 }

    var maximum: Int { self == .required || self == .optional ? 1 : Int.max }
}

/// What help, completions, man pages and the parser need to know of an argument.
public struct ArgumentDescription: Sendable {
    /// The name in help, in capitals, such as `FOLDER`.
    public let name: String

    /// How many words it takes.
    public let arity: Arity

    /// What sort of text each of them is.
    public let kind: ValueKind

    /// What it stands for.
    public let help: String

    let evaluate: @Sendable ([String]) throws(InvalidValue) -> any Sendable

    /// The name as the usage line shows it, such as `[FOLDER]` or `FILE...`.
    public var usage: String {
        switch arity {
        case .required: name
        case .optional: "[\(name)]"
        case .oneOrMore: "\(name)..."
        case .any: "[\(name)...]"
        }
    }
}

/// An argument: what a command lists in its description.
public protocol ArgumentDeclaration: Sendable {
    /// The part that does not depend on the type of the value.
    var argumentDescription: ArgumentDescription { get }
}

/// A word of the command line that is not an option: it describes the argument, and it reads it from ``Values``.
///
/// `Value` is what reading gives: the element, an optional, or an array.
///
/// ```swift
/// static let url = Argument("URL", .text, help: "The archive to clone.")                   // String
/// static let folder = Argument(optional: "FOLDER", .folder, help: "Where to put it.")      // String?
/// static let files = Argument(oneOrMore: "FILE", .file, help: "What to import.")           // [String]
/// static let ids = Argument(any: "ID", .text, help: "Only these letters.")                 // [String]
/// ```
///
/// Words are given out from the left; an argument takes as many as it may while enough are left for those behind it.
public struct Argument<Value: Sendable>: ArgumentDeclaration {
    /// The part that does not depend on the type of the value.
    public let argumentDescription: ArgumentDescription
}

extension Argument {
    /// Declares an argument that has to be there.
    public init(_ name: String, _ parser: ValueParser<Value>, help: String) {
        argumentDescription = ArgumentDescription(
            name: name, arity: .required, kind: parser.kind, help: help
        ) { words throws(InvalidValue) in
            guard let word = words.first else { throw InvalidValue(expected: "a value") }
            return Box(value: try parser.parse(word))
        }
    }

    /// Declares an argument that may be left out; reading it then gives nil.
    public init<Element: Sendable>(optional name: String, _ parser: ValueParser<Element>, help: String)
    where Value == Element? {
        argumentDescription = ArgumentDescription(
            name: name, arity: .optional, kind: parser.kind, help: help
        ) { words throws(InvalidValue) in
            guard let word = words.first else { return Box<Element?>(value: nil) }
            return Box<Element?>(value: try parser.parse(word))
        }
    }

    /// Declares an argument that takes one word or several.
    public init<Element: Sendable>(oneOrMore name: String, _ parser: ValueParser<Element>, help: String)
    where Value == [Element] {
        self.init(list: name, .oneOrMore, parser, help: help)
    }

    /// Declares an argument that takes any number of words, also none.
    public init<Element: Sendable>(any name: String, _ parser: ValueParser<Element>, help: String)
    where Value == [Element] {
        self.init(list: name, .any, parser, help: help)
    }

    private init<Element: Sendable>(list name: String, _ arity: Arity, _ parser: ValueParser<Element>, help: String)
    where Value == [Element] {
        argumentDescription = ArgumentDescription(
            name: name, arity: arity, kind: parser.kind, help: help
        ) { words throws(InvalidValue) in
            var elements: [Element] = []
            for word in words { elements.append(try parser.parse(word)) }
            return Box(value: elements)
        }
    }
}
