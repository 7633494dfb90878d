/// A program with commands: turns a command line into a command and its values, help, or a ``UsageError``.
///
/// Every command is described once, as a value. Options and arguments are declared as static members which describe
/// and read alike, so a command cannot read what it does not declare, nor with another type:
///
/// ```swift
/// enum ListCommand {
///     static let limit = Option("limit", short: "n", .integer(in: 1...1000), help: "List at most N letters.")
///     static let tags = Option(repeating: "tag", .text, placeholder: "TAG", help: "Only letters with this tag.")
///     static let ids = Argument(any: "ID", .text, help: "Only these letters.")
///     static let description = CommandDescription(
///         "list", summary: "list letters, newest first", arguments: [ids], options: [limit, tags],
///         examples: [Example("chancery list --tag war", help: "The letters with the tag `war`.")])
///
///     static func run(_ values: Values) {
///         let limit: Int? = values[Self.limit]
///         let tags: [String] = values[Self.tags]
///         // …
///     }
/// }
///
/// let json = Flag("json", help: "Print JSON.")
/// let program = Program<@Sendable (Values) -> Void>(
///     "chancery", version: "1.0.0", summary: "keep an archive of letters", globalOptions: [json],
///     sections: [CommandSection("Letters", [Command(ListCommand.description, ListCommand.run)])])
///
/// switch try program.parse(arguments, environment: environment) {
/// case .help(let text, of: _), .version(let text): print(text, terminator: "")
/// case .command(let command, let values): command.payload(values)
/// }
/// ```
///
/// The options of the whole program may stand before or behind the command's name. `--help` and `-h` are understood
/// everywhere, `help` in place of a command means the same, `--version` stands before any command. As with every GNU
/// program, `POSIXLY_CORRECT` in the process's environment makes all an argument from a command's first argument on.
public struct Program<Payload: Sendable>: Sendable {
    /// The name of the executable.
    public let name: String

    /// The version that `--version` tells.
    public let version: String

    /// What it is, in a line that starts in lower case and has no full stop.
    public let summary: String

    /// More about it: paragraphs, with an empty line between them.
    public let discussion: String

    /// The options that every command takes, without `--help` and `--version`.
    public let globalOptions: [OptionDescription]

    /// Variables that the whole program heeds and that no option stands for.
    public let environment: [EnvironmentVariable]

    /// The exit statuses that hold for every command.
    public let exitStatuses: [ExitStatus]

    /// All commands, under the headings of the program's help.
    public let sections: [CommandSection<Payload>]

    /// Describes a program.
    ///
    /// Commands whose names start with the same word (`remote add`, `remote list`) make a group; no command may be
    /// named as a group is. Two options of one name, reserved names and the like are programmers' mistakes, which `checkNames()` finds.
    ///
    /// - Parameters:
    ///   - name: The name of the executable.
    ///   - version: The version that `--version` tells.
    ///   - summary: What it is, in one line without a full stop.
    ///   - discussion: More about it: paragraphs, with an empty line between them.
    ///   - globalOptions: The options that every command takes; `--help` and `--version` are added.
    ///   - environment: Variables that the whole program heeds and that no option stands for.
    ///   - exitStatuses: The exit statuses that hold for every command.
    ///   - sections: All commands.
    public init(
        _ name: String, version: String, summary: String, discussion: String = "",
        globalOptions: [any OptionDeclaration] = [], environment: [EnvironmentVariable] = [],
        exitStatuses: [ExitStatus] = [], sections: [CommandSection<Payload>]
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.discussion = discussion
        self.globalOptions = globalOptions.map(\.optionDescription)
        self.environment = environment
        self.exitStatuses = exitStatuses
        self.sections = sections
    }

    /// All commands, in the order of the sections.
    public var commands: [Command<Payload>] { sections.flatMap(\.commands) }

    /// Whether a flag is on a command line, whatever else is: with `--json`, help and version are JSON as well.
    ///
    /// - Parameters:
    ///   - flag: The flag.
    ///   - arguments: The words' bytes.
    public func isGiven(_ flag: Flag, in arguments: [[UInt8]]) -> Bool {
        // Before all options are looked at, of which one may take the word as its value.
        let word = Array("--\(flag.optionDescription.name)".utf8)
        guard flag.optionDescription.short != nil || arguments.contains(where: { $0.starts(with: word) }) else {
            return false
        }
        return givenFlags(arguments.map { String(decoding: $0, as: UTF8.self) }).contains(flag.optionDescription.name)
    }

    /// The words of the command line, without the name of the program, as a command with its values.
    ///
    /// - Parameters:
    ///   - arguments: The words' bytes; see ``argumentBytes(count:values:)``.
    ///   - environment: The environment; a variable that is set to the empty text counts as not set.
    ///   - width: The columns to wrap help to.
    /// - Throws: ``UsageError`` with what is wrong and what to do next.
    public func parse(
        _ arguments: [[UInt8]], environment: [String: String], width: Int = 80
    ) throws(UsageError) -> Invocation<Payload> {
        var words: [String] = []
        for bytes in arguments {
            guard let word = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                throw UsageError(
                    code: .notText,
                    message: "argument \(words.count + 1) is not UTF-8 text",
                    advice: "Give it in UTF-8; a file with another name can be renamed, or reached through its folder.",
                    command: nil,
                    givenFlags: givenFlags(arguments.map { String(decoding: $0.filter { $0 != 0 }, as: UTF8.self) }))
            }
            words.append(word)
        }
        return try parse(words, environment: environment, width: width)
    }
}

/// What a command line asks for.
public enum Invocation<Payload: Sendable>: Sendable {
    /// To print this help, which ends with a line feed, of a command as one calls it: `chancery remote add`.
    case help(String, of: String)
    /// To print this version, which ends with a line feed.
    case version(String)
    /// To run a command.
    case command(Command<Payload>, Values)
}

/// `--help`, which every command takes.
let helpFlag = Flag("help", short: "h", help: "Show help and exit.")

/// `--version`, which stands before any command.
let versionFlag = Flag("version", help: "Show the version and exit.")
