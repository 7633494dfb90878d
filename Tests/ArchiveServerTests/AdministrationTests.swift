import Foundation
import LetterModel
import ReplicaStore
import SQLiteBinding
import ServerTestSupport
import Testing
import TestScratch

@testable import ArchiveServer

/// Administration of a data folder on which no server runs.
struct AdministrationTests {
    let folder: Scratch
    let data: ServerFolder
    let administration: Administration

    init() throws {
        folder = Scratch()
        data = ServerFolder(folder.path + "/data")
        administration = try AdministrationTests.administration(data, create: true)
    }

    static func administration(_ data: ServerFolder, create: Bool = false) throws -> Administration {
        try Administration(
            data, create: create,
            surroundings: .init(
                now: { Timestamp(milliseconds: 1_800_000_000_000) },
                randomBytes: { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }, userName: "tester"))
    }

    /// An archive with one letter and its scan.
    func archive(_ text: String = "letters") throws -> ArchiveName {
        let name = try LiveServer.name(text)
        _ = try administration.createArchive(name)
        let store = try ArchiveFolder.open(data.archivePath(name))
        _ = try store.ingest(
            Ingestion(
                archive: SampleLetters.archive,
                revisions: [try SampleLetters.revision(1, attaching: SampleLetters.scanID)]))
        _ = try store.storeBlob(SampleLetters.scan)
        return name
    }

    @Test func `a whole data folder is checked`() throws {
        _ = try archive()
        _ = try archive("others")
        let report = try administration.check()
        #expect(report.isWell)
        #expect(report.archives.map(\.name.text) == ["letters", "others"])
        #expect(report.auditEntryCount == 2)
        for archive in report.archives {
            let found = try archive.result.get()
            #expect(found.revisions == 1)
            #expect(found.blobs == 1)
        }
    }

    @Test func `a check names the archive with a damaged blob and goes on with the others`() throws {
        let damaged = try archive()
        _ = try archive("others")
        let hex = SampleLetters.scanID.hex
        let blob = "\(data.archivePath(damaged))/blobs/\(hex.prefix(2))/\(hex.dropFirst(2))"
        try FileManager.default.removeItem(atPath: blob)
        try Data("something else".utf8).write(to: URL(filePath: blob))
        let report = try administration.check()
        #expect(!report.isWell)
        let found = try report.archives[0].result.get()
        #expect(found.problems.map(\.kind) == ["blob"])
        #expect(found.problems.first?.object == hex)
        #expect(try report.archives[1].result.get().problems.isEmpty)
    }

    @Test func `an archive with a damaged letter makes no backup, and says which letter`() throws {
        let name = try archive()
        let database = try Connection(
            path: data.archivePath(name) + "/archive.sqlite", access: .write,
            policy: ConnectionPolicy(busyTimeoutMilliseconds: 1000, journal: nil))
        try database.execute("UPDATE healing SET is_on = 1; UPDATE content SET bytes = zeroblob(length(bytes))")
        try database.execute("UPDATE healing SET is_on = 0")
        let letter = try SampleLetters.revision(1).header.letter
        let target = folder.path + "/backup"
        do throws(ServerFailure) {
            _ = try administration.backUp(to: target)
            Issue.record("a damaged letter was backed up")
        } catch {
            #expect(error.description.contains(letter.text), "\(error)")
        }
        #expect(!FileManager.default.fileExists(atPath: target))
    }

    @Test func `a restored archive begins a new life of its log, at the place where the backup was`() throws {
        let name = try archive()
        let before = try ArchiveFolder.open(data.archivePath(name)).logState()
        _ = try administration.backUp(to: folder.path + "/backup")
        let restored = ServerFolder(folder.path + "/restored")
        _ = try Restoration(restored, surroundings: administration.surroundings)
            .restore(from: folder.path + "/backup", replacing: false)
        let after = try ArchiveFolder.open(restored.archivePath(name)).logState()
        #expect(after.end.epoch != before.end.epoch)
        #expect(after.end.sequence == before.end.sequence && after.end.chain == before.end.chain)
        #expect(after.fingerprint == before.fingerprint)
    }

    @Test func `an archive of a newer version is named, left alone, and does not hide the others`() throws {
        let newer = try archive()
        _ = try archive("others")
        let path = data.archivePath(newer) + "/archive.sqlite"
        do {
            let connection = try Connection(path: path, access: .write, policy: .writer)
            try connection.execute("PRAGMA user_version=999")
        }
        let report = try administration.check()
        #expect(!report.isWell)
        guard case .failure(.newerSchema(found: 999, _)) = report.archives[0].result else {
            Issue.record("\(report.archives[0].result)")
            return
        }
        #expect(try report.archives[1].result.get().problems.isEmpty)
    }

    @Test func `an archive that no server has opened since the program was updated is named as that, not as damaged`()
        throws
    {
        let older = try archive()
        let path = data.archivePath(older) + "/archive.sqlite"
        do {
            let connection = try Connection(path: path, access: .write, policy: .writer)
            try connection.execute("ALTER TABLE content DROP COLUMN fixity; PRAGMA user_version=5")
        }
        let report = try administration.check()
        guard case .failure(.olderSchema(found: 5, _)) = report.archives[0].result else {
            Issue.record("\(report.archives[0].result)")
            return
        }
    }

    @Test func `without a server the folder of a deleted archive is moved at once`() throws {
        let name = try archive()
        let deleted = try administration.deleteArchive(name)
        #expect(deleted.deletion?.isMoved == true)
        let kept = try #require(administration.keptPath(of: deleted))
        #expect(kept == data.deletedPath + "/letters-1")
        #expect(FileManager.default.fileExists(atPath: kept + "/archive.sqlite"))
        #expect(!FileManager.default.fileExists(atPath: data.archivePath(name)))
        #expect(try administration.archives().isEmpty)
        _ = try administration.createArchive(name)
        let again = try administration.deleteArchive(name)
        #expect(administration.keptPath(of: again) == data.deletedPath + "/letters-2")
        #expect(FileManager.default.fileExists(atPath: kept + "/archive.sqlite"))
    }

    @Test func `a laptop's replica in the place of an archive is not taken in`() throws {
        let name = try LiveServer.name("letters")
        _ = try SQLiteReplicaStore.create(
            folder: data.archivePath(name), archive: SampleLetters.archive, name: "x", label: "x",
            epoch: "0123456789abcdef", mode: .local)
        let failure = #expect(throws: ServerFailure.self) { try administration.createArchive(name) }
        #expect(failure == .store(archive: name, .wrongMode(path: data.archivePath(name))))
        #expect(try administration.archives().isEmpty)
    }

    @Test func `a token for an archive that is not there is not made`() throws {
        let name = try LiveServer.name("nothing")
        #expect(throws: ServerFailure.unknownArchive(name)) {
            try administration.createToken(archive: name, role: .writer, label: "", lifetime: nil)
        }
        #expect(try administration.tokens().isEmpty)
    }

    @Test func `two tokens are never the same`() throws {
        let tokens = try (0..<50).map { _ in
            try administration.createToken(archive: nil, role: .reader, label: "", lifetime: nil).token.text
        }
        #expect(Set(tokens).count == 50)
        #expect(try administration.tokens().count == 50)
    }
}
