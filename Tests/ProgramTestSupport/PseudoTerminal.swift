public import Foundation

/// A real terminal for a program: what a person would see, with the program's own looks.
///
/// `script` of util-linux makes the terminal and is its other end. A program that waits for a key that never comes is ended at last: it must not hold
/// up all tests.
public enum PseudoTerminal {
    /// Runs a program in a terminal until it ends.
    ///
    /// - Parameters:
    ///   - words: The program, one of the build's or a path, and its arguments.
    ///   - typing: What is typed ahead; the terminal shows it as far as the program does not turn that off.
    /// - Returns: the exit status, and everything that was shown, with `\n` at the ends of lines.
    public static func run(
        _ words: [String], environment: [String: String], columns: Int = 80, rows: Int = 24, typing: String = "",
        in scratch: URL
    ) throws -> (status: Int32, screen: String) {
        let program = words[0].hasPrefix("/") ? words[0] : Programs.folder.appending(path: words[0]).path
        let command = ([program] + words.dropFirst()).map(quoted).joined(separator: " ")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/script")
        process.arguments = [
            "--quiet", "--return", "--flush", "--command",
            "stty cols \(columns) rows \(rows); exec timeout --foreground 900 \(command)",
            "/dev/null",
        ]
        process.environment = environment.merging(["SHELL": "/bin/sh"]) { own, _ in own }
        let shown = scratch.appending(path: "\(UUID().uuidString).screen")
        defer { try? FileManager.default.removeItem(at: shown) }
        try Data().write(to: shown)
        process.standardOutput = try FileHandle(forWritingTo: shown)
        process.standardError = FileHandle.nullDevice
        // The end stays open until the program has ended: an end of the input would be typed as ^D.
        let keyboard = Pipe()
        process.standardInput = keyboard
        process.currentDirectoryURL = scratch
        try process.run()
        if !typing.isEmpty { keyboard.fileHandleForWriting.write(Data(typing.utf8)) }
        process.waitUntilExit()
        try keyboard.fileHandleForWriting.close()
        let screen = try String(decoding: Data(contentsOf: shown), as: UTF8.self)
        return (process.terminationStatus, screen.replacingOccurrences(of: "\r\n", with: "\n"))
    }

    private static func quoted(_ word: String) -> String {
        "'" + word.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
    }
}
