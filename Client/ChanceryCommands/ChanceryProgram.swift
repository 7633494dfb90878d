public import ArchiveClient
import CommandOptions
import LetterModel
import Parallelism

/// What a command of the program is, besides its description.
struct Action: Sendable {
    /// What `--json` prints when nothing could start.
    enum JSONShape: Sendable {
        /// `[]`: the command prints an array, one object for each thing it is about.
        case array
        /// An object with `error`.
        case object
    }

    let shape: JSONShape
    /// Whether what it prints is for reading: on a terminal it goes through a pager. Never of a command that asks something.
    let isPaged: Bool
    let run: @Sendable (Values, CommandContext) async throws -> CommandStatus

    init(
        _ shape: JSONShape, isPaged: Bool = false,
        _ run: @escaping @Sendable (Values, CommandContext) async throws -> CommandStatus
    ) {
        self.shape = shape
        self.isPaged = isPaged
        self.run = run
    }
}

/// The command line `chancery`.
public enum ChanceryProgram {
    /// The program's version.
    public static let version = "0.1.0"

    /// Runs one command line and returns the status to exit with.
    ///
    /// - Parameters:
    ///   - arguments: The words behind the program's name, as bytes.
    ///   - environment: The environment's variables.
    ///   - surroundings: The clock and the randomness that new revisions take.
    public static func run(
        _ arguments: [[UInt8]], environment: [String: String], surroundings: Surroundings = .machine
    ) async -> Int32 {
        MemoryArenas.limit()
        var console = Console(environment: environment)
        defer { console.endPaging() }
        do {
            switch try program.parse(arguments, environment: environment, width: min(console.output.width, 100)) {
            case .help(let text, of: let command):
                if program.isGiven(GlobalOptions.json, in: arguments) {
                    console.write(JSONValue.object(["command": .string(command), "help": .string(text)]).canonicalText)
                    return CommandStatus.done.rawValue
                }
                console.page(environment: environment)
                console.write(bytes: Array(text.utf8))
                return CommandStatus.done.rawValue
            case .version(let text):
                if program.isGiven(GlobalOptions.json, in: arguments) {
                    let version: JSONValue = ["program": .string(program.name), "version": .string(program.version)]
                    console.write(version.canonicalText)
                    return CommandStatus.done.rawValue
                }
                console.write(bytes: Array(text.utf8))
                return CommandStatus.done.rawValue
            case .command(let command, let values):
                if command.payload.isPaged, !values[GlobalOptions.noPager], !values[GlobalOptions.json] {
                    console.page(environment: environment)
                }
                let context = CommandContext(
                    console: console, environment: environment, surroundings: surroundings, values: values)
                return await run(command.payload, values, context).rawValue
            }
        } catch {
            console.note("chancery: \(error.description)")
            if error.isGiven(GlobalOptions.json) { console.write(usageJSON(error).canonicalText) }
            return CommandStatus.wrongUsage.rawValue
        }
    }

    private static func run(_ action: Action, _ values: Values, _ context: CommandContext) async -> CommandStatus {
        do {
            return try await action.run(values, context)
        } catch {
            let failure = Failure(error)
            context.console.note("chancery: \(failure.message)")
            if context.isJSON {
                switch action.shape {
                case .array: context.print([])
                case .object: context.print(["error": failure.json])
                }
            }
            return failure.status
        }
    }

    private static func usageJSON(_ error: UsageError) -> JSONValue {
        let failure = Failure("usage", error.message)
        let command = error.command.flatMap { name in program.commands.first { $0.description.name == name } }
        if let command, case .array = command.payload.shape { return [] }
        return ["error": failure.json]
    }
}
