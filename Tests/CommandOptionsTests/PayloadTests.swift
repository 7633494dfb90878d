import CommandOptions
import Synchronization
import Testing

@Suite(.optionsInAnyOrder) struct PayloadTests {
    /// The example of the documentation of `Program`, with something to see.
    enum ListCommand {
        static let limit = Option("limit", short: "n", .integer(in: 1...1000), help: "List at most N letters.")
        static let tags = Option(repeating: "tag", .text, placeholder: "TAG", help: "Only letters with this tag.")
        static let ids = Argument(any: "ID", .text, help: "Only these letters.")
        static let description = CommandDescription(
            "list", summary: "list letters, newest first", arguments: [ids], options: [limit, tags])

        static func run(_ values: Values) async throws -> [String] {
            let limit: Int? = values[Self.limit]
            let tags: [String] = values[Self.tags]
            return [limit.map(String.init) ?? "all"] + tags + values[Self.ids]
        }
    }

    @Test func `a program finds the function of a command again`() async throws {
        let program = Program<@Sendable (Values) async throws -> [String]>(
            "chancery", version: "1.0.0", summary: "keep an archive of letters",
            sections: [CommandSection("Letters", [Command(ListCommand.description, ListCommand.run)])])
        guard case .command(let command, let values) = try program.parse(["list", "x", "--tag", "t"], environment: [:])
        else {
            Issue.record("no command")
            return
        }
        #expect(try await command.payload(values) == ["all", "t", "x"])
    }

    @Test func `of a command with a name only the one that was called is described`() throws {
        let described = Mutex<[String]>([])
        @Sendable func describe(_ name: String) -> CommandDescription {
            described.withLock { $0.append(name) }
            return CommandDescription(name, summary: "do something")
        }
        let program = Program<Int>(
            "sample", version: "1", summary: "do things",
            sections: [
                CommandSection(
                    "All",
                    [
                        Command("add", describe("add"), 1), Command("remote add", describe("remote add"), 2),
                        Command("remote list", describe("remote list"), 3),
                    ])
            ])
        guard case .command(let command, _) = try program.parse(["remote", "list"], environment: [:]) else {
            Issue.record("no command")
            return
        }
        #expect(command.payload == 3)
        #expect(Set(described.withLock { $0 }) == ["remote list"])
        #expect(program.helpText().contains("remote add"))
        program.checkNames()
    }

    @Test func `a parser of one's own says what it expected`() throws {
        let days = ValueParser<Int>(placeholder: "DAYS", format: { "\($0)d" }) { text throws(InvalidValue) in
            guard text.hasSuffix("d"), let days = Int(text.dropLast()) else {
                throw InvalidValue(expected: "a number of days such as 90d")
            }
            return days
        }
        let expires = Option("expires", days, default: 90, help: "When it ends.")
        let description = CommandDescription("token create", summary: "make a token", options: [expires])
        let program = Program<Int>(
            "server", version: "1", summary: "serve", sections: [CommandSection("Tokens", [Command(description, 1)])])
        guard
            case .command(_, let values) = try program.parse(["token", "create", "--expires", "7d"], environment: [:])
        else {
            Issue.record("no command")
            return
        }
        #expect(values[expires] == 7)
        #expect(program.helpText(of: description).contains("--expires DAYS  When it ends. (default: 90d)"))
        let error = #expect(throws: UsageError.self) {
            try program.parse(["token", "create", "--expires", "soon"], environment: [:])
        }
        #expect(error?.message == "option --expires: 'soon' is not allowed; expected a number of days such as 90d")
    }
}
