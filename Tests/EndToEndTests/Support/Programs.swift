import Foundation
import Testing

/// The real programs, as the build has just made them.
enum Programs {
    static let folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(filePath: ".")
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// What a program that ended left behind.
    struct Ended {
        let status: Int32
        let outputData: Data
        let error: String

        var output: String { String(decoding: outputData, as: UTF8.self) }

        /// Standard output as JSON.
        func json() throws -> Any { try JSONSerialization.jsonObject(with: outputData, options: [.fragmentsAllowed]) }

        /// Standard output as a JSON object.
        func object() throws -> [String: Any] { try #require(try json() as? [String: Any], "\(output)") }

        /// Standard output as a JSON array of objects.
        func objects() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]], "\(output)") }
    }

    /// Runs a program to its end. Output goes to files: a pipe that is read after the end blocks on large output.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String], input: Data = Data(), in scratch: URL
    ) throws -> Ended {
        let name = UUID().uuidString
        let files = ["out", "err", "in"].map { scratch.appending(path: "\(name).\($0)") }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        try input.write(to: files[2])
        for file in files[..<2] { try Data().write(to: file) }
        let process = Process()
        process.executableURL =
            program.hasPrefix("/") ? URL(filePath: program) : folder.appending(path: program)
        process.arguments = arguments
        process.environment = environment
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = try FileHandle(forReadingFrom: files[2])
        try process.run()
        process.waitUntilExit()
        return Ended(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            outputData: try Data(contentsOf: files[0]),
            error: try String(contentsOf: files[1], encoding: .utf8))
    }
}

/// A folder that is gone when its owner is.
final class Scratch: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "chancery-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func file(_ name: String, _ text: String) throws -> String {
        try file(name, Data(text.utf8))
    }

    func file(_ name: String, _ data: Data) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
        return file.path
    }
}

/// One machine with `chancery` on it: a home folder of its own, one replica, one person.
final class Machine: Sendable {
    let scratch: Scratch
    let name: String
    let archive: String
    private let token: String?

    init(_ name: String, token: String? = nil) throws {
        scratch = try Scratch()
        self.name = name
        self.token = token
        archive = scratch.url.appending(path: "archive").path
    }

    /// The environment of a command on this machine.
    var environment: [String: String] {
        var environment = [
            "HOME": scratch.url.path, "CHANCERY_ARCHIVE": archive, "CHANCERY_AUTHOR": "\(name) <\(name)@example.org>",
            "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no", "TERM": "dumb",
        ]
        environment["CHANCERY_TOKEN"] = token
        return environment
    }

    /// Runs `chancery`, which has to be done.
    @discardableResult
    func expect(
        _ arguments: String..., input: String = "", with extra: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) throws -> Programs.Ended {
        try run(arguments, status: 0, input, extra, location)
    }

    /// Runs `chancery`, which has to end with this status.
    @discardableResult
    func expect(
        _ status: Int32, _ arguments: String..., input: String = "", with extra: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) throws -> Programs.Ended {
        try run(arguments, status: status, input, extra, location)
    }

    private func run(
        _ arguments: [String], status: Int32, _ input: String, _ extra: [String: String], _ location: SourceLocation
    ) throws -> Programs.Ended {
        let ended = try Programs.run(
            "chancery", arguments, environment: environment.merging(extra) { $1 }, input: Data(input.utf8),
            in: scratch.url)
        #expect(
            ended.status == status, "chancery \(arguments.joined(separator: " ")): \(ended.error)",
            sourceLocation: location)
        return ended
    }
}

/// A real `chancery-server` on a port of its own, stopped when its owner is gone.
final class Server {
    let scratch: Scratch
    let data: String
    private(set) var origin = ""
    private var process: Process?

    init(archives: String...) throws {
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
    func administer(_ arguments: String...) throws -> Programs.Ended {
        let ended = try Programs.run(
            "chancery-server", arguments + ["--data", data],
            environment: ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"], in: scratch.url)
        try #require(ended.status == 0, "chancery-server \(arguments): \(ended.error)")
        return ended
    }

    /// A new token for an archive.
    func token(for archive: String, role: String = "writer") throws -> String {
        let ended = try administer("token", "create", "--archive", archive, "--role", role, "--json")
        return try #require(try ended.object()["token"] as? String)
    }

    /// The URL of an archive on this server.
    func url(_ archive: String) -> String { "\(origin)/\(archive)" }

    /// Starts the server, on the port that it had before if it ran before.
    func start() throws {
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
    func stop() -> Int32 {
        guard let process else { return 0 }
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        self.process = nil
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// What the server wrote to standard error.
    var logText: String {
        (try? String(contentsOf: scratch.url.appending(path: "server.log"), encoding: .utf8)) ?? ""
    }
}
