import CommandOptions
import Testing

@Suite(.optionsInAnyOrder) struct UsageErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var words: [String]
        var code: UsageError.Code
        var message: String
        var testDescription: String { words.joined(separator: " ") }

        init(_ line: String, _ code: UsageError.Code, _ message: String) {
            words = line.split(separator: " ").map(String.init)
            self.code = code
            self.message = message
        }
    }

    static let rows: [Row] = [
        Row("", .missingCommand, "no command was given"),
        Row("--json", .missingCommand, "no command was given"),
        Row("remote", .missingCommand, "'remote' needs one of add or list"),
        Row("lsit", .unknownCommand, "there is no command 'lsit'; did you mean 'list'?"),
        Row("hepl", .unknownCommand, "there is no command 'hepl'; did you mean 'help'?"),
        Row("remote ad", .unknownCommand, "there is no command 'remote ad'; did you mean 'remote add'?"),
        Row("frobnicate", .unknownCommand, "there is no command 'frobnicate'"),
        Row("help frobnicate", .unknownCommand, "there is no command 'frobnicate'"),
        Row("List", .unknownCommand, "there is no command 'List'; did you mean 'list'?"),
        Row("list --limt 5", .unknownOption, "there is no option '--limt'; did you mean --limit?"),
        Row("list --limt=5", .unknownOption, "there is no option '--limt'; did you mean --limit?"),
        Row("list --lim 5", .unknownOption, "there is no option '--lim'"),
        Row("list --arhcive x", .unknownOption, "there is no option '--arhcive'; did you mean --archive?"),
        Row("--arhcive x list", .unknownOption, "there is no option '--arhcive'; did you mean --archive?"),
        Row("list --frobnicate", .unknownOption, "there is no option '--frobnicate'"),
        Row("list -x", .unknownOption, "there is no option -x"),
        Row("list -jqx", .unknownOption, "there is no option -x"),
        Row("list -jé", .unknownOption, "there is no option -é"),
        Row("list -json", .unknownOption, "there is no option -s"),
        Row("list --version", .unknownOption, "there is no option '--version'"),
        Row("--limit 5 list", .unknownOption, "option --limit belongs to a command"),
        Row("list --limit", .missingValue, "option --limit needs a value: --limit N"),
        Row("list -jn", .missingValue, "option -n needs a value: -n N"),
        Row("--archive", .missingValue, "option --archive needs a value: --archive PATH"),
        Row("list --json=yes", .unwantedValue, "option --json takes no value"),
        Row("list --json=", .unwantedValue, "option --json takes no value"),
        Row("list --help=yes", .unwantedValue, "option --help takes no value"),
        Row(
            "list --format jsno", .invalidValue,
            "option --format: 'jsno' is not allowed; expected text, json or tei; did you mean 'json'?"),
        Row("list --format JSON", .invalidValue, "option --format: 'JSON' is not allowed; expected text, json or tei"),
        Row("list --limit 0", .invalidValue, limitMessage("0")),
        Row("list --limit 1001", .invalidValue, limitMessage("1001")),
        Row("list --limit +5", .invalidValue, limitMessage("+5")),
        Row("list --limit -5", .invalidValue, limitMessage("-5")),
        Row("list --limit 5x", .invalidValue, limitMessage("5x")),
        Row("list --limit 0x5", .invalidValue, limitMessage("0x5")),
        Row("list --limit ٥", .invalidValue, limitMessage("٥")),
        Row("list --limit --json", .invalidValue, limitMessage("--json")),
        Row("list --limit=", .invalidValue, limitMessage("")),
        Row("list --shift -6", .invalidValue, shiftMessage("-6")),
        Row("list --shift -", .invalidValue, shiftMessage("-")),
        Row("list --shift --3", .invalidValue, shiftMessage("--3")),
        Row(
            "list --offset 9223372036854775808", .invalidValue,
            "option --offset: '9223372036854775808' is not allowed; expected a whole number of at least 0"),
        Row("list --archive=", .invalidValue, "option --archive: '' is not allowed; expected a path"),
        Row(
            "list --limit 5 --limit 5", .repeatedOption, "option --limit is there twice and takes only one value"),
        Row(
            "--archive a list --archive a", .repeatedOption, "option --archive is there twice and takes only one value"
        ),
        Row("serve", .missingOption, "option --data FOLDER is required (or set SAMPLE_DATA)"),
        Row("clone", .missingArgument, "argument URL is missing"),
        Row("attach", .missingArgument, "argument ID is missing"),
        Row("attach 1", .missingArgument, "argument FILE is missing"),
        Row("copy a", .missingArgument, "argument TARGET is missing"),
        Row("clone a b c d", .tooManyArguments, "there is one argument too many: 'c'"),
        Row("remote list x", .tooManyArguments, "there is one argument too many: 'x'"),
    ]

    static func limitMessage(_ text: String) -> String {
        "option --limit: '\(text)' is not allowed; expected a whole number from 1 to 1000"
    }

    static func shiftMessage(_ text: String) -> String {
        "option --shift: '\(text)' is not allowed; expected a whole number from -5 to 5"
    }

    @Test(arguments: rows)
    func `a wrong command line says what is wrong`(row: Row) {
        let error = Sample.error(row.words)
        #expect(error?.code == row.code)
        #expect(error?.message == row.message)
        #expect(error?.advice.isEmpty == false)
    }

    @Test func `every code has a row or a test of its own`() {
        let tested = Set(Self.rows.map(\.code)).union([.notText])
        #expect(tested == Set(UsageError.Code.allCases))
    }

    @Test func `white space around a number is refused`() {
        #expect(Sample.error(["list", "--limit", " 5"])?.code == .invalidValue)
        #expect(Sample.error(["list", "--limit", "5\n"])?.code == .invalidValue)
    }

    @Test func `the advice names the command`() {
        #expect(
            Sample.error(["list", "-x"])?.description
                == "there is no option -x\nRun 'sample list --help' to see what it takes.")
        #expect(Sample.error(["lst"])?.advice == "Run 'sample --help' to see what it takes.")
        #expect(Sample.error(["remote", "x"])?.advice == "Run 'sample remote --help' to see what it takes.")
        #expect(Sample.error(["remote", "list", "x"])?.command == "remote list")
        #expect(Sample.error(["remote", "x"])?.command == nil)
        #expect(Sample.error(["--limit", "5", "list"])?.advice == "Write it behind the name of the command.")
    }

    @Test(arguments: [
        ["list", "--nonsense", "--json"], ["list", "-j", "--limit", "x"], ["--json", "lst"], ["lst", "x", "-jx"],
        ["--nonsense", "list", "--json"], ["list", "--limit", "--limit", "--json", "--limit"], ["--json"],
    ])
    func `an error knows the flags that are on the command line`(words: [String]) {
        let error = Sample.error(words)
        #expect(error?.isGiven(Sample.json) == true)
        #expect(error?.isGiven(Sample.quiet) == false)
    }

    @Test(arguments: [["list", "--limit", "--json"], ["list", "-x", "--", "--json"], ["lst", "--tag", "--json"]])
    func `what only looks like a flag is none`(words: [String]) {
        #expect(Sample.error(words)?.isGiven(Sample.json) == false)
    }

    @Test func `a value from the environment is never quoted`() {
        let error = Sample.error(["list"], environment: ["SAMPLE_FORMAT": "secrets"])
        #expect(
            error?.message
                == "environment variable SAMPLE_FORMAT: its value is not allowed; expected text, json or tei")
        #expect(Sample.error(["list"], environment: ["SAMPLE_QUIET": "perhaps"])?.code == .invalidValue)
    }

    @Test func `what a message quotes does nothing to a terminal and is short`() {
        let text = "\u{1b}[31m\u{9b}x\u{202e}\r\n" + String(repeating: "y", count: 100)
        let message = Sample.error([text])?.message ?? ""
        #expect(message.hasPrefix("there is no command '?[31m?x???yyy"))
        #expect(message.count < 100)
        #expect(Sample.error(["list", "--\u{1b}c"])?.message == "there is no option '--?c'")
        #expect(Sample.error(["list", "--\u{1b}c=1", "x"])?.message == "there is no option '--?c'")
        #expect(Sample.error(["list", "-\u{1b}"])?.message == "there is no option -?")
    }

    @Test func `a NUL byte is refused`() {
        #expect(Sample.error(["list", "a\0b"])?.code == .notText)
    }

    @Test func `a very long word is refused at once`() {
        #expect(Sample.error([String(repeating: "list", count: 100_000)])?.code == .unknownCommand)
        #expect(Sample.error(["list", "--" + String(repeating: "x", count: 100_000)])?.code == .unknownOption)
    }
}
