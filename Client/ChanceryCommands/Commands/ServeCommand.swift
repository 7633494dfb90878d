import ArchiveClient
import CommandOptions
import Glibc
import LetterModel

/// `chancery serve`: lends the replica to others, by becoming the server program.
enum ServeCommand {
    static let listen = Option(
        "listen", .text, placeholder: "ADDRESS:PORT", shownDefault: "127.0.0.1:8080",
        help: "Where others reach it: an address of this machine, or 0.0.0.0 for all of them; port 0 picks one.")
    static let role = Option(
        "role", .text, placeholder: "ROLE", shownDefault: "reader",
        help: "What the token that is printed allows: a reader pulls letters, a writer also pushes them.")
    static let expires = Option(
        "expires", .text, placeholder: "TIME", shownDefault: "12h",
        help: "How long that token is good: 12h, 90d, 8w, never.")
    static let certificate = Option("tls-cert", .file, help: "The certificate chain as a PEM file.")
    static let key = Option("tls-key", .file, help: "The certificate's private key as a PEM file.")
    static let insecure = Flag(
        "insecure-http",
        help: "Speak plain HTTP to other machines: whoever is on the network in between reads letters and tokens.")

    static let description = CommandDescription(
        "serve", summary: "lend this replica to the local network",
        discussion: """
            Serves the replica until Ctrl-C, and prints an address and a token for those who may clone it or sync with it. Other commands go \
            on working on it meanwhile. A token stays good until it expires, also if `serve` is started again in between.

            It becomes the program chancery-server, which has to lie beside this one or in PATH. Who was let in is kept in the folder \
            `serve` of the replica: `chancery-server token list --data FOLDER/serve`, and `token revoke`.
            """,
        options: [listen, role, expires, certificate, key, insecure],
        examples: [
            Example("chancery serve", help: "For other programs on this machine."),
            Example(
                "chancery serve --listen 192.168.1.20:8080 --insecure-http --role writer",
                help: "For a colleague on a network that both trust."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let folder = try context.archiveFolder()
        // Tells what is wrong with the folder in this program's words. Closed again before the other program begins.
        _ = try await context.openArchive(at: folder).identity()
        var arguments = [
            "serve", "--replica", folder, "--data", FileSystem.join(folder, "serve"), "--log-level", "warning",
        ]
        for option in [listen, role, expires, certificate, key] {
            if let value = values[option] { arguments += ["--\(option.optionDescription.name)", value] }
        }
        if values[insecure] { arguments.append("--insecure-http") }
        if context.isJSON { arguments.append("--json") }
        throw become("chancery-server", arguments, path: context.environment["PATH"])
    }

    /// Replaces this process by a program that lies beside its own, or in PATH. Returns only if that fails.
    private static func become(_ program: String, _ arguments: [String], path: String?) -> Failure {
        let folders =
            [FileSystem.programFolder()].compactMap { $0 } + (path ?? "").split(separator: ":").map { String($0) }
        guard let file = folders.map({ FileSystem.join($0, program) }).first(where: { access($0, X_OK) == 0 }) else {
            return Failure(
                "serve",
                "\(program) is neither beside this program nor in PATH; install it, or put both into one folder")
        }
        let words = ([file] + arguments).map { strdup($0) } + [nil]
        execv(file, words)
        return Failure("serve", "\(file) could not be started: \(FileSystem.Failure(path: file, number: errno).reason)")
    }
}
