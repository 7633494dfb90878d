import Foundation
import ReplicaStore
import SQLiteBinding
import ServerTestSupport
import Testing
import TestScratch

@testable import ArchiveServer

/// Damage of `server.sqlite`, where only the audit log has hashes, and where restored folders end up.
struct RegistryDamageTests {
    let sample: AdministrationTests

    init() throws {
        sample = try AdministrationTests()
        let name = try sample.archive()
        _ = try sample.administration.createToken(archive: name, role: .reader, label: "Ada", lifetime: nil)
    }

    /// Overwrites the first page of a table, as a failing disk does.
    private func overwrite(table: String) throws {
        let path = sample.data.registryPath
        let page = try Connection(path: path, access: .read, policy: .reader)
            .integer("SELECT rootpage FROM sqlite_schema WHERE name = ?", [.text(table)])
        let size = 4096
        let offset = UInt64((try #require(page) - 1) * size)
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: [UInt8](repeating: 0xFF, count: size))
        try file.close()
    }

    private func expectNoBackup() throws {
        let target = sample.folder.path + "/backup"
        #expect(throws: ServerFailure.self) {
            try AdministrationTests.administration(sample.data).backUp(to: target)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: sample.folder.path)
        #expect(names == ["data"], "nothing is left of it")
    }

    @Test(arguments: [("token", 1), ("audit", 1), ("archive", 0)])
    func `a page that cannot be read is reported, and what can be read is checked all the same`(
        table: String, archivesChecked: Int
    ) throws {
        try overwrite(table: table)
        let report = try AdministrationTests.administration(sample.data).check()
        #expect(!report.isWell)
        #expect(report.registryProblem != nil)
        #expect(report.archives.count == archivesChecked)
        for archive in report.archives { #expect(try archive.result.get().problems.isEmpty) }
        try expectNoBackup()
    }

    @Test(arguments: [
        "UPDATE token SET role = 'nobody'", "UPDATE token SET role = CAST(x'FF' AS TEXT)",
        "UPDATE token SET archive = 77", "UPDATE archive SET name = '../elsewhere'",
    ])
    func `a row that says nothing of sense is reported, and makes no backup`(change: String) throws {
        let connection = try Connection(
            path: sample.data.registryPath, access: .write, policy: .shared(busyTimeoutMilliseconds: 1000))
        try connection.execute("PRAGMA foreign_keys = OFF")
        try connection.run(change)
        let report = try AdministrationTests.administration(sample.data).check()
        #expect(report.registryProblem != nil)
        #expect(report.firstWrongAuditEntry == nil)
        try expectNoBackup()
    }

    @Test(.enabled(if: geteuid() == 0)) func `what root restores has the owner of the folder that it replaces`()
        throws
    {
        let backup = sample.folder.path + "/backup"
        _ = try sample.administration.backUp(to: backup)
        let owner: uid_t = 65_534
        for path in try FileManager.default.subpathsOfDirectory(atPath: sample.data.path) + [""] {
            #expect(chown(sample.data.path + "/" + path, owner, owner) == 0)
        }
        let report = try Restoration(sample.data, surroundings: sample.administration.surroundings)
            .restore(from: backup, replacing: true)
        #expect(report.kept != nil)
        for path in try FileManager.default.subpathsOfDirectory(atPath: sample.data.path) + [""] {
            let attributes = try FileManager.default.attributesOfItem(atPath: sample.data.path + "/" + path)
            #expect(attributes[.ownerAccountID] as? Int == Int(owner), "\(path)")
            #expect(attributes[.groupOwnerAccountID] as? Int == Int(owner), "\(path)")
        }
        #expect(try AdministrationTests.administration(sample.data).check().isWell)
    }

    @Test func `where a disk is mounted, nothing is made beside it`() {
        do throws(ServerFailure) {
            let made = try FileTree.makeTemporary(beside: "/proc")
            Issue.record("made \(made)")
        } catch {
            #expect(error.code == "file")
            #expect(error.description.contains("mounted"))
        }
    }
}
