import ArchiveClient
import CommandOptions
import Glibc
import LetterModel

/// What a command is given besides its own options: the streams, the environment, and which archive it is about.
struct CommandContext: Sendable {
    let console: Console
    let environment: [String: String]
    let surroundings: Surroundings
    /// Whether standard output is one JSON value.
    let isJSON: Bool
    private let archiveOption: String?
    private let authorOption: String?

    init(console: Console, environment: [String: String], surroundings: Surroundings, values: Values) {
        self.console = console
        self.environment = environment
        self.surroundings = surroundings
        isJSON = values[GlobalOptions.json]
        archiveOption = values[GlobalOptions.archive]
        authorOption = values[GlobalOptions.author]
    }

    /// The folder of the replica: `--archive`, `CHANCERY_ARCHIVE`, or the default one.
    func archiveFolder() throws -> String {
        if let archiveOption { return archiveOption }
        guard let data = folder("XDG_DATA_HOME", ".local/share") else {
            throw Failure(
                "noArchive",
                "neither --archive nor CHANCERY_ARCHIVE nor HOME is set; name the archive's folder with --archive")
        }
        return FileSystem.join(data, "chancery/default")
    }

    /// The folder of this person's configuration.
    func configurationFolder() throws -> String {
        guard let folder = folder("XDG_CONFIG_HOME", ".config") else {
            throw Failure("noHome", "neither XDG_CONFIG_HOME nor HOME is set; set one of them")
        }
        return FileSystem.join(folder, "chancery")
    }

    private func folder(_ variable: String, _ below: String) -> String? {
        if let folder = environment[variable], !folder.isEmpty { return folder }
        guard let home = environment["HOME"], !home.isEmpty else { return nil }
        return FileSystem.join(home, below)
    }

    /// The replica that the command is about, with the author of this command line.
    func openArchive() async throws -> Archive {
        try openArchive(at: archiveFolder())
    }

    /// The replica in a folder.
    func openArchive(at folder: String) throws -> Archive {
        let wait = environment["CHANCERY_BUSY_TIMEOUT_MILLISECONDS"].flatMap { DecimalDigits.value(of: $0.utf8) }
        return try Archive.open(at: folder, busyTimeoutMilliseconds: wait ?? 30_000, surroundings: surroundings)
    }

    /// Who writes: `--author`, `CHANCERY_AUTHOR`, or the archive's own setting.
    func author(for archive: Archive) async throws -> Author {
        var name = authorOption
        if name == nil { name = try await archive.author() }
        guard let text = name else { throw ArchiveError.noAuthor }
        guard let author = Author(text) else {
            throw Failure("usage", "an author is written as \"Name <mail>\", or a name alone", status: .wrongUsage)
        }
        return author
    }

    /// Prints one JSON value on a line.
    func print(_ json: JSONValue) {
        console.write(bytes: json.canonicalBytes + [UInt8(ascii: "\n")])
    }

    /// This machine's name: what revisions that are written here carry as `device`.
    func machineName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unnamed" }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(validating: bytes, as: UTF8.self).flatMap { $0.isEmpty ? nil : $0 } ?? "unnamed"
    }
}

/// The options of every command.
enum GlobalOptions {
    static let archive = Option(
        "archive", .folder, placeholder: "PATH", environment: "CHANCERY_ARCHIVE",
        shownDefault: "$XDG_DATA_HOME/chancery/default", help: "The replica's folder.")
    static let author = Option(
        "author", .text, placeholder: "\"NAME <MAIL>\"", environment: "CHANCERY_AUTHOR",
        shownDefault: "chancery config author", help: "Who is named as the author of new revisions.")
    static let noPager = Flag("no-pager", help: "Do not read long results in a pager.")
    static let json = Flag("json", help: "Print one JSON value on standard output, also on failure.")
}
