import Glibc
import Synchronization

/// The person's own pager behind standard output: long results are read page by page, short ones are just there.
///
/// `PAGER`, or `less`, which ends by itself where everything fits the screen. Standard output leads into it from ``init(environment:)`` on, and back to
/// the terminal after ``end()``, which waits until the person has read enough.
final class Pager: Sendable {
    private let child: pid_t
    /// Where standard output led before.
    private let terminal: Int32
    /// Notes that were made meanwhile: between the lines of a pager they would be lost.
    private let notes = Mutex<[String]>([])

    /// Starts a pager; nil if none is wanted or there is none.
    init?(environment: [String: String]) {
        guard let command = Self.command(environment) else { return nil }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard saved >= 0, let child = Self.spawn(command, input: ends[0], environment) else {
            for descriptor in ends + [saved] where descriptor >= 0 { close(descriptor) }
            return nil
        }
        close(ends[0])
        dup2(ends[1], STDOUT_FILENO)
        close(ends[1])
        // An interrupt is for the pager, which takes it as the end of a search: ended by `q`, it ends us when we write on.
        signal(SIGINT, SIG_IGN)
        self.child = child
        terminal = saved
    }

    /// Keeps a note until the pager has ended.
    func keep(_ note: String) {
        notes.withLock { $0.append(note) }
    }

    /// Ends the output, waits for the person, and gives the notes.
    func end() -> [String] {
        dup2(terminal, STDOUT_FILENO)
        close(terminal)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        signal(SIGINT, SIG_DFL)
        return notes.withLock { $0 }
    }

    /// The pager that is wanted, and that is there; nil for none.
    static func command(_ environment: [String: String]) -> String? {
        guard environment["NO_PAGER"]?.isEmpty ?? true, environment["TERM"] != "dumb" else { return nil }
        if let own = environment["PAGER"] { return own.isEmpty || own == "cat" ? nil : own }
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { access("\($0)/less", X_OK) == 0 } ? "less" : nil
    }

    private static func spawn(_ command: String, input: Int32, _ environment: [String: String]) -> pid_t? {
        // F: end where all fits the screen; R: colours; X: leave on the screen what was read. Whoever has options of their own keeps them.
        var environment = environment
        if environment["LESS"] == nil { environment["LESS"] = "FRX" }
        if environment["LESSCHARSET"] == nil { environment["LESSCHARSET"] = "utf-8" }
        let words = ["/bin/sh", "-c", command]
        let arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { variables.forEach { free($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        var child: pid_t = 0
        return posix_spawn(&child, words[0], &actions, nil, arguments, variables) == 0 ? child : nil
    }
}
