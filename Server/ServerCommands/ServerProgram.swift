import CommandOptions
import LetterModel
import Parallelism

/// What a command of the program is, besides its description.
struct Action: Sendable {
    /// What `--json` prints when nothing could start.
    enum JSONShape: Sendable {
        /// `[]`: the command prints an array.
        case array
        /// An object with `error`.
        case object
    }

    let shape: JSONShape
    let run: @Sendable (Values, CommandContext) throws -> CommandStatus

    init(_ shape: JSONShape, _ run: @escaping @Sendable (Values, CommandContext) throws -> CommandStatus) {
        self.shape = shape
        self.run = run
    }
}

/// The command line `chancery-server`.
public enum ServerProgram {
    /// The program's version.
    public static let version = "0.1.0"

    static let program = Program<Action>(
        "chancery-server", version: version, summary: "keep archives of letters and sync them with replicas",
        discussion: "Archives and tokens can be made and taken back while the server runs.",
        globalOptions: [GlobalOptions.data, GlobalOptions.json],
        exitStatuses: [
            ExitStatus(0, "done"), ExitStatus(1, "failed, or `check` found problems"), ExitStatus(64, "wrong usage"),
        ],
        sections: [
            CommandSection("Run", [Command("serve", ServeCommand.description, Action(.object, ServeCommand.run))]),
            CommandSection(
                "Archives",
                [
                    Command(
                        "archive create", ArchiveCreateCommand.description, Action(.object, ArchiveCreateCommand.run)),
                    Command("archive list", ArchiveListCommand.description, Action(.array, ArchiveListCommand.run)),
                    Command(
                        "archive delete", ArchiveDeleteCommand.description, Action(.object, ArchiveDeleteCommand.run)),
                ]),
            CommandSection(
                "Tokens",
                [
                    Command("token create", TokenCreateCommand.description, Action(.object, TokenCreateCommand.run)),
                    Command("token list", TokenListCommand.description, Action(.array, TokenListCommand.run)),
                    Command("token revoke", TokenRevokeCommand.description, Action(.object, TokenRevokeCommand.run)),
                ]),
            CommandSection(
                "Care",
                [
                    Command("check", CheckCommand.description, Action(.object, CheckCommand.run)),
                    Command("backup", BackupCommand.description, Action(.object, BackupCommand.run)),
                    Command("restore", RestoreCommand.description, Action(.object, RestoreCommand.run)),
                ]),
            CommandSection(
                "Learn",
                [
                    Command("completions", CompletionsCommand.description, Action(.object, CompletionsCommand.run)),
                    Command("manual", ManualCommand.description, Action(.object, ManualCommand.run)),
                ]),
        ])

    /// Runs one command line and returns the status to exit with.
    ///
    /// - Parameters:
    ///   - arguments: The words behind the program's name, as bytes.
    ///   - surroundings: The machine.
    public static func run(_ arguments: [[UInt8]], on surroundings: Surroundings) -> Int32 {
        MemoryArenas.limit()
        do throws(UsageError) {
            switch try program.parse(arguments, environment: surroundings.environment) {
            case .help(let text, of: let command):
                let json: JSONValue = ["command": .string(command), "help": .string(text)]
                surroundings.writeOutput(isJSON(arguments) ? line(json) : Array(text.utf8))
                return CommandStatus.done.rawValue
            case .version(let text):
                let json: JSONValue = ["program": .string(program.name), "version": .string(program.version)]
                surroundings.writeOutput(isJSON(arguments) ? line(json) : Array(text.utf8))
                return CommandStatus.done.rawValue
            case .command(let command, let values):
                let context = CommandContext(surroundings: surroundings, values: values)
                return run(command.payload, values, context).rawValue
            }
        } catch {
            surroundings.writeError(Array("chancery-server: \(error.description)\n".utf8))
            if error.isGiven(GlobalOptions.json) {
                let command = error.command.flatMap { name in
                    program.commands.first { $0.description.name.utf8.elementsEqual(name.utf8) }
                }
                let json = json(for: Failure.usage(error.message), command?.payload.shape ?? .object)
                surroundings.writeOutput(line(json))
            }
            return CommandStatus.wrongUsage.rawValue
        }
    }

    private static func isJSON(_ arguments: [[UInt8]]) -> Bool { program.isGiven(GlobalOptions.json, in: arguments) }

    private static func line(_ json: JSONValue) -> [UInt8] { json.canonicalBytes + [UInt8(ascii: "\n")] }

    private static func run(_ action: Action, _ values: Values, _ context: CommandContext) -> CommandStatus {
        do {
            return try action.run(values, context)
        } catch {
            let failure = Failure(error)
            context.note("chancery-server: \(failure.message)")
            if context.isJSON { context.print(json(for: failure, action.shape), lines: []) }
            return failure.status
        }
    }

    private static func json(for failure: Failure, _ shape: Action.JSONShape) -> JSONValue {
        switch shape {
        case .array: []
        case .object: failure.json
        }
    }
}
