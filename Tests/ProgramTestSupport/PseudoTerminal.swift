public import Foundation

/// A real terminal for a program: what a person would see, with the program's own looks.
///
/// `script` of util-linux makes the terminal and is its other end. A program that waits for a key that never comes is ended at last: it must not hold
/// up all tests.
public final class PseudoTerminal {
    private let process = Process()
    // The end stays open until the program has ended: an end of the input would be typed as ^D.
    private let keyboard = Pipe()
    private let shown: URL

    /// Starts a program in a terminal.
    ///
    /// - Parameter words: The program, one of the build's or a path, and its arguments.
    public init(
        _ words: [String], environment: [String: String], columns: Int = 80, rows: Int = 24, in scratch: URL
    ) throws {
        let program = words[0].hasPrefix("/") ? words[0] : Programs.folder.appending(path: words[0]).path
        let command = ([program] + words.dropFirst()).map(Self.quoted).joined(separator: " ")
        process.executableURL = URL(filePath: "/usr/bin/script")
        process.arguments = [
            "--quiet", "--return", "--flush", "--command",
            "stty cols \(columns) rows \(rows); exec timeout --foreground 900 \(command)",
            "/dev/null",
        ]
        process.environment = environment.merging(["SHELL": "/bin/sh"]) { own, _ in own }
        shown = scratch.appending(path: "\(UUID().uuidString).screen")
        try Data().write(to: shown)
        process.standardOutput = try FileHandle(forWritingTo: shown)
        process.standardError = FileHandle.nullDevice
        process.standardInput = keyboard
        process.currentDirectoryURL = scratch
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// Types keys; the terminal shows them as far as the program does not turn that off.
    public func type(_ keys: String) {
        keyboard.fileHandleForWriting.write(Data(keys.utf8))
    }

    /// Everything that was shown so far, with `\n` at the ends of lines.
    public func screen() throws -> String {
        let screen = try String(decoding: Data(contentsOf: shown), as: UTF8.self)
        return screen.replacingOccurrences(of: "\r\n", with: "\n")
    }

    /// Waits until the program has ended, and gives its status.
    public func waitForEnd() throws -> Int32 {
        process.waitUntilExit()
        try keyboard.fileHandleForWriting.close()
        return process.terminationStatus
    }

    /// Runs a program in a terminal until it ends.
    ///
    /// - Parameters:
    ///   - words: The program, one of the build's or a path, and its arguments.
    ///   - typing: What is typed ahead.
    /// - Returns: the exit status, and everything that was shown, with `\n` at the ends of lines.
    public static func run(
        _ words: [String], environment: [String: String], columns: Int = 80, rows: Int = 24, typing: String = "",
        in scratch: URL
    ) throws -> (status: Int32, screen: String) {
        let terminal = try PseudoTerminal(words, environment: environment, columns: columns, rows: rows, in: scratch)
        defer { try? FileManager.default.removeItem(at: terminal.shown) }
        if !typing.isEmpty { terminal.type(typing) }
        let status = try terminal.waitForEnd()
        return (status, try terminal.screen())
    }

    private static func quoted(_ word: String) -> String {
        "'" + word.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
    }
}
