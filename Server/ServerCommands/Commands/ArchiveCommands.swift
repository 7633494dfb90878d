import ArchiveServer
import CommandOptions
import LetterModel

/// `chancery-server archive create`: an archive that clients can push to and pull from.
enum ArchiveCreateCommand {
    static let name = Argument("NAME", .archiveName, help: "The last part of the archive's URL.")

    static let description = CommandDescription(
        "archive create", summary: "make an archive",
        discussion: """
            Makes the data folder too, if it is not there. A running server finds the archive with the next request. It \
            takes its identity from the first replica that pushes to it.

            A folder archives/NAME that is in its place already is taken in with its letters: so an archive that was \
            deleted comes back, after its folder was moved back from deleted/.
            """,
        arguments: [name],
        examples: [
            Example(
                "chancery-server archive create letters --data /var/lib/chancery", help: "An archive called letters.")
        ])

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let archive = try context.administration(create: true).createArchive(values[name])
        context.print(archive.json, lines: ["made archive \(archive.name)"])
        if !context.isJSON {
            context.note("next: chancery-server token create --archive \(archive.name) --role writer")
        }
        return .done
    }
}

/// `chancery-server archive list`: the archives in use.
enum ArchiveListCommand {
    static let description = CommandDescription("archive list", summary: "list the archives")

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let archives = try context.administration().archives()
        var table = Table(["NAME", "CREATED"])
        for archive in archives { table.add([archive.name.text, archive.created.text]) }
        context.print(.array(archives.map(\.json)), lines: archives.isEmpty ? [] : table.lines)
        if archives.isEmpty, !context.isJSON {
            context.note("no archives; make one with `chancery-server archive create NAME`")
        }
        return .done
    }
}

/// `chancery-server archive delete`: takes an archive out of use and keeps its folder.
enum ArchiveDeleteCommand {
    static let name = Argument("NAME", .archiveName, help: "Which archive.")
    static let yes = Flag("yes", help: "Do not ask.")

    static let description = CommandDescription(
        "archive delete", summary: "take an archive out of use; its folder is kept",
        discussion: """
            Clients are refused from the next request on, and tokens for this archive are good for nothing any more. The \
            folder is moved to deleted/ in the data folder; remove it there by hand to free its space.
            """,
        arguments: [name], options: [yes])

    static func run(_ values: Values, _ context: CommandContext) throws -> CommandStatus {
        let administration = try context.administration()
        let name = values[Self.name]
        if !values[yes] {
            guard let answer = context.surroundings.ask("Delete archive \(name)? Type its name to go on: ") else {
                throw Failure.usage("there is no terminal to ask on; add --yes to delete archive \(name)")
            }
            guard answer.utf8.elementsEqual(name.text.utf8) else {
                throw Failure("notConfirmed", "that was not its name; nothing was deleted")
            }
        }
        let archive = try administration.deleteArchive(name)
        let keptPath = administration.keptPath(of: archive) ?? ""
        let isMoved = archive.deletion?.isMoved ?? false
        context.print(
            ["name": .string(name.text), "keptAs": .string(keptPath), "isMoved": .bool(isMoved)],
            lines: [
                isMoved
                    ? "deleted archive \(name); its folder is kept as \(keptPath)"
                    : "deleted archive \(name); the running server moves its folder to \(keptPath) as soon as no request uses it"
            ])
        return .done
    }
}

extension ArchiveRecord {
    /// The archive as `archive create` and `archive list` print it.
    var json: JSONValue {
        ["name": .string(name.text), "created": .string(created.text)]
    }
}
