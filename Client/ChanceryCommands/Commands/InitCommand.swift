import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery init`: makes an empty archive.
enum InitCommand {
    static let name = Option("name", .text, placeholder: "N", default: "letters", help: "What people call the archive.")
    static let device = Option(
        "device", .text, placeholder: "LABEL", shownDefault: "the machine's name",
        help: "What revisions that are written here carry as their device.")

    static let description = CommandDescription(
        "init", summary: "make an empty archive", options: [name, device],
        examples: [Example("chancery init --archive letters --name \"Press office\"", help: "In the folder letters.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let folder = try context.archiveFolder()
        let archive = try Archive.create(
            at: folder, name: values[name], label: values[device] ?? context.machineName(),
            surroundings: context.surroundings)
        let identity = try await archive.identity()
        if context.isJSON {
            context.print(["archive": .string(identity.archive.text), "folder": .string(folder)])
        } else {
            context.console.write("made an empty archive in \(folder)")
        }
        return .done
    }
}
