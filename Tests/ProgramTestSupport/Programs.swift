import Canaries
public import Foundation
import Testing

/// The real programs, as the build has just made them.
public enum Programs {
    /// The folder of the build.
    public static let folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(filePath: ".")
    /// The folder of the repository.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What every program gets from the environment of the tests: what sanitizers are told, and the canary that is on, in a build that has them.
    static var inherited: [String: String] {
        let sanitizers = ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
        #if CANARIES
            return sanitizers.merging(Canary.environment) { _, canary in canary }
        #else
            return sanitizers
        #endif
    }

    /// What a program that ended left behind.
    public struct Ended {
        /// The exit status; the negative number of the signal that ended it.
        public let status: Int32
        /// Standard output.
        public let outputData: Data
        /// Standard error.
        public let error: String

        /// Standard output as text.
        public var output: String { String(decoding: outputData, as: UTF8.self) }

        /// Standard output as JSON.
        public func json() throws -> Any {
            try JSONSerialization.jsonObject(with: outputData, options: [.fragmentsAllowed])
        }

        /// Standard output as a JSON object.
        public func object() throws -> [String: Any] { try #require(try json() as? [String: Any], "\(output)") }

        /// Standard output as a JSON array of objects.
        public func objects() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]], "\(output)") }
    }

    /// Runs a program to its end. Output goes to files: a pipe that is read after the end blocks on large output.
    public static func run(
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
        process.environment = environment.merging(inherited) { own, _ in own }
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
