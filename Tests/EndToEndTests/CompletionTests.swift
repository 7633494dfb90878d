import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// The completions of `chancery`, by the shells themselves.
struct CompletionTests {
    let scratch: Scratch
    /// A folder in which the programs are, and some files to complete.
    let environment: [String: String]

    init() throws {
        scratch = Scratch(mayStay: true)
        _ = try scratch.file("work/letter one.txt", "x")
        _ = try scratch.file("work/scans/page.png", "x")
        environment = [
            "HOME": scratch.url.path, "PATH": "\(Programs.folder.path):/usr/bin:/bin", "TERM": "dumb",
            "SWIFT_BACKTRACE": "enable=no", "LC_ALL": "C.UTF-8", "PS1": "> ",
        ]
    }

    func script(_ shell: String) throws -> String {
        let printed = try Programs.run("chancery", ["completions", shell], environment: environment, in: scratch.url)
        #expect(printed.status == 0, "\(printed.error)")
        return try scratch.file("completions.\(shell)", printed.output)
    }

    var work: URL { scratch.url.appending(path: "work") }

    /// What fish offers for a line.
    func fish(_ line: String, with extra: [String: String] = [:]) throws -> [String] {
        try fishLines(line, with: extra).map { String($0.prefix { $0 != "\t" }) }.sorted()
    }

    /// The same with what it says of each, behind a tab.
    func fishLines(_ line: String, with extra: [String: String] = [:]) throws -> [String] {
        let program = "source '\(try script("fish"))'; cd '\(work.path)'; complete -C '\(line)'"
        let ended = try Programs.run(
            "/usr/bin/fish", ["--no-config", "-c", program], environment: environment.merging(extra) { $1 },
            in: scratch.url)
        #expect(ended.status == 0 && ended.error.isEmpty, "\(ended.error)")
        return ended.output.split(separator: "\n").map(String.init)
    }

    /// What bash offers for words, the last of which is being typed.
    func bash(_ words: [String], with extra: [String: String] = [:]) throws -> [String] {
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        let program = """
            set -u
            source '\(try script("bash"))'
            cd '\(work.path)'
            COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
            _chancery
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let ended = try Programs.run(
            "/bin/bash", ["--norc", "-c", program], environment: environment.merging(extra) { $1 }, in: scratch.url)
        #expect(ended.status == 0 && ended.error.isEmpty, "\(ended.error)")
        return ended.output.split(separator: "\n").map(String.init).sorted()
    }

    @Test(arguments: [
        (["chancery", "re"], ["remote", "resolve", "restore"]),
        (["chancery", "remote", ""], ["add", "list", "remove"]),
        (["chancery", "--archive", "x", "remote", "a"], ["add"]),
        (["chancery", "help", "remote", "r"], ["remove"]),
        (["chancery", "--ve"], ["--version"]),
        (["chancery", "list", "--con"], ["--conflicts"]),
        (["chancery", "list", "--status", "dr"], ["draft"]),
        (["chancery", "list", "--status", "=", "dr"], ["draft"]),
        (["chancery", "list", "--status", "="], ["approved", "draft", "published", "review", "withdrawn"]),
        (["chancery", "list", "--json", "--status", "dr"], ["draft"]),
        (["chancery", "list", "--tag", ""], []),
        (["chancery", "completions", "f"], ["fish"]),
        (["chancery", "completions", "fish", ""], []),
        (["chancery", "import", "l"], ["letter one.txt"]),
        (["chancery", "import", "x", "l"], ["letter one.txt"]),
        (["chancery", "import", "--", "--f"], []),
        (["chancery", "clone", "https://x/y", "s"], ["scans"]),
        (["chancery", "--archive", "s"], ["scans"]),
        (["chancery", "list", "--archive", ""], ["scans"]),
    ])
    func `bash completes what stands before the cursor`(words: [String], offered: [String]) throws {
        #expect(try bash(words) == offered)
    }

    @Test func `every command of the help is completed, with every option of its own`() throws {
        let help = try Programs.run("chancery", ["help"], environment: environment, in: scratch.url).output
        // What is indented further goes on with the line before.
        let names = help.components(separatedBy: "\nOptions:")[0].split(separator: "\n")
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.dropFirst(2).components(separatedBy: "  ").first }
        #expect(names.count > 25)
        for name in names {
            let words = name.split(separator: " ").map(String.init)
            #expect(try bash(["chancery"] + words).contains(words[words.count - 1]), "\(name)")
            let own = try Programs.run("chancery", words + ["--help"], environment: environment, in: scratch.url).output
            let options = own.split(separator: "\n").compactMap { line -> String? in
                let label = line.trimmingCharacters(in: .whitespaces)
                guard line.hasPrefix("  "), label.hasPrefix("-"), let start = label.range(of: "--") else { return nil }
                return String(label[start.lowerBound...].prefix { $0 != " " && $0 != "," })
            }
            #expect(options.count > 3)
            #expect(try bash(["chancery"] + words + ["--"]) == options.sorted(), "\(name)")
        }
    }

    @Test func `in a terminal bash completes with the tabulator`() throws {
        let file = try script("bash")
        let ended = try PseudoTerminal.run(
            ["/bin/bash", "--norc", "--noprofile", "-i"], environment: environment,
            typing: "source '\(file)'\nchancery --vers\t\nchancery remote ad\t--help\nexit\n", in: work)
        #expect(ended.screen.contains("\nchancery 0.1.0\n"), "\(ended.screen)")
        #expect(ended.screen.contains("Usage: chancery remote add"), "\(ended.screen)")
    }

    @Test func `in a terminal zsh completes with the tabulator`() throws {
        let file = try script("zsh")
        let typing = """
            autoload -U compinit; compinit -u -D
            source '\(file)'
            chancery --vers\t
            chancery --archive sc\t remote ad\t--help
            chancery list --status dra\t--help --json; echo "status:$?"
            exit

            """
        let ended = try PseudoTerminal.run(
            ["/usr/bin/zsh", "-f", "-i"], environment: environment, typing: typing, in: work)
        #expect(ended.screen.contains("\nchancery 0.1.0\n"), "\(ended.screen)")
        #expect(ended.screen.contains("Usage: chancery remote add"), "\(ended.screen)")
        #expect(ended.screen.contains("draft"), "\(ended.screen)")
        #expect(!ended.screen.contains("_arguments:"), "\(ended.screen)")
    }

    @Test func `fish says what an option is, and not the same of each of its words`() throws {
        #expect(
            try fishLines("chancery import --form") == [
                "--format\t`text`, `jsonl`, `tei`, `cmif`, `mbox`, `eml` or `csv`"
            ])
        #expect(try fishLines("chancery import --format c").sorted() == ["cmif", "csv"])
    }

    @Test(arguments: [
        ("chancery re", ["remote", "resolve", "restore"]), ("chancery remote ", ["add", "list", "remove"]),
        ("chancery --archive x remote a", ["add"]), ("chancery --ve", ["--version"]),
        ("chancery list --con", ["--conflicts"]), ("chancery list --status dr", ["draft"]),
        ("chancery list --status=dr", ["--status=draft"]), ("chancery import l", ["letter one.txt"]),
        ("chancery clone x s", ["scans/"]),
    ])
    func `fish completes what stands before the cursor`(line: String, offered: [String]) throws {
        #expect(try fish(line) == offered)
    }

    // MARK: Names that only the archive knows

    /// An archive with letters, tags and remotes; its folder.
    private func archive() throws -> String {
        let folder = scratch.url.appending(path: "archive").path
        let own = environment.merging(["CHANCERY_ARCHIVE": folder, "CHANCERY_AUTHOR": "Ada"]) { $1 }
        func run(_ words: String...) throws {
            let ended = try Programs.run("chancery", words, environment: own, in: scratch.url)
            #expect(ended.status == 0, "\(ended.error)")
        }
        try run("init")
        let lines = [
            #"{"id":"0190a000-0000-7000-8000-000000000001","letter":{"title":"One: a \u001b title","tags":["home leave","war"]}}"#,
            #"{"id":"0190a000-0000-7000-8000-000000000002","letter":{"body":"Two.","tags":["home"]}}"#,
            #"{"id":"7c310000-0000-7000-8000-000000000003","letter":{"title":"Three"}}"#,
        ]
        try run("import", try scratch.file("letters.jsonl", lines.joined(separator: "\n") + "\n"))
        try run("remote", "add", "origin", "https://letters.example/oic")
        try run("remote", "add", "usb", scratch.url.appending(path: "shared").path, "--create")
        return folder
    }

    private static let twins = ["0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"]

    @Test func `letters, remotes and tags are completed from the archive`() throws {
        let folder = try archive()
        let own = ["CHANCERY_ARCHIVE": folder]
        #expect(try bash(["chancery", "show", "7"], with: own) == ["7c310000"])
        #expect(try bash(["chancery", "show", ""], with: own) == Self.twins + ["7c310000"])
        #expect(try bash(["chancery", "edit", "0190"], with: own) == Self.twins)
        #expect(try bash(["chancery", "show", "7c310000-"], with: own) == ["7c310000-0000-7000-8000-000000000003"])
        #expect(try bash(["chancery", "sync", "o"], with: own) == ["origin"])
        #expect(try bash(["chancery", "remote", "remove", ""], with: own) == ["origin", "usb"])
        #expect(try bash(["chancery", "list", "--tag", "ho"], with: own) == ["home", "home\\ leave"])
        #expect(try bash(["chancery", "list", "--tag", "=", "w"], with: own) == ["war"])
        // The folder that the line itself names.
        #expect(try bash(["chancery", "--archive", folder, "sync", "u"]) == ["usb"])
        #expect(try bash(["chancery", "--archive", "=", folder, "sync", "u"]) == ["usb"])
        #expect(try fish("chancery show 7", with: own) == ["7c310000"])
        #expect(try fish("chancery sync ", with: own) == ["origin", "usb"])
        #expect(try fish("chancery list --tag w", with: own) == ["war"])
        #expect(try fish("chancery --archive \(folder) sync u") == ["usb"])
        #expect(try fish("chancery --archive=\(folder) sync u") == ["usb"])
    }

    @Test func `zsh completes names from the archive too`() throws {
        let folder = try archive()
        let file = try script("zsh")
        let typing = """
            autoload -U compinit; compinit -u -D
            source '\(file)'
            chancery show 7c\t--json; echo "status:$?"
            chancery --archive '\(folder)' remote remove us\t--help
            chancery list --tag wa\t--json
            exit

            """
        let ended = try PseudoTerminal.run(
            ["/usr/bin/zsh", "-f", "-i"], environment: environment.merging(["CHANCERY_ARCHIVE": folder]) { $1 },
            typing: typing, in: work)
        #expect(ended.screen.contains(#""id":"7c310000-0000-7000-8000-000000000003""#), "\(ended.screen)")
        #expect(ended.screen.contains("remove usb"), "\(ended.screen)")
        #expect(ended.screen.contains(#""tags":["home leave","war"]"#), "\(ended.screen)")
    }

    @Test func `bash lists names with what they stand for, and inserts the names alone`() throws {
        let own = ["CHANCERY_ARCHIVE": try archive()]
        let file = try script("bash")
        // The first tabulator inserts what both have in common, the third one lists them.
        let typing = """
            source '\(file)'
            chancery show 0190\t\t\t2\t--json; echo "status:$?"
            chancery show 7\t--json; echo "status:$?"
            bind 'set show-all-if-ambiguous on'
            chancery show 01\t1\t--json
            exit

            """
        let ended = try PseudoTerminal.run(
            ["/bin/bash", "--norc", "--noprofile", "-i"], environment: environment.merging(own) { $1 },
            typing: typing, in: work)
        for number in [1, 2] {
            #expect(ended.screen.contains(#""id":"\#(Self.twins[number - 1])""#), "\(ended.screen)")
        }
        #expect(ended.screen.contains(#""id":"7c310000-0000-7000-8000-000000000003""#), "\(ended.screen)")
        #expect(ended.screen.components(separatedBy: "status:0").count == 3, "\(ended.screen)")
        let listed = ended.screen.split(separator: "\n").filter {
            $0.hasPrefix(Self.twins[0]) || $0.hasPrefix(Self.twins[1])
        }
        #expect(
            listed.map { $0.trimmingCharacters(in: .whitespaces) } == [
                "\(Self.twins[0])  (One: a \u{241B} title)", "\(Self.twins[1])  (Two.)",
                "\(Self.twins[0])  (One: a \u{241B} title)", "\(Self.twins[1])  (Two.)",
            ], "\(ended.screen)")
        // Only one is left, and it is inserted whatever is listed.
        let listing = own.merging(["COMP_TYPE": "63", "COLUMNS": "20"]) { $1 }
        #expect(try bash(["chancery", "show", "7"], with: listing) == ["7c310000"])
        #expect(
            try bash(["chancery", "sync", ""], with: listing) == [
                "origin  (https://le", "usb  (\(scratch.url.path.prefix(13))",
            ])
        #expect(try bash(["chancery", "show", "0"], with: listing) == Self.twins)
    }

    @Test func `where there is no archive nothing is said`() throws {
        for sort in ["letters", "remotes", "tags"] {
            let ended = try Programs.run("chancery", ["complete", sort], environment: environment, in: scratch.url)
            #expect(ended.status == 0 && ended.output.isEmpty && ended.error.isEmpty, "\(ended.error)")
        }
        #expect(try bash(["chancery", "show", ""]) == [])
        let help = try Programs.run("chancery", ["help"], environment: environment, in: scratch.url).output
        #expect(!help.contains("complete "))
        let own = ["CHANCERY_ARCHIVE": try archive()]
        let shown = try Programs.run(
            "chancery", ["complete", "letters", "0190a000-0000-7000-8000-000000000001"],
            environment: environment.merging(own) { $1 }, in: scratch.url)
        #expect(shown.output == "0190a000-0000-7000-8000-000000000001\tOne: a \u{241B} title\n")
    }

    // MARK: The server's program

    @Test func `the server's program is completed by the same descriptions`() throws {
        for shell in ["bash", "zsh", "fish"] {
            let printed = try Programs.run(
                "chancery-server", ["completions", shell], environment: environment, in: scratch.url)
            #expect(printed.status == 0 && !printed.output.isEmpty, "\(printed.error)")
            if shell == "zsh" {
                let file = try scratch.file("server.zsh", printed.output)
                let checked = try Programs.run("/usr/bin/zsh", ["-n", file], environment: environment, in: scratch.url)
                #expect(checked.status == 0 && checked.error.isEmpty, "\(checked.error)")
            }
        }
        let script = try Programs.run(
            "chancery-server", ["completions", "bash"], environment: environment, in: scratch.url)
        let file = try scratch.file("server.bash", script.output)
        func offered(_ words: [String]) throws -> String {
            let quoted = words.map { "'\($0)'" }.joined(separator: " ")
            let program =
                "set -u; source '\(file)'; COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1); _chancery_server; echo ${COMPREPLY[@]}"
            let ended = try Programs.run(
                "/bin/bash", ["--norc", "-c", program], environment: environment, in: scratch.url)
            #expect(ended.error.isEmpty, "\(ended.error)")
            return ended.output
        }
        #expect(try offered(["chancery-server", "to"]) == "token\n")
        #expect(try offered(["chancery-server", "token", ""]) == "create list revoke\n")
        #expect(try offered(["chancery-server", "token", "create", "--role", "w"]) == "writer\n")
    }
}
