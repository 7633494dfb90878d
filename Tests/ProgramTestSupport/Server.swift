import Foundation
import Testing
public import TestScratch

/// A real `chancery-server` on a port of its own, stopped when its owner is gone.
public final class Server {
    /// What it is given to keep.
    public let scratch: Scratch
    /// Its data folder.
    public let data: String
    /// Where it listens: `http://127.0.0.1:PORT`.
    public private(set) var origin = ""
    private var process: Process?
    private let port: ReservedPort

    /// Makes archives and starts the server.
    public init(archives: String...) throws {
        scratch = Scratch(mayStay: true)
        port = try ReservedPort()
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
        try #require(ended.status == 0, "chancery-server \(arguments): \(ended.output)\(ended.error)")
        return ended
    }

    /// A new token for an archive.
    public func token(for archive: String, role: String = "writer") throws -> String {
        let ended = try administer("token", "create", "--archive", archive, "--role", role, "--json")
        return try #require(try ended.object()["token"] as? String)
    }

    /// The URL of an archive on this server.
    public func url(_ archive: String) -> String { "\(origin)/\(archive)" }

    /// Starts the server, on the same port each time.
    public func start(environment extra: [String: String] = [:]) throws {
        let started = try launch(environment: extra)
        try #require(started, "the server did not say where it listens: \(logText)")
    }

    /// Starts the server under another program, such as a tracer that becomes no parent of it. False if it ended before it listened.
    public func launch(under wrapper: [String] = [], environment extra: [String: String] = [:]) throws -> Bool {
        let program = Programs.folder.appending(path: "chancery-server").path
        let command = wrapper + [program, "serve", "--data", data, "--listen", "127.0.0.1:\(port.number)"]
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"].merging(Programs.inherited) {
            $1
        }
        .merging(extra) { $1 }
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
            guard !more.isEmpty else { return false }
            line.append(more)
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let last = words.last, last.hasPrefix("http") else { return false }
        origin = String(last)
        return true
    }

    /// Its process; nil if it was not started.
    public var processIdentifier: Int32? { process?.processIdentifier }

    /// Sends a signal to the server.
    public func signal(_ number: Int32) {
        if let process, process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Waits until the server has ended by itself, and returns its status.
    public func waitForEnd() -> Int32 {
        guard let process else { return 0 }
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
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
