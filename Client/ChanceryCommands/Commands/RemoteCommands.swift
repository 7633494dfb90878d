import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery remote add`: where to sync with.
enum RemoteAddCommand {
    static let name = Argument("NAME", .text, help: "What to call it here.")
    static let url = Argument(
        "URL-OR-PATH", .text,
        help: "https://host[:port][/prefix]/ARCHIVE, or a folder that holds another replica, or a bundle's file.")
    static let create = Flag("create", help: "Make an empty replica in the folder, which is not there yet or is empty.")

    static let description = CommandDescription(
        "remote add", summary: "record another replica to sync with",
        discussion: """
            A folder is another replica that this machine can reach: on a USB disk, say, or in another person's home. One machine at a time may sync with \
            it. On a network's file system a database is not safe: a bundle's file is, which `chancery bundle create` makes. Each sync takes in what it \
            holds, and writes it anew where this replica holds more.
            """,
        arguments: [name, url], options: [create],
        examples: [
            Example("chancery remote add origin https://letters.example.org/presidency", help: "A server."),
            Example("chancery remote add usb /media/usb/letters --create", help: "A new replica on a USB disk."),
            Example(
                "chancery remote add share /mnt/share/letters.bundle", help: "A bundle that several machines share."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let address = try RemoteAddress(parsing: values[url], relativeTo: FileSystem.currentFolder())
        let archive = try await context.openArchive()
        switch address {
        case .server:
            if values[create] { throw Failure("usage", "only a folder can be made here", status: .wrongUsage) }
        case .folder(let path):
            if FileSystem.isSame(path, try context.archiveFolder()) { throw RemoteFolderError.itself(path: path) }
            try await prepare(path, archive, isNew: values[create], context)
        }
        try await archive.addRemote(values[name], address: address.text)
        if context.isJSON {
            context.print(["remote": .string(values[name]), "url": .string(address.text)])
        } else {
            context.console.write("\(values[name]) is \(address.text)")
        }
        return .done
    }

    /// Makes the replica, or looks whether there is one: a mistyped path is told now and not on the train.
    private static func prepare(
        _ path: String, _ archive: Archive, isNew: Bool, _ context: CommandContext
    ) async throws {
        if isNew {
            let isFree = try !FileSystem.exists(path) || FileSystem.names(in: path).isEmpty
            guard isFree else { throw Failure("notEmpty", "there is something in \(path) already; leave out --create") }
            try Archive.createFolder(
                at: path, name: try await archive.identity().name, label: context.machineName(),
                surroundings: context.surroundings)
            return
        }
        do {
            _ = try Archive.identity(ofFolder: path)
        } catch StoreError.notFound {
            throw Failure(
                "noArchive",
                "there is no archive in \(path); add --create to make one there, or write https:// before a server's name"
            )
        }
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
    static let name = Argument("NAME", .remoteName, help: "Which one.")

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
