import CommandOptions
import LetterModel

/// `chancery completions`: a script that completes command lines.
enum CompletionsCommand {
    static let shell = Argument("SHELL", .choice(of: Shell.self), help: "Which shell.")

    static let description = CommandDescription(
        "completions", summary: "print a script that completes command lines in your shell",
        discussion: """
            Bash: `source <(chancery completions bash)` in ~/.bashrc, or the script as \
            ~/.local/share/bash-completion/completions/chancery.

            Zsh: `source <(chancery completions zsh)` in ~/.zshrc behind compinit, or the script as _chancery in a folder of $fpath.

            Fish: `chancery completions fish > ~/.config/fish/completions/chancery.fish`.
            """,
        arguments: [shell])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let script = program.completions(for: values[shell])
        if context.isJSON {
            context.print(["shell": .string(values[shell].rawValue), "script": .string(script)])
        } else {
            context.console.write(bytes: Array(script.utf8))
        }
        return .done
    }
}

/// `chancery manual`: the pages of the manual.
enum ManualCommand {
    static let command = Argument(
        any: "COMMAND", .text, help: "The page of this command; without it, the page of the program.")
    static let output = Option(
        "output", .folder,
        help: "Write all pages into this folder, which is made if it is not there: `man1` of a MANPATH.")

    static let description = CommandDescription(
        "manual", summary: "print a page of the manual, or write all of them into a folder",
        discussion: "The pages say what --help says, for `man`.", arguments: [command], options: [output],
        examples: [
            Example("chancery manual sync | man -l -", help: "Read the page of a command."),
            Example(
                "chancery manual --output ~/.local/share/man/man1", help: "Install all: `man chancery` finds them."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let name = values[command].joined(separator: " ")
        let found = program.commands.map(\.description).first { !$0.isHidden && $0.name.hasSameBytes(as: name) }
        if !name.isEmpty, found == nil {
            throw Failure("usage", "there is no command '\(name)'; see `chancery help`", status: .wrongUsage)
        }
        guard let folder = values[output] else {
            let page = program.manualPage(of: found)
            if context.isJSON {
                context.print(["name": .string(program.manualPageName(of: found)), "page": .string(page)])
            } else {
                context.console.write(bytes: Array(page.utf8))
            }
            return .done
        }
        let described = found.map { [$0] } ?? [nil] + program.commands.map(\.description).filter { !$0.isHidden }
        try FileSystem.makeFolder(folder)
        var names: [JSONValue] = []
        for command in described {
            let name = program.manualPageName(of: command)
            try FileSystem.write(Array(program.manualPage(of: command).utf8), to: FileSystem.join(folder, name))
            names.append(.string(name))
        }
        if context.isJSON {
            context.print(["folder": .string(folder), "pages": .array(names)])
        } else {
            context.console.note("\(names.count) pages in \(folder)")
        }
        return .done
    }
}
