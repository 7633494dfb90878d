import ArchiveClient
import Foundation
import LetterMerge
import LetterModel
import ReplicaStore
import Synchronization
import Testing

/// The code of the articles in `Client/ArchiveClient/ArchiveClient.docc`, as it is printed there (`RepositoryTests` compares them): it compiles, and
/// it does what the article says of it.
struct ArticleTests {
    static func archive() async throws -> Archive {
        let archive = try ArchiveTests.archive()
        try await archive.setAuthor("Ada <ada@example.org>")
        return archive
    }

    // MARK: An app that syncs in an afternoon

    @Test func `a letter is looked for in a list and by its words`() async throws {
        let archive = try await Self.archive()
        var written = ArchiveTests.letter("To the Secretary General", body: "I wish you strong health.")
        written.tags = ["OIC"]
        let id = try await archive.create(written)

        var query = LetterQuery()
        query.tag = "OIC"
        query.limit = 50
        for row in try await archive.letters(query) {
            print(row.date ?? "undated", row.senders.joined(separator: ", "), row.title ?? "untitled")
        }

        let found = try await archive.search("strong health")
        for hit in found.hits { print(hit.letter.id, hit.snippet) }

        #expect(try await archive.letters(query).map(\.id) == [id])
        #expect(found.hits.map(\.letter.id) == [id])
    }

    @Test func `an attachment is kept by the hash of its bytes`() async throws {
        let archive = try await Self.archive()
        let id = try await archive.create(ArchiveTests.letter("Scanned"))
        let scan: [UInt8] = Array("a scan".utf8)

        var draft = try await archive.draft(of: id)
        let blob = try await archive.storeAttachment(scan)
        var attachment = Attachment()
        attachment.blob = blob
        attachment.name = "page-1.png"
        attachment.mediaType = "image/png"
        attachment.size = scan.count
        attachment.role = .scan
        draft.letter.attachments.append(attachment)
        try await archive.save(draft)

        #expect(try await archive.view(of: id).letter.attachments.first?.blob == blob)
        #expect(try await archive.attachment(blob) == scan)
    }

    // MARK: Scans and other files

    @Test func `a file of any size is attached, and fetched where it is wanted`() async throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "article-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { Self.remove(home) }
        let (path, folder) = (home.appending(path: "page-1.tiff").path, home.path)
        try Data("a scan".utf8).write(to: URL(filePath: path))
        let (id, shared) = try await Self.attaching(path, in: home)

        let archive = try Archive.create(at: home.appending(path: "ben").path, name: "Letters", label: "ben")
        try await archive.addRemote("origin", address: shared)
        try await archive.setSetting(SettingKey.blobs, to: "none")
        #expect(try await archive.sync(with: "origin", token: nil).failure == nil)

        let lacking = try await archive.attachments(of: [id]).filter { !$0.isHere }.map(\.blob)
        let report = try await archive.fetchAttachments(lacking, from: "origin", token: nil) { progress in
            print("\(progress.doneBytes) of \(progress.totalBytes) bytes")
        }
        for blob in lacking { try await archive.exportAttachment(blob, to: folder + "/" + blob.hex) }

        #expect(report.blobsReceived == 1)
        #expect(FileManager.default.contentsEqual(atPath: path, andPath: folder + "/" + lacking[0].hex))
        await #expect(throws: AttachmentFileError.exists(path: path)) {
            try await archive.exportAttachment(lacking[0], to: path)
        }
        // The setting asks for none: what the remote holds may go.
        let pruned = try await archive.pruneAttachments(askingRemotes: [("origin", nil)], isDryRun: false)
        #expect(pruned.removed == lacking)
        #expect(try await archive.attachments(of: [id]).map(\.isHere) == [false])
    }

    private static func remove(_ folder: URL) {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            Issue.record("\(error)")
        }
    }

    /// A letter with a file, in a shared folder.
    private static func attaching(_ path: String, in home: URL) async throws -> (LetterID, shared: String) {
        let archive = try Archive.create(at: home.appending(path: "ada").path, name: "Letters", label: "ada")
        try await archive.setAuthor("Ada <ada@example.org>")
        let id = try await archive.create(ArchiveTests.letter("Scanned"))

        var scan = try await archive.storeAttachment(at: path) { done, total in
            print("\(done) of \(total) bytes")
        }
        scan.name = "page-1.tiff"
        scan.mediaType = "image/tiff"
        scan.role = .scan

        var draft = try await archive.draft(of: id)
        draft.letter.attachments.append(scan)
        try await archive.save(draft)

        let shared = home.appending(path: "shared").path
        _ = try Archive.create(at: shared, name: "Letters", label: "shared")
        try await archive.addRemote("shared", address: shared)
        #expect(try await archive.sync(with: "shared", token: nil).blobsSent == 1)
        return (id, shared)
    }

    @Test func `a task stays in step with a remote until it is cancelled`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "article-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Archive.createFolder(at: folder.appending(path: "origin").path, name: "Letter box", label: "origin")
        let archive = try Archive.create(at: folder.appending(path: "here").path, name: "Letter box", label: "here")
        try await archive.addRemote("origin", address: folder.appending(path: "origin").path)
        let token: String? = nil
        let (reports, told) = AsyncStream.makeStream(of: SyncReport.self)

        let following = Task {
            try await archive.follow("origin", token: token) { report in
                print("sent \(report.pushed), received \(report.pulled)")
                told.yield(report)  // for the line that shows the state of the sync
            }
        }

        for await report in reports {
            #expect(report.remote == "origin")
            following.cancel()
            break
        }
        try await following.value
    }

    @Test func `what changes is told, whoever wrote it, until the task is cancelled`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "article-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let archive = try Archive.create(at: folder, name: "Letter box", label: "here")
        try await archive.setAuthor("Ada <ada@example.org>")
        let another = try Archive.open(at: folder)
        let (shown, show) = AsyncStream.makeStream(of: LetterView.self)

        let changes = try await archive.changes()
        let watching = Task {
            for try await change in changes {
                for id in change.letters { show.yield(try await archive.view(of: id)) }
            }
        }

        // Another process writes: nothing is missed between two looks.
        let first = try await another.create(ArchiveTests.letter("First"))
        var titles: [String?] = []
        for await view in shown {
            titles.append(view.letter.title)
            if titles.count == 1 {
                var draft = try await archive.draft(of: first)
                draft.letter.title = "Second"
                try await archive.save(draft)
            } else {
                watching.cancel()
                break
            }
        }
        #expect(titles == ["First", "Second"])
        try await watching.value

        // Who was away asks for what came since.
        for try await change in try await archive.changes(after: 0) {
            #expect(change == LetterChanges.Change(letters: [first], sequence: 2))
            break
        }
    }

    @Test func `an error says what to do next`() async throws {
        let archive = try await Self.archive()
        do {
            _ = try await archive.view(of: archive.letterID("0190"))
            Issue.record("there is no such letter")
        } catch let error as ArchiveError {
            print(error.description)  // for people
            print(error.code)  // for programs
            #expect(error == .unknownLetter("0190"))
        }
    }

    // MARK: Conflicts

    /// A letter whose title two people changed while neither saw what the other did.
    static func disagreement() async throws -> (Archive, LetterID) {
        let archive = try await archive()
        let id = try await archive.create(ArchiveTests.letter("A letter", body: "One.\n\nTwo."))

        var first = try await archive.draft(of: id)
        var second = try await archive.draft(of: id)

        first.letter.title = "President Aliyev to the Secretary General"
        first.letter.body = "One!\n\nTwo."
        try await archive.save(first)

        second.letter.title = "Reply to the condolences"
        second.letter.body = "One.\n\nTwo?"
        try await archive.save(second)
        return (archive, id)
    }

    @Test func `what both changed in different places is merged, and the title waits for a decision`() async throws {
        let (archive, id) = try await Self.disagreement()

        let view = try await archive.view(of: id)
        for conflict in view.conflicts {
            print(conflict.field?.description ?? "whether to delete it")
            for side in conflict.values {
                print("  one side says", side.value?.canonicalText ?? "nothing")
            }
            for hunk in conflict.hunks {
                print("  it was", hunk.base, "and became", hunk.values)
            }
        }

        #expect(view.letter.body == "One!\n\nTwo?")
        #expect(view.conflicts.map(\.field) == [MemberPath(["title"])])
        #expect(view.conflicts.first?.values.count == 2)
    }

    @Test func `a decision names the field`() async throws {
        let (archive, id) = try await Self.disagreement()

        let view = try await archive.view(of: id)
        var decisions = Decisions()
        decisions.values = [(MemberPath(["title"]), "President Aliyev thanks the OIC")]
        try await archive.resolve(id, seeing: view, decisions)

        let settled = try await archive.view(of: id)
        #expect(settled.conflicts.isEmpty)
        #expect(settled.letter.title == "President Aliyev thanks the OIC")
    }

    @Test func `a side can be taken for all that is not named`() async throws {
        let (archive, id) = try await Self.disagreement()
        let view = try await archive.view(of: id)

        var decisions = Decisions()
        if let side = view.conflicts.first?.values.first {
            decisions.rest = .head(side.head)
        }
        try await archive.resolve(id, seeing: view, decisions)

        #expect(try await archive.view(of: id).conflicts.isEmpty)
    }

    @Test func `a letter that one side deleted is kept or goes`() async throws {
        let archive = try await Self.archive()
        let id = try await archive.create(ArchiveTests.letter("A letter"))
        var draft = try await archive.draft(of: id)
        try await archive.delete(id)
        draft.letter.title = "Still wanted"
        try await archive.save(draft)
        let view = try await archive.view(of: id)
        #expect(view.conflicts.map(\.kind) == [.deletedAndEdited])

        var decisions = Decisions()
        decisions.deletion = .keep
        try await archive.resolve(id, seeing: view, decisions)

        #expect(try await archive.view(of: id).letter.title == "Still wanted")
    }

    @Test func `what is in conflict cannot be edited by the way`() async throws {
        let (archive, id) = try await Self.disagreement()

        var draft = try await archive.draft(of: id)
        draft.letter.title = "A third title"
        do {
            try await archive.save(draft)
            Issue.record("the edit was taken")
        } catch ArchiveError.resolveFirst(_, let members) {
            print("decide these first:", members)
            #expect(members == ["title"])
        }
    }
}
