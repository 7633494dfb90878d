import Foundation
import Testing

/// A real `chancery-server` on a port of its own, stopped when its owner is gone.
public final class Server {
    /// What it is given to keep.
    public let scratch: Scratch
    /// Its data folder.
    public let data: String
    /// Where it listens: `http://127.0.0.1:PORT`.
    public private(set) var origin = ""
    private var process: Process?

    /// Makes archives and starts the server.
    public init(archives: String...) throws {
        scratch = try Scratch()
        data = scratch.url.appending(path: "data").path
        for archive in archives { try administer("archive", "create", archive) }
        try start()
    }

    deinit {
        stop()
    }

    /// Runs an administration command beside the server.
    @discardableResult
    public func administer(_ arguments: String...) throws -> Programs.Ended {
        let ended = try Programs.run(
            "chancery-server", arguments + ["--data", data],
            environment: ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"], in: scratch.url)
        try #require(ended.status == 0, "chancery-server \(arguments): \(ended.error)")
        return ended
    }

    /// A new token for an archive.
    public func token(for archive: String, role: String = "writer") throws -> String {
        let ended = try administer("token", "create", "--archive", archive, "--role", role, "--json")
        return try #require(try ended.object()["token"] as? String)
    }

    /// The URL of an archive on this server.
    public func url(_ archive: String) -> String { "\(origin)/\(archive)" }

    /// Starts the server, on the port that it had before if it ran before.
    public func start() throws {
        let port = origin.split(separator: ":").last.map(String.init) ?? "0"
        let process = Process()
        process.executableURL = Programs.folder.appending(path: "chancery-server")
        process.arguments = ["serve", "--data", data, "--listen", "127.0.0.1:\(port)"]
        process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]
        let output = Pipe()
        let log = scratch.url.appending(path: "server.log")
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let errors = try FileHandle(forWritingTo: log)
        try errors.seekToEnd()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        self.process = process
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            line.append(more)
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        origin = String(try #require(words.last, "the server did not say where it listens: \(logText)"))
    }

    /// Stops the server as `systemctl stop` does, and returns its status.
    @discardableResult
    public func stop() -> Int32 {
        guard let process else { return 0 }
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        self.process = nil
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// What the server wrote to standard error.
    public var logText: String {
        (try? String(contentsOf: scratch.url.appending(path: "server.log"), encoding: .utf8)) ?? ""
    }
}
