import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery remote add`: where to sync with.
enum RemoteAddCommand {
    static let name = Argument("NAME", .text, help: "What to call it here.")
    static let url = Argument("URL", .text, help: "https://host[:port][/prefix]/ARCHIVE")

    static let description = CommandDescription(
        "remote add", summary: "record another replica to sync with", arguments: [name, url])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let address = try RemoteAddress(parsing: values[url])
        let archive = try await context.openArchive()
        try await archive.addRemote(values[name], address: address.text)
        if context.isJSON {
            context.print(["remote": .string(values[name]), "url": .string(address.text)])
        } else {
            context.console.write("\(values[name]) is \(address.text)")
        }
        return .done
    }
}

/// `chancery remote list`: the replicas that this one syncs with.
enum RemoteListCommand {
    static let description = CommandDescription("remote list", summary: "list the replicas to sync with")

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let remotes = try await context.openArchive().remotes()
        if context.isJSON {
            context.print(.array(remotes.map(\.json)))
        } else {
            remotes.forEach { context.console.write("\($0.name)\t\($0.address)") }
            if remotes.isEmpty { context.console.note("no remotes; add one with `chancery remote add NAME URL`") }
        }
        return .done
    }
}

/// `chancery remote remove`: forgets a remote; letters stay.
enum RemoteRemoveCommand {
    static let name = Argument("NAME", .text, help: "Which one.")

    static let description = CommandDescription(
        "remote remove", summary: "forget a remote; letters stay", arguments: [name])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        try await archive.removeRemote(values[name])
        if context.isJSON {
            context.print(["remote": .string(values[name]), "removed": true])
        } else {
            context.console.write("forgot \(values[name]); its letters stay")
        }
        return .done
    }
}

extension Remote {
    /// The remote as `remote list` and `status` print it.
    var json: JSONValue {
        [
            "name": .string(name), "url": .string(address), "unsent": .integer(unsent), "refused": .integer(refused),
            "synced": .bool(position != nil),
        ]
    }
}
