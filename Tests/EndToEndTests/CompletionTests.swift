import Foundation
import ProgramTestSupport
import Testing

/// The completions of `chancery`, by the shells themselves.
struct CompletionTests {
    let scratch: Scratch
    /// A folder in which the programs are, and some files to complete.
    let environment: [String: String]

    init() throws {
        scratch = try Scratch()
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

    /// What bash offers for words, the last of which is being typed.
    func bash(_ words: [String]) throws -> [String] {
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
            "/bin/bash", ["--norc", "-c", program], environment: environment, in: scratch.url)
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
        let names = help.components(separatedBy: "\nOptions:")[0].split(separator: "\n").filter { $0.hasPrefix("  ") }
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

    @Test(arguments: [
        ("chancery re", ["remote", "resolve", "restore"]), ("chancery remote ", ["add", "list", "remove"]),
        ("chancery --archive x remote a", ["add"]), ("chancery --ve", ["--version"]),
        ("chancery list --con", ["--conflicts"]), ("chancery list --status dr", ["draft"]),
        ("chancery list --status=dr", ["--status=draft"]), ("chancery import l", ["letter one.txt"]),
        ("chancery clone x s", ["scans/"]),
    ])
    func `fish completes what stands before the cursor`(line: String, offered: [String]) throws {
        let program = "source '\(try script("fish"))'; cd '\(work.path)'; complete -C '\(line)'"
        let ended = try Programs.run(
            "/usr/bin/fish", ["--no-config", "-c", program], environment: environment, in: scratch.url)
        #expect(ended.status == 0 && ended.error.isEmpty, "\(ended.error)")
        let found = ended.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(found.sorted() == offered, "\(ended.output)")
    }
}
