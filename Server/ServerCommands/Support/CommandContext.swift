import ArchiveServer
import CommandOptions
import LetterModel

/// What a command is given besides its own options.
struct CommandContext: Sendable {
    let surroundings: Surroundings
    /// Whether standard output is one JSON value.
    let isJSON: Bool
    private let values: Values

    init(surroundings: Surroundings, values: Values) {
        self.surroundings = surroundings
        isJSON = values[GlobalOptions.json]
        self.values = values
    }

    /// The data folder. Not asked for by commands that are about the program alone.
    var folder: ServerFolder { ServerFolder(values[GlobalOptions.data]) }

    /// Administration of the data folder.
    ///
    /// - Parameter create: Whether the folder is made if it is not there.
    func administration(create: Bool = false) throws(ServerFailure) -> Administration {
        try Administration(folder, create: create, surroundings: administrationSurroundings)
    }

    /// What administration takes from the world.
    var administrationSurroundings: Administration.Surroundings {
        .init(now: surroundings.now, randomBytes: surroundings.randomBytes, userName: surroundings.userName)
    }

    /// Prints a result: one JSON value with `--json`, else lines.
    func print(_ json: JSONValue, lines: [String]) {
        if isJSON {
            surroundings.writeOutput(json.canonicalBytes + [UInt8(ascii: "\n")])
        } else if !lines.isEmpty {
            surroundings.writeOutput(Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")])
        }
    }

    /// Writes a line for people to standard error.
    func note(_ line: String) {
        surroundings.writeError(Array(line.utf8) + [UInt8(ascii: "\n")])
    }
}

/// The options of every command.
enum GlobalOptions {
    static let data = Option(
        required: "data", .folder, environment: "CHANCERY_SERVER_DATA", help: "The server's data folder.")
    static let json = Flag(
        "json", environment: "CHANCERY_SERVER_JSON", help: "Print one JSON value on standard output, also on failure.")
}
