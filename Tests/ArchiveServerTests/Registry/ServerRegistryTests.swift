import Dispatch
import Foundation
import Hashing
import LetterModel
import SQLiteBinding
import ServerTestSupport
import Synchronization
import Testing
import TestScratch

@testable import ArchiveServer

/// `server.sqlite`: archives, tokens, and the audit log.
struct ServerRegistryTests {
    let folder: Scratch
    let registry: ServerRegistry
    let server: ServerFolder

    init() throws {
        folder = Scratch()
        server = ServerFolder(folder.path + "/data")
        registry = try ServerRegistry(server, create: true)
    }

    static func entry(_ action: String = "test", at milliseconds: Int = 0) -> AuditEntry {
        AuditEntry(
            time: Timestamp(milliseconds: milliseconds), subject: "user ada", action: action, object: nil,
            outcome: .done)
    }

    static func name(_ text: String) throws -> ArchiveName { try #require(ArchiveName(text)) }

    static let token = AccessToken.make { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) } }

    @Test func `an archive is found by its name until it is deleted`() throws {
        let letters = try Self.name("letters")
        #expect(try registry.archive(named: letters) == nil)
        let made = try registry.addArchive(letters, entry: Self.entry(at: 5)) {}
        #expect(made.created.milliseconds == 5)
        #expect(try registry.archive(named: letters) == made)
        #expect(throws: ServerFailure.archiveExists(letters)) {
            try registry.addArchive(letters, entry: Self.entry()) {}
        }
        let deleted = try registry.deleteArchive(letters, entry: Self.entry(at: 9))
        #expect(deleted.deletion?.time.milliseconds == 9)
        #expect(try registry.archive(named: letters) == nil)
        #expect(throws: ServerFailure.unknownArchive(letters)) {
            try registry.deleteArchive(letters, entry: Self.entry())
        }
    }

    @Test func `a name is free again once the deleted archive's folder is out of the way, with another key`() throws {
        let letters = try Self.name("letters")
        let first = try registry.addArchive(letters, entry: Self.entry()) {}
        _ = try registry.deleteArchive(letters, entry: Self.entry())
        #expect(throws: ServerFailure.archiveBeingDeleted(letters)) {
            try registry.addArchive(letters, entry: Self.entry()) { Issue.record("the folder is still in its place") }
        }
        try FileManager.default.createDirectory(atPath: server.archivePath(letters), withIntermediateDirectories: true)
        #expect(try registry.moveAside(in: server) { _ in false }.isEmpty)
        #expect(FileManager.default.fileExists(atPath: server.archivePath(letters)))
        let moved = try registry.moveAside(in: server) { _ in true }
        #expect(moved.map(\.key) == [first.key])
        #expect(FileManager.default.fileExists(atPath: server.deletedPath + "/letters-1"))
        #expect(try registry.archivesToMoveAside().isEmpty)
        #expect(try registry.addArchive(letters, entry: Self.entry()) {}.key != first.key)
    }

    @Test func `an archive whose folder cannot be made is not there`() throws {
        struct NoRoom: Error {}
        let letters = try Self.name("letters")
        #expect(throws: (any Error).self) {
            try registry.addArchive(letters, entry: Self.entry()) { throw NoRoom() }
        }
        #expect(try registry.archive(named: letters) == nil)
        #expect(try registry.auditLines().isEmpty)
    }

    @Test func `a token is stored as a hash and comes back with all that was said of it`() throws {
        let letters = try Self.name("letters")
        let archive = try registry.addArchive(letters, entry: Self.entry()) {}
        let made = try registry.addToken(
            Self.token, role: .writer, archive: letters, label: "Ada's laptop", creator: "root",
            expires: Timestamp(milliseconds: 77), entry: Self.entry(at: 3))
        let stored = try #require(try registry.token(Self.token.id))
        #expect(stored.grant == made)
        #expect(stored.grant.scope == .archive(archive.key))
        #expect(stored.grant.label == "Ada's laptop")
        #expect(stored.grant.expires?.milliseconds == 77)
        #expect(Self.token.hasSecret(of: stored.secretHash))
        let bytes = try Data(contentsOf: URL(filePath: server.registryPath))
        let secret = try #require(Self.token.text.split(separator: ".").dropFirst().first)
        #expect(bytes.range(of: Data(secret.utf8)) == nil)
        #expect(bytes.range(of: Data((0..<32).map { UInt8(truncatingIfNeeded: $0 &* 7) })) == nil)
    }

    @Test func `a token is revoked once, for every connection at once`() throws {
        _ = try registry.addToken(
            Self.token, role: .reader, archive: nil, label: "", creator: "", expires: nil, entry: Self.entry())
        let other = try ServerRegistry(server, create: false)
        #expect(try other.token(Self.token.id)?.grant.revoked == nil)
        #expect(try registry.revokeToken(Self.token.id, entry: Self.entry(at: 4)))
        #expect(try other.token(Self.token.id)?.grant.revoked?.milliseconds == 4)
        #expect(try !registry.revokeToken(Self.token.id, entry: Self.entry(at: 8)))
        #expect(try other.token(Self.token.id)?.grant.revoked?.milliseconds == 4)
        let unknown = try #require(TokenID(bytes: [9, 9, 9, 9, 9, 9, 9, 9]))
        #expect(throws: ServerFailure.unknownToken(unknown)) {
            try registry.revokeToken(unknown, entry: Self.entry())
        }
    }

    @Test
    func
        `what was read is current until somebody changes an archive or a token, and entries of the server change none`()
        throws
    {
        let other = try ServerRegistry(server, create: false)
        #expect(registry.currentGeneration == nil, "nothing was read yet")
        let (none, first) = try registry.tokenAndGeneration(Self.token.id)
        #expect(none == nil)
        #expect(registry.currentGeneration == first)
        for _ in 0..<3 { try registry.record([Self.entry(), Self.entry()]) }
        #expect(registry.currentGeneration == first)

        _ = try other.addToken(
            Self.token, role: .reader, archive: nil, label: "", creator: "", expires: nil, entry: Self.entry())
        #expect(registry.currentGeneration == nil)
        try registry.record([Self.entry()])
        #expect(registry.currentGeneration == nil, "an entry must not hide what another process did before it")
        let (made, second) = try registry.tokenAndGeneration(Self.token.id)
        #expect(made != nil && second > first)

        #expect(try other.revokeToken(Self.token.id, entry: Self.entry(at: 4)))
        #expect(registry.currentGeneration == nil)
        let (_, third) = try registry.archiveAndGeneration(named: try Self.name("letters"))
        #expect(third > second)

        try registry.record([Self.entry()], uses: [Self.token.id: Timestamp(milliseconds: 86_400_000)])
        #expect(registry.currentGeneration == nil)
        let (_, fourth) = try registry.tokenAndGeneration(Self.token.id)
        // A use of a token that is not there changes nothing, so the counter does not grow; the next process's change is seen.
        try registry.record(
            [], uses: [try #require(TokenID(bytes: [9, 9, 9, 9, 9, 9, 9, 9])): Timestamp(milliseconds: 1)])
        #expect(registry.currentGeneration == fourth)
        _ = try other.addArchive(try Self.name("letters"), entry: Self.entry()) {}
        #expect(registry.currentGeneration == nil)
    }

    @Test func `what was read stays current while the disk takes entries of the server, and when it does not`() throws {
        let (_, first) = try registry.tokenAndGeneration(Self.token.id)
        let isWritten = Atomic<Bool>(false)
        DispatchQueue.concurrentPerform(iterations: 2) { part in
            if part == 0 {
                for _ in 0..<40 { #expect(throws: Never.self) { try registry.record([Self.entry()]) } }
                isWritten.store(true, ordering: .releasing)
            } else {
                while !isWritten.load(ordering: .acquiring) { #expect(registry.currentGeneration == first) }
            }
        }
        #expect(registry.currentGeneration == first)

        struct Refusal: Error {}
        #expect(throws: ServerFailure.self) { try registry.writingElsewhere { _ in throw Refusal() } }
        #expect(registry.currentGeneration == first)
        let other = try ServerRegistry(server, create: false)
        try other.record([Self.entry()])
        #expect(registry.currentGeneration == nil, "the next one to commit was another process")
    }

    @Test func `the audit log notices a changed, a removed and an added entry`() throws {
        for number in 0..<5 { try registry.record([Self.entry("act-\(number)")]) }
        #expect(try registry.checkAuditLog() == (5, nil))
        for tampering in [
            "UPDATE audit SET entry = replace(entry, 'act-2', 'act-9') WHERE sequence = 3",
            "DELETE FROM audit WHERE sequence = 3",
            "UPDATE audit SET hash = zeroblob(32) WHERE sequence = 3",
            "UPDATE audit SET entry = CAST(x'FF' AS TEXT) WHERE sequence = 3",
        ] {
            let path = server.registryPath
            let copy = ServerFolder(folder.path + "/\(UUID().uuidString)")
            try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: path, toPath: copy.registryPath)
            let connection = try Connection(
                path: copy.registryPath, access: .write, policy: .shared(busyTimeoutMilliseconds: 1000))
            #expect(throws: SQLiteError.self) { try connection.run(tampering) }
            try connection.execute("DROP TRIGGER auditIsNotChanged; DROP TRIGGER auditIsNotShortened")
            try connection.run(tampering)
            #expect(try ServerRegistry(copy, create: false).checkAuditLog().firstWrong == 3, "\(tampering)")
        }
    }

    @Test func `the chain of the audit log is what the documentation says`() throws {
        try registry.record([Self.entry("first"), Self.entry("second")])
        let lines = try registry.auditLines()
        #expect(
            lines.first
                == #"{"action":"first","outcome":"done","subject":"user ada","time":"1970-01-01T00:00:00.000Z"}"#)
        let first = AuditEntry.chain(.zero, extendedBy: Array(lines[0].utf8))
        let second = AuditEntry.chain(first, extendedBy: Array(lines[1].utf8))
        let connection = try Connection(path: server.registryPath, access: .read, policy: .reader)
        let hashes = try connection.rows("SELECT hash FROM audit ORDER BY sequence") { row in row.bytes(0) }
        #expect(hashes == [first.bytes, second.bytes])
    }

    @Test func `several processes append to the audit log at once and the chain fits`() async throws {
        let server = server
        try await withThrowingTaskGroup { group in
            for writer in 0..<4 {
                group.addTask {
                    let registry = try ServerRegistry(server, create: false)
                    for number in 0..<20 { try registry.record([Self.entry("act-\(writer)-\(number)")]) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try registry.checkAuditLog() == (80, nil))
    }

    @Test func `a registry of a newer version is left alone`() throws {
        let connection = try Connection(
            path: server.registryPath, access: .write, policy: .shared(busyTimeoutMilliseconds: 1000))
        try connection.execute("PRAGMA user_version=99")
        let before = try Data(contentsOf: URL(filePath: server.registryPath))
        let failure = #expect(throws: ServerFailure.self) { try ServerRegistry(server, create: true) }
        #expect(failure?.code == "newerFormat")
        #expect(failure?.description.contains("update the program") == true)
        #expect(try Data(contentsOf: URL(filePath: server.registryPath)) == before)
    }

    @Test func `a file that is no registry is left alone`() throws {
        for (index, content) in [
            Data("not a database, but long enough to look like a file of one".utf8),
            Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 31) }),
        ].enumerated() {
            let other = ServerFolder(folder.path + "/other\(index)")
            try FileManager.default.createDirectory(atPath: other.path, withIntermediateDirectories: true)
            try content.write(to: URL(filePath: other.registryPath))
            #expect(throws: ServerFailure.notARegistry(path: other.registryPath)) {
                try ServerRegistry(other, create: true)
            }
            #expect(try Data(contentsOf: URL(filePath: other.registryPath)) == content)
        }
    }

    @Test func `a folder without data is named, and nothing is made in it`() throws {
        let nothing = ServerFolder(folder.path + "/nothing")
        #expect(throws: ServerFailure.noData(path: nothing.path)) { try ServerRegistry(nothing, create: false) }
        #expect(!FileManager.default.fileExists(atPath: nothing.path))
    }

    @Test func `only the owner may look into the data folder`() throws {
        for path in [server.path, server.archivesPath, server.deletedPath] {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
    }

    @Test func `one server at a time holds a data folder`() throws {
        do {
            let lock = try ServerLock(server)
            #expect(throws: ServerFailure.serverRunning(path: server.path)) { try ServerLock(server) }
            withExtendedLifetime(lock) {}
        }
        _ = try ServerLock(server)
    }
}
