import CommandOptions
import LetterModel

/// `chancery-server completions`: a script that completes command lines.
enum CompletionsCommand {
    static let shell = Argument("SHELL", .choice(of: Shell.self), help: "Which shell.")

    static let description = CommandDescription(
        "completions", summary: "print a script that completes command lines in your shell",
        discussion: """
            Bash: `source <(chancery-server completions bash)` in ~/.bashrc, or the script as \
            ~/.local/share/bash-completion/completions/chancery-server.

            Zsh: `source <(chancery-server completions zsh)` in ~/.zshrc behind compinit, or the script as _chancery-server in a folder of $fpath.

            Fish: `chancery-server completions fish > ~/.config/fish/completions/chancery-server.fish`.
            """,
        arguments: [shell]
    ).aboutProgram

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let script = ServerProgram.program.completions(for: values[shell])
        if context.isJSON {
            context.print(["shell": .string(values[shell].rawValue), "script": .string(script)], lines: [])
        } else {
            context.surroundings.writeOutput(Array(script.utf8))
        }
        return .done
    }
}

/// `chancery-server manual`: the pages of the manual.
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
            Example("chancery-server manual token create | man -l -", help: "Read the page of a command."),
            Example("chancery-server manual --output /usr/local/share/man/man1", help: "Install all of them."),
        ]
    ).aboutProgram

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let program = ServerProgram.program
        let name = values[command].joined(separator: " ")
        let found = program.commands.map(\.description).first { $0.name.hasSameBytes(as: name) }
        if !name.isEmpty, found == nil {
            throw Failure.usage("there is no command '\(name)'; see `chancery-server help`")
        }
        guard let folder = values[output] else {
            let page = program.manualPage(of: found)
            if context.isJSON {
                let name = program.manualPageName(of: found)
                context.print(["name": .string(name), "page": .string(page)], lines: [])
            } else {
                context.surroundings.writeOutput(Array(page.utf8))
            }
            return .done
        }
        try TextFile.makeFolder(folder)
        var names: [String] = []
        for command in found.map({ [$0] }) ?? [nil] + program.commands.map(\.description) {
            let name = program.manualPageName(of: command)
            try TextFile.write(program.manualPage(of: command), to: "\(folder)/\(name)")
            names.append(name)
        }
        context.print(["folder": .string(folder), "pages": .array(names.map(JSONValue.string))], lines: [])
        if !context.isJSON { context.note("\(names.count) pages in \(folder)") }
        return .done
    }
}
