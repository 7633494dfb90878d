/// Calls of the system that fail, or stop or end the program, where a test wants it.
enum Tracer {
    /// The command that runs a program so. The log is whole when it has ended, with the program's status.
    ///
    /// Source: https://man7.org/linux/man-pages/man1/strace.1.html
    static func whole(_ expressions: [String], log: String) -> [String] {
        ["/usr/bin/strace", "-f", "-qq", "-y", "-o", log] + expressions.flatMap { ["-e", $0] }
    }

    /// The same for a program that gets signals: it stays the child of whoever runs this.
    ///
    /// Source: https://man7.org/linux/man-pages/man1/strace.1.html
    static func arguments(_ expressions: [String], log: String = "/dev/null") -> [String] {
        ["/usr/bin/strace", "-D", "-f", "-qq", "-o", log] + expressions.flatMap { ["-e", $0] }
    }
}
