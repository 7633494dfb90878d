import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Libraries that are loaded when they are needed, and are not there then. A file that is no library stands in the way of the loader, which
/// gives up as it does where there is none.
struct MissingLibraryTests {
    let machine: Machine

    init() throws {
        machine = try Machine("ada")
        try machine.expect("init")
    }

    /// The environment in which a library cannot be loaded.
    private func without(_ library: String) throws -> [String: String] {
        let file = try machine.scratch.file("libraries/\(library)", "no library\n")
        return ["LD_LIBRARY_PATH": (file as NSString).deletingLastPathComponent]
    }

    @Test func `without libcurl a server cannot be synced with, which is said with what to install; the rest works`()
        throws
    {
        let extra = try without("libcurl.so.4")
        let id = try machine.write("Come home")
        try machine.expect("remote", "add", "origin", "http://127.0.0.1:9/letters")
        let shared = machine.scratch.url.appending(path: "shared").path
        let error = try machine.expect(1, "sync", with: extra).error
        #expect(error.contains("libcurl is not installed: install Debian's libcurl4"), "\(error)")
        let json = try machine.expect(1, "sync", "--json", with: extra).objects()
        #expect((json.first?["error"] as? [String: Any])?["code"] as? String == "unusable")
        #expect(
            try machine.expect(1, "clone", "http://127.0.0.1:9/letters", shared + "-clone", with: extra).error.contains(
                "libcurl4"))
        #expect(try machine.expect("show", id, with: extra).output.contains("Come home"))
        try machine.expect("remote", "add", "usb", shared, "--create", with: extra)
        #expect(try machine.expect(2, "sync", with: extra).output.contains("usb: sent 1, received 0"))
        // With it the same remote is only not there.
        #expect(try !machine.expect(1, "sync", "origin").error.contains("libcurl"))
    }

    @Test func `without GMime mail is refused with what to install, and the batch goes on`() throws {
        let extra = try without("libgmime-3.0.so.0")
        let mail = try machine.scratch.file(
            "letter.eml", "From: Ada <ada@example.org>\nTo: Ben <ben@example.org>\nSubject: Home\n\nCome home.\n")
        let text = try machine.scratch.file("letter.jsonl", #"{"letter":{"body":"Soon."}}"# + "\n")
        let rows = try machine.expect(2, "import", mail, text, "--json", with: extra).objects()
        let outcomes = rows.compactMap { $0["outcome"] as? String }
        #expect(outcomes == ["refused", "imported"])
        #expect((rows.first?["reason"] as? String)?.contains("install Debian's libgmime-3.0-0") == true, "\(rows)")
        let mailbox = try machine.scratch.file(
            "letters.mbox",
            "From ada@example.org Thu Nov 26 10:00:00 2026\nFrom: Ada <ada@example.org>\nSubject: Home\n\nCome home.\n")
        #expect(try machine.expect(1, "import", mailbox, with: extra).error.contains("libgmime-3.0-0"))
        #expect(try machine.expect("list", "--json", with: extra).objects().count == 1)
        try machine.expect("import", mail, mailbox)
        #expect(try machine.expect("list", "--json").objects().count >= 2)
    }
}
