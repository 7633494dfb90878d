import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// `chancery login`: stores the token for a remote's server.
enum LoginCommand {
    static let name = Argument("REMOTE", .remoteName, help: "A remote's name, or a URL.")

    static let description = CommandDescription(
        "login", summary: "store the token for a remote's server",
        discussion:
            "The token is read from the terminal without showing it, or from standard input; never from the command line, where others could see it.",
        arguments: [name],
        examples: [Example("chancery login origin < token.txt", help: "From a file.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let remote =
            if values[name].utf8.contains(UInt8(ascii: "/")) {
                try RemoteAddress(parsing: values[name])
            } else {
                try await RemoteAddress(named: values[name], in: context.openArchive())
            }
        guard case .server(let address) = remote else {
            throw Failure("usage", "\(remote.text) is a folder, and needs no token", status: .wrongUsage)
        }
        guard let line = context.console.askSecret("token for \(address.origin): ") else {
            throw Failure("token", "no token came on standard input", status: .wrongUsage)
        }
        let token = line.filter { !$0.isWhitespace }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !token.isEmpty else {
            throw Failure("token", "that is no token; `chancery-server token create` prints one", status: .wrongUsage)
        }
        try TokenFile(context).store(token, for: address.origin)
        if context.isJSON {
            context.print(["origin": .string(address.origin)])
        } else {
            context.console.write("stored the token for \(address.origin)")
        }
        return .done
    }
}

extension RemoteAddress {
    /// The address of a remote that the archive knows by name.
    init(named name: String, in archive: Archive) async throws {
        guard let remote = try await archive.remotes().first(where: { $0.name.hasSameBytes(as: name) }) else {
            throw Failure("unknownRemote", "there is no remote called \(name); see `chancery remote list`")
        }
        try self.init(parsing: remote.address)
    }
}
