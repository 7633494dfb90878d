import CommandOptions
import LetterModel

/// `chancery completions`: a script that completes command lines.
enum CompletionsCommand {
    static let description = LearningCommands.completions(of: "chancery")

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let shell = values[LearningCommands.shell]
        let script = program.completions(for: shell)
        if context.isJSON {
            context.print(["shell": .string(shell.rawValue), "script": .string(script)])
        } else {
            context.console.write(bytes: Array(script.utf8))
        }
        return .done
    }
}

/// `chancery manual`: the pages of the manual.
enum ManualCommand {
    static let description = LearningCommands.manual(examples: [
        Example("chancery manual sync | man -l -", help: "Read the page of a command."),
        Example("chancery manual --output ~/.local/share/man/man1", help: "Install all: `man chancery` finds them."),
    ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let name = values[LearningCommands.command].joined(separator: " ")
        let found = program.command(named: name)
        if !name.isEmpty, found == nil {
            throw Failure("usage", "there is no command '\(name)'; see `chancery help`", status: .wrongUsage)
        }
        guard let folder = values[LearningCommands.output] else {
            let page = program.manualPage(of: found)
            if context.isJSON {
                context.print(["name": .string(program.manualPageName(of: found)), "page": .string(page)])
            } else {
                context.console.write(bytes: Array(page.utf8))
            }
            return .done
        }
        try FileSystem.makeFolder(folder)
        let pages = program.manualPages(of: found)
        for page in pages { try FileSystem.write(Array(page.text.utf8), to: FileSystem.join(folder, page.name)) }
        if context.isJSON {
            context.print(["folder": .string(folder), "pages": .array(pages.map { .string($0.name) })])
        } else {
            context.console.note("\(pages.count) pages in \(folder)")
        }
        return .done
    }
}
