import Foundation
import ServerTestSupport
import Testing
import TestScratch

/// The real `chancery-server`, as the build has just made it.
enum ServerExecutable {
    static let url = (Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(filePath: "."))
        .appending(path: "chancery-server")

    /// What a command that ended left behind.
    struct Ended {
        let status: Int32
        let output: String
        let error: String

        func json() throws -> Any {
            try JSONSerialization.jsonObject(with: Data(output.utf8), options: [.fragmentsAllowed])
        }

        func object() throws -> [String: Any] { try #require(try json() as? [String: Any], "\(output)") }

        func objects() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]], "\(output)") }
    }

    /// Runs a command to its end. Output goes to files: a pipe that is read after the end blocks on large output.
    static func run(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws -> Ended {
        let scratch = Scratch()
        let files = ["out", "error", "in"].map { scratch.url.appending(path: $0) }
        for (file, text) in zip(files, ["", "", input]) { try Data(text.utf8).write(to: file) }
        let process = process(arguments, environment)
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = try FileHandle(forReadingFrom: files[2])
        try process.run()
        process.waitUntilExit()
        return Ended(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOf: files[0], encoding: .utf8),
            error: try String(contentsOf: files[1], encoding: .utf8))
    }

    static func process(_ arguments: [String], _ environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]) { own, _ in
            own
        }
        return process
    }
}

/// A data folder, with commands for it.
class DataFolder {
    let scratch: Scratch
    let path: String

    init() throws {
        scratch = Scratch()
        path = scratch.path + "/data"
    }

    /// Runs a command on the folder, which has to end with this status.
    @discardableResult
    func run(
        _ arguments: String..., status: Int32 = 0, at location: SourceLocation = #_sourceLocation
    ) throws -> ServerExecutable.Ended {
        let ended = try ServerExecutable.run(arguments + ["--data", path])
        #expect(ended.status == status, "\(arguments) \(ended.output) \(ended.error)", sourceLocation: location)
        return ended
    }

    /// A new token.
    func token(_ archive: String = "letters", role: String = "writer") throws -> String {
        let made = try run("token", "create", "--archive", archive, "--role", role, "--json").object()
        return try #require(made["token"] as? String)
    }
}

/// A running `chancery-server serve`; killed when its owner is gone, if it was not stopped.
final class RunningServer: DataFolder {
    private(set) var firstLine = ""
    private(set) var port = 0
    private var process: Process?

    init(arguments: [String] = [], environment: [String: String] = [:]) throws {
        try super.init()
        try run("archive", "create", "letters")
        try start(arguments, environment)
    }

    deinit {
        if let process, process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// Starts it and waits for its line.
    func start(_ arguments: [String] = [], _ environment: [String: String] = [:]) throws {
        let process = ServerExecutable.process(
            ["serve", "--data", path, "--listen", "127.0.0.1:0"] + arguments, environment)
        let output = Pipe()
        let log = scratch.url.appending(path: "log")
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let errors = try FileHandle(forWritingTo: log)
        try errors.seekToEnd()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        self.process = process
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            line.append(more)
        }
        firstLine = String(decoding: line, as: UTF8.self)
        let digits = firstLine.reversed().drop { !$0.isNumber }.prefix { $0.isNumber }.reversed()
        let said = firstLine + (try self.log())
        port = try #require(Int(String(digits)), "the server did not start: \(said)")
    }

    /// Sends a signal.
    func signal(_ number: Int32) {
        if let process { kill(process.processIdentifier, number) }
    }

    /// Waits for its end and gives its status.
    func end() -> Int32 {
        guard let process else { return -1 }
        process.waitUntilExit()
        self.process = nil
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// What it wrote to standard error.
    func log() throws -> String {
        try String(contentsOf: scratch.url.appending(path: "log"), encoding: .utf8)
    }

    /// Reads the log until it holds a text.
    func waitForLog(_ text: String) throws {
        try #require(try eventually { try log().contains(text) })
    }

    /// The status of a request.
    func status(_ path: String, token: String? = nil) throws -> Int {
        try WebClient.send(
            "GET", path, port: port, fields: token.map { [("Authorization", "Bearer \($0)")] } ?? []
        ).status
    }
}
