import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Servers that come back old, empty or with another history, and folders that were copied, with the real programs: each is told
/// plainly, and everything that anybody still holds ends up everywhere, once.
struct OldCopiesTests {
    /// A server and two machines that hold the same letters, and what the server looked like before the last of them.
    private struct Family {
        let server: Server
        let ada: Machine
        let ben: Machine
        let id: String

        init() throws {
            server = try Server(archives: "letters")
            (ada, ben, id) = try MainJobTests.twoMachines(server)
        }

        var folder: URL { URL(filePath: server.data) }

        /// Copies the data folder while the server stands still.
        func copyData() throws -> URL {
            server.stop()
            let copy = server.scratch.url.appending(path: "copy")
            try FileManager.default.copyItem(at: folder, to: copy)
            try server.start()
            return copy
        }

        /// Puts a folder in the place of the data folder.
        func replaceData(with copy: URL) throws {
            server.stop()
            try FileManager.default.removeItem(at: folder)
            try FileManager.default.moveItem(at: copy, to: folder)
            try server.start()
        }

        func write(_ title: String, on machine: Machine) throws {
            try machine.expect("new", "--set", "title=\(title)")
        }

        /// Syncs until nothing moves, then compares what both show, and the ids of all revisions.
        func expectSame(titles: [String], at location: SourceLocation = #_sourceLocation) throws {
            for machine in [ada, ben, ada, ben] { try machine.expect("sync", at: location) }
            var lists: [[String]] = []
            for machine in [ada, ben] {
                let letters = try machine.expect("list", "--json", at: location).objects()
                lists.append(letters.compactMap { $0["title"] as? String }.sorted())
                let report = try #require(try machine.expect("sync", "--json", at: location).objects().first)
                #expect(report["requests"] as? Int == 1, sourceLocation: location)
                #expect(report["notices"] == nil, sourceLocation: location)
                #expect(
                    try machine.expect("verify", "--json", at: location).object()["problems"] as? [String] == [],
                    sourceLocation: location)
            }
            #expect(lists[0] == lists[1], sourceLocation: location)
            #expect(Set(titles).isSubset(of: lists[0]), "\(lists[0])", sourceLocation: location)
            #expect(Set(lists[0]).count == lists[0].count, "nothing is there twice", sourceLocation: location)
        }
    }

    /// The codes of the notices of a sync, and that text, JSON and `status` all say so.
    private func expectTold(
        _ machine: Machine, _ code: String, _ words: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        let ended = try machine.expect("sync", "--json", at: location)
        let notices = try #require(try ended.objects().first?["notices"] as? [[String: Any]])
        #expect(notices.contains { $0["code"] as? String == code }, "\(notices)", sourceLocation: location)
        #expect(ended.error.contains(words), "\(ended.error)", sourceLocation: location)
        let status = try machine.expect("status", "--evidence", at: location).output
        #expect(status.contains("origin: "), "\(status)", sourceLocation: location)
        let evidence = try #require(
            try machine.expect("status", "--json", at: location).object()["evidence"] as? [[String: Any]])
        #expect(evidence.last?["code"] as? String == code, sourceLocation: location)
        #expect((evidence.last?["time"] as? String)?.count == 24, sourceLocation: location)
    }

    @Test func `an old data folder that somebody copied back gets everything again`() throws {
        let family = try Family()
        let copy = try family.copyData()
        try family.write("After the copy", on: family.ada)
        try family.ada.expect("sync")
        try family.ben.expect("sync")
        try family.replaceData(with: copy)
        try family.write("After the restore", on: family.ben)
        try expectTold(family.ben, "rewound", "old copy")
        try family.expectSame(titles: ["After the copy", "After the restore"])
    }

    @Test func `an old data folder that others wrote to meanwhile is told as another history`() throws {
        let family = try Family()
        let copy = try family.copyData()
        for number in 1...3 { try family.write("Lost \(number)", on: family.ada) }
        try family.ada.expect("sync")
        try family.replaceData(with: copy)
        for number in 1...5 { try family.write("Written first \(number)", on: family.ben) }
        try family.ben.expect("sync")
        try expectTold(family.ada, "forked", "not the one that was seen before")
        try family.expectSame(titles: (1...3).map { "Lost \($0)" } + (1...5).map { "Written first \($0)" })
    }

    @Test func `a wiped server of the same name is told as empty, and gets everything again`() throws {
        let family = try Family()
        try family.write("Before", on: family.ada)
        try family.ada.expect("sync")
        try family.ben.expect("sync")
        family.server.stop()
        try family.server.administer("archive", "delete", "letters", "--yes")
        try family.server.administer("archive", "create", "letters")
        try family.server.start()
        let token = try family.server.token(for: "letters")
        let told = try family.ada.expect("sync", "--json", with: ["CHANCERY_TOKEN": token])
        let notices = try #require(try told.objects().first?["notices"] as? [[String: Any]])
        #expect(notices.map { $0["code"] as? String } == ["wiped"])
        #expect(told.error.contains("was empty"))
        let carl = try Machine("carl", token: token)
        try carl.expect("clone", family.server.url("letters"), carl.archive)
        let letters = try carl.expect("list", "--json").objects()
        #expect(letters.compactMap { $0["title"] as? String }.contains("Before"))
        #expect(letters.count == 2)
        #expect(try family.ada.expect("status").output.contains("was empty"))
    }

    @Test func `a server that rewrote its log is told, and the letters of both histories are kept`() throws {
        let family = try Family()
        let forger = try Machine("forger", token: try family.server.token(for: "letters"))
        try forger.expect("clone", family.server.url("letters"), forger.archive)
        try family.write("Seen", on: family.ada)
        try family.ada.expect("sync")
        // Somebody with access to the server puts another log in the place of this one, under the same epoch.
        let other = try Server(archives: "letters")
        try forger.expect("remote", "add", "other", other.url("letters"))
        for number in 1...3 { try family.write("Forged \(number)", on: forger) }
        try forger.expect("sync", "other", with: ["CHANCERY_TOKEN": try other.token(for: "letters")])
        family.server.stop()
        other.stop()
        let database = try #require(Self.database(below: family.folder))
        let forged = try #require(Self.database(below: URL(filePath: other.data)))
        // What is in a write-ahead log goes into its database first.
        for path in [database, forged] { try Self.sql(path, "PRAGMA wal_checkpoint(TRUNCATE)") }
        let epoch = try Self.sql(database, "SELECT epoch FROM archive")
        try FileManager.default.removeItem(at: database)
        try FileManager.default.copyItem(at: forged, to: database)
        try Self.sql(database, "UPDATE archive SET epoch = '\(epoch)'")
        try family.server.start()
        try expectTold(family.ada, "forked", "not the one that was seen before")
        try family.expectSame(titles: ["Seen"] + (1...3).map { "Forged \($0)" })
    }

    @Test func `a folder that is used on two machines is harmless, and told`() throws {
        let family = try Family()
        try family.ada.expect("sync")
        let twin = try Machine("twin", token: try family.server.token(for: "letters"))
        try FileManager.default.copyItem(atPath: family.ada.archive, toPath: twin.archive)
        try family.write("On the first", on: family.ada)
        try family.write("On the second", on: twin)
        try family.ada.expect("sync")
        try expectTold(twin, "copied", "was copied, or restored from a backup")
        try family.expectSame(titles: ["On the first", "On the second"])
        try twin.expect("sync")
        #expect(try twin.expect("list", "--json").objects().count == 3)
    }

    @Test func `a laptop's own backup that comes back gets what it had lost, and is told`() throws {
        let family = try Family()
        try family.ada.expect("sync")
        let backup = family.ada.scratch.url.appending(path: "backup")
        try FileManager.default.copyItem(atPath: family.ada.archive, toPath: backup.path)
        try family.write("After the backup", on: family.ada)
        try family.ada.expect("sync")
        try FileManager.default.removeItem(atPath: family.ada.archive)
        try FileManager.default.moveItem(at: backup, to: URL(filePath: family.ada.archive))
        try family.write("After the restore", on: family.ada)
        try expectTold(family.ada, "copied", "was copied, or restored from a backup")
        try family.expectSame(titles: ["After the backup", "After the restore"])
    }

    /// The database of the one archive below a data folder.
    static func database(below folder: URL) -> URL? {
        FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.first { $0.lastPathComponent == "archive.sqlite" }
    }

    /// Changes a database behind everybody's back.
    @discardableResult
    static func sql(_ database: URL, _ script: String) throws -> String {
        let ended = try Programs.run(
            "/usr/bin/sqlite3", [database.path, script], environment: [:], in: database.deletingLastPathComponent())
        try #require(ended.status == 0, "\(ended.error)")
        return ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
