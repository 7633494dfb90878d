import ArchiveClient
import LetterModel

/// Writes a letter, syncs, and lists what everybody wrote: `letter-box FOLDER URL TOKEN TITLE TEXT`.
@main
struct LetterBox {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6 else {
            print("usage: letter-box FOLDER URL TOKEN TITLE TEXT")
            return
        }
        let (folder, url, token) = (arguments[1], arguments[2], arguments[3])

        // A replica is a folder. It works without a network, and what is written is on disk when the call returns.
        let archive = try Archive.openOrCreate(at: folder, name: "Letter box", label: "letter-box")
        try await archive.setAuthor("Letter Box <box@example.org>")

        // A first sync makes a new replica a copy of the remote's archive. One that fails loses nothing: it goes on next time.
        if try await archive.remotes().isEmpty { try await archive.addRemote("origin", address: url) }
        try await sync(archive, token)

        var letter = Letter()
        letter.kind = .letter
        letter.title = arguments[4]
        letter.body = arguments[5]
        let id = try await archive.create(letter)

        // An edit is made on a draft: what arrives meanwhile is merged, never overwritten.
        var draft = try await archive.draft(of: id)
        draft.letter.tags.append("new")
        try await archive.save(draft)

        try await sync(archive, token)
        for row in try await archive.letters() {
            print(row.id, row.title ?? "untitled")
            for conflict in try await archive.view(of: row.id).conflicts {
                print("  the sides disagree on", conflict.field?.description ?? "whether to delete it")
            }
        }
    }

    static func sync(_ archive: Archive, _ token: String) async throws {
        let report = try await archive.sync(with: "origin", token: token)
        print("sent \(report.pushed), received \(report.pulled)")
        if let failure = report.failure { print(failure) }
    }
}
