import Foundation
public import Testing
public import TestScratch

/// One machine with `chancery` on it: a home folder of its own, one replica, one person.
public final class Machine: Sendable {
    /// Its home folder.
    public let scratch: Scratch
    /// The person.
    public let name: String
    /// The path of its replica.
    public let archive: String
    private let token: String?

    /// A machine without a replica yet.
    public init(_ name: String, token: String? = nil) throws {
        scratch = Scratch(mayStay: true)
        self.name = name
        self.token = token
        archive = scratch.url.appending(path: "archive").path
    }

    /// The environment of a command on this machine.
    public var environment: [String: String] {
        var environment = [
            "HOME": scratch.url.path, "CHANCERY_ARCHIVE": archive, "CHANCERY_AUTHOR": "\(name) <\(name)@example.org>",
            "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no", "TERM": "dumb",
        ]
        environment["CHANCERY_TOKEN"] = token
        return environment.merging(Programs.inherited) { own, _ in own }
    }

    /// Runs `chancery`, which has to be done.
    @discardableResult
    public func expect(
        _ arguments: String..., input: String = "", with extra: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) throws -> Programs.Ended {
        try run(arguments, status: 0, input, extra, location)
    }

    /// Runs `chancery`, which has to end with this status.
    @discardableResult
    public func expect(
        _ status: Int32, _ arguments: String..., input: String = "", with extra: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) throws -> Programs.Ended {
        try run(arguments, status: status, input, extra, location)
    }

    /// A new letter with this body, which is written as JSON is; its id.
    @discardableResult
    public func write(_ body: String, at location: SourceLocation = #_sourceLocation) throws -> String {
        let file = try scratch.file("letter.jsonl", #"{"letter":{"body":"\#(body)"}}"# + "\n")
        let imported = try expect("import", file, "--json", at: location).objects()
        return try #require((imported.first?["ids"] as? [String])?.first, sourceLocation: location)
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
