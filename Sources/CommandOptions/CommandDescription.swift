/// One command in full: what help, completions, man pages and the parser are made from.
///
/// A value, and the only place where a command's options are written down.
public struct CommandDescription: Sendable {
    /// The words that name it, such as `list` or `remote add`.
    public let name: String

    /// What it does, in a line that starts in lower case and has no full stop; the program's help lists it.
    public let summary: String

    /// More about it: paragraphs, with an empty line between them.
    public let discussion: String

    /// What stands behind the name, in this order.
    public let arguments: [ArgumentDescription]

    /// The options of this command; those of the whole program come on top.
    public let options: [OptionDescription]

    /// Variables that it heeds and that no option stands for.
    public let environment: [EnvironmentVariable]

    /// Command lines worth copying.
    public let examples: [Example]

    /// The exit statuses worth telling.
    public let exitStatuses: [ExitStatus]

    /// Whether help, completions and the manual leave it out: programs use it, and nobody types it.
    public private(set) var isHidden = false

    /// Whether it is about the program alone, and runs without the options that all others require.
    public private(set) var isAboutProgram = false

    /// The same command, left out of help.
    public var hidden: CommandDescription {
        var hidden = self
        hidden.isHidden = true
        return hidden
    }

    /// The same command, which runs without the program's required options.
    public var aboutProgram: CommandDescription {
        var about = self
        about.isAboutProgram = true
        return about
    }

    /// Describes a command.
    ///
    /// - Parameters:
    ///   - name: The words that name it, with one space between them.
    ///   - summary: What it does, in one line without a full stop.
    ///   - discussion: More about it: paragraphs, with an empty line between them. Lines are wrapped anew.
    ///   - arguments: ``Argument`` values in their order on the command line.
    ///   - options: ``Option`` and ``Flag`` values, in the order in which help lists them.
    ///   - environment: Variables that it heeds and that no option stands for.
    ///   - examples: Command lines worth copying.
    ///   - exitStatuses: The exit statuses worth telling.
    public init(
        _ name: String, summary: String, discussion: String = "", arguments: [any ArgumentDeclaration] = [],
        options: [any OptionDeclaration] = [], environment: [EnvironmentVariable] = [], examples: [Example] = [],
        exitStatuses: [ExitStatus] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = arguments.map(\.argumentDescription)
        self.options = options.map(\.optionDescription)
        self.environment = environment
        self.examples = examples
        self.exitStatuses = exitStatuses
    }

    /// The name's words.
    var words: [String] { Self.words(of: name) }

    static func words(of name: String) -> [String] {
        name.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    }
}

/// An environment variable that no option stands for.
public struct EnvironmentVariable: Sendable, Equatable {
    /// The variable's name.
    public let name: String

    /// What it does.
    public let help: String

    /// Describes a variable.
    public init(_ name: String, help: String) {
        self.name = name
        self.help = help
    }
}

/// A command line worth copying.
public struct Example: Sendable, Equatable {
    /// The line as it is typed, with the program's name.
    public let line: String

    /// What it does.
    public let help: String

    /// Describes an example.
    public init(_ line: String, help: String) {
        self.line = line
        self.help = help
    }
}

/// An exit status and what it means.
public struct ExitStatus: Sendable, Equatable {
    /// The number.
    public let status: Int32

    /// What it means.
    public let help: String

    /// Describes an exit status.
    public init(_ status: Int32, _ help: String) {
        self.status = status
        self.help = help
    }
}

/// A command of a program: its description, and what the program does with it.
///
/// The payload is whatever a program wants to find again when the command was called: a function to run, mostly.
public struct Command<Payload: Sendable>: Sendable {
    /// The words that name it.
    public let name: String

    private let describe: @Sendable () -> CommandDescription

    /// What it is called and what it takes; made when it is asked for.
    public var description: CommandDescription { describe() }

    /// What the program wants to find again.
    public let payload: Payload

    /// Pairs a description with a payload.
    public init(_ description: CommandDescription, _ payload: Payload) {
        self.init(description.name, description, payload)
    }

    /// The same, but for a program of many commands: one command line needs the description of one of them, and to make all takes a tenth of the
    /// time that the process takes.
    ///
    /// - Parameters:
    ///   - name: The name that is in the description; `Program.checkNames()` compares them.
    ///   - description: Is asked for only if the command was called, or help is wanted.
    ///   - payload: What the program wants to find again.
    public init(
        _ name: String, _ description: @autoclosure @escaping @Sendable () -> CommandDescription, _ payload: Payload
    ) {
        self.name = name
        describe = description
        self.payload = payload
    }

    /// The name's words.
    var words: [String] { CommandDescription.words(of: name) }
}

/// Some commands under one heading of the program's help.
public struct CommandSection<Payload: Sendable>: Sendable {
    /// The heading, without a colon.
    public let title: String

    /// The commands, in the order in which help lists them.
    public let commands: [Command<Payload>]

    /// Puts commands under a heading.
    public init(_ title: String, _ commands: [Command<Payload>]) {
        self.title = title
        self.commands = commands
    }
}
