import CommandOptions

/// A small program with every sort of option and argument, and a way to see what a command line gave.
enum Sample {
    enum Format: String, CaseIterable, Sendable {
        case text, json, tei
    }

    static let archive = Option(
        "archive", .folder, placeholder: "PATH", environment: "SAMPLE_ARCHIVE",
        shownDefault: "$XDG_DATA_HOME/sample/default", help: "The replica to work on.")
    static let json = Flag("json", short: "j", help: "Print one JSON value.")
    static let quiet = Flag("quiet", short: "q", environment: "SAMPLE_QUIET", help: "Say less.")

    enum List {
        static let limit = Option("limit", short: "n", .integer(in: 1...1000), help: "List at most N letters.")
        static let offset = Option("offset", .integer, default: 0, help: "Leave out the first N letters.")
        static let shift = Option("shift", .integer(in: -5...5), default: 0, help: "Shift dates by N days.")
        static let tags = Option(
            repeating: "tag", short: "t", .text, placeholder: "TAG", environment: "SAMPLE_TAG",
            help: "Only letters with this tag.")
        static let format = Option(
            "format", short: "f", .choice(of: Format.self), placeholder: "FORMAT", default: .text,
            environment: "SAMPLE_FORMAT", help: "How to print them.")
        static let ids = Argument(any: "ID", .text, help: "Only these letters.")
        static let description = CommandDescription(
            "list", summary: "list letters, newest first",
            discussion: """
                Leaves deleted letters out unless asked. On a terminal it stops after 50 letters, into a pipe it
                writes all of them.

                A letter has conflicts where its heads disagree.
                """,
            arguments: [ids], options: [limit, offset, shift, tags, format],
            environment: [EnvironmentVariable("NO_COLOR", help: "Print no colours.")],
            examples: [
                Example("sample list --tag war -n 5", help: "The five newest letters with the tag `war`.")
            ],
            exitStatuses: [ExitStatus(1, "No letter could be read.")])
    }

    enum Clone {
        static let url = Argument("URL", .text, help: "The archive to clone.")
        static let folder = Argument(optional: "FOLDER", .folder, help: "Where to put it.")
        static let description = CommandDescription(
            "clone", summary: "make a replica of a remote", arguments: [url, folder])
    }

    enum Attach {
        static let id = Argument("ID", .text, help: "The letter.")
        static let files = Argument(oneOrMore: "FILE", .file, help: "What to attach.")
        static let description = CommandDescription("attach", summary: "attach files", arguments: [id, files])
    }

    enum Copy {
        static let sources = Argument(oneOrMore: "SOURCE", .file, help: "What to copy.")
        static let target = Argument("TARGET", .folder, help: "Where to.")
        static let description = CommandDescription("copy", summary: "copy files", arguments: [sources, target])
    }

    enum Serve {
        static let data = Option(
            required: "data", short: "d", .folder, environment: "SAMPLE_DATA", help: "Where the archives are.")
        static let description = CommandDescription("serve", summary: "lend this replica", options: [data])
    }

    static let remoteAdd = CommandDescription(
        "remote add", summary: "note a remote", arguments: [Argument("NAME", .text, help: "Its name."), Clone.url])
    static let remoteList = CommandDescription("remote list", summary: "list the remotes")

    static let program = Program<String>(
        "sample", version: "1.2.3", summary: "keep letters",
        discussion: "Every copy of an archive is a full replica.",
        globalOptions: [archive, json, quiet],
        environment: [EnvironmentVariable("SAMPLE_TOKEN", help: "The token for the remote.")],
        exitStatuses: [ExitStatus(0, "Done."), ExitStatus(64, "Wrong usage.")],
        sections: [
            CommandSection(
                "Letters",
                [
                    Command(List.description, "list"), Command(Attach.description, "attach"),
                    Command(Copy.description, "copy"),
                ]),
            CommandSection(
                "Remotes",
                [
                    Command(Clone.description, "clone"), Command(remoteAdd, "add"),
                    Command(remoteList, "list remotes"), Command(Serve.description, "serve"),
                ]),
        ])

    /// The values of a command line that calls the command with this payload.
    static func values(
        _ words: [String], environment: [String: String] = [:], payload: String? = nil
    ) throws -> Values {
        guard case .command(let command, let values) = try program.parse(words, environment: environment) else {
            throw UnexpectedResult(words: words)
        }
        if let payload, command.payload != payload { throw UnexpectedResult(words: words) }
        return values
    }

    /// The help that a command line asks for.
    static func help(_ words: [String], width: Int = 80) throws -> String {
        guard case .help(let text, of: _) = try program.parse(words, environment: [:], width: width) else {
            throw UnexpectedResult(words: words)
        }
        return text
    }

    /// The error of a command line; nil if it has none.
    static func error(_ words: [String], environment: [String: String] = [:]) -> UsageError? {
        do throws(UsageError) {
            _ = try program.parse(words, environment: environment)
            return nil
        } catch {
            return error
        }
    }

    /// Thrown where a command line gave something of another sort.
    struct UnexpectedResult: Error {
        let words: [String]
    }
}
