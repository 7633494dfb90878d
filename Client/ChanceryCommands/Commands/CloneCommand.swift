import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery clone`: makes a replica of a remote.
enum CloneCommand {
    static let url = Argument(
        "URL-OR-PATH", .text,
        help: "https://host[:port][/prefix]/ARCHIVE, or a folder that holds a replica, or a bundle's file.")
    static let folder = Argument(
        optional: "FOLDER", .folder,
        help: "Where to put it; without it, the folder that --archive or CHANCERY_ARCHIVE names.")
    static let device = Option(
        "device", .text, placeholder: "LABEL", shownDefault: "the machine's name",
        help: "What revisions that are written here carry as their device.")

    static let description = CommandDescription(
        "clone", summary: "make a replica of a remote",
        discussion: "The remote is recorded as `origin`. A clone that was cut short goes on when it is run again.",
        arguments: [url, folder], options: [device],
        examples: [Example("chancery clone https://letters.example.org/presidency", help: "Into the default folder.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let address = try RemoteAddress(parsing: values[url], relativeTo: FileSystem.currentFolder())
        let folder = try values[self.folder] ?? context.archiveFolder()
        let archive = try await begin(address, folder, label: values[device] ?? context.machineName(), context)
        let report = await SyncRun(context).sync(archive, "origin", address.text, isOnlyOne: true)
        if context.isJSON {
            guard case .object(var members) = report.json else { return .failed }
            members["folder"] = .string(folder)
            context.print(.object(members))
        } else if report.failure == nil {
            context.console.write(
                "cloned \(CountText.of(try await archive.statistics().letters, "letter")) into \(folder)")
        }
        return SyncRun.status([report], hasConflicts: report.conflicts > 0)
    }

    /// What the archive is called there.
    private static func name(of address: RemoteAddress, _ context: CommandContext) async throws -> String {
        switch address {
        case .server(let server): server.archive
        case .folder(let path): try Archive.identity(ofFolder: path).name
        }
    }

    /// A new replica, or the one that an earlier clone began.
    static func begin(
        _ address: RemoteAddress, _ folder: String, label: String, _ context: CommandContext
    ) async throws -> Archive {
        do {
            let archive = try Archive.create(
                at: folder, name: try await name(of: address, context), label: label,
                surroundings: context.surroundings)
            try await archive.addRemote("origin", address: address.text)
            return archive
        } catch StoreError.exists {
            let archive = try context.openArchive(at: folder)
            let remotes = try await archive.remotes()
            guard remotes.contains(where: { $0.name == "origin" && $0.address.hasSameBytes(as: address.text) }) else {
                throw Failure(
                    "archiveExists",
                    "there is an archive in \(folder) already, and it is no clone of \(address.text); name another folder"
                )
            }
            return archive
        }
    }
}
