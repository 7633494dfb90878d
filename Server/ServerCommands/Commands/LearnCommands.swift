import CommandOptions
import LetterModel

/// `chancery-server completions`: a script that completes command lines.
enum CompletionsCommand {
    static let description = LearningCommands.completions(of: "chancery-server").aboutProgram

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let shell = values[LearningCommands.shell]
        let script = ServerProgram.program.completions(for: shell)
        if context.isJSON {
            context.print(["shell": .string(shell.rawValue), "script": .string(script)], lines: [])
        } else {
            context.surroundings.writeOutput(Array(script.utf8))
        }
        return .done
    }
}

/// `chancery-server manual`: the pages of the manual.
enum ManualCommand {
    static let description = LearningCommands.manual(examples: [
        Example("chancery-server manual token create | man -l -", help: "Read the page of a command."),
        Example("chancery-server manual --output /usr/local/share/man/man1", help: "Install all of them."),
    ]).aboutProgram

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let program = ServerProgram.program
        let name = values[LearningCommands.command].joined(separator: " ")
        let found = program.command(named: name)
        if !name.isEmpty, found == nil {
            throw Failure.usage("there is no command '\(name)'; see `chancery-server help`")
        }
        guard let folder = values[LearningCommands.output] else {
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
        let pages = program.manualPages(of: found)
        for page in pages { try TextFile.write(page.text, to: "\(folder)/\(page.name)") }
        context.print(
            ["folder": .string(folder), "pages": .array(pages.map { JSONValue.string($0.name) })], lines: [])
        if !context.isJSON { context.note("\(pages.count) pages in \(folder)") }
        return .done
    }
}
