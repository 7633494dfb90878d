import CommandOptions
import Testing

@Suite(.optionsInAnyOrder) struct HelpTests {
    @Test(arguments: [
        ["--help"], ["-h"], ["help"], ["--help", "--json"], ["help", "--help"], ["--nonsense", "--help"],
    ])
    func `the help of the program lists its commands`(words: [String]) throws {
        #expect(
            try Sample.help(words) == """
                Usage: sample [OPTIONS] COMMAND [ARGUMENTS]

                Keep letters.

                Every copy of an archive is a full replica.

                Letters:
                  list    list letters, newest first
                  attach  attach files
                  copy    copy files

                Remotes:
                  clone        make a replica of a remote
                  remote add   note a remote
                  remote list  list the remotes
                  serve        lend this replica

                Options:
                      --archive PATH  The replica to work on. (default:
                                      $XDG_DATA_HOME/sample/default; environment:
                                      SAMPLE_ARCHIVE)
                  -j, --json          Print one JSON value.
                  -q, --quiet         Say less. (environment: SAMPLE_QUIET)
                  -h, --help          Show help and exit.
                      --version       Show the version and exit.

                Environment:
                  SAMPLE_TOKEN  The token for the remote.

                Exit status:
                  0   Done.
                  64  Wrong usage.

                Run 'sample help COMMAND' to see what a command does and takes.

                """)
    }

    @Test(arguments: [
        ["list", "--help"], ["list", "-h"], ["help", "list"], ["--help", "list"], ["list", "--nonsense", "-h"],
        ["list", "-jh", "--limit", "x"], ["help", "list", "whatever"],
    ])
    func `the help of a command tells all that is declared`(words: [String]) throws {
        #expect(
            try Sample.help(words) == """
                Usage: sample list [OPTIONS] [ID...]

                List letters, newest first.

                Leaves deleted letters out unless asked. On a terminal it stops after 50
                letters, into a pipe it writes all of them.

                A letter has conflicts where its heads disagree.

                Arguments:
                  [ID...]  Only these letters.

                Options:
                  -n, --limit N        List at most N letters. (from 1 to 1000)
                      --offset N       Leave out the first N letters. (default: 0)
                      --shift N        Shift dates by N days. (from -5 to 5; default: 0)
                  -t, --tag TAG        Only letters with this tag. (may be repeated;
                                       environment: SAMPLE_TAG)
                  -f, --format FORMAT  How to print them. (one of text, json, tei; default:
                                       text; environment: SAMPLE_FORMAT)

                Options of every command:
                      --archive PATH  The replica to work on. (default:
                                      $XDG_DATA_HOME/sample/default; environment:
                                      SAMPLE_ARCHIVE)
                  -j, --json          Print one JSON value.
                  -q, --quiet         Say less. (environment: SAMPLE_QUIET)
                  -h, --help          Show help and exit.

                Environment:
                  NO_COLOR      Print no colours.
                  SAMPLE_TOKEN  The token for the remote.

                Examples:
                  sample list --tag war -n 5
                      The five newest letters with the tag `war`.

                Exit status:
                  0   Done.
                  1   No letter could be read.
                  64  Wrong usage.

                """)
    }

    @Test(arguments: [["remote", "--help"], ["help", "remote"], ["--help", "remote"]])
    func `the help of a group lists its commands`(words: [String]) throws {
        let help = try Sample.help(words)
        #expect(
            help.hasPrefix(
                """
                Usage: sample remote [OPTIONS] COMMAND [ARGUMENTS]

                Remotes:
                  remote add   note a remote
                  remote list  list the remotes

                Options:

                """))
        #expect(!help.contains("clone"))
    }

    @Test func `a required option is in the usage line`() throws {
        #expect(try Sample.help(["serve", "-h"]).hasPrefix("Usage: sample serve --data FOLDER [OPTIONS]\n"))
        #expect(try Sample.help(["serve", "-h"]).contains("(required; environment:"))
        #expect(try Sample.help(["copy", "-h"]).hasPrefix("Usage: sample copy [OPTIONS] SOURCE... TARGET\n"))
    }

    @Test(arguments: [
        (["help"], "sample"), (["--help", "--json"], "sample"), (["list", "-h", "-j"], "sample list"),
        (["help", "--json", "list"], "sample list"), (["help", "list", "--json"], "sample list"),
        (["--json", "help", "list"], "sample list"), (["list", "--help", "--", "--json"], "sample list"),
    ])
    func `help says what it is of, and whether another flag stands beside it`(words: [String], name: String) throws {
        let program = Sample.program
        guard case .help(_, of: let command) = try program.parse(words, environment: [:]) else {
            Issue.record("\(words) asks for no help")
            return
        }
        #expect(command == name)
        let isGiven = words.prefix { $0 != "--" }.contains { ["--json", "-j"].contains($0) }
        #expect(program.isGiven(Sample.json, in: words.map { Array($0.utf8) }) == isGiven)
    }

    @Test func `the version stands before any command`() throws {
        for words in [["--version"], ["--json", "--version"], ["--version", "list"]] {
            guard case .version(let text) = try Sample.program.parse(words, environment: [:]) else {
                Issue.record("\(words) is no question for the version")
                continue
            }
            #expect(text == "sample 1.2.3\n")
        }
    }

    @Test(arguments: [40, 60, 80, 132])
    func `help keeps to the width and leaves nothing out`(width: Int) throws {
        for command in Sample.program.commands.map(\.description) {
            let help = Sample.program.helpText(of: command, width: width)
            let flat = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for option in command.options + Sample.program.globalOptions {
                #expect(flat.contains("--\(option.name)"))
                #expect(flat.contains(option.help))
                if let short = option.short { #expect(flat.contains("-\(short), --\(option.name)")) }
                if let environment = option.environment { #expect(flat.contains(environment)) }
                if let shown = option.shownDefault { #expect(flat.contains("default: \(shown)")) }
            }
            for argument in command.arguments { #expect(flat.contains("\(argument.usage) \(argument.help)")) }
            for line in help.split(separator: "\n") {
                #expect(line.last != " ")
                // A word that is longer than the room it has is not cut, and an example is one line.
                #expect(line.count <= width || line.hasPrefix("  sample") || !line.dropFirst(40).contains(" "))
            }
        }
    }

    @Test func `a long label has its text below`() {
        let long = Flag("a-flag-whose-name-is-far-too-long", help: "What it does.")
        let program = Program<Int>(
            "p", version: "1", summary: "test",
            sections: [CommandSection("All", [Command(CommandDescription("c", summary: "do", options: [long]), 1)])])
        #expect(
            program.helpText(of: program.commands[0].description).contains(
                """
                Options:
                      --a-flag-whose-name-is-far-too-long
                                              What it does.
                """))
    }
}
